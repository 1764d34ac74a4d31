//! One attempt: from what the sink stated to what the journal settles, with one complete log line.

use std::time::Duration;

use ampline_core::{
    outcome::{FailureClass, Outcome},
    retry::{Verdict, decide},
};
use jiff::Timestamp;

use super::Route;
use crate::{
    clock,
    journal::{Claimed, Settlement},
    metrics,
    sink::Delivered,
    telemetry::{self, Parent, Span},
};

/// Longest response text that is kept with an attempt.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// Decides what follows from one result.
pub(super) fn settlement(
    claimed: &Claimed,
    result: &Delivered,
    route: &Route,
    started_at: Timestamp,
    now: Timestamp,
) -> Settlement {
    let verdict = decide(&result.outcome, claimed.attempt, &route.retry, now, clock::chance());
    let (code, message) = match &result.outcome {
        Outcome::Delivered(note) => ("ok".to_owned(), note.clone()),
        Outcome::Failed(failure) => (failure.code.clone(), Some(failure.message.clone())),
    };
    Settlement {
        delivery: claimed.delivery,
        attempt: claimed.attempt,
        started_at,
        duration: result.duration,
        code,
        message: message.filter(|text| !text.is_empty()).map(capped),
        verdict,
        disable_after: route.disable_after,
    }
}

fn capped(mut text: String) -> String {
    if text.len() > MESSAGE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX));
    }
    text
}

/// The one line that tells of an attempt.
pub(super) fn log(claimed: &Claimed, destination: &str, result: &Delivered, settlement: &Settlement) {
    let envelope = &claimed.envelope;
    // To the microsecond: more digits would only look exact.
    let duration_ms = result.duration.as_micros() as f64 / 1_000.0;
    macro_rules! line {
        ($level:ident, $state:expr, $next:expr) => {
            tracing::$level!(
                target: "ampline::delivery",
                event = "delivery.attempted",
                event_id = %envelope.id,
                delivery = claimed.delivery,
                replay_of = claimed.replay_of,
                destination,
                object = %envelope.metadata.object_name,
                group = %envelope.group_ref,
                attempt = claimed.attempt,
                bytes = envelope.body.len(),
                duration_ms,
                code = %settlement.code,
                said = settlement.message.as_deref(),
                state = $state,
                next_attempt_at = $next,
            )
        };
    }
    match &settlement.verdict {
        Verdict::Delivered => line!(info, "delivered", None::<String>),
        Verdict::RetryAt(at) => line!(warn, "retry", Some(at.to_string())),
        Verdict::DeadLetter(_) => line!(error, "dead", None::<String>),
        Verdict::Block(_) => line!(error, "blocked", None::<String>),
    }
}

/// Tells of an attempt in the trace of the operation that read the message; of an event's message, in one of its own.
pub(super) fn trace(claimed: &Claimed, destination: &str, result: &Delivered, settlement: &Settlement) {
    telemetry::tell(|| {
        let (envelope, facts) = (&claimed.envelope, &claimed.envelope.metadata);
        let operation = facts.operation_id.as_deref().and_then(|id| id.parse().ok());
        let parent = operation.map_or_else(|| Parent::of_trace(envelope.id), Parent::operation);
        let span = Span::producer(parent, format!("deliver {destination}"), settlement.started_at.into(), result.duration)
            .with("messaging.system", "ampline")
            .with("messaging.operation.type", "send")
            .with("messaging.destination.name", destination.to_owned())
            .with("messaging.message.id", envelope.id.to_string())
            .with("messaging.message.body.size", envelope.body.len() as i64)
            .with("ampline.delivery.id", claimed.delivery)
            .with("ampline.attempt", i64::from(claimed.attempt))
            .with("ampline.outcome", outcome_of(&settlement.verdict))
            .with("ampline.object", facts.object_name.clone())
            .with("ampline.group", envelope.group_ref.clone())
            .with("ampline.installation.id", facts.installation_id.clone());
        if settlement.verdict == Verdict::Delivered { span } else { span.failed(settlement.code.clone()) }
    });
}

fn outcome_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Delivered => "delivered",
        Verdict::RetryAt(_) => "retry",
        Verdict::DeadLetter(_) => "dead",
        Verdict::Block(_) => "blocked",
    }
}

/// Counts the attempts of a batch.
pub(super) fn count(claimed: &[Claimed], destination: &str, results: &[Delivered], settlements: &[Settlement], now: Timestamp) {
    for outcome in ["delivered", "retry", "dead", "blocked"] {
        let alike = settlements.iter().filter(|settlement| outcome_of(&settlement.verdict) == outcome);
        metrics::DELIVERY_ATTEMPTS.add(&[destination, outcome], alike.count() as u64);
    }
    metrics::DELIVERY_ATTEMPT_SECONDS.observe(&[destination], results.iter().map(|result| result.duration));
    let delivered = || {
        let both = claimed.iter().zip(settlements).filter(|(_, settlement)| settlement.verdict == Verdict::Delivered);
        both.map(|(one, _)| &one.envelope)
    };
    metrics::DELIVERED_BYTES.add(&[destination], delivered().map(|envelope| envelope.body.len() as u64).sum());
    // A clock that was set back in between makes no negative time.
    let latency = |at: Timestamp| Duration::try_from(now.duration_since(at)).unwrap_or_default();
    metrics::DELIVERY_LATENCY_SECONDS.observe(&[destination], delivered().map(|envelope| latency(envelope.occurred_at)));
}

/// What a batch as a whole says about its destination.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BatchHealth {
    /// Envelopes that the other side answered for: taken, or refused for their own sake.
    pub(super) answered: u32,
    /// Envelopes that failed for the destination's sake.
    pub(super) failed: u32,
    /// The longest that it asked to be left alone.
    pub(super) retry_after: Option<std::time::Duration>,
}

/// Sums up the results of a batch.
pub(super) fn health(results: &[Delivered]) -> BatchHealth {
    let mut health = BatchHealth::default();
    for result in results {
        match &result.outcome {
            Outcome::Delivered(_) => health.answered += 1,
            Outcome::Failed(failure) => match failure.class {
                FailureClass::Rejected => health.answered += 1,
                FailureClass::Throttled => {
                    health.failed += 1;
                    health.retry_after = health.retry_after.max(failure.retry_after);
                }
                FailureClass::Transient | FailureClass::Blocked => health.failed += 1,
            },
        }
    }
    health
}
