//! Failures of the other side, one by one, and what the sink makes of each.

use std::collections::BTreeSet;

use ampline_core::{
    message::Envelope,
    outcome::{Failure, FailureClass, Outcome},
};

use super::{FEW, Trial, carried, few, meaning};
use crate::harness::{
    fault::{ALL, Allowed, Kind, Trouble, named},
    notes::Reading,
    recorder::Recorder,
    report::Verdict,
    script::Script,
    shown,
    stage::{Delivery, Seen},
};

/// Calls of one batch that fail in turn.
const TURNS_MAX: usize = 6;
/// A failing side may be asked so many times as often as a content one, and some more.
const CALLS_FACTOR: usize = 4;
const CALLS_MORE: usize = 16;

pub(super) async fn run(recorder: &mut Recorder, trial: &Trial<'_>) {
    let batch = few("fault", 0, FEW.min(trial.descriptor.max_batch_envelopes));
    let clean = match trial.deliver(trial.content(), &batch).await {
        Ok(clean) => clean,
        Err(verdict) => return recorder.check("fault.*", meaning("fault.*"), async { verdict }).await,
    };
    let kinds: BTreeSet<Kind> = clean.calls.iter().map(|seen| Kind::of(&seen.call)).collect();
    if kinds.is_empty() {
        let untried = || Verdict::Untried("the sink called no other side".to_owned());
        for name in ["fault.*", "fault.partial", "fault.calls"] {
            recorder.check(name, meaning(name), async { untried() }).await;
        }
        return;
    }
    let met = ALL.iter().filter(|trouble| kinds.iter().any(|kind| trouble.meets(*kind)));
    for trouble in met {
        let name = format!("fault.{}", trouble.name);
        let allowed = allowed(trouble, trial.readings);
        let expected = format!("{} makes a message {}", trouble.name, words(&allowed));
        let trying = async {
            match trial.deliver(trial.troubled(trouble), &batch).await {
                Ok(delivery) => judge(trouble, &allowed, &clean, &delivery, &batch),
                Err(verdict) => verdict,
            }
        };
        recorder.check(&name, &expected, trying).await;
    }
    recorder.check("fault.partial", meaning("fault.partial"), partial(trial, &clean, &batch)).await;
    recorder.check("fault.calls", meaning("fault.calls"), bounded(trial, &clean, &batch)).await;
}

/// What the author reads into a fault, or else what the table says.
pub(in super::super) fn allowed(trouble: &Trouble, readings: &[Reading]) -> Vec<Allowed> {
    let reading = readings.iter().find(|reading| reading.fault == trouble.name);
    reading.map_or_else(|| trouble.allowed.to_vec(), |reading| reading.allow.clone())
}

fn words(allowed: &[Allowed]) -> String {
    allowed.iter().map(|one| one.name()).collect::<Vec<_>>().join(" or ")
}

/// Judges the outcomes of a batch whose every call met a trouble. Messages that no call carries when all is well may be delivered.
pub(in super::super) fn judge(
    trouble: &Trouble,
    allowed: &[Allowed],
    clean: &Delivery,
    delivery: &Delivery,
    batch: &[(Envelope, u32)],
) -> Verdict {
    let known: BTreeSet<usize> = clean.calls.iter().flat_map(|call| carried(call, batch)).collect();
    let blind = clean.calls.iter().any(|call| carried(call, batch).is_empty()) && known.is_empty();
    for (at, outcome) in delivery.outcomes.iter().enumerate().filter(|(at, _)| blind || known.contains(at)) {
        let is_allowed = match outcome {
            Outcome::Delivered(_) => allowed.contains(&Allowed::Delivered),
            Outcome::Failed(failure) => allowed.contains(&Allowed::Class(failure.class)) && !failure.code.starts_with("sink."),
        };
        let told = format!("message {at} of {} is {}", batch.len(), shown::words(outcome));
        if !is_allowed {
            return Verdict::broken(told, trouble.repair);
        }
        if let Outcome::Failed(failure) = outcome
            && let Some(fault) = denied(trouble, failure)
        {
            return Verdict::broken(format!("{told}; {}", fault.0), fault.1);
        }
    }
    Verdict::Holds
}

