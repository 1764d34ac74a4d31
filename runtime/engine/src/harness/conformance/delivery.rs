//! Batches of every size, the same batch again, and as many as a lease has.

use std::time::Duration;

use ampline_core::{message::Envelope, outcome::Outcome};
use reqwest::Method;

use super::{FEW, Trial, contains_id, few, meaning, said};
use crate::{
    harness::{
        recorder::Recorder,
        report::Verdict,
        shown,
        stage::{Delivery, Seen},
    },
    sink::seam::What,
};

/// How many batches the runtime gives to one instance.
const LEASE_BATCHES: u32 = 64;
/// Envelopes of such a batch.
const LEASE_ENVELOPES: u32 = 20;
const LATER: Duration = Duration::from_secs(3_600);

pub(super) async fn one(recorder: &mut Recorder, trial: &Trial<'_>) -> bool {
    let trying = async { delivered(trial.deliver(trial.content(), &few("one", 0, 1)).await, 1) };
    recorder.require("deliver.one", meaning("deliver.one"), trying).await
}

/// One outcome for each, all delivered.
fn delivered(delivery: Result<Delivery, Verdict>, expected: usize) -> Verdict {
    let delivery = match delivery {
        Ok(delivery) => delivery,
        Err(verdict) => return verdict,
    };
    let failed = |(at, outcome): (usize, &Outcome)| match outcome {
        Outcome::Delivered(_) => None,
        Outcome::Failed(failure) => Some((at, failure.clone())),
    };
    match delivery.outcomes.iter().enumerate().find_map(failed) {
        None if delivery.outcomes.len() == expected => Verdict::Holds,
        None => Verdict::broken(
            format!("{expected} messages got {} outcomes", delivery.outcomes.len()),
            "state one outcome for each, in order",
        ),
        Some((at, failure)) => {
            let repair = match failure.code.as_str() {
                "sink.outcomes" => "state one outcome for each envelope of the batch, in order",
                "sink.trap" => "a sink must not trap: state what went wrong as a failure",
                "sink.cpu" | "sink.timeout" => "find what does not end; a call may use a second of processor time",
                "sink.memory" => "keep less in memory: let the host move bodies by naming them (`payload.message`)",
                "http.credential" => "bind the credential under `grants` in cases/sink.yaml, as the operator would",
                _ => "where the other side should have said something else, say so under `answers` in cases/sink.yaml",
            };
            Verdict::broken(format!("message {at} of {expected} was {}", shown::failed(&failure)), repair)
        }
    }
}

pub(super) async fn sizes(recorder: &mut Recorder, trial: &Trial<'_>) {
    let trying = async {
        match trial.deliver(trial.content(), &[]).await {
            Err(verdict) => verdict,
            Ok(delivery) if delivery.reusable && delivery.outcomes.is_empty() => Verdict::Holds,
            Ok(_) => {
                Verdict::broken("a batch of no messages trapped, or got outcomes", "answer an empty batch with an empty list")
            }
        }
    };
    recorder.check("deliver.empty", meaning("deliver.empty"), trying).await;
    let trying = async {
        let batch = largest(trial);
        delivered(trial.deliver(trial.content(), &batch).await, batch.len())
    };
    recorder.check("deliver.max", meaning("deliver.max"), trying).await;
}

/// As many messages as the sink takes, by number and by bytes.
fn largest(trial: &Trial<'_>) -> Vec<(Envelope, u32)> {
    let mut bytes_left = trial.descriptor.max_batch_bytes;
    let mut batch = few("max", 0, trial.descriptor.max_batch_envelopes);
    let fits = batch.iter().take_while(|(envelope, _)| {
        let size = envelope.body.len() as u64;
        let fits = size <= bytes_left;
        bytes_left = bytes_left.saturating_sub(size);
        fits
    });
    let count = fits.count().max(1);
    batch.truncate(count);
    batch
}

pub(super) async fn again(recorder: &mut Recorder, trial: &Trial<'_>) {
    let batch = few("again", 0, FEW);
    let trying = async { same_effect(trial, &batch).await };
    recorder.check("redelivery.same-effect", meaning("redelivery.same-effect"), trying).await;
    let trying = async {
        let delivery = match trial.deliver(trial.content(), &batch).await {
            Ok(delivery) => delivery,
            Err(verdict) => return verdict,
        };
        identified(&delivery.calls, &batch)
    };
    recorder.check("redelivery.identity", meaning("redelivery.identity"), trying).await;
}

