//! A server that goes and comes back: failures in between are transient, nothing is lost, and connections are made anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use ampline::sink::SinkInstance;
use ampline_core::outcome::{FailureClass, Outcome};
use ampline_tests::{
    requirement::require,
    services::postgres::{Postgres, Tls},
};
use tokio::task::JoinSet;

use crate::fixture::{deliver, delivered, live, message, open, refused, rows, sinks};

/// Until a batch that is tried again and again must have arrived.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_connection_that_died_while_it_rested_is_replaced_unseen() {
    let Some(mut server) = require("restarts", "an installed Postgres", Postgres::start(&Tls::Off)) else { return };
    let sinks = sinks(&server).await;
    let mut instance = open(&sinks, serde_json::json!({ "tableName": "Rested" })).await;
    delivered(&mut instance, message("g", 1, &[live("1", 1, "{}")])).await;
    server.stop();
    // The first may still find the connection standing; whatever it finds, it is to be tried again.
    let failure = refused(&mut instance, message("g", 2, &[live("2", 2, "{}")])).await;
    assert_eq!(failure.class, FailureClass::Transient, "{}", failure.message);
    let failure = refused(&mut instance, message("g", 2, &[live("2", 2, "{}")])).await;
    assert_eq!((failure.class, failure.code.as_str(), failure.maybe_applied), (FailureClass::Transient, "pg.connect", false));
    assert!(
        failure.message.contains("could not upsert record \"2\"") && failure.message.contains("refused"),
        "{}",
        failure.message
    );
    server.start_again().unwrap();
    delivered(&mut instance, message("g", 2, &[live("2", 2, "{}")])).await;
    // Cut off by an administrator, as a balancer would: the pool learns of it before anything is sent.
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ampline'";
    let session = server.session().await;
    assert_eq!(session.query_one(cut, &[]).await.unwrap().get::<_, i64>(0), 1);
    let gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ampline'";
    while session.query_one(gone, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::task::yield_now().await;
    }
    delivered(&mut instance, message("g", 3, &[live("3", 3, "{}")])).await;
    assert_eq!(rows(&session, r#""Rested""#).await, ["g/1={}", "g/2={}", "g/3={}"]);
}

/// What writers did so far, and whether they may end.
#[derive(Default)]
struct Load {
    taken: AtomicUsize,
    failed: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    /// Waits until a count has grown by so many.
    async fn grown(count: &AtomicUsize, by: usize) {
        let enough = count.load(Ordering::Relaxed) + by;
        let grown = async {
            while count.load(Ordering::Relaxed) < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, grown).await.expect("the load stands still");
    }
}

/// Writes messages of 50 records until it is over; gives how many.
async fn write(writer: usize, mut instance: Box<dyn SinkInstance>, load: Arc<Load>) -> usize {
    let mut batches = 0;
    while !load.over.load(Ordering::Relaxed) {
        let entries: Vec<_> = (0..50).map(|n| live(&format!("{writer}-{batches}-{n}"), 1, "{}")).collect();
        let message = message("g", 1, &entries);
        let until_taken = async {
            while let Outcome::Failed(failure) = deliver(&mut instance, vec![message.clone()]).await.remove(0) {
                assert_eq!(failure.class, FailureClass::Transient, "{}: {}", failure.code, failure.message);
                load.failed.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, until_taken).await.expect("the batch was never taken");
        load.taken.fetch_add(1, Ordering::Relaxed);
        batches += 1;
    }
    batches
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_under_load_loses_nothing() {
    let Some(mut server) = require("crashes", "an installed Postgres", Postgres::start(&Tls::Off)) else { return };
    let sinks = sinks(&server).await;
    let load = Arc::new(Load::default());
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let instance = open(&sinks, serde_json::json!({ "tableName": "Crash" })).await;
        writers.spawn(write(writer, instance, load.clone()));
    }
    for _ in 0..2 {
        Load::grown(&load.taken, 10).await;
        tokio::task::block_in_place(|| server.stop());
        Load::grown(&load.failed, 1).await;
        tokio::task::block_in_place(|| server.start_again().unwrap());
    }
    Load::grown(&load.taken, 3).await;
    load.over.store(true, Ordering::Relaxed);
    let mut batches = 0;
    while let Some(ended) = writers.join_next().await {
        batches += ended.unwrap();
    }
    assert_eq!(rows(&server.session().await, r#""Crash""#).await.len(), batches * 50);
}
