//! No doubles: answers are written out. Oracles: `tests/data/providers`, exchanges written after each vendor's own documentation and
//! the contract's section 5.2; for hostile input, that nothing panics and everything ends.

mod fixtures;
mod hostile;
mod issues;
mod reading;
mod shipped;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use super::check;
use crate::{
    cursor::{ReadType, Run},
    manifest::Issue,
    plan::{ReadPlan, sample},
    provider::{Provider, ProviderPage},
};

fn plan(object: &str, workspace: Option<&str>) -> ReadPlan {
    let mut plan = sample::plan(object, &["name"]);
    plan.context.installation.workspace = workspace.map(str::to_owned);
    plan
}

fn run(since: Option<&str>, until: Option<&str>) -> Run {
    let time = |text: &str| text.parse().unwrap();
    Run {
        read_type: ReadType::Scheduled,
        started_at: Timestamp::UNIX_EPOCH,
        since: since.map(time),
        until: until.map(time),
        position: None,
        records: 0,
        total: None,
        recent: Vec::new(),
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

/// `METHOD path-and-query`.
fn asked(request: &Request<Bytes>) -> String {
    format!("{} {}", request.method(), request.uri())
}

fn ids(page: &ProviderPage) -> Vec<String> {
    let shown = |record: &crate::provider::Record| format!("{}{}", record.id, if record.deleted { " deleted" } else { "" });
    page.records.iter().map(shown).collect()
}

/// A provider whose file is good.
#[track_caller]
fn provider(yaml: &str) -> std::sync::Arc<dyn Provider> {
    let checked = check(yaml.as_bytes());
    checked.provider.unwrap_or_else(|| panic!("{}", shown(&checked.issues)))
}

/// Issues as people see them, one a line.
fn shown(issues: &[Issue]) -> String {
    let line = |issue: &Issue| {
        let remedy = issue.suggestion.as_ref().map_or_else(String::new, |remedy| format!("; {remedy}"));
        format!("{}:{} {} {}{remedy}", issue.line, issue.column, issue.path, issue.message)
    };
    issues.iter().map(line).collect::<Vec<_>>().join("\n")
}