async fn same_effect(trial: &Trial<'_>, batch: &[(Envelope, u32)]) -> Verdict {
    let once = match trial.deliver(trial.content(), batch).await {
        Ok(delivery) => delivery,
        Err(verdict) => return verdict,
    };
    trial.stage.pass(LATER);
    let later: Vec<_> = batch.iter().map(|(envelope, _)| (envelope.clone(), 2)).collect();
    let twice = trial.deliver(trial.content(), &later).await;
    trial.stage.rewind();
    let twice = match twice {
        Ok(delivery) => delivery,
        Err(verdict) => return verdict,
    };
    let effects = |delivery: &Delivery| {
        let mut effects: Vec<_> = delivery.calls.iter().map(said).collect();
        effects.sort();
        effects
    };
    let (once, twice) = (effects(&once), effects(&twice));
    if once == twice {
        return Verdict::Holds;
    }
    let repair = "make keys and ids of what the message says (the event id, its time), never of the clock, the attempt or chance";
    let differing = once.iter().zip(&twice).find(|(one, other)| one != other);
    let happened = differing.map_or_else(
        || format!("{} calls were made the first time and {} the second", once.len(), twice.len()),
        |(one, other)| {
            let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            let piece = |text: &str| {
                let start = text.floor_char_boundary(at.saturating_sub(60));
                text[start..text.floor_char_boundary((at + 60).min(text.len()))].to_owned()
            };
            format!("a call said …{}… the first time and …{}… the second", piece(one), piece(other))
        },
    );
    Verdict::broken(happened, repair)
}

/// Whether each message that goes out by calls that are not idempotent can be known again by the other side.
fn identified(calls: &[Seen], batch: &[(Envelope, u32)]) -> Verdict {
    let repeats = |call: &&Seen| match &call.call.what {
        What::Http(request) => {
            let idempotent = [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS];
            !idempotent.iter().any(|method| method.as_str() == request.method)
        }
        What::PutRecord { .. } => true,
        _ => false,
    };
    if !calls.iter().any(|call| repeats(&call)) {
        return Verdict::Holds;
    }
    let texts: Vec<String> = calls.iter().map(said).collect();
    let is_known = |envelope: &Envelope| {
        let mut ids = envelope.index.records.iter().map(|record| record.id.as_str());
        let has_records = !envelope.index.records.is_empty() && ids.all(|id| texts.iter().any(|text| contains_id(text, id)));
        has_records || texts.iter().any(|text| text.contains(&envelope.metadata.event_id))
    };
    match batch.iter().position(|(envelope, _)| !is_known(envelope)) {
        None => Verdict::Holds,
        Some(at) => {
            let happened = format!("no call says the event id of message {at}, or its records' ids");
            let repair = "send the event id as an idempotency key (`webhook-id`, a header of the receiver's, a member of the body), or \
                          name what changes by the record's id; where the receiver knows no such thing, except the check with that reason";
            Verdict::broken(happened, repair)
        }
    }
}

pub(super) async fn lease(recorder: &mut Recorder, trial: &Trial<'_>) {
    let trying = async {
        trial.stage.play(trial.content());
        let mut instance = match trial.stage.open(trial.kind, trial.config).await {
            Ok(instance) => instance,
            Err(failure) => return Verdict::broken(format!("`open` failed: {}", shown::failed(&failure)), "see deliver.one"),
        };
        let count = LEASE_ENVELOPES.min(trial.descriptor.max_batch_envelopes);
        for number in 0..LEASE_BATCHES {
            let delivery = trial.stage.deliver(&mut instance, &few("lease", number * count, count)).await;
            if !delivery.reusable {
                let told = delivery.outcomes.first().map(shown::words).unwrap_or_default();
                let mib = delivery.used.memory_bytes >> 20;
                let happened = format!("batch {} of {LEASE_BATCHES} in one instance ended it with {mib} MiB: {told}", number + 1);
                return Verdict::broken(happened, "let go of what a batch needed when it is done; state outcomes, do not trap");
            }
        }
        Verdict::Holds
    };
    recorder.check("limits.lease", meaning("limits.lease"), trying).await;
}