/// What a failure of the right class leaves out.
fn denied(trouble: &Trouble, failure: &Failure) -> Option<(String, &'static str)> {
    if trouble.maybe_applied() && !failure.maybe_applied {
        let happened = "it does not say maybe-applied, though the request was sent".to_owned();
        return Some((happened, "pass on the failure that the capability gives, as it is"));
    }
    let least = trouble.wait_least().filter(|_| failure.class == FailureClass::Throttled)?;
    if failure.retry_after.is_some_and(|wait| wait >= least) {
        return None;
    }
    let asked = failure.retry_after.map_or("no time".to_owned(), |wait| format!("{} ms", wait.as_millis()));
    Some((format!("it asks for {asked}, and the other side asked for {} ms", least.as_millis()), trouble.repair))
}

/// The failure that is nobody's fault, for calls of a kind.
fn lapse(kind: Kind) -> Option<&'static Trouble> {
    named(match kind {
        Kind::Http => "http.500",
        Kind::Objects => "objects.internal",
        Kind::Streams => "streams.internal",
        Kind::Sql => "sql.gone",
        Kind::Documents => "documents.failed",
    })
}

/// One call after the other fails, all else succeeds.
async fn partial(trial: &Trial<'_>, clean: &Delivery, batch: &[(Envelope, u32)]) -> Verdict {
    let turns = clean.calls.len().min(TURNS_MAX);
    for turn in 0..turns {
        let at = turn * clean.calls.len() / turns;
        let Some(trouble) = lapse(Kind::of(&clean.calls[at].call)) else { continue };
        let script = Script { nth: Some((at, trouble)), ..trial.content() };
        let delivery = match trial.deliver(script, batch).await {
            Ok(delivery) => delivery,
            Err(verdict) => return verdict,
        };
        let verdict = parted(&delivery, at, batch);
        if verdict != Verdict::Holds {
            return verdict;
        }
    }
    Verdict::Holds
}

/// Whether what each message became fits the calls that carried it.
fn parted(delivery: &Delivery, failed_at: usize, batch: &[(Envelope, u32)]) -> Verdict {
    let is_failed = |seen: &Seen| match &seen.answer {
        Err(_) => true,
        Ok(crate::sink::seam::Answer::Http { status, .. }) => *status >= 400,
        Ok(_) => false,
    };
    let (failed, succeeded): (Vec<&Seen>, Vec<&Seen>) = delivery.calls.iter().partition(|seen| is_failed(seen));
    let places = |calls: &[&Seen]| calls.iter().flat_map(|call| carried(call, batch)).collect::<BTreeSet<usize>>();
    let (lost, arrived) = (places(&failed), places(&succeeded));
    let state = |at: usize| matches!(delivery.outcomes.get(at), Some(Outcome::Delivered(_)));
    if let Some(at) = lost.difference(&arrived).find(|at| state(**at)) {
        let happened = format!("call {failed_at} failed, which alone carried message {at}, and the message is called delivered");
        return Verdict::broken(happened, "give each message the outcome of the calls that carried it");
    }
    if let Some(at) = arrived.difference(&lost).find(|at| !state(**at)) {
        let told = delivery.outcomes.get(*at).map(shown::words).unwrap_or_default();
        let happened = format!("call {failed_at} failed, which did not carry message {at}, and the message is {told}");
        return Verdict::broken(happened, "a failed call must not cost the messages of others: they would be sent twice");
    }
    let unknown = !failed.is_empty() && lost.is_empty() && arrived.is_empty();
    if unknown && (0..batch.len()).all(state) && succeeded.len() < delivery.calls.len() {
        return Verdict::broken(
            format!("call {failed_at} failed, and every message is called delivered"),
            "do not swallow failures",
        );
    }
    Verdict::Holds
}

/// How often a side is asked that always fails.
async fn bounded(trial: &Trial<'_>, clean: &Delivery, batch: &[(Envelope, u32)]) -> Verdict {
    let most = clean.calls.len() * CALLS_FACTOR + CALLS_MORE;
    let kinds: BTreeSet<Kind> = clean.calls.iter().map(|seen| Kind::of(&seen.call)).collect();
    for trouble in kinds.into_iter().filter_map(lapse) {
        let delivery = match trial.deliver(trial.troubled(trouble), batch).await {
            Ok(delivery) => delivery,
            Err(verdict) => return verdict,
        };
        let calls = delivery.calls.len();
        if calls > most {
            let happened = format!("{} calls were made when all is well, and {calls} under {}", clean.calls.len(), trouble.name);
            return Verdict::broken(
                happened,
                "do not try again yourself: state the failure, and the runtime waits and tries again",
            );
        }
    }
    Verdict::Holds
}
