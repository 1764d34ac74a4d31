//! The Salesforce emulator, over real sockets.
//!
//! Doubles: none; the emulator is what is tested. Oracles: jsforce and simple-salesforce, clients that are not ours; soql-parser-js, a
//! grammar that is not ours; for conditions a naive evaluation over all records; else what Salesforce documents.

mod clients;
mod conditions;
mod events;
mod grammar;
mod oauth;
mod paging;
mod program;
mod trouble;

use std::error::Error;

use ampline_tests::{
    loopback::{Answer, Client},
    salesforce::{Emulator, Options},
};

type Outcome = Result<(), Box<dyn Error>>;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;

fn start(options: Options) -> Result<(Emulator, Client), std::io::Error> {
    let bearer = format!("Bearer {}", options.access_token);
    let emulator = Emulator::start(options)?;
    let client = Client::new(&emulator.base_url()).with("authorization", &bearer);
    Ok((emulator, client))
}

/// A query that starts at a fixed time, so that every run sees the same records.
fn fixed() -> Options {
    Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The path of a query.
fn asking(soql: &str) -> String {
    format!("/services/data/v60.0/query?q={}", escaped(soql))
}

/// The path of the same query, deleted records included.
fn asking_all(soql: &str) -> String {
    format!("/services/data/v60.0/queryAll?q={}", escaped(soql))
}

/// The code and the message of a refusal; empty where there is none.
fn refusal_of(answer: &Answer) -> (String, String) {
    let told = answer.json();
    let text = |name: &str| told[0][name].as_str().unwrap_or_default().to_owned();
    (text("errorCode"), text("message"))
}

/// A field of all records of an answer, as text.
fn column(answer: &Answer, field: &str) -> Vec<String> {
    let records = answer.json()["records"].as_array().cloned().unwrap_or_default();
    records.iter().map(|record| record[field].as_str().map_or_else(|| record[field].to_string(), str::to_owned)).collect()
}
