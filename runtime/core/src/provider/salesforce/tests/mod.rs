//! No doubles: answers are written out. Oracle: the contract's section 5.3 and Salesforce's REST and SOQL references.

mod answers;
mod damage;
mod queries;
mod refusals;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

use crate::{
    cursor::{ReadType, Run},
    plan::{ReadPlan, sample},
    provider::{Catalog, Provider, ProviderPage, ReadError},
};

fn salesforce() -> Arc<dyn Provider> {
    Catalog::built_in().get("salesforce").unwrap().clone()
}

fn accounts() -> ReadPlan {
    sample::plan("Account", &["Name", "Owner.Name"])
}

fn run(since: Option<&str>, position: Option<&str>) -> Run {
    Run {
        read_type: ReadType::Scheduled,
        started_at: Timestamp::UNIX_EPOCH,
        since: since.map(|time| time.parse().unwrap()),
        until: None,
        position: position.map(str::to_owned),
        records: 1_000,
        total: None,
        recent: Vec::new(),
    }
}

const SINCE: Option<&str> = Some("2026-01-02T03:04:05.678999Z");
const LAST: &str = "001000000000001AAA";
const LOCATOR: &str = "/services/data/v60.0/query/01gRO0000016PIAYA2-2000";

/// The position behind a first page of two records.
fn more() -> String {
    format!("more:2:{LAST}:{LOCATOR}")
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

fn page(run: &Run, body: &str) -> Result<ProviderPage, ReadError> {
    salesforce().page(&accounts(), run, &answer(200, &[], body))
}
