//! What can go wrong on the other side: each fault, what the sink hears of it, and what it may make of that.

use std::time::Duration;

use ampline_core::outcome::{Failure, FailureClass};

use crate::sink::seam::{Answer, Call, What};

/// What `Retry-After` asks for, in the faults that have it.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(7);
/// A header that is a date has whole seconds.
const DATE_GRAIN: Duration = Duration::from_secs(1);

/// The capabilities that reach another side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Http,
    Objects,
    Streams,
    Sql,
    Documents,
}

impl Kind {
    pub(super) fn of(call: &Call) -> Self {
        match &call.what {
            What::Http(_) => Self::Http,
            What::Put(_) => Self::Objects,
            What::PutRecord { .. } => Self::Streams,
            What::Transact(_) => Self::Sql,
            What::Apply(_) => Self::Documents,
            What::Probe(interface) if *interface == "objects" => Self::Objects,
            What::Probe(_) => Self::Streams,
        }
    }
}

/// What an outcome may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    Delivered,
    Class(FailureClass),
}

impl Allowed {
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL_OUTCOMES.into_iter().find(|allowed| allowed.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Class(FailureClass::Transient) => "transient",
            Self::Class(FailureClass::Throttled) => "throttled",
            Self::Class(FailureClass::Rejected) => "rejected",
            Self::Class(FailureClass::Blocked) => "blocked",
        }
    }
}

const DELIVERED: Allowed = Allowed::Delivered;
const TRANSIENT: Allowed = Allowed::Class(FailureClass::Transient);
const THROTTLED: Allowed = Allowed::Class(FailureClass::Throttled);
const REJECTED: Allowed = Allowed::Class(FailureClass::Rejected);
const BLOCKED: Allowed = Allowed::Class(FailureClass::Blocked);
const ALL_OUTCOMES: [Allowed; 5] = [DELIVERED, TRANSIENT, THROTTLED, REJECTED, BLOCKED];

/// What the sink hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// No answer: code, words, and whether the request may have been taken.
    Nothing(&'static str, &'static str, bool),
    /// An answer with this status.
    Status(u16),
    /// The same with `Retry-After` in seconds.
    StatusAfter(u16),
    /// The same with `Retry-After` as a date.
    StatusAfterDate(u16),
    /// A good answer that breaks off.
    Truncated,
    /// What the host makes of an answer of AWS or Postgres.
    Told(FailureClass, &'static str, &'static str),
}

/// One thing that can go wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) name: &'static str,
    kinds: &'static [Kind],
    heard: Heard,
    pub(super) allowed: &'static [Allowed],
    /// What to do where a sink makes something else of it.
    pub(super) repair: &'static str,
}

const REACHING: &[Kind] = &[Kind::Http, Kind::Objects, Kind::Streams, Kind::Sql];
const HTTP: &[Kind] = &[Kind::Http];
const PASS_ON: &str = "pass on the failure that the capability gives, as it is";
const REFUSED: &str = "make a failure of every status that is not 2xx: rejected where this message is to blame, else transient";
const LATER: &str = "a status that means `not now` is transient: the runtime tries again by its schedule";
const HEED: &str = "make a throttled failure of it and hand `Retry-After` on as `retry-after`, in milliseconds";

const fn trouble(
    name: &'static str,
    kinds: &'static [Kind],
    heard: Heard,
    allowed: &'static [Allowed],
    repair: &'static str,
) -> Trouble {
    Trouble { name, kinds, heard, allowed, repair }
}

use FailureClass::{Blocked, Rejected, Throttled, Transient};
use Heard::{Nothing, Status, StatusAfter, StatusAfterDate, Told, Truncated};

