//! What every sink must do, whatever it does: checks in an order in which each stands on those before it.

mod config;
mod delivery;
mod describe;
mod hostile;
mod isolation;
mod troubles;

use ampline_core::message::Envelope;
use serde_json::{Value, json};

use super::{
    envelopes::{Facts, Record, of_records},
    fault::Trouble,
    notes::Reading,
    recorder::Recorder,
    report::Verdict,
    script::{Rule, Script},
    shown,
    stage::{Delivery, Seen, Stage, first},
};
use crate::sink::{Descriptor, wasm::Admitted};

/// Envelopes of a batch in most checks.
const FEW: u32 = 6;

/// Name and meaning of every check, in their order.
pub(super) const CHECKS: &[(&str, &str)] = &[
    ("component.fits", "the component is one of ampline:sink that this runtime can run"),
    ("component.imports", "it imports only what sink.yaml says"),
    ("describe.stable", "describe says the same each time, in one instance and in another"),
    ("describe.schema", "the configuration schema is a JSON Schema of 2020-12 for an object"),
    ("describe.secrets", "properties that hold secrets say writeOnly"),
    ("config.accepts", "a good configuration has no fatal issue, and fits the schema"),
    ("config.names-every-fault", "each fault of a bad configuration is a fatal issue at its place, all of them at once"),
    ("config.pointers", "every issue's pointer is a JSON Pointer to a value of the configuration, or to an absent member"),
    ("deliver.one", "a message is delivered where the other side is content"),
    ("deliver.empty", "a batch of no messages has no outcomes"),
    ("deliver.max", "the largest batch has one outcome for each message, all delivered"),
    ("redelivery.same-effect", "the same messages an hour later, at their next attempt, make the same calls"),
    ("redelivery.identity", "calls that are not idempotent by themselves carry the event id, or the records' ids"),
    ("fault.*", "each failure of the other side becomes a failure of a fitting class"),
    ("fault.partial", "where one call fails, the messages that it carried fail, and no others"),
    ("fault.calls", "a failing other side is not asked again and again within one batch"),
    ("isolation.batches", "nothing of one batch is in the calls of the next"),
    ("isolation.destinations", "nothing of one destination is in the calls of another"),
    ("isolation.secrets", "no secret is in calls, outcomes and lines, even where the other side repeats it"),
    ("hostile.*", "a body that nobody expects spoils neither the instance nor other messages of its batch"),
    ("limits.lease", "an instance lives through as many batches as the runtime gives it, within its memory"),
];

/// Why a check is not tried that stands on another.
fn after(name: &str) -> Verdict {
    Verdict::Untried(format!("{name} does not hold"))
}

fn meaning(name: &str) -> &'static str {
    CHECKS.iter().find(|(known, _)| *known == name).map_or("", |(_, meaning)| meaning)
}

/// A sink that is installed on the stage, and how it is tried.
pub(super) struct Trial<'a> {
    pub(super) stage: &'a Stage,
    pub(super) kind: &'a str,
    pub(super) descriptor: &'a Descriptor,
    pub(super) config: &'a Value,
    /// What the other side says when all is well.
    pub(super) rules: &'a [Rule],
    /// What the author reads into faults.
    pub(super) readings: &'a [Reading],
}

impl Trial<'_> {
    /// Delivers to an instance of its own.
    async fn deliver(&self, script: Script, batch: &[(Envelope, u32)]) -> Result<Delivery, Verdict> {
        self.stage.play(script);
        self.stage.deliver_once(self.kind, self.config, batch).await.map_err(|failure| {
            let repair =
                "`open` takes a configuration that `validate` accepts, and reaches nothing; leave that to `probe` and `deliver`";
            Verdict::broken(format!("`open` failed: {}", shown::failed(&failure)), repair)
        })
    }

    fn content(&self) -> Script {
        Script::of(self.rules)
    }

    fn troubled(&self, trouble: &'static Trouble) -> Script {
        Script::troubled(self.rules, trouble)
    }
}

/// Tries a component from its shape to its deliveries. Gives what is needed to deliver with it, where it came that far.
pub(super) async fn describe(
    recorder: &mut Recorder,
    stage: &Stage,
    component: &[u8],
    admitted: &Admitted,
) -> Option<super::schema::Schema> {
    describe::stable(recorder, stage, component, admitted).await;
    describe::schema(recorder, admitted.descriptor()).await
}

/// What can be tried once there is a configuration.
pub(super) async fn deliver(recorder: &mut Recorder, trial: &Trial<'_>) {
    if !delivery::one(recorder, trial).await {
        for (name, meaning) in CHECKS.iter().skip_while(|(name, _)| *name != "deliver.empty") {
            recorder.check(name, meaning, async { after("deliver.one") }).await;
        }
        return;
    }
    delivery::sizes(recorder, trial).await;
    delivery::again(recorder, trial).await;
    troubles::run(recorder, trial).await;
    isolation::run(recorder, trial).await;
    hostile::run(recorder, trial).await;
    delivery::lease(recorder, trial).await;
}

pub(super) use config::run as configure;
pub(super) use troubles::{allowed, judge as judge_trouble};

/// A few messages that nothing else holds: `mark` is in every one of their records.
fn few(mark: &str, from: u32, count: u32) -> Vec<(Envelope, u32)> {
    first((from..from + count).map(|place| message(mark, place)))
}

fn message(mark: &str, place: u32) -> Envelope {
    let fields = json!({"id": format!("{mark}-{place}"), "email": format!("{mark}-{place}@example.com"), "name": format!("Name of {mark}-{place}")});
    of_records(&Facts::of(place), &[Record::of(&fields, false)])
}

/// Everything that a call says, as one text.
fn said(call: &Seen) -> String {
    shown::call(&call.call).to_string()
}

/// The places of the messages that a call carries, as far as can be known: those whose bytes it names, and those whose ids it says.
fn carried(call: &Seen, batch: &[(Envelope, u32)]) -> Vec<usize> {
    let said = said(call);
    let names = |envelope: &Envelope| {
        let ids = envelope.index.records.iter().map(|record| record.id.as_str());
        ids.chain([envelope.metadata.event_id.as_str()]).any(|id| contains_id(&said, id))
    };
    let is_carried = |at: &usize| call.call.envelopes.contains(&(*at as u32)) || names(&batch[*at].0);
    (0..batch.len()).filter(is_carried).collect()
}

/// Whether an id stands in a text, and not only as the beginning of a longer one.
fn contains_id(text: &str, id: &str) -> bool {
    text.match_indices(id).any(|(at, _)| !text[at + id.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

/// A batch of messages such as checks use.
pub(super) fn sample(count: u32) -> Vec<(Envelope, u32)> {
    few("sample", 0, count)
}
