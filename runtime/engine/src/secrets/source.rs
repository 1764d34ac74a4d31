//! Where a secret that a person manages is found: an environment variable, a file, or the system's keyring.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyringEntry, Secret, keyring};

/// Where a secret is found. Secrets are never written into the settings file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "toml::Value", rename_all = "lowercase")]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; white space around the value is dropped.
    File(PathBuf),
    /// An entry of the system's keyring.
    Keyring(KeyringEntry),
}

impl TryFrom<toml::Value> for SecretSource {
    type Error = &'static str;

    /// The error never repeats what was found: it may be the secret itself.
    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let wanted = "write { env = \"NAME\" }, { file = \"PATH\" } or { keyring = \"SERVICE/USER\" }; secrets themselves are not \
                      written here";
        let toml::Value::Table(table) = value else { return Err(wanted) };
        let mut entries = table.into_iter();
        match (entries.next(), entries.next()) {
            (Some((key, toml::Value::String(name))), None) if key == "env" => Ok(Self::Env(name)),
            (Some((key, toml::Value::String(path))), None) if key == "file" => Ok(Self::File(path.into())),
            (Some((key, toml::Value::String(entry))), None) if key == "keyring" => {
                entry.parse().map(Self::Keyring).map_err(|_| "a keyring entry is written { keyring = \"SERVICE/USER\" }")
            }
            _ => Err(wanted),
        }
    }
}

impl std::fmt::Display for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Keyring(entry) => write!(f, "the keyring's entry {entry}"),
        }
    }
}

/// Reads a secret; `env` looks up environment variables. Blocks: a keyring may ask a person to unlock it (30 s at most).
pub fn read(source: &SecretSource, env: &impl Fn(&str) -> Option<String>) -> Result<Secret, String> {
    let text = Zeroizing::new(match source {
        SecretSource::Env(name) => env(name).ok_or(format!("the environment variable {name} is not set"))?,
        SecretSource::File(path) => {
            std::fs::read_to_string(path).map_err(|error| format!("cannot read the secret file {}: {error}", path.display()))?
        }
        SecretSource::Keyring(entry) => {
            let found = keyring::get(entry)?;
            found.ok_or(format!("the keyring has no entry {entry}; store the secret there, or name another source"))?
        }
    });
    let text = text.trim();
    if text.is_empty() { Err("the secret is empty".into()) } else { Ok(Secret::new(text)) }
}
