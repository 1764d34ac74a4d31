//! Which servers are reached, and how far they are trusted: TLS modes against servers with and without it, and the network policy.

use ampline::network::AddressPolicy;
use ampline_core::outcome::{Failure, FailureClass, Outcome};
use ampline_tests::{
    requirement::require,
    services::postgres::{Authority, Postgres, Tls},
};
use serde_json::json;

use crate::fixture::{Way, deliver, live, message, open, server};

/// Delivers one record; nothing where it succeeded.
async fn tried(way: Way) -> Option<Failure> {
    let mut instance = open(&*way.sinks().await, json!({ "tableName": "Reached" })).await;
    match deliver(&mut instance, vec![message("g", 1, &[live("1", 1, "{}")])]).await.remove(0) {
        Outcome::Delivered(_) => None,
        Outcome::Failed(failure) => Some(failure),
    }
}

async fn check(case: &str, way: Way, expected: Result<(), (&str, FailureClass, &str)>) {
    match (tried(way).await, expected) {
        (None, Ok(())) => {}
        (Some(failure), Err((code, class, part))) => {
            assert_eq!((failure.code.as_str(), failure.class), (code, class), "{case}: {}", failure.message);
            assert!(failure.message.contains(part), "{case}: {}", failure.message);
        }
        (found, _) => panic!("{case}: {found:?}"),
    }
}

/// Whether the session that wrote the row was encrypted, as the server saw it.
async fn encrypted(server: &Postgres) -> Option<bool> {
    let sql = "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'ampline'";
    server.session().await.query(sql, &[]).await.unwrap().first().map(|row| row.get(0))
}

#[tokio::test]
async fn each_mode_trusts_what_it_says() {
    let tls = Tls::Required("localhost".to_owned());
    let Some(server) = require("TLS modes", "an installed Postgres", Postgres::start(&tls)) else { return };
    let ca = server.ca_file().unwrap();
    let to = |host: &str, query: &str| Way::to(server.url(host, query));
    let elsewhere = tempfile::tempdir().unwrap();
    let foreign = Authority::new(elsewhere.path()).unwrap();
    let blocked = FailureClass::Blocked;
    for (case, way, expected) in [
        ("require", to("127.0.0.1", "sslmode=require"), Ok(())),
        ("verify-full", to("localhost", "sslmode=verify-full").trusting(ca), Ok(())),
        ("verify-full by address", to("127.0.0.1", "sslmode=verify-full").trusting(ca), Ok(())),
        ("system roots", to("localhost", "sslmode=verify-full"), Err(("pg.tls", blocked, "`ca_file`"))),
        (
            "wrong authority",
            to("localhost", "sslmode=verify-full").trusting(foreign.file()),
            Err(("pg.tls", blocked, "`ca_file`")),
        ),
        ("disable", to("127.0.0.1", "sslmode=disable"), Err(("pg.28000", blocked, "add sslmode=verify-full"))),
        ("loopback default", to("127.0.0.1", ""), Err(("pg.28000", blocked, "add sslmode=verify-full"))),
    ] {
        check(case, way, expected).await;
    }
    let sinks = to("127.0.0.1", "sslmode=require").sinks().await;
    let mut instance = open(&sinks, json!({ "tableName": "Reached" })).await;
    deliver(&mut instance, vec![message("g", 1, &[live("1", 1, "{}")])]).await;
    assert_eq!(encrypted(&server).await, Some(true));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let tls = Tls::Offered("db.example.test".to_owned());
    let Some(server) = require("names in certificates", "an installed Postgres", Postgres::start(&tls)) else { return };
    let to = |query: &str| Way::to(server.url("localhost", query));
    let wrong = Err(("pg.tls", FailureClass::Blocked, "that the certificate names"));
    check("verify-full", to("sslmode=verify-full").trusting(server.ca_file().unwrap()), wrong).await;
    check("require", to("sslmode=require"), Ok(())).await;
    check("disable", to("sslmode=disable"), Ok(())).await;
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_in_the_clear_unasked() {
    let Some(server) = server("TLS that is not there") else { return };
    for mode in ["require", "verify-full"] {
        let way = Way::to(server.url("localhost", &format!("sslmode={mode}")));
        check(mode, way, Err(("pg.tls", FailureClass::Blocked, "server does not support TLS; switch TLS on"))).await;
    }
}

#[tokio::test]
async fn addresses_are_reached_only_where_the_policy_allows_them() {
    let Some(server) = server("the network policy") else { return };
    let with = |host: &str, addresses| Way { addresses, ..Way::to(server.url(host, "")) };
    let refused = |part| Err(("pg.address", FailureClass::Blocked, part));
    let loopback = || AddressPolicy::Public(vec!["127.0.0.0/8".parse().unwrap()]);
    check("address", with("127.0.0.1", AddressPolicy::default()), refused("127.0.0.1, which is loopback and not allowed")).await;
    check(
        "name",
        with("localhost", AddressPolicy::default()),
        refused("loopback and not allowed; an operator who trusts it adds"),
    )
    .await;
    check("mapped", with("[::ffff:127.0.0.1]", AddressPolicy::default()), refused("loopback")).await;
    check("allowed", with("127.0.0.1", loopback()), Ok(())).await;
    check("allowed name", with("localhost", loopback()), Ok(())).await;
    let metadata = Way { addresses: loopback(), ..Way::to("postgres://u:p@169.254.169.254/db?sslmode=disable") };
    check("metadata", metadata, refused("cloud metadata")).await;
    let nowhere = Way::to("postgres://u:p@no-such-host.invalid/db?sslmode=disable");
    check("no such name", nowhere, Err(("pg.dns", FailureClass::Transient, "cannot resolve no-such-host.invalid"))).await;
}
