//! A server that goes and comes back: failures in between are transient, nothing is lost, and connections are made anew.

use std::time::Duration;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_under_load_loses_nothing() {
    let Some(mut server) = require("crashes", "an installed Postgres", Postgres::start(&Tls::Off)) else { return };
    let sinks = sinks(&server).await;
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let mut instance = open(&sinks, serde_json::json!({ "tableName": "Crash" })).await;
        writers.spawn(async move {
            let mut failures = 0;
            for batch in 0..40 {
                let entries: Vec<_> = (0..50).map(|n| live(&format!("{writer}-{batch}-{n}"), 1, "{}")).collect();
                let message = message("g", 1, &entries);
                let until_taken = async {
                    while let Outcome::Failed(failure) = deliver(&mut instance, vec![message.clone()]).await.remove(0) {
                        assert_eq!(failure.class, FailureClass::Transient, "{}: {}", failure.code, failure.message);
                        failures += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                };
                tokio::time::timeout(PATIENCE, until_taken).await.expect("the batch was never taken");
            }
            failures
        });
    }
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| {
            server.stop();
            server.start_again().unwrap();
        });
    }
    let mut failures = 0;
    while let Some(ended) = writers.join_next().await {
        failures += ended.unwrap();
    }
    assert!(failures > 0, "the crashes fell beside the load");
    assert_eq!(rows(&server.session().await, r#""Crash""#).await.len(), 3 * 40 * 50);
}
