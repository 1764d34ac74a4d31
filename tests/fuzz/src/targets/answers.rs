//! A provider's answers, one after the other, to a read that goes as the engine's does: no answer moves the cursor beyond what it gave.
//!
//! The first byte picks a plan, the second a run; each part behind them is an answer: `!429 retry-after: 5` and a line end before a body
//! give it a status and a header.

use std::{
    collections::{HashSet, VecDeque},
    sync::LazyLock,
    time::Duration,
};

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, PageGuard, ReadCursor, behind},
    manifest::Backfill,
    plan::{FieldFilter, ObjectConfig, ReadPlan},
    provider::{Provider, ProviderPage, ReadError, Record, SentTo, fill},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use serde_json::Value;

use super::{
    messages, parts,
    stage::{CATALOG, NOW, judge_request, read_plan},
};

/// Longest message of a refusal, in characters.
const MESSAGE_CHARS_MAX: usize = 1_500;

/// Most requests that complete one page.
const COMPLETING_MAX: usize = 30;

/// Every object of every provider, read in several ways.
pub(super) static PLANS: LazyLock<Vec<ReadPlan>> = LazyLock::new(|| {
    let of_provider = |name| {
        let objects = match name {
            "hubspot" => vec!["contacts", "owners", "p123_cars"],
            "salesforce" => vec!["Account", "User"],
            _ => CATALOG.get(name).and_then(|provider| provider.objects()).unwrap_or_else(|| vec!["items"]),
        };
        let objects: Vec<String> = objects.into_iter().take(3).map(str::to_owned).collect();
        objects.into_iter().flat_map(move |object| ways(name).into_iter().filter_map(move |way| read_plan(name, &object, way)))
    };
    CATALOG.names().flat_map(of_provider).collect()
});

/// Named fields; all of them, with what is deleted and what is associated; mapped ones, under a condition.
fn ways(provider: &str) -> [ObjectConfig; 3] {
    let associations = if provider == "salesforce" { "[\"Contacts\"]" } else { "[\"companies\",\"deals\"]" };
    let all = format!(r#"{{"selectedFieldsAuto":"all","deletes":true,"associations":{associations}}}"#);
    let mapped = r#"{"selectedFieldMappings":{"name":"$['a']['b'][*]"},"selectedValueMappings":{"status":{"x":"1"}},
        "selectedFields":{"status":true},"fieldFilters":[{"fieldName":"status","operator":"eq","value":"1"}]}"#;
    [r#"{"selectedFields":{"id":true,"name":true,"email":true}}"#, &all, mapped]
        .map(|config| serde_json::from_str(config).unwrap_or_else(|error| panic!("{config}: {error}")))
}

pub(super) fn run(data: &[u8]) {
    let [plan, way, data @ ..] = data else { return };
    let plan = &PLANS[usize::from(*plan) % PLANS.len()];
    let Some(provider) = CATALOG.get(&plan.context.provider) else { return };
    let mut read = Read { provider: provider.as_ref(), plan, cursor: cursor(*way), guard: PageGuard::default() };
    let mut answers = parts(data).map(|part| answer(provider.as_ref(), part)).peekable();
    if let Some(first) = answers.peek() {
        alone(provider.as_ref(), plan, first);
    }
    while let Some(response) = answers.next() {
        let before = read.cursor.clone();
        match read.step(&response, &mut answers) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                judge_error(&error);
                assert_eq!(read.cursor, before, "a page that failed moves nothing");
            }
        }
    }
}

/// The state before the first page.
fn cursor(way: u8) -> ReadCursor {
    let early = NOW - Duration::from_secs(100_000);
    let known = ReadCursor { watermark: Some(early), recent: vec![1, 2], ..ReadCursor::default() };
    match way % 4 {
        0 => ReadCursor::default().start_run(Backfill::FullHistory, NOW, OVERLAP_DEFAULT),
        1 => ReadCursor::default().start_run(Backfill::Days(30), NOW, OVERLAP_DEFAULT),
        2 => known.start_run(Backfill::None, NOW, OVERLAP_DEFAULT),
        _ => ReadCursor::triggered(Some(early), Some(NOW), NOW),
    }
}

