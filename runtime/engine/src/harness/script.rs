//! What the other sides say: rules tried from the top, and what they say where no rule fits.

use std::time::Duration;

use ampline_core::outcome::{Failure, FailureClass};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    fault::{Kind, Trouble},
    pattern, shown,
};
use crate::sink::seam::{Answer, Call, Parameter, Statement, What};

/// What answers a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    Answer(Answer),
    Failure(Failure),
    Trouble(&'static Trouble),
}

impl Reply {
    fn to(&self, call: &Call, now: Timestamp, echo: &str) -> Result<Answer, Failure> {
        match self {
            Self::Answer(answer) => Ok(answer.clone()),
            Self::Failure(failure) => Err(failure.clone()),
            Self::Trouble(trouble) => trouble.answer(Kind::of(call), now, echo),
        }
    }
}

/// An answer, and to which calls.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// Nothing fits every call.
    pub(super) pattern: Option<Value>,
    /// How often it still answers; nothing: always.
    pub(super) left: Option<u32>,
    pub(super) reply: Reply,
}

/// A recorded call and what was said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recorded {
    pub(super) call: Value,
    pub(super) reply: Reply,
    pub(super) used: bool,
}

/// Everything that the other sides say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Script {
    pub(super) rules: Vec<Rule>,
    /// Every call that can meet it does.
    pub(super) trouble: Option<&'static Trouble>,
    /// The one call that meets it, by its place among all.
    pub(super) nth: Option<(usize, &'static Trouble)>,
    /// Answers come from here alone.
    pub(super) cassette: Option<Vec<Recorded>>,
    /// Calls go out.
    pub(super) live: bool,
    /// What answers say in their bodies where they tell of trouble.
    pub(super) echo: String,
}

impl Script {
    pub(super) fn of(rules: &[Rule]) -> Self {
        Self { rules: rules.to_vec(), ..Self::default() }
    }

    pub(super) fn troubled(rules: &[Rule], trouble: &'static Trouble) -> Self {
        Self { trouble: Some(trouble), ..Self::of(rules) }
    }

    /// The answer to a call, the `at`th of all; nothing lets it go out.
    pub(super) fn answer(&mut self, call: &Call, at: usize, now: Timestamp) -> Option<Result<Answer, Failure>> {
        if self.live {
            return None;
        }
        let kind = Kind::of(call);
        let nth = self.nth.filter(|(place, _)| *place == at).map(|(_, trouble)| trouble);
        if let Some(trouble) = nth.or(self.trouble).filter(|trouble| trouble.meets(kind)) {
            return Some(trouble.answer(kind, now, &self.echo));
        }
        let shown = shown::call(call);
        if let Some(recorded) = &mut self.cassette {
            return Some(replayed(recorded, &shown, call, now));
        }
        let fits =
            |rule: &&mut Rule| rule.left != Some(0) && rule.pattern.as_ref().is_none_or(|pattern| pattern::fits(pattern, &shown));
        let Some(rule) = self.rules.iter_mut().find(fits) else { return Some(Ok(content(&call.what))) };
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.reply.to(call, now, &self.echo))
    }
}

fn replayed(recorded: &mut [Recorded], shown: &Value, call: &Call, now: Timestamp) -> Result<Answer, Failure> {
    match recorded.iter_mut().find(|one| !one.used && one.call == *shown) {
        Some(one) => {
            one.used = true;
            one.reply.to(call, now, "")
        }
        None => Err(Failure::transient("cassette.call", "the cassette does not hold this call")),
    }
}

/// What a content other side says.
fn content(what: &What) -> Answer {
    match what {
        What::Http(_) => {
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            Answer::Http { status: 200, headers, body: b"{}".to_vec(), truncated: false }
        }
        What::Put(_) => Answer::Stored("\"9bb58f26192e4ba00f01e2e7b136bbd8\"".to_owned()),
        What::PutRecord { .. } => Answer::Placed { shard: "shardId-000000000000".to_owned(), sequence_number: "1".to_owned() },
        What::Transact(statements) => Answer::Rows(statements.iter().map(rows).collect()),
        What::Apply(_) | What::Probe(_) => Answer::Done,
    }
}

/// As many as the longest list has items.
fn rows(statement: &Statement) -> u64 {
    let len = |parameter: &Parameter| match parameter {
        Parameter::Texts(texts) => texts.len(),
        Parameter::Integers(numbers) => numbers.len(),
        Parameter::Documents(documents) => documents.len(),
        Parameter::Text(_) | Parameter::Integer(_) => 0,
    };
    statement.parameters.iter().map(len).max().unwrap_or(0) as u64
}

