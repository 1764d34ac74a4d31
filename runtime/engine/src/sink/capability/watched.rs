//! A call on its way past the seam: answered there, or sent and then told of. Where nobody stands, this is nothing.

use std::{sync::Arc, time::Duration};

use ampline_core::outcome;
use bytes::Bytes;
use jiff::Timestamp;

use super::{Host, failure, payload::named};
use crate::sink::{
    seam::{Answer, Call, Request, Seam, What},
    wasm::bindings::ampline::sink::{
        http,
        streams::Placed,
        types::{Failure, FailureClass, Payload},
    },
};

/// A call, and whoever watches it.
pub(super) struct Watched {
    seam: Arc<dyn Seam>,
    call: Call,
}

/// What a capability gives back, as the seam speaks of it.
pub(super) trait Told: Sized {
    fn told(&self) -> Answer;
    /// Nothing where the answer is one of another capability.
    fn read(answer: Answer) -> Option<Self>;
}

/// The answer of whoever stands at the seam, or else the real one.
pub(super) async fn through<T: Told>(
    watched: Option<Watched>,
    real: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let Some(watched) = watched else { return real.await };
    match watched.answer() {
        Some(answer) => answer,
        None => watched.saw(real.await),
    }
}

impl Watched {
    /// The answer in the other side's place.
    pub(super) fn answer<T: Told>(&self) -> Option<Result<T, Failure>> {
        let answer = self.seam.answer(&self.call)?.map_err(stated).and_then(|answer| T::read(answer).ok_or_else(unfit));
        Some(self.saw(answer))
    }

    /// Tells what a call came to.
    pub(super) fn saw<T: Told>(&self, answer: Result<T, Failure>) -> Result<T, Failure> {
        let told = match &answer {
            Ok(answer) => Ok(answer.told()),
            Err(failure) => Err(heard(failure)),
        };
        self.seam.saw(&self.call, &told);
        answer
    }

    /// A request whose body was resolved only now.
    pub(super) fn sending(mut self, bytes: &Bytes) -> Self {
        if let What::Http(request) = &mut self.call.what {
            request.body = bytes.clone();
        }
        self
    }
}

impl Host {
    /// The time that sinks, signatures and addresses see.
    pub(super) fn now(&self) -> Timestamp {
        let seam = self.lease.as_ref().and_then(|lease| lease.granted.seam.as_ref());
        seam.map_or_else(Timestamp::now, |seam| seam.now())
    }

    /// A call that somebody watches, made only then.
    pub(super) fn watched(&self, call: impl FnOnce() -> Call) -> Option<Watched> {
        let seam = self.lease.as_ref()?.granted.seam.clone()?;
        Some(Watched { seam, call: call() })
    }

    /// A line of the log, for whoever watches.
    pub(super) fn tell_line(&self, level: &'static str, message: &str, fields: &[(String, String)]) {
        if let Some(seam) = self.lease.as_ref().and_then(|lease| lease.granted.seam.as_ref()) {
            seam.logged(level, message, fields);
        }
    }
}

/// A request as the sink made it; its body follows when it is resolved.
pub(super) fn request(request: &http::Request) -> Call {
    let headers = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    let what = What::Http(Request {
        method: request.method.clone(),
        url: request.url.clone(),
        headers,
        body: Bytes::new(),
        credential: request.credential.clone(),
        webhook_id: request.webhook_id.clone(),
        timeout: request.timeout.map(Duration::from_millis),
    });
    Call { envelopes: places([&request.body]), what }
}

/// The places of the messages that payloads name, sorted, each once.
pub(super) fn places<'a>(payloads: impl IntoIterator<Item = &'a Payload>) -> Vec<u32> {
    let mut places: Vec<u32> = payloads.into_iter().flat_map(named).collect();
    places.sort_unstable();
    places.dedup();
    places
}

impl Told for http::Response {
    fn told(&self) -> Answer {
        let Self { status, headers, body, truncated } = self.clone();
        Answer::Http { status, headers, body, truncated }
    }

    fn read(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Http { status, headers, body, truncated } => Some(Self { status, headers, body, truncated }),
            _ => None,
        }
    }
}

impl Told for String {
    fn told(&self) -> Answer {
        Answer::Stored(self.clone())
    }

    fn read(answer: Answer) -> Option<Self> {
        if let Answer::Stored(etag) = answer { Some(etag) } else { None }
    }
}

impl Told for Placed {
    fn told(&self) -> Answer {
        Answer::Placed { shard: self.shard.clone(), sequence_number: self.sequence_number.clone() }
    }

    fn read(answer: Answer) -> Option<Self> {
        if let Answer::Placed { shard, sequence_number } = answer { Some(Self { shard, sequence_number }) } else { None }
    }
}

impl Told for Vec<u64> {
    fn told(&self) -> Answer {
        Answer::Rows(self.clone())
    }

    fn read(answer: Answer) -> Option<Self> {
        if let Answer::Rows(rows) = answer { Some(rows) } else { None }
    }
}

impl Told for () {
    fn told(&self) -> Answer {
        Answer::Done
    }

    fn read(answer: Answer) -> Option<Self> {
        matches!(answer, Answer::Done).then_some(())
    }
}

fn unfit() -> Failure {
    failure(FailureClass::Blocked, "seam.answer", "the answer that stands in for the other side is one to another kind of call")
}

fn stated(told: outcome::Failure) -> Failure {
    let class = match told.class {
        outcome::FailureClass::Transient => FailureClass::Transient,
        outcome::FailureClass::Throttled => FailureClass::Throttled,
        outcome::FailureClass::Rejected => FailureClass::Rejected,
        outcome::FailureClass::Blocked => FailureClass::Blocked,
    };
    let retry_after = told.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    Failure { retry_after, maybe_applied: told.maybe_applied, ..failure(class, &told.code, told.message) }
}

fn heard(failure: &Failure) -> outcome::Failure {
    let class = match failure.class {
        FailureClass::Transient => outcome::FailureClass::Transient,
        FailureClass::Throttled => outcome::FailureClass::Throttled,
        FailureClass::Rejected => outcome::FailureClass::Rejected,
        FailureClass::Blocked => outcome::FailureClass::Blocked,
    };
    outcome::Failure {
        class,
        code: failure.code.clone(),
        message: failure.message.clone(),
        retry_after: failure.retry_after.map(Duration::from_millis),
        maybe_applied: failure.maybe_applied,
    }
}
