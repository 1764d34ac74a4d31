//! What only a person can repair stops the destination, with the statement's intent, the server's words and a remedy.

use ampline_core::outcome::{Failure, FailureClass};
use ampline_tests::services::postgres::Postgres;
use serde_json::json;

use crate::fixture::{Way, delivered, live, message, open, refused, rows, server, table};

/// A role that may do nothing but log in.
async fn role(server: &Postgres, name: &str) -> String {
    let session = server.session().await;
    session
        .batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'role-password'; REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        .await
        .unwrap();
    server.url_as(name, "role-password", &format!("127.0.0.1:{}/postgres", server.port()))
}

fn check(case: &str, failure: &Failure, code: &str, parts: &[&str]) {
    assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Blocked, code), "{case}: {}", failure.message);
    for part in parts {
        assert!(failure.message.contains(part), "{case}: {part:?} is not in: {}", failure.message);
    }
    assert!(!failure.message.contains("role-password"), "{case}: {}", failure.message);
}

#[tokio::test]
async fn tables_that_do_not_fit_are_left_alone_and_explained() {
    let Some(server) = server("tables that do not fit") else { return };
    let session = server.session().await;
    let upsert = "could not upsert record \"1\" into \"public\".";
    for (name, made, code, parts) in [
        ("Cols", r#"CREATE TABLE "Cols" (id int primary key)"#, "pg.42703", vec![upsert, "column \"UID\"", "never altered"]),
        (
            "Ints",
            r#"CREATE TABLE "Ints" ("UID" int, "GroupId" text, "Data" jsonb, PRIMARY KEY ("GroupId", "UID"))"#,
            "pg.42804",
            vec![upsert, "\"UID\" is of type integer"],
        ),
        (
            "NoKey",
            r#"CREATE TABLE "NoKey" ("UID" text, "GroupId" text, "Data" jsonb)"#,
            "pg.42P10",
            vec![upsert, "ON CONFLICT", "ADD PRIMARY KEY (\"GroupId\", \"UID\")"],
        ),
        (
            "Extra",
            r#"CREATE TABLE "Extra" ("UID" text, "GroupId" text, "Data" jsonb, tenant int NOT NULL, PRIMARY KEY ("GroupId", "UID"))"#,
            "pg.23502",
            vec![upsert, "tenant", "may be NULL or have a default"],
        ),
        (
            "Seen",
            r#"CREATE VIEW "Seen" AS SELECT ''::text AS "UID", ''::text AS "GroupId", '1'::jsonb AS "Data""#,
            "pg.55000",
            vec![upsert, "view", "another `tableName`"],
        ),
        (
            "Left",
            r#"CREATE TABLE "Left_versions" (x int)"#,
            "pg.42P01",
            vec!["\"public\".\"Left\" is gone", "drop \"public\".\"Left_versions\" too"],
        ),
    ] {
        session.batch_execute(made).await.unwrap();
        let failure = refused(&mut table(&server, name).await, message("g", 1, &[live("1", 1, "{}")])).await;
        check(name, &failure, code, &parts);
    }
    let config = json!({ "tableName": "T", "schemaName": "Nowhere" });
    let mut instance = open(&*crate::fixture::sinks(&server).await, config).await;
    let failure = refused(&mut instance, message("g", 1, &[live("1", 1, "{}")])).await;
    check("schema", &failure, "pg.3F000", &["could not create the table \"Nowhere\".\"T\"", "CREATE SCHEMA \"Nowhere\""]);
}

#[tokio::test]
async fn a_dropped_table_stops_the_destination_until_a_person_decides() {
    let Some(server) = server("a dropped table") else { return };
    let session = server.session().await;
    let mut running = table(&server, "Dropped").await;
    delivered(&mut running, message("g", 1, &[live("1", 1, "{}")])).await;
    session.batch_execute(r#"DROP TABLE "Dropped""#).await.unwrap();
    let failure = refused(&mut running, message("g", 2, &[live("1", 2, "{}")])).await;
    check("running", &failure, "pg.42P01", &["could not upsert record \"1\"", "does not exist"]);
    let mut fresh = table(&server, "Dropped").await;
    let failure = refused(&mut fresh, message("g", 2, &[live("1", 2, "{}")])).await;
    check("fresh", &failure, "pg.42P01", &["is gone", "begin anew"]);
    session.batch_execute(r#"DROP TABLE "Dropped_versions""#).await.unwrap();
    delivered(&mut fresh, message("g", 2, &[live("1", 2, "{}")])).await;
    assert_eq!(rows(&session, r#""Dropped""#).await, ["g/1={}"]);
}

#[tokio::test]
async fn missing_privileges_are_named_with_the_grant() {
    let Some(server) = server("privileges") else { return };
    let session = server.session().await;
    let url = role(&server, "guest").await;
    let sinks = Way::to(url).sinks().await;
    let mut instance = open(&sinks, json!({ "tableName": "Guarded" })).await;
    let one = || message("g", 1, &[live("1", 1, "{}")]);
    let failure = refused(&mut instance, one()).await;
    check(
        "create",
        &failure,
        "pg.42501",
        &["could not create the table", "permission denied for schema public", "CREATE on schema \"public\""],
    );
    delivered(&mut table(&server, "Guarded").await, message("g", 1, &[])).await;
    let failure = refused(&mut instance, one()).await;
    check(
        "insert",
        &failure,
        "pg.42501",
        &["could not upsert record \"1\"", "permission denied for table", "SELECT, INSERT, UPDATE and DELETE"],
    );
    session.batch_execute(r#"GRANT SELECT, INSERT, UPDATE, DELETE ON "Guarded", "Guarded_versions" TO guest"#).await.unwrap();
    delivered(&mut instance, one()).await;
    assert_eq!(rows(&session, r#""Guarded""#).await, ["g/1={}"]);
}

#[tokio::test]
async fn wrong_credentials_and_databases_are_told_without_the_password() {
    let Some(server) = server("credentials") else { return };
    let port = server.port();
    let url = |user: &str, database: &str| server.url_as(user, "role-password", &format!("127.0.0.1:{port}/{database}"));
    let without = format!("postgres://admin@127.0.0.1:{port}/postgres");
    for (case, url, code, parts) in [
        ("password", url("admin", "postgres"), "pg.28P01", vec!["password authentication failed", "check user and password"]),
        ("user", url("nobody", "postgres"), "pg.28P01", vec!["nobody"]),
        ("no password", without, "pg.authentication", vec!["password missing"]),
        (
            "database",
            server.url_as("admin", ampline_tests::services::postgres::PASSWORD, &format!("127.0.0.1:{port}/nowhere")),
            "pg.3D000",
            vec!["\"nowhere\" does not exist", "create the database"],
        ),
    ] {
        let mut instance = open(&*Way::to(url).sinks().await, json!({ "tableName": "T" })).await;
        let failure = refused(&mut instance, message("g", 1, &[live("1", 1, "{}")])).await;
        check(case, &failure, code, &[&["could not look for the table \"public\".\"T\""], parts.as_slice()].concat());
    }
}
