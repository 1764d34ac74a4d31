//! Of two states of a record the newer one stays, whatever order they arrive in and whatever they are.
//!
//! Oracle: a model of one row, which keeps the greatest version that it has seen.

use ampline_core::outcome::Outcome;

use crate::fixture::{Entry, deleted, deliver, delivered, live, message, rows, server, table};

/// What arrives about one record: when it was modified and read, and what it says; nothing means that it was deleted.
type State = (i64, i64, Option<&'static str>);

/// Every order of these states ends with the same row.
const CASES: &[(&str, &[State], Option<&str>)] = &[
    ("newer wins", &[(1, 1, Some("old")), (2, 1, Some("new"))], Some("new")),
    ("at one time of change the later read wins", &[(1, 1, Some("old")), (1, 2, Some("new"))], Some("new")),
    ("the time of change decides first", &[(1, 9, Some("old")), (2, 1, Some("new"))], Some("new")),
    ("a deletion stays", &[(1, 1, Some("old")), (2, 2, None)], None),
    ("what is deleted can come again", &[(1, 1, None), (2, 2, Some("again"))], Some("again")),
    ("three", &[(1, 1, Some("a")), (2, 2, None), (3, 3, Some("c"))], Some("c")),
    ("three, gone", &[(1, 1, Some("a")), (2, 2, Some("b")), (3, 3, None)], None),
];

fn orders(len: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..len {
        let longer = |order: &Vec<usize>| {
            let next = (0..len).filter(|n| !order.contains(n)).collect::<Vec<_>>();
            next.into_iter().map(|n| [order.as_slice(), &[n]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders
}

fn entry(id: &str, (modified, _, says): State) -> Entry {
    says.map_or_else(|| deleted(id, modified), |says| live(id, modified, &format!(r#"{{"s":"{says}"}}"#)))
}

#[tokio::test]
async fn every_order_of_arrival_ends_the_same() {
    let Some(server) = server("staleness") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Order").await;
    let mut expected = Vec::new();
    for (case, states, row) in CASES {
        for order in orders(states.len()) {
            // One after the other, and all in one batch, where one statement must not meet a row twice.
            let (apart, together) = (format!("{case}, {order:?}, apart"), format!("{case}, {order:?}, together"));
            for place in &order {
                delivered(&mut instance, message("g", states[*place].1, &[entry(&apart, states[*place])])).await;
            }
            let batch = order.iter().map(|place| message("g", states[*place].1, &[entry(&together, states[*place])])).collect();
            let outcomes = deliver(&mut instance, batch).await;
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered(_))), "{together}: {outcomes:?}");
            expected.extend([apart, together].into_iter().filter_map(|id| row.map(|row| format!(r#"g/{id}={{"s": "{row}"}}"#))));
        }
    }
    expected.sort();
    let mut found = rows(&session, r#""Order""#).await;
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_same_state_again_repairs_a_row_that_someone_changed() {
    let Some(server) = server("replays") else { return };
    let session = server.session().await;
    let mut instance = table(&server, "Replay").await;
    let again = message("g", 5, &[live("1", 5, r#"{"s":"right"}"#), live("2", 5, "{}"), deleted("3", 5)]);
    delivered(&mut instance, again.clone()).await;
    let harm = r#"UPDATE "Replay" SET "Data" = '1' WHERE "UID" = '1'; DELETE FROM "Replay" WHERE "UID" = '2';
                  INSERT INTO "Replay" VALUES ('3', 'g', '{}')"#;
    session.batch_execute(harm).await.unwrap();
    delivered(&mut instance, again).await;
    assert_eq!(rows(&session, r#""Replay""#).await, [r#"g/1={"s": "right"}"#, "g/2={}"]);
}
