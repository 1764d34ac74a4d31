//! A span as rooms tell it, and what it belongs to.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use opentelemetry::{
    KeyValue, Value,
    trace::{SpanId, SpanKind, Status, TraceId},
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use uuid::Uuid;

/// What a span belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    trace: TraceId,
    span: SpanId,
    /// Where the parent is another program's: whether that one keeps the trace.
    remote: Option<bool>,
}

impl Parent {
    /// None: a trace of its own.
    pub(crate) fn none() -> Self {
        Self { trace: RandomIdGenerator::default().new_trace_id(), span: SpanId::INVALID, remote: None }
    }

    /// None, in the trace of this id.
    pub(crate) fn of_trace(id: Uuid) -> Self {
        Self { trace: TraceId::from_bytes(id.into_bytes()), span: SpanId::INVALID, remote: None }
    }

    /// The span of an operation.
    pub(crate) fn operation(id: Uuid) -> Self {
        Self { span: operation_span(id), ..Self::of_trace(id) }
    }

    /// The span that a caller named by the `traceparent` header of W3C Trace Context; a trace of its own where there is none, or
    /// where it makes no sense.
    pub(crate) fn caller(headers: &HeaderMap) -> Self {
        headers.get("traceparent").and_then(|value| parsed(value.to_str().ok()?)).unwrap_or_else(Self::none)
    }

    pub(super) fn trace(&self) -> TraceId {
        self.trace
    }

    pub(super) fn span(&self) -> SpanId {
        self.span
    }

    pub(super) fn is_remote(&self) -> bool {
        self.remote.is_some()
    }

    /// Whether another program keeps the trace, where it began there.
    pub(super) fn is_kept(&self) -> Option<bool> {
        self.remote
    }
}

/// An operation's id is random in its second half, and never nothing there.
fn operation_span(id: Uuid) -> SpanId {
    let [.., a, b, c, d, e, f, g, h] = id.into_bytes();
    SpanId::from_bytes([a, b, c, d, e, f, g, h])
}

/// `{version}-{trace}-{span}-{flags}`, in hexadecimal digits. A later version may go on behind the flags.
fn parsed(text: &str) -> Option<Parent> {
    let digits = |part: &str, len: usize| {
        (part.len() == len && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(())
    };
    let mut parts = text.trim().splitn(5, '-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    for (part, len) in [(version, 2), (trace, 32), (span, 16), (flags, 2)] {
        digits(part, len)?;
    }
    let is_known = version == "00";
    if version == "ff" || (is_known && parts.next().is_some()) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    (trace != TraceId::INVALID && span != SpanId::INVALID).then_some(Parent { trace, span, remote: Some(sampled) })
}

/// Something that was done, from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Span {
    pub(super) parent: Parent,
    pub(super) id: SpanId,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) began: SystemTime,
    pub(super) took: Duration,
    pub(super) attributes: Vec<KeyValue>,
    pub(super) status: Status,
}

impl Span {
    fn new(parent: Parent, kind: SpanKind, name: String, began: SystemTime, took: Duration) -> Self {
        let id = RandomIdGenerator::default().new_span_id();
        Self { parent, id, name, kind, began, took, attributes: Vec::new(), status: Status::Unset }
    }

    /// Work of this program.
    pub(crate) fn internal(parent: Parent, name: impl Into<String>, began: SystemTime, took: Duration) -> Self {
        Self::new(parent, SpanKind::Internal, name.into(), began, took)
    }

    /// A request to another program that ended just now.
    pub(crate) fn client(parent: Parent, name: impl Into<String>, took: Duration) -> Self {
        Self::new(parent, SpanKind::Client, name.into(), SystemTime::now() - took, took)
    }

    /// A request of another program that was answered just now.
    pub(crate) fn server(parent: Parent, name: impl Into<String>, took: Duration) -> Self {
        Self::new(parent, SpanKind::Server, name.into(), SystemTime::now() - took, took)
    }

    /// A message on its way to another program.
    pub(crate) fn producer(parent: Parent, name: impl Into<String>, began: SystemTime, took: Duration) -> Self {
        Self::new(parent, SpanKind::Producer, name.into(), began, took)
    }

    /// The span of an operation as a whole, which [`Parent::operation`] names.
    pub(crate) fn operation(id: Uuid, name: impl Into<String>, began: SystemTime, took: Duration) -> Self {
        let span = Self::internal(Parent::of_trace(id), name, began, took);
        Self { id: operation_span(id), ..span }
    }

    /// With a fact.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push(KeyValue::new(name, value));
        self
    }

    /// With a kind of failure, of few: a class or a code.
    pub(crate) fn failed(self, kind: impl Into<String>) -> Self {
        let kind = kind.into();
        Self { status: Status::error(kind.clone()), ..self }.with("error.type", kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    /// The examples of W3C Trace Context, and what it forbids.
    #[test]
    fn takes_the_callers_span_where_it_is_one() {
        let check = |text: &str, expected: Option<bool>| {
            let found = parsed(text);
            assert_eq!(found.as_ref().and_then(Parent::is_kept), expected, "{text}");
            if let Some(parent) = found {
                assert_eq!((parent.trace().to_string(), parent.span().to_string()), (TRACE.to_owned(), SPAN.to_owned()));
            }
        };
        check(&format!("00-{TRACE}-{SPAN}-01"), Some(true));
        check(&format!("00-{TRACE}-{SPAN}-00"), Some(false));
        check(&format!("cc-{TRACE}-{SPAN}-01-what-the-future-will-be"), Some(true));
        check(&format!("00-{TRACE}-{SPAN}-01-more"), None);
        check(&format!("ff-{TRACE}-{SPAN}-01"), None);
        check(&format!("00-{}-{SPAN}-01", "0".repeat(32)), None);
        check(&format!("00-{TRACE}-{}-01", "0".repeat(16)), None);
        check(&format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), None);
        check(&format!("00-{TRACE}-{SPAN}-1"), None);
        check("00-é-b-01", None);
        check("", None);
    }

    #[test]
    fn an_operation_has_one_span_whoever_asks() {
        let id = Uuid::now_v7();
        let span = Span::operation(id, "read", SystemTime::now(), Duration::ZERO);
        let parent = Parent::operation(id);
        assert_eq!((span.id, span.parent.trace()), (parent.span(), parent.trace()));
        assert_eq!(parent.trace().to_string(), id.simple().to_string());
        assert_ne!(parent.span(), SpanId::INVALID);
    }
}
