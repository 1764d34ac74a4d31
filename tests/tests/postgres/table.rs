//! What the table looks like and what is in it.

use serde_json::json;

use crate::fixture::{Entry, deleted, delivered, live, message, open, rows, server, sinks, table};

/// The columns of a table as `name type nullable`, in order, and its primary key.
async fn shape(session: &tokio_postgres::Client, table: &str) -> (Vec<String>, Vec<String>) {
    let columns = "SELECT column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns \
                   WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position";
    let key = "SELECT k.column_name::text FROM information_schema.table_constraints c \
               JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) \
               WHERE c.table_schema = 'public' AND c.table_name = $1 AND c.constraint_type = 'PRIMARY KEY' \
               ORDER BY k.ordinal_position";
    let texts = |rows: Vec<tokio_postgres::Row>| rows.iter().map(|row| row.get::<_, String>(0)).collect();
    let columns = texts(session.query(columns, &[&table]).await.unwrap());
    (columns, texts(session.query(key, &[&table]).await.unwrap()))
}

#[tokio::test]
async fn the_table_is_that_of_the_given_page_and_no_column_more() {
    let Some(server) = server("the table's shape") else { return };
    let mut instance = table(&server, "SalesforceAccounts").await;
    delivered(&mut instance, message("acme", 5, &[live("1", 5, r#"{"a":1}"#)])).await;
    let session = server.session().await;
    let (columns, key) = shape(&session, "SalesforceAccounts").await;
    assert_eq!(columns, ["UID text NO", "GroupId text NO", "Data jsonb YES"]);
    assert_eq!(key, ["GroupId", "UID"]);
    let comment = "SELECT obj_description('public.\"SalesforceAccounts_versions\"'::regclass)";
    let comment: String = session.query_one(comment, &[]).await.unwrap().get(0);
    assert!(comment.contains(r#"beside "public"."SalesforceAccounts""#), "{comment}");
}

#[tokio::test]
async fn records_come_change_and_go() {
    let Some(server) = server("upsert and delete") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Life").await;
    let first = [live("1", 10, r#"{"n":"a"}"#), live("2", 10, r#"{"n":"b"}"#), live("3", 10, "{}")];
    delivered(&mut instance, message("g1", 10, &first)).await;
    delivered(&mut instance, message("g2", 10, &[live("1", 10, r#"{"n":"other group"}"#)])).await;
    assert_eq!(
        rows(&session, r#""Life""#).await,
        [r#"g1/1={"n": "a"}"#, r#"g1/2={"n": "b"}"#, "g1/3={}", r#"g2/1={"n": "other group"}"#]
    );
    delivered(&mut instance, message("g1", 20, &[live("1", 20, r#"{"n":"A"}"#), deleted("2", 20), live("4", 20, "{}")])).await;
    assert_eq!(rows(&session, r#""Life""#).await, [r#"g1/1={"n": "A"}"#, "g1/3={}", "g1/4={}", r#"g2/1={"n": "other group"}"#]);
    delivered(&mut instance, message("g1", 30, &[deleted("1", 30), deleted("3", 30), deleted("never there", 30)])).await;
    delivered(&mut instance, message("g1", 30, &[])).await;
    assert_eq!(rows(&session, r#""Life""#).await, ["g1/4={}", r#"g2/1={"n": "other group"}"#]);
}

#[tokio::test]
async fn numbers_keep_their_digits_and_texts_their_characters() {
    let Some(server) = server("exact data") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Exact").await;
    let fields = r#"{"n":12345678901234567890.123456789,"z":1.50,"e":1e40,"t":"ü\u0001😀\"","nested":{"b":[1,null,true]}}"#;
    delivered(&mut instance, message("g", 1, &[live("1", 1, fields)])).await;
    let sql = r#"SELECT "Data"->>'n', "Data"->>'z', ("Data"->>'e')::numeric = 1e40, "Data"->>'t', ("Data"->'nested')::text FROM "Exact""#;
    let row = session.query_one(sql, &[]).await.unwrap();
    let text = |at: usize| row.get::<_, String>(at);
    assert_eq!((text(0), text(1)), ("12345678901234567890.123456789".to_owned(), "1.50".to_owned()));
    assert!(row.get::<_, bool>(2));
    assert_eq!((text(3), text(4)), ("ü\u{1}😀\"".to_owned(), r#"{"b": [1, null, true]}"#.to_owned()));
}

#[tokio::test]
async fn names_are_used_exactly_as_written() {
    let Some(server) = server("names") else { return };
    let session = server.session().await;
    session.batch_execute(r#"CREATE SCHEMA "My ""Schema""#).await.unwrap();
    let sinks = sinks(&server).await;
    for name in ["UPPER lower", r#"quo"te"#, "Größe-表-😀", "select", "semi;colon--'", &"x".repeat(54), "back\\slash %s $1"]
    {
        for schema in ["public", r#"My "Schema"#] {
            let mut instance = open(&sinks, json!({ "tableName": name, "schemaName": schema })).await;
            let group = r#"gr"o'u\p"#;
            delivered(&mut instance, message(group, 1, &[live(r#"i'd\"#, 1, "{}"), deleted("x", 1)])).await;
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let found = rows(&session, &format!("{}.{}", quoted(schema), quoted(name))).await;
            assert_eq!(found, [format!(r#"{group}/i'd\={{}}"#)], "{name}");
        }
    }
}

#[tokio::test]
async fn a_table_of_the_products_own_making_is_used_as_it_is() {
    let Some(server) = server("a table that is there") else { return };
    let session = server.session().await;
    let made = r#"CREATE TABLE "Own" ("Data" jsonb, note text DEFAULT 'mine', "UID" varchar(10), "GroupId" text, UNIQUE ("UID", "GroupId"));
                  CREATE INDEX ON "Own" USING gin ("Data"); INSERT INTO "Own" ("UID", "GroupId", "Data") VALUES ('1', 'g', '{"old": 1}')"#;
    session.batch_execute(made).await.unwrap();
    let mut instance = table(&server, "Own").await;
    delivered(&mut instance, message("g", 1, &[live("1", 1, r#"{"new":1}"#), live("2", 1, "{}")])).await;
    assert_eq!(rows(&session, r#""Own""#).await, [r#"g/1={"new": 1}"#, "g/2={}"]);
    assert_eq!(shape(&session, "Own").await.0.len(), 4, "not altered");
}

#[tokio::test]
async fn many_records_go_in_few_round_trips() {
    let Some(server) = server("many records") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Many").await;
    let entries: Vec<Entry> = (0..12_000).map(|n| live(&n.to_string(), 1, &format!(r#"{{"n":{n}}}"#))).collect();
    let batch = entries.chunks(300).map(|chunk| message("g", 1, chunk)).collect();
    let outcomes = crate::fixture::deliver(&mut instance, batch).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, ampline_core::outcome::Outcome::Delivered(_))), "{outcomes:?}");
    let sql = r#"SELECT count(*), sum(("Data"->>'n')::bigint)::bigint, count(DISTINCT xmin::text) FROM "Many""#;
    let row = session.query_one(sql, &[]).await.unwrap();
    let numbers: Vec<i64> = (0..3).map(|at| row.get(at)).collect();
    assert_eq!(numbers, [12_000, 11_999 * 6_000, 3], "rows, their sum, and transactions");
}
