//! No doubles: answers are written out. Oracle: the contract's section 5.4 and HubSpot's CRM v3 reference.

mod answers;
mod completion;
mod damage;
mod refusals;
mod requests;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

use crate::{
    cursor::{ReadType, Run},
    plan::{ReadPlan, sample},
    provider::{Catalog, Provider, ProviderPage, ReadError, Record},
};

fn hubspot() -> Arc<dyn Provider> {
    Catalog::built_in().get("hubspot").unwrap().clone()
}

fn contacts() -> ReadPlan {
    sample::plan("contacts", &["email", "FirstName", "id"])
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

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

fn page(run: &Run, body: &str) -> Result<ProviderPage, ReadError> {
    hubspot().page(&contacts(), run, &answer(200, &[], body))
}

fn record(id: &str) -> Record {
    Record {
        id: id.to_owned(),
        modified_at: None,
        deleted: false,
        raw: Bytes::new(),
        fields: Vec::new(),
        associations: Vec::new(),
    }
}