/// Every fault, as `sinks-wit/CASES.md` lists them.
#[rustfmt::skip]
pub(super) const ALL: &[Trouble] = &[
    trouble("timeout", REACHING, Nothing("http.timeout", "no answer within 15000 ms", true), &[TRANSIENT], PASS_ON),
    trouble("reset", REACHING, Nothing("http.reset", "connection reset by peer", true), &[TRANSIENT], PASS_ON),
    trouble("refused", REACHING, Nothing("http.connect", "connection refused", false), &[TRANSIENT], PASS_ON),
    trouble("dns", REACHING, Nothing("http.dns", "the name leads nowhere", false), &[TRANSIENT], PASS_ON),
    trouble("http.tls", HTTP, Nothing("http.tls", "invalid peer certificate: UnknownIssuer", false), &[TRANSIENT, BLOCKED], PASS_ON),
    trouble("http.address", HTTP, Told(Blocked, "http.address", "127.0.0.1, which is loopback, may not be dialled"), &[BLOCKED], PASS_ON),
    trouble("http.truncated", HTTP, Truncated, &[DELIVERED, TRANSIENT], "read what came of the body, and be content or try again"),
    trouble("http.redirect", HTTP, Status(302), &[TRANSIENT, REJECTED, BLOCKED], "redirects are not followed: nothing was delivered"),
    trouble("http.400", HTTP, Status(400), &[TRANSIENT, REJECTED, BLOCKED], REFUSED),
    trouble("http.401", HTTP, Status(401), &[TRANSIENT, BLOCKED], "bad credentials are nobody's message's fault: blocked, or transient"),
    trouble("http.403", HTTP, Status(403), &[TRANSIENT, BLOCKED], "missing rights are nobody's message's fault: blocked, or transient"),
    trouble("http.404", HTTP, Status(404), &[TRANSIENT, REJECTED, BLOCKED], REFUSED),
    trouble("http.408", HTTP, Status(408), &[TRANSIENT, THROTTLED], LATER),
    trouble("http.409", HTTP, Status(409), &[TRANSIENT, REJECTED, BLOCKED], REFUSED),
    trouble("http.410", HTTP, Status(410), &[BLOCKED, REJECTED], "410 says for ever: make it blocked, so that the backlog is kept"),
    trouble("http.413", HTTP, Status(413), &[TRANSIENT, REJECTED, BLOCKED], REFUSED),
    trouble("http.422", HTTP, Status(422), &[TRANSIENT, REJECTED, BLOCKED], REFUSED),
    trouble("http.425", HTTP, Status(425), &[TRANSIENT, THROTTLED], LATER),
    trouble("http.429", HTTP, StatusAfter(429), &[THROTTLED], HEED),
    trouble("http.429-date", HTTP, StatusAfterDate(429), &[THROTTLED], HEED),
    trouble("http.429-bare", HTTP, Status(429), &[THROTTLED], "make 429 a throttled failure, also without `Retry-After`"),
    trouble("http.500", HTTP, Status(500), &[TRANSIENT, THROTTLED], LATER),
    trouble("http.502", HTTP, Status(502), &[TRANSIENT, THROTTLED], LATER),
    trouble("http.503", HTTP, StatusAfter(503), &[THROTTLED], HEED),
    trouble("http.503-bare", HTTP, Status(503), &[TRANSIENT, THROTTLED], LATER),
    trouble("http.504", HTTP, Status(504), &[TRANSIENT, THROTTLED], LATER),
    trouble("objects.slow-down", &[Kind::Objects], Told(Throttled, "aws.SlowDown", "reduce your request rate"), &[THROTTLED, TRANSIENT], PASS_ON),
    trouble("objects.denied", &[Kind::Objects], Told(Blocked, "aws.AccessDenied", "Access Denied"), &[BLOCKED], PASS_ON),
    trouble("objects.no-bucket", &[Kind::Objects], Told(Blocked, "aws.NoSuchBucket", "the bucket does not exist"), &[BLOCKED], PASS_ON),
    trouble("objects.internal", &[Kind::Objects], Told(Transient, "aws.InternalError", "we encountered an internal error"), &[TRANSIENT], PASS_ON),
    trouble("objects.too-large", &[Kind::Objects], Told(Rejected, "aws.EntityTooLarge", "the object is too large"), &[REJECTED], PASS_ON),
    trouble("streams.throughput", &[Kind::Streams], Told(Throttled, "aws.ProvisionedThroughputExceededException", "rate exceeded for shard"), &[THROTTLED, TRANSIENT], PASS_ON),
    trouble("streams.denied", &[Kind::Streams], Told(Blocked, "aws.AccessDeniedException", "not authorized"), &[BLOCKED], PASS_ON),
    trouble("streams.no-stream", &[Kind::Streams], Told(Blocked, "aws.ResourceNotFoundException", "the stream is not found"), &[BLOCKED], PASS_ON),
    trouble("streams.internal", &[Kind::Streams], Told(Transient, "aws.InternalFailure", "internal service failure"), &[TRANSIENT], PASS_ON),
    trouble("streams.too-large", &[Kind::Streams], Told(Rejected, "kinesis.too-large", "the record is too large"), &[REJECTED], PASS_ON),
    trouble("sql.conflict", &[Kind::Sql], Told(Transient, "pg.40P01", "deadlock detected"), &[TRANSIENT], PASS_ON),
    trouble("sql.gone", &[Kind::Sql], Told(Transient, "pg.reset", "the connection was closed"), &[TRANSIENT], PASS_ON),
    trouble("sql.data", &[Kind::Sql], Told(Rejected, "pg.22P02", "invalid input syntax"), &[REJECTED], PASS_ON),
    trouble("sql.password", &[Kind::Sql], Told(Blocked, "pg.28P01", "password authentication failed"), &[BLOCKED], PASS_ON),
    trouble("sql.no-table", &[Kind::Sql], Told(Blocked, "pg.42P01", "the relation does not exist"), &[BLOCKED], PASS_ON),
    trouble("documents.failed", &[Kind::Documents], Told(Transient, "documents.failed", "the store cannot write"), &[TRANSIENT], PASS_ON),
];

