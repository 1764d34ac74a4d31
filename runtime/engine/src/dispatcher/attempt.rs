//! One attempt: from what the sink stated to what the journal settles, with one complete log line.

use ampline_core::{
    outcome::{FailureClass, Outcome},
    retry::{Verdict, decide},
};
use jiff::Timestamp;

use super::Route;
use crate::{
    clock,
    journal::{Claimed, Settlement},
    sink::Delivered,
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