/// An answer from its part of the input.
pub(super) fn answer(provider: &dyn Provider, part: &[u8]) -> Response<Bytes> {
    let (head, body) = match part.strip_prefix(b"!") {
        Some(rest) => {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            (&rest[..end], rest.get(end + 1..).unwrap_or_default())
        }
        None => (&b"200"[..], part),
    };
    let mut response = Response::new(Bytes::copy_from_slice(body));
    let (status, header) = head.split_at_checked(3).unwrap_or((b"200", b""));
    if let Some(status) = std::str::from_utf8(status).ok().and_then(|status| status.parse().ok()) {
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    }
    if let Some(colon) = header.iter().position(|byte| *byte == b':') {
        let name = HeaderName::from_bytes(header[..colon].trim_ascii());
        let value = HeaderValue::from_bytes(header[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    if let Ok(base) = fill(&provider.info().base_url, |_| Some("acme".to_owned())) {
        response.extensions_mut().insert(SentTo(base));
    }
    response
}

/// What is asked apart from pages.
fn alone(provider: &dyn Provider, plan: &ReadPlan, response: &Response<Bytes>) {
    let told = [
        provider.count(response).map(drop),
        provider.fields(response).map(drop),
        provider.health(response),
        provider.records(plan, response).map(|records| records.iter().for_each(|record| judge_record(record, response))),
    ];
    told.into_iter().filter_map(Result::err).for_each(|error| judge_error(&error));
    let _ = behind(response.headers(), NOW);
}

fn judge_error(error: &ReadError) {
    let message = &error.message;
    assert!(!message.is_empty() && message.chars().count() <= MESSAGE_CHARS_MAX && !message.contains('\n'), "{message}");
}

fn judge_record(record: &Record, response: &Response<Bytes>) {
    assert!(!record.id.is_empty());
    messages::raw(&record.raw);
    let whole = response.body().as_ptr_range();
    // Of a record that went into another nothing is there but its id.
    assert!(record.deleted || whole.contains(&record.raw.as_ptr()), "a record is a slice of the answer");
    record
        .fields
        .iter()
        .map(|(_, value)| value)
        .chain(record.associations.iter().map(|(_, value)| value))
        .for_each(|value| drop(messages::raw(value)));
}

struct Read<'a> {
    provider: &'a dyn Provider,
    plan: &'a ReadPlan,
    cursor: ReadCursor,
    guard: PageGuard,
}

impl Read<'_> {
    /// Takes in one page; whether another follows.
    fn step(&mut self, response: &Response<Bytes>, more: &mut impl Iterator<Item = Response<Bytes>>) -> Result<bool, ReadError> {
        let Some(run) = &self.cursor.run else { return Ok(false) };
        judge_request(&self.provider.request(self.plan, run));
        let page = self.provider.page(self.plan, run, response);
        assert_eq!(self.provider.page(self.plan, run, response), page, "the same answer says the same");
        let mut page = page?;
        self.guard.check(run.position.as_deref(), &page)?;
        page.records.iter().for_each(|record| judge_record(record, response));
        self.judge_progress(&page, response);
        let filters = self.provider.filters();
        page.records.retain(|record| run.wants(record) && (filters || self.plan.admits(record, run.read_type)));
        let mut fresh = self.cursor.fresh(page.records.clone());
        let mut requests: VecDeque<_> = self.provider.completing_requests(self.plan, &fresh).into();
        let most = COMPLETING_MAX + fresh.len() / 100 + fresh.len() * self.plan.associations.len();
        assert!(requests.len() <= most, "{} requests complete a page", requests.len());
        while let Some(request) = requests.pop_front() {
            judge_request(&request);
            let Some(answer) = more.next() else { return Ok(false) };
            requests.extend(self.provider.completed(self.plan, &mut fresh, &request, &answer)?.next);
        }
        messages::judge(self.plan, &fresh);
        let after = self.cursor.clone().after_page(&page, OVERLAP_DEFAULT);
        self.cursor = if page.next.is_none() { after.complete() } else { after };
        let stored = self.cursor.to_text();
        assert_eq!(ReadCursor::parse(Some(&stored)).as_ref(), Ok(&self.cursor), "{stored}");
        Ok(self.cursor.run.is_some())
    }

    /// Of the providers that are read in the order of ids, nothing that lies before the next page was left out of this one.
    fn judge_progress(&self, page: &ProviderPage, response: &Response<Bytes>) {
        let Some(run) = &self.cursor.run else { return };
        let list = match self.plan.context.provider.as_str() {
            "hubspot" => "results",
            "salesforce" => "records",
            _ => return,
        };
        let sifted =
            run.until.is_some() || run.since.is_some() && list == "results" || self.plan.filters != Vec::<FieldFilter>::new();
        let is_archive = run.position.as_deref().is_some_and(|position| position.starts_with("archived"));
        let Ok(body) = serde_json::from_slice::<Value>(response.body()) else { return };
        if let (false, false, Some(records)) = (sifted, is_archive, body[list].as_array()) {
            assert_eq!(page.records.len(), records.len(), "a page gives all of its records, or none and an error");
        }
        let next = page.next.as_deref().and_then(|next| next.strip_prefix("id:"));
        if let Some(next) = next.filter(|_| self.plan.filters.is_empty() && run.until.is_none() && !page.records.is_empty()) {
            let given: HashSet<&str> = page.records.iter().map(|record| record.id.as_str()).collect();
            assert!(given.contains(next), "the next page begins behind `{next}`, which was not given");
        }
    }
}