/// The fault of this name.
pub(super) fn named(name: &str) -> Option<&'static Trouble> {
    ALL.iter().find(|trouble| trouble.name == name)
}

impl Trouble {
    /// Whether calls of this kind can meet it.
    pub(super) fn meets(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether the other side may have taken the message, which the sink must not deny.
    pub(super) fn maybe_applied(&self) -> bool {
        matches!(self.heard, Nothing(_, _, true))
    }

    /// The least wait that a sink must ask for.
    pub(super) fn wait_least(&self) -> Option<Duration> {
        match self.heard {
            StatusAfter(_) => Some(RETRY_AFTER),
            StatusAfterDate(_) => Some(RETRY_AFTER - DATE_GRAIN),
            _ => None,
        }
    }

    /// What the sink hears, for a call of this kind. `echo` is what an answer's body says.
    pub(super) fn answer(&self, kind: Kind, now: jiff::Timestamp, echo: &str) -> Result<Answer, Failure> {
        let status = |status: u16, retry_after: Option<String>| {
            let mut headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
            headers.extend(retry_after.map(|value| ("retry-after".to_owned(), value)));
            if status == 302 {
                headers.push(("location".to_owned(), "https://elsewhere.example/".to_owned()));
            }
            Ok(Answer::Http { status, headers, body: echo.as_bytes().to_vec(), truncated: false })
        };
        match self.heard {
            Nothing(code, words, maybe_applied) => {
                let code = if kind == Kind::Sql { code.replace("http.", "pg.") } else { code.to_owned() };
                Err(Failure { maybe_applied, ..Failure::transient(code, words) })
            }
            Status(code) => status(code, None),
            StatusAfter(code) => status(code, Some(RETRY_AFTER.as_secs().to_string())),
            StatusAfterDate(code) => {
                let at = std::time::SystemTime::from(now) + RETRY_AFTER;
                status(code, Some(httpdate(at)))
            }
            Truncated => Ok(Answer::Http { status: 200, headers: Vec::new(), body: b"{\"ok\": tr".to_vec(), truncated: true }),
            Told(class, code, words) => Err(Failure::transient(code, words).with_class(class)),
        }
    }
}

/// As RFC 9110 writes a date.
fn httpdate(at: std::time::SystemTime) -> String {
    jiff::Timestamp::try_from(at).map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: the table that authors read.
    #[test]
    fn every_fault_is_documented_with_what_it_allows() {
        let documented = include_str!("../../../../sinks-wit/CASES.md");
        let rows: Vec<&str> = documented.lines().filter(|line| line.starts_with("| `")).collect();
        for trouble in ALL {
            let quoted = format!("`{}`", trouble.name);
            let row = rows.iter().find(|row| row.split('|').nth(1).is_some_and(|names| names.contains(&quoted)));
            let row = row.unwrap_or_else(|| panic!("{} is not documented", trouble.name));
            for allowed in trouble.allowed {
                assert!(row.contains(allowed.name()), "{}: {} is not in {row}", trouble.name, allowed.name());
            }
        }
    }

    #[test]
    fn a_date_is_written_as_http_writes_it() {
        let at = std::time::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(httpdate(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
