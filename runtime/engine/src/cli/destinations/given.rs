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
}

impl Given {
    /// The configuration and the secrets.
    pub(super) fn read(self) -> Result<(Members, Members), Failure> {
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
        Ok((metadata, secrets))
    }
}

fn split<'p>(pair: &'p str, form: &str) -> Result<(&'p str, &'p str), Failure> {
    // The pair is not repeated: a secret may stand there by mistake.
    let found = pair.split_once('=').filter(|(key, _)| !key.is_empty());
    found.ok_or_else(|| Failure::refused(format!("a value is not of the form {form}")))
}

/// The body of a change: each flag is a path of its mask.
pub(super) fn body(rename: Option<String>, given: Given, unset: &[String], unset_secret: &[String]) -> Result<Value, Failure> {
    let (metadata, secrets) = given.read()?;
    let mut mask: Vec<String> = rename.iter().map(|_| "name".to_owned()).collect();
    mask.extend(metadata.keys().chain(unset).map(|key| format!("metadata.{key}")));
    mask.extend(secrets.keys().chain(unset_secret).map(|key| format!("secrets.{key}")));
    if mask.is_empty() {
        return Err(Failure::refused("nothing is to be changed: say what, for example --url"));
    }
    let mut destination = json!({ "metadata": metadata, "secrets": secrets });
    if let Some(name) = rename {
        destination["name"] = name.into();
    }
    Ok(json!({ "updateMask": mask, "destination": destination }))
}
