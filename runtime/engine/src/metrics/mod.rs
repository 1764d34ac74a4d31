//! Figures for Prometheus, counted where things happen: process-wide like the log, so a room that counts needs no handle of anybody's.

mod family;
mod process;

use std::fmt::Write;

use family::Family;
pub(crate) use family::escaped;

/// Seconds between what a local call and a patient time-out take.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Seconds between a delivery at once and the last of a day's retries.
const LONG_SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0, 172_800.0];

/// Attempts to deliver a message, by what became of them.
pub(crate) static DELIVERY_ATTEMPTS: Family = Family::counter(
    "ampline_delivery_attempts_total",
    "Attempts to deliver a message; outcome is delivered, retry, dead or blocked.",
    &["destination", "outcome"],
);
/// How long attempts took.
pub(crate) static DELIVERY_ATTEMPT_SECONDS: Family = Family::histogram(
    "ampline_delivery_attempt_duration_seconds",
    "Time from a batch's handing over to the sink's answer for a message.",
    &["destination"],
    SECONDS,
);
/// From a message's making to its delivery.
pub(crate) static DELIVERY_LATENCY_SECONDS: Family = Family::histogram(
    "ampline_delivery_latency_seconds",
    "Time from a message's making to its delivery, retries included.",
    &["destination"],
    LONG_SECONDS,
);
/// Bytes of delivered messages.
pub(crate) static DELIVERED_BYTES: Family =
    Family::counter("ampline_delivered_bytes_total", "Bytes of messages that were delivered.", &["destination"]);
/// Pages that were read.
pub(crate) static READ_PAGES: Family =
    Family::counter("ampline_read_pages_total", "Pages that were read and made durable.", &["provider"]);
/// Records that were read.
pub(crate) static READ_RECORDS: Family =
    Family::counter("ampline_read_records_total", "Records of the pages that were read.", &["provider"]);
/// Requests that the API answered.
pub(crate) static HTTP_REQUESTS: Family = Family::counter(
    "ampline_http_requests_total",
    "Requests that were answered; path is the route, status its class (2xx to 5xx).",
    &["method", "path", "status"],
);
/// How long the API took.
pub(crate) static HTTP_REQUEST_SECONDS: Family = Family::histogram(
    "ampline_http_request_duration_seconds",
    "Time from a request's head to its answer's.",
    &["method", "path"],
    SECONDS,
);
/// How long transactions took.
pub(crate) static STORE_COMMIT_SECONDS: Family = Family::histogram(
    "ampline_store_commit_duration_seconds",
    "Time that a group commit took, with its sync; of the journal, the hosted store and the project's store together.",
    &[],
    SECONDS,
);
/// Writes that shared those transactions.
pub(crate) static STORE_WRITES: Family = Family::counter("ampline_store_writes_total", "Writes that group commits carried.", &[]);

/// All that is counted.
const ALL: [&Family; 10] = [
    &DELIVERY_ATTEMPTS,
    &DELIVERY_ATTEMPT_SECONDS,
    &DELIVERY_LATENCY_SECONDS,
    &DELIVERED_BYTES,
    &READ_PAGES,
    &READ_RECORDS,
    &HTTP_REQUESTS,
    &HTTP_REQUEST_SECONDS,
    &STORE_COMMIT_SECONDS,
    &STORE_WRITES,
];

/// What was counted, and the process itself, in Prometheus' text format 0.0.4.
pub(crate) fn text() -> String {
    let mut out = String::new();
    for family in ALL {
        family.write(&mut out);
    }
    process::write(&mut out);
    out
}

/// Appends a gauge with these samples: labels as they are written between braces, and the value.
pub(crate) fn gauge(out: &mut String, name: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
    sampled(out, name, help, "gauge", samples);
}

fn sampled(out: &mut String, name: &str, help: &str, kind: &str, samples: impl IntoIterator<Item = (String, f64)>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = match labels.as_str() {
            "" => writeln!(out, "{name} {value}"),
            labels => writeln!(out, "{name}{{{labels}}} {value}"),
        };
    }
}
