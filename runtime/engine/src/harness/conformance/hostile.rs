//! Bodies and ids that nobody expects, each between two messages that are as usual.

use ampline_core::{message::Envelope, outcome::Outcome};
use serde_json::{Value, json};

use super::{Trial, message};
use crate::harness::{
    envelopes::{Facts, Record, of_bytes, of_records},
    recorder::Recorder,
    report::Verdict,
    shown,
    stage::first,
};

const LARGE_BYTES: usize = 10 << 20;
const DEPTH: usize = 10_000;

pub(super) async fn run(recorder: &mut Recorder, trial: &Trial<'_>) {
    for name in NAMES {
        let full = format!("hostile.{name}");
        if recorder.wants(&full) {
            let expected = format!("a message {} traps nothing, and its neighbours are delivered", meaning(name));
            recorder.check(&full, &expected, survived(trial, hostile(name))).await;
        }
    }
}

const NAMES: [&str; 8] =
    ["empty-body", "ten-megabytes", "invalid-utf8", "deep-json", "nul", "big-numbers", "header-injection", "sql-text"];

fn meaning(name: &str) -> &'static str {
    match name {
        "empty-body" => "without a byte",
        "ten-megabytes" => "of ten megabytes",
        "invalid-utf8" => "that is not UTF-8",
        "deep-json" => "of ten thousand lists in each other",
        "nul" => "with the character NUL",
        "big-numbers" => "with numbers beyond 2^53",
        "header-injection" => "whose ids have line breaks",
        _ => "whose ids are SQL",
    }
}

fn hostile(name: &str) -> Envelope {
    let facts = Facts::of(1);
    let record = |fields: &Value| of_records(&facts, &[Record::of(fields, false)]);
    match name {
        "empty-body" => of_bytes(&facts, Vec::new()),
        "ten-megabytes" => record(&json!({"id": "large", "note": "x".repeat(LARGE_BYTES / 2)})),
        "invalid-utf8" => of_bytes(&facts, b"{\"name\":\"\xff\xfe\xc3\x28\"}".to_vec()),
        "deep-json" => of_bytes(&facts, [vec![b'['; DEPTH], vec![b']'; DEPTH]].concat()),
        "nul" => record(&json!({"id": "nul\u{0}id", "name": "a\u{0}b"})),
        "big-numbers" => record(
            &json!({"id": 9_007_199_254_740_993_u64, "large": 18_446_744_073_709_551_615_u64, "small": -9_223_372_036_854_775_808_i64}),
        ),
        "header-injection" => {
            let facts = Facts { group: "group\r\nx-evil: 1".to_owned(), object: "contacts\r\nx-evil: 1".to_owned(), ..facts };
            of_records(&facts, &[Record::of(&json!({"id": "1\r\nx-evil: 1", "name": "a\r\n\r\nb"}), false)])
        }
        _ => {
            let facts = Facts { group: "'; DROP TABLE contacts; --".to_owned(), object: "contacts\"; --".to_owned(), ..facts };
            of_records(&facts, &[Record::of(&json!({"id": "1'; DROP TABLE contacts; --", "name": "$1"}), false)])
        }
    }
}

async fn survived(trial: &Trial<'_>, hostile: Envelope) -> Verdict {
    let alone = trial.descriptor.max_batch_envelopes < 3;
    let batch = if alone { vec![hostile] } else { vec![message("usual", 0), hostile, message("usual", 2)] };
    let neighbours: &[usize] = if alone { &[] } else { &[0, 2] };
    let delivery = match trial.deliver(trial.content(), &first(batch)).await {
        Ok(delivery) => delivery,
        Err(verdict) => return verdict,
    };
    if !delivery.reusable {
        let told = delivery.outcomes.first().map(shown::words).unwrap_or_default();
        return Verdict::broken(
            format!("the instance is gone: {told}"),
            "read what may be anything with code that gives errors, and make a rejected failure of those",
        );
    }
    let failed = neighbours.iter().find(|at| !matches!(delivery.outcomes.get(**at), Some(Outcome::Delivered(_))));
    match failed {
        None => Verdict::Holds,
        Some(at) => {
            let told = delivery.outcomes.get(*at).map(shown::words).unwrap_or_default();
            Verdict::broken(format!("its neighbour, message {at}, is {told}"), "reject the one message, and send the others")
        }
    }
}
