//! Batches that share records and run at the same time: none waits for ever, and the newest state stays.

use ampline_core::outcome::Outcome;
use tokio::task::JoinSet;

use crate::fixture::{Entry, deleted, deliver, live, message, open, rows, server, sinks};

const WRITERS: i64 = 4;
const ROUNDS: i64 = 6;
const RECORDS: i64 = 300;

/// What writer and round say of a record, from the first to the last of all: each fifth state is a deletion.
fn state(version: i64, record: i64) -> Entry {
    let id = format!("{record:03}");
    if (version + record) % 5 == 0 { deleted(&id, version) } else { live(&id, version, &format!(r#"{{"v":{version}}}"#)) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_in_different_orders_neither_deadlock_nor_lose_the_newest_state() {
    let Some(server) = server("races") else { return };
    let sinks = sinks(&server).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let mut instance = open(&sinks, serde_json::json!({ "tableName": "Race" })).await;
        writers.spawn(async move {
            for round in 0..ROUNDS {
                // Some go forward in time and some backward; half of them name the records in the other order.
                let version =
                    1 + if writer % 2 == 0 { round * WRITERS + writer } else { (ROUNDS - 1 - round) * WRITERS + writer };
                let mut entries: Vec<_> = (0..RECORDS).map(|record| state(version, record)).collect();
                if writer > 1 {
                    entries.reverse();
                }
                let batch = entries.chunks(100).map(|chunk| message("g", version, chunk)).collect();
                let outcomes = deliver(&mut instance, batch).await;
                assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered(_))), "{outcomes:?}");
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    let newest = WRITERS * ROUNDS;
    let kept = (0..RECORDS).filter(|record| (newest + record) % 5 != 0);
    let expected: Vec<_> = kept.map(|record| format!(r#"g/{record:03}={{"v": {newest}}}"#)).collect();
    assert_eq!(rows(&server.session().await, r#""Race""#).await, expected);
    assert!(!server.log().contains("deadlock detected"), "the order of locks is the same everywhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destinations_that_begin_together_make_one_table() {
    let Some(server) = server("creation races") else { return };
    let sinks = sinks(&server).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let mut instance = open(&sinks, serde_json::json!({ "tableName": "Together" })).await;
        writers.spawn(async move { deliver(&mut instance, vec![message("g", 1, &[live(&writer.to_string(), 1, "{}")])]).await });
    }
    while let Some(outcomes) = writers.join_next().await {
        assert!(matches!(outcomes.unwrap()[..], [Outcome::Delivered(_)]));
    }
    assert_eq!(rows(&server.session().await, r#""Together""#).await.len(), WRITERS as usize);
}
