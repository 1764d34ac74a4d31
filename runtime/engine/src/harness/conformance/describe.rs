//! What a sink says of itself.

use crate::{
    harness::{recorder::Recorder, report::Verdict, schema::Schema, stage::Stage},
    sink::{Descriptor, wasm::Admitted},
};

use super::meaning;

pub(super) async fn stable(recorder: &mut Recorder, stage: &Stage, component: &[u8], admitted: &Admitted) {
    let trying = async {
        let repair = "describe must be pure: constants, and nothing that was counted, drawn or remembered";
        let told =
            |problems: Vec<_>| Verdict::broken(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), repair);
        let twice = match stage.described_twice(admitted).await {
            Ok(twice) => twice,
            Err(problems) => return told(problems),
        };
        let again = match stage.admit(component).await {
            Ok(again) => again,
            Err(problems) => return told(problems),
        };
        let all = [&**admitted.descriptor(), &twice[0], &twice[1], &**again.descriptor()];
        match all.windows(2).find(|pair| pair[0] != pair[1]) {
            Some(pair) => Verdict::broken(format!("it said {}", difference(pair[0], pair[1])), repair),
            None => Verdict::Holds,
        }
    };
    recorder.check("describe.stable", meaning("describe.stable"), trying).await;
}

/// The first member in which two descriptors differ.
fn difference(one: &Descriptor, other: &Descriptor) -> String {
    let members = |said: &Descriptor| {
        [
            ("name", said.name.clone()),
            ("version", said.version.clone()),
            ("max-batch-envelopes", said.max_batch_envelopes.to_string()),
            ("max-batch-bytes", said.max_batch_bytes.to_string()),
            ("max-message-bytes", said.max_message_bytes.to_string()),
            ("ordered", said.ordered.to_string()),
        ]
    };
    let differing = members(one).into_iter().zip(members(other)).find(|(one, other)| one != other);
    match differing {
        Some(((name, one), (_, other))) => format!("{name} {one:?} once and {other:?} then"),
        None => "one config-schema once and another then".to_owned(),
    }
}

pub(super) async fn schema(recorder: &mut Recorder, descriptor: &Descriptor) -> Option<Schema> {
    let read = Schema::read(&descriptor.config_schema);
    let repair = "correct config-schema; forms, documentation and the checks of configurations are made of it";
    let verdict = match &read {
        Ok(_) => Verdict::Holds,
        Err(reason) => Verdict::broken(reason.clone(), repair),
    };
    recorder.require("describe.schema", meaning("describe.schema"), async { verdict }).await;
    let schema = read.ok()?;
    let bare = schema.bare_secrets();
    let verdict = if bare.is_empty() {
        Verdict::Holds
    } else {
        let repair = "a sink need not hold secrets: name a credential in the request and let the operator bind it; else write \"writeOnly\": true";
        Verdict::broken(format!("{} looks like a secret and does not say writeOnly", bare.join(", ")), repair)
    };
    recorder.check("describe.secrets", meaning("describe.secrets"), async { verdict }).await;
    Some(schema)
}