/// Reads an answer as case files write it: its one member that says what it is, or what is wrong with it and where.
pub(super) fn reply(answer: &serde_json::Map<String, Value>) -> Result<Reply, (String, String)> {
    let told: Vec<_> = answer.iter().filter(|(name, _)| !["for", "times"].contains(&name.as_str())).collect();
    let [(name, value)] = told[..] else {
        let message = "needs one of http, etag, placed, rows, done, fault and failure";
        return Err((String::new(), message.to_owned()));
    };
    let at = |inner: &str, message: &str| Err((format!("/{name}{inner}"), message.to_owned()));
    match (name.as_str(), value) {
        ("http", Value::Object(http)) => {
            self::http(http).map(Reply::Answer).map_err(|(inner, message)| (format!("/http{inner}"), message))
        }
        ("etag", Value::String(etag)) => Ok(Reply::Answer(Answer::Stored(etag.clone()))),
        ("placed", placed) => match (placed["shard"].as_str(), placed["sequenceNumber"].as_str()) {
            (Some(shard), Some(number)) => {
                Ok(Reply::Answer(Answer::Placed { shard: shard.to_owned(), sequence_number: number.to_owned() }))
            }
            _ => at("", "needs `shard` and `sequenceNumber`, both text"),
        },
        ("rows", Value::Array(rows)) => match rows.iter().map(Value::as_u64).collect() {
            Some(rows) => Ok(Reply::Answer(Answer::Rows(rows))),
            None => at("", "should be a list of numbers, one for each statement"),
        },
        ("done", Value::Bool(true)) => Ok(Reply::Answer(Answer::Done)),
        ("fault", Value::String(fault)) => match super::fault::named(fault) {
            Some(trouble) => Ok(Reply::Trouble(trouble)),
            None => at("", &unknown_fault(fault)),
        },
        ("failure", Value::Object(failure)) => match self::failure(failure) {
            Ok(failure) => Ok(Reply::Failure(failure)),
            Err((inner, message)) => at(&inner, &message),
        },
        ("http" | "etag" | "rows" | "done" | "fault" | "failure", _) => {
            at("", "is not what belongs here; see the table of answers")
        }
        _ => at("", "is no answer: write http, etag, placed, rows, done, fault or failure"),
    }
}

/// What to say of a fault that there is not.
pub(super) fn unknown_fault(name: &str) -> String {
    let names: Vec<_> = super::fault::ALL.iter().map(|trouble| trouble.name).collect();
    format!("{name:?} is no fault; there are: {}", names.join(", "))
}

fn http(http: &serde_json::Map<String, Value>) -> Result<Answer, (String, String)> {
    let fault = |at: &str, message: &str| Err((at.to_owned(), message.to_owned()));
    let unknown = http.keys().find(|name| !["status", "headers", "body", "truncated"].contains(&name.as_str()));
    if let Some(name) = unknown {
        return fault(&format!("/{name}"), "is not known here: write status, headers, body and truncated");
    }
    let status = http.get("status").map_or(Some(200), |status| status.as_u64().and_then(|status| u16::try_from(status).ok()));
    let Some(status) = status.filter(|status| (100..600).contains(status)) else {
        return fault("/status", "should be a number from 100 to 599");
    };
    let mut headers = Vec::new();
    for (name, value) in http.get("headers").and_then(Value::as_object).into_iter().flatten() {
        match super::envelopes::text(value) {
            Some(value) => headers.push((name.to_ascii_lowercase(), value)),
            None => return fault(&format!("/headers/{name}"), "should be text"),
        }
    }
    let body = match http.get("body") {
        None => Vec::new(),
        Some(body) => shown::bytes_of(body).map_err(|message| ("/body".to_owned(), message))?,
    };
    let truncated = http.get("truncated").and_then(Value::as_bool).unwrap_or(false);
    Ok(Answer::Http { status, headers, body, truncated })
}

fn failure(members: &serde_json::Map<String, Value>) -> Result<Failure, (String, String)> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let class = match text("class") {
        Some("transient") => FailureClass::Transient,
        Some("throttled") => FailureClass::Throttled,
        Some("rejected") => FailureClass::Rejected,
        Some("blocked") => FailureClass::Blocked,
        _ => return Err(("/class".to_owned(), "should be transient, throttled, rejected or blocked".to_owned())),
    };
    let retry_after = members.get("retryAfterMs").and_then(Value::as_u64).map(Duration::from_millis);
    let maybe_applied = members.get("maybeApplied").and_then(Value::as_bool).unwrap_or(false);
    let told = Failure::transient(text("code").unwrap_or("test.failed"), text("message").unwrap_or("a failure of the test"));
    Ok(Failure { class, retry_after, maybe_applied, ..told })
}
