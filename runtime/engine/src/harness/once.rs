//! One delivery over the real network: given messages, what the sink asked of other sides, and what became of each message.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;

use super::{
    Setup, Unable, component, default_cache_dir,
    envelopes::{Facts, Record, of_message, of_records},
    given::{Given, bytes},
    ms,
    script::Script,
    shown,
    stage::first,
};
use crate::{
    destination::grants::{DestinationGrants, HostPattern},
    network::AddressPolicy,
    sink::wasm::Compiler,
};

/// What is to be delivered once.
#[derive(Debug, Clone)]
pub struct Once {
    /// The component.
    pub file: PathBuf,
    /// Its configuration: a file of JSON or YAML.
    pub config: PathBuf,
    /// Files of messages, or of one record each where they hold no `result`.
    pub messages: Vec<PathBuf>,
    /// Values of secrets by name: `signingKey`, `awsKeyId`, …, and of the credentials that the sink names. What is not here is not there.
    pub secrets: BTreeMap<String, String>,
    /// What an operator would grant: a file of JSON or YAML. Else every host may be reached, and credentials are bearer tokens.
    pub grants: Option<PathBuf>,
    /// Which addresses may be dialled.
    pub addresses: AddressPolicy,
    /// How the component is compiled.
    pub compiler: Compiler,
}

/// What a delivery came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// What the sink asked of other sides, and what they said.
    pub calls: Vec<Value>,
    /// What became of each message.
    pub outcomes: Vec<Value>,
    /// What it logged.
    pub logs: Vec<Value>,
    /// Whether every message was delivered.
    pub delivered: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl Once {
    /// Delivers.
    ///
    /// # Errors
    /// Where it did not come to a delivery: files that cannot be read, a component that does not fit, a bad configuration.
    pub async fn run(self) -> Result<Attempt, Unable> {
        let component = component(&self.file)?;
        let config = Given::read(&self.config).map_err(|fault| Unable(fault.to_string()))?.value().clone();
        let envelopes: Result<Vec<_>, Unable> = (0..).zip(&self.messages).map(|(place, path)| message(place, path)).collect();
        let grants = match &self.grants {
            Some(file) => Given::read(file).and_then(|given| given.parsed()).map_err(|fault| Unable(fault.to_string()))?,
            None => DestinationGrants { hosts: vec![HostPattern::Any], ..DestinationGrants::default() },
        };
        let setup = Setup { cache_dir: default_cache_dir(), compiler: self.compiler, addresses: self.addresses, grants };
        let stage = setup.live_stage(&self.secrets).await?;
        let unfit = |problems: Vec<_>| Unable(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        let admitted = stage.admit(&component).await.map_err(unfit)?;
        let kind = admitted.descriptor().name.clone();
        stage.install(admitted);
        let failed = |failure: ampline_core::outcome::Failure| Unable(shown::failed(&failure));
        let issues = stage.issues(&kind, &config).await.map_err(failed)?;
        let fatal: Vec<_> =
            issues.iter().filter(|issue| issue.fatal).map(|issue| format!("{}: {}", issue.pointer, issue.message)).collect();
        if !fatal.is_empty() {
            return Err(Unable(format!("{} is no configuration for this sink: {}", self.config.display(), fatal.join("; "))));
        }
        stage.play(Script { live: true, ..Script::default() });
        let delivery = stage.deliver_once(&kind, &config, &first(envelopes?)).await.map_err(failed)?;
        let call = |seen: &super::stage::Seen| serde_json::json!({"call": shown::call(&seen.call), "answer": shown::answer(&seen.answer)});
        Ok(Attempt {
            calls: delivery.calls.iter().map(call).collect(),
            outcomes: delivery.outcomes.iter().map(shown::outcome).collect(),
            logs: delivery.lines.iter().map(|line| serde_json::json!(line)).collect(),
            delivered: delivery.outcomes.iter().all(|one| matches!(one, ampline_core::outcome::Outcome::Delivered(_))),
            duration_ms: ms(delivery.took),
        })
    }
}

fn message(place: u32, path: &Path) -> Result<ampline_core::message::Envelope, Unable> {
    let fault = |reason: String| Unable(format!("{} {reason}", path.display()));
    let mut facts = Facts::of(place);
    // A real receiver may know the ids of earlier runs.
    (facts.id, facts.occurred_at) = (uuid::Uuid::now_v7(), jiff::Timestamp::now());
    let text = bytes(path).map_err(fault)?;
    match serde_json::from_slice::<Value>(&text) {
        Ok(Value::Object(record)) if !record.contains_key("result") => {
            Ok(of_records(&facts, &[Record::of(&Value::Object(record), false)]))
        }
        _ => of_message(&facts, &text, &[]).map_err(fault),
    }
}
