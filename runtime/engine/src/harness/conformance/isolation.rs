//! What must stay apart: one batch from the next, one destination from another, and secrets from everything.

use ampline_core::message::Envelope;

use super::{FEW, Trial, few, meaning, said};
use crate::harness::{canary, fault::named, recorder::Recorder, report::Verdict, shown, stage::Delivery};

/// In every record of the batches that must be forgotten; the digits of ids differ as well.
const FORMER: &str = "former";
const LATTER: &str = "latter";
const LATTER_FROM: u32 = 500;

pub(super) async fn run(recorder: &mut Recorder, trial: &Trial<'_>) {
    let count = FEW.min(trial.descriptor.max_batch_envelopes);
    let (former, latter) = (few(FORMER, 0, count), few(LATTER, LATTER_FROM, count));
    let repair = "keep nothing of a batch: what static or global state holds goes out to whoever comes next";
    recorder.check("isolation.batches", meaning("isolation.batches"), batches(trial, &former, &latter, repair)).await;
    recorder
        .check("isolation.destinations", meaning("isolation.destinations"), destinations(trial, &former, &latter, repair))
        .await;
    recorder.check("isolation.secrets", meaning("isolation.secrets"), secrets(trial, &latter)).await;
}

async fn batches(trial: &Trial<'_>, former: &[(Envelope, u32)], latter: &[(Envelope, u32)], repair: &str) -> Verdict {
    trial.stage.play(trial.content());
    let mut instance = match trial.stage.open(trial.kind, trial.config).await {
        Ok(instance) => instance,
        Err(failure) => return Verdict::broken(shown::failed(&failure), "see deliver.one"),
    };
    trial.stage.deliver(&mut instance, former).await;
    let delivery = trial.stage.deliver(&mut instance, latter).await;
    remembered(&delivery, former, repair)
}

async fn destinations(trial: &Trial<'_>, former: &[(Envelope, u32)], latter: &[(Envelope, u32)], repair: &str) -> Verdict {
    trial.stage.play(trial.content());
    let opened = (trial.stage.open(trial.kind, trial.config).await, trial.stage.open(trial.kind, trial.config).await);
    let (Ok(mut one), Ok(mut other)) = opened else {
        return Verdict::broken("two instances cannot be open at once", "see deliver.one");
    };
    trial.stage.deliver(&mut one, former).await;
    let delivery = trial.stage.deliver(&mut other, latter).await;
    remembered(&delivery, former, repair)
}

/// Whether anything that a sink gives out holds something of another batch.
fn remembered(delivery: &Delivery, former: &[(Envelope, u32)], repair: &str) -> Verdict {
    let holds =
        |text: &str| text.contains(FORMER) || former.iter().any(|(envelope, _)| text.contains(&envelope.metadata.event_id));
    match given_out(delivery).into_iter().find(|(_, text)| holds(text)) {
        Some((what, _)) => Verdict::broken(format!("{what} holds data of a batch that was delivered before"), repair),
        None => Verdict::Holds,
    }
}

/// Everything that a sink gives out: what it is, and its text.
fn given_out(delivery: &Delivery) -> Vec<(String, String)> {
    let calls = delivery.calls.iter().enumerate().map(|(at, call)| (format!("call {at}"), said(call)));
    let outcomes = delivery.outcomes.iter().enumerate().map(|(at, one)| (format!("outcome {at}"), shown::words(one)));
    let lines = delivery.lines.iter().enumerate().map(|(at, line)| (format!("line {at} of the log"), line.message.clone()));
    calls.chain(outcomes).chain(lines).collect()
}

/// The other side repeats the secrets that the host sent along.
async fn secrets(trial: &Trial<'_>, batch: &[(Envelope, u32)]) -> Verdict {
    let mut scripts = vec![trial.content()];
    for trouble in ["http.500", "http.400"].into_iter().filter_map(named) {
        scripts.push(crate::harness::script::Script {
            echo: format!("you sent: Bearer {}-header", canary::MARK),
            ..trial.troubled(trouble)
        });
    }
    for script in scripts {
        let delivery = match trial.deliver(script, batch).await {
            Ok(delivery) => delivery,
            Err(verdict) => return verdict,
        };
        if let Some((what, _)) = given_out(&delivery).into_iter().find(|(_, text)| canary::is_in(text)) {
            return Verdict::broken(
                format!("{what} holds a secret of the destination"),
                "name a credential, and let the host add it",
            );
        }
    }
    Verdict::Holds
}
