//! Flags that say how a destination is configured.

use clap::Args;
use serde_json::{Map, Value, json};

use super::super::Failure;
use crate::secrets::{SecretSource, read};

/// Values by name.
type Members = Map<String, Value>;

/// How a destination is configured.
#[derive(Debug, Args)]
pub(super) struct Given {
    /// Where a webhook's messages go.
    #[arg(long)]
    url: Option<String>,
    /// A header of a webhook's requests.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// A member of the configuration that is a text.
    #[arg(long, value_name = "KEY=TEXT")]
    set: Vec<String>,
    /// A member of the configuration that is a number, a flag or an object.
    #[arg(long, value_name = "KEY=JSON")]
    set_json: Vec<String>,
    /// A secret, and the environment variable that holds it.
    #[arg(long, value_name = "KEY=VARIABLE")]
    secret_env: Vec<String>,
    /// A secret, and the file that holds it.
    #[arg(long, value_name = "KEY=PATH")]
    secret_file: Vec<String>,
    /// Messages in flight at the same time.
    #[arg(long, value_name = "MESSAGES")]
    concurrency: Option<u32>,
    /// Messages per second at most.
    #[arg(long, value_name = "PER_SECOND")]
    rate: Option<f64>,
    /// Seconds to wait after the first, second, … failed attempt, in place of the standard schedule.
    #[arg(long, value_name = "SECONDS", value_delimiter = ',')]
    retry_delays: Option<Vec<u64>>,
    /// Seconds of nothing but failures after which it is stopped; 0 = never.
    #[arg(long, value_name = "SECONDS")]
    disable_after: Option<u64>,
    /// Megabytes of messages that may wait before the reads that feed it do.
    #[arg(long, value_name = "MEGABYTES")]
    backlog: Option<u64>,
}

/// What is given of a destination.
pub(super) struct Read {
    /// Its configuration.
    pub(super) metadata: Members,
    /// Its secrets.
    pub(super) secrets: Members,
    /// Its pace.
    pub(super) delivery: Members,
}

impl Given {
    /// What the flags say, with the values of secrets.
    pub(super) fn read(self) -> Result<Read, Failure> {
        let delivery = self.delivery();
        let (mut metadata, mut secrets) = (Map::new(), Map::new());
        metadata.extend(self.url.map(|url| ("url".to_owned(), url.into())));
        let mut headers = Map::new();
        for header in &self.headers {
            let wrong = || Failure::refused(format!("{header:?} is no header: write NAME: VALUE"));
            let (name, value) = header.split_once(':').ok_or_else(wrong)?;
            headers.insert(name.trim().to_owned(), value.trim().into());
        }
        if !headers.is_empty() {
            metadata.insert("headers".to_owned(), Value::Object(headers));
        }
        for pair in &self.set {
            let (key, text) = split(pair, "KEY=TEXT")?;
            metadata.insert(key.to_owned(), text.into());
        }
        for pair in &self.set_json {
            let (key, text) = split(pair, "KEY=JSON")?;
            let value = serde_json::from_str(text).map_err(|error| Failure::refused(format!("{key}: is not JSON: {error}")))?;
            metadata.insert(key.to_owned(), value);
        }
        let variables = self.secret_env.iter().map(|pair| Ok((split(pair, "KEY=VARIABLE")?, true)));
        let files = self.secret_file.iter().map(|pair| Ok((split(pair, "KEY=PATH")?, false)));
        for found in variables.chain(files) {
            let ((key, place), is_variable) = found?;
            let source = if is_variable { SecretSource::Env(place.to_owned()) } else { SecretSource::File(place.into()) };
            let secret = read(&source, &|name: &str| std::env::var(name).ok());
            let secret = secret.map_err(|reason| Failure::unable(format!("{key}: {reason}")))?;
            secrets.insert(key.to_owned(), secret.reveal().into());
        }
        Ok(Read { metadata, secrets, delivery })
    }

    fn delivery(&self) -> Members {
        let members = [
            ("concurrency", self.concurrency.map(Value::from)),
            ("ratePerSecond", self.rate.map(Value::from)),
            ("retryDelaysSeconds", self.retry_delays.clone().map(Value::from)),
            ("disableAfterSeconds", self.disable_after.map(Value::from)),
            ("backlogMegabytes", self.backlog.map(Value::from)),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

fn split<'p>(pair: &'p str, form: &str) -> Result<(&'p str, &'p str), Failure> {
    // The pair is not repeated: a secret may stand there by mistake.
    let found = pair.split_once('=').filter(|(key, _)| !key.is_empty());
    found.ok_or_else(|| Failure::refused(format!("a value is not of the form {form}")))
}

/// What an update takes away.
#[derive(Debug, Args)]
pub(super) struct Unset {
    /// Take a key out of its configuration.
    #[arg(long = "unset", value_name = "KEY")]
    metadata: Vec<String>,
    /// Take a secret away.
    #[arg(long = "unset-secret", value_name = "KEY")]
    secrets: Vec<String>,
    /// Let a part of its delivery be as usual again.
    #[arg(long = "unset-delivery", value_name = "KEY", value_parser = ["concurrency", "rate", "retry-delays", "disable-after", "backlog"])]
    delivery: Vec<String>,
}

/// The body of a change: each flag is a path of its mask.
pub(super) fn body(rename: Option<String>, given: Given, unset: &Unset) -> Result<Value, Failure> {
    let Read { metadata, secrets, delivery } = given.read()?;
    let mut mask: Vec<String> = rename.iter().map(|_| "name".to_owned()).collect();
    mask.extend(metadata.keys().chain(&unset.metadata).map(|key| format!("metadata.{key}")));
    mask.extend(secrets.keys().chain(&unset.secrets).map(|key| format!("secrets.{key}")));
    let usual = unset.delivery.iter().map(|flag| member(flag).to_owned());
    mask.extend(delivery.keys().cloned().chain(usual).map(|key| format!("delivery.{key}")));
    if mask.is_empty() {
        return Err(Failure::refused("nothing is to be changed: say what, for example --url"));
    }
    let mut destination = json!({ "metadata": metadata, "secrets": secrets, "delivery": delivery });
    if let Some(name) = rename {
        destination["name"] = name.into();
    }
    Ok(json!({ "updateMask": mask, "destination": destination }))
}

/// The API's name of what a flag sets.
fn member(flag: &str) -> &str {
    match flag {
        "rate" => "ratePerSecond",
        "retry-delays" => "retryDelaysSeconds",
        "disable-after" => "disableAfterSeconds",
        "backlog" => "backlogMegabytes",
        other => other,
    }
}
