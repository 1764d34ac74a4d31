//! Records that Postgres does not take end as a reasoned rejection, and take none of their neighbours with them.

use ampline_core::outcome::{FailureClass, Outcome};

use crate::fixture::{deliver, live, message, refused, rows, server, table};

/// What is wrong with a record's fields, or with its id; the code and a part of the reason.
fn cases() -> Vec<(String, String, &'static str, &'static str)> {
    let fields = |fields: &str| ("bad".to_owned(), fields.to_owned());
    let case = |(id, fields): (String, String), code, part| (id, fields, code, part);
    vec![
        case(fields(r#"{"a":"x\u0000y"}"#), "pg.22P05", "\\u0000 cannot be converted to text"),
        case(fields(r#"{"a":"\ud800"}"#), "pg.22P02", "Unicode"),
        case(fields(r#"{"a":"\udc00x"}"#), "pg.22P02", "Unicode"),
        case(fields(&format!(r#"{{"a":{}}}"#, "9".repeat(140_000))), "pg.22003", "value overflows numeric format"),
        case(
            fields(&format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000))),
            "pg.54001",
            "stack depth limit exceeded",
        ),
        case(("a\0b".to_owned(), "{}".to_owned()), "pg.22021", "invalid byte sequence"),
        // Random characters: an index entry must be short after compression.
        case((noise(9_000), "{}".to_owned()), "pg.54000", "index row"),
        case(fields(&format!(r#"{{"a":"{}"}}"#, "x".repeat(33 << 20))), "sink.too-large", "33554432 bytes"),
    ]
}

/// A text that does not compress.
fn noise(len: usize) -> String {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
    };
    (0..len).map(|_| next()).collect()
}

#[tokio::test]
async fn a_bad_record_is_named_with_the_servers_words_and_its_neighbours_are_written() {
    let Some(server) = server("bad records") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Bad").await;
    for (n, (id, fields, code, part)) in cases().into_iter().enumerate() {
        let group = format!("g{n}");
        let bad = message(&group, 1, &[live("before", 1, "{}"), live(&id, 1, &fields), live("behind", 1, "{}")]);
        let batch = vec![message(&group, 1, &[live("0", 1, "{}")]), bad, message(&group, 1, &[live("9", 1, "{}")])];
        let outcomes = deliver(&mut instance, batch).await;
        let [Outcome::Delivered(_), Outcome::Failed(failure), Outcome::Delivered(_)] = &outcomes[..] else {
            panic!("{code}: {outcomes:?}");
        };
        assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Rejected, code), "{}", failure.message);
        let named = id.len() > 100 || failure.message.contains(&format!("record {id:?} of group {group:?}"));
        assert!(failure.message.contains(part) && named, "{}", failure.message);
        assert!(
            failure.message.starts_with("1 of 3 records refused (the other 2 are in the table)") && failure.message.len() < 2_000
        );
        let written: Vec<_> = ["0", "9", "before", "behind"].map(|id| format!("{group}/{id}={{}}")).to_vec();
        let found: Vec<_> =
            rows(&session, r#""Bad""#).await.into_iter().filter(|row| row.starts_with(&format!("{group}/"))).collect();
        assert_eq!(found, written, "{code}");
    }
}

#[tokio::test]
async fn a_message_of_bad_records_alone_ends_too() {
    let Some(server) = server("bad messages") else { return };
    let mut instance = table(&server, "AllBad").await;
    let entries: Vec<_> = (0..200).map(|n| live(&n.to_string(), 1, r#"{"a":"\u0000"}"#)).collect();
    let failure = refused(&mut instance, message("g", 1, &entries)).await;
    assert!(failure.message.starts_with("200 of 200 records refused: record \"0\""), "{}", failure.message);
    assert!(failure.message.ends_with("and 195 more"), "{}", failure.message);
}

#[tokio::test]
async fn what_the_products_own_rules_refuse_is_rejected_in_their_words() {
    let Some(server) = server("constraints") else { return };
    let session = server.session().await;
    let made = r#"CREATE TABLE "Ruled" ("UID" text, "GroupId" text, "Data" jsonb CONSTRAINT adults CHECK (("Data"->>'age')::int >= 18),
                  PRIMARY KEY ("GroupId", "UID"))"#;
    session.batch_execute(made).await.unwrap();
    let mut instance = table(&server, "Ruled").await;
    let entries = [live("old", 1, r#"{"age":80}"#), live("young", 1, r#"{"age":8}"#), live("odd", 1, r#"{"age":"eight"}"#)];
    let failure = refused(&mut instance, message("g", 1, &entries)).await;
    assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Rejected, "pg.23514"));
    for part in ["2 of 3", "\"young\"", "adults", "\"odd\"", "invalid input syntax for type integer"] {
        assert!(failure.message.contains(part), "{part}: {}", failure.message);
    }
    assert_eq!(rows(&session, r#""Ruled""#).await, [r#"g/old={"age": 80}"#]);
}
