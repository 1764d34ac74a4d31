//! Traces for OpenTelemetry: what was done, told as spans to a collector where one is configured. Process-wide like the log and the
//! figures, so that a room which tells needs no handle of anybody's; where none is configured, nothing is built and nothing is kept.
//!
//! An operation's id is its trace's id, and a message's trace is that of the operation which read it: a log line, the API and a
//! collector call one thing by one name, and attempts join their trace days later and behind a restart.

mod collector;
mod settings;
mod span;

use std::{future::Future, sync::OnceLock, time::Duration};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, TraceFlags, TraceState},
};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor},
};

pub(crate) use self::span::{Parent, Span};
use self::{collector::Collector, settings::Settings};

/// How long the end of the process waits for spans that are still kept.
const LAST_SPANS: Duration = Duration::from_secs(2);
/// What this program is called where the environment has no other name for it.
const SERVICE: &str = "ampline";

static TRACES: OnceLock<Traces> = OnceLock::new();

tokio::task_local! {
    /// What the spans of this task belong to.
    static PARENT: Parent;
}

/// The way to the collector.
#[derive(Debug)]
struct Traces {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    settings: Settings,
}

/// Begins to tell, where the environment names a collector; the reason where what it says cannot be meant. Of a tokio runtime.
pub(crate) fn start() -> Result<(), String> {
    let Some(settings) = Settings::of(|name| std::env::var(name).ok())? else { return Ok(()) };
    let collector = Collector::new(settings.certificate.as_deref())?;
    let exporter = SpanExporter::builder().with_http().with_http_client(collector).build();
    let exporter = exporter.map_err(|error| format!("the variables of OTEL_EXPORTER_OTLP_…: {error}"))?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    processor.set_resource(&resource(settings.names_service));
    let version = env!("CARGO_PKG_VERSION");
    let traces = Traces { processor, scope: InstrumentationScope::builder("ampline").with_version(version).build(), settings };
    // A second start in one process tells as the first did.
    let _ = TRACES.set(traces);
    Ok(())
}

fn resource(names_service: bool) -> Resource {
    let mut resource = Resource::builder().with_attributes([KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))]);
    if !names_service {
        resource = resource.with_service_name(SERVICE);
    }
    resource.build()
}

/// Sends what is kept. Waits no longer than two seconds, for a collector that does not answer.
pub(crate) async fn finish() {
    let last = tokio::task::spawn_blocking(|| {
        // A span that cannot be sent any more is lost, as it would have been a moment later.
        let _ = TRACES.get().map(|traces| traces.processor.shutdown_with_timeout(LAST_SPANS));
    });
    let _ = tokio::time::timeout(LAST_SPANS, last).await;
}

/// Tells of a span, which is not even made where nobody listens.
pub(crate) fn tell(make: impl FnOnce() -> Span) {
    let Some(traces) = TRACES.get() else { return };
    let span = make();
    if !traces.settings.samples(&span.parent) {
        return;
    }
    let context = SpanContext::new(span.parent.trace(), span.id, TraceFlags::SAMPLED, false, TraceState::default());
    traces.processor.on_end(SpanData {
        span_context: context,
        parent_span_id: span.parent.span(),
        parent_span_is_remote: span.parent.is_remote(),
        span_kind: span.kind,
        name: span.name.into(),
        start_time: span.began,
        end_time: span.began + span.took,
        attributes: span.attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: span.status,
        instrumentation_scope: traces.scope.clone(),
    });
}

/// Does something of which spans belong to this parent.
pub(crate) async fn within<T>(parent: Parent, work: impl Future<Output = T>) -> T {
    // Without a collector not even the place of the parent is kept.
    if TRACES.get().is_some() { PARENT.scope(parent, work).await } else { work.await }
}

/// What spans belong to here: what [`within`] said, else a trace of their own.
pub(crate) fn here() -> Parent {
    PARENT.try_with(Parent::clone).unwrap_or_else(|_| Parent::none())
}
