//! Where the key of the kept secrets lives: a file in the data folder unless the settings name another place.

use std::path::Path;

use super::{KeyRing, MasterKey, SecretSource, VaultError, keyring, source};
use crate::data_dir::{DataDir, write_private};

/// Where the key is, in words.
pub(super) fn place(data: &DataDir, key: Option<&SecretSource>) -> String {
    key.map_or_else(|| format!("the file {}", data.secrets_key().display()), ToString::to_string)
}

/// Reads the keys; where the data folder's own file is meant and there are no secrets yet, `may_make` makes one.
pub(super) fn load(
    data: &DataDir,
    key: Option<&SecretSource>,
    env: &impl Fn(&str) -> Option<String>,
    may_make: bool,
) -> Result<KeyRing, VaultError> {
    let own = SecretSource::File(data.secrets_key());
    if key.is_none() && !data.secrets_key().exists() {
        if data.secrets().exists() || !may_make {
            return Err(VaultError::LostKey { path: data.secrets_key(), secrets: data.secrets() });
        }
        return make(data);
    }
    let fault = |reason: String| VaultError::Key { place: place(data, key), reason };
    let text = source::read(key.unwrap_or(&own), env).map_err(fault)?;
    KeyRing::parse(text.reveal()).map_err(|error| fault(error.to_string()))
}

fn make(data: &DataDir) -> Result<KeyRing, VaultError> {
    let ring = KeyRing::of(MasterKey::generate()?);
    write_file(&data.secrets_key(), &ring)?;
    tracing::info!(
        event = "secrets.key_made",
        path = %data.secrets_key().display(),
        "secrets are encrypted under a key in the data folder itself; for production, keep it elsewhere: `[secrets] key` in ampline.toml"
    );
    Ok(ring)
}

/// Writes the keys where they belong; an environment variable cannot be written.
pub(super) fn store(data: &DataDir, key: Option<&SecretSource>, ring: &KeyRing) -> Result<(), VaultError> {
    match key {
        None => write_file(&data.secrets_key(), ring),
        Some(SecretSource::File(path)) => write_file(path, ring),
        Some(SecretSource::Keyring(entry)) => {
            keyring::set(entry, ring.text().reveal()).map_err(|reason| VaultError::Key { place: place(data, key), reason })
        }
        Some(SecretSource::Env(_)) => Err(VaultError::Key { place: place(data, key), reason: "it cannot be written".to_owned() }),
    }
}

/// Makes a key and puts it where there is none yet.
pub(crate) fn new_key_into(target: &SecretSource) -> Result<(), String> {
    let ring = KeyRing::of(MasterKey::generate().map_err(|error| error.to_string())?);
    let taken = || format!("{target} is in use already; `ampline secrets rotate` replaces a key");
    match target {
        SecretSource::File(path) if path.exists() => Err(taken()),
        SecretSource::File(path) => write_file(path, &ring).map_err(|error| error.to_string()),
        SecretSource::Keyring(entry) if keyring::get(entry)?.is_some() => Err(taken()),
        SecretSource::Keyring(entry) => keyring::set(entry, ring.text().reveal()),
        SecretSource::Env(_) => Err(format!("{target} cannot be written; print a key and set it yourself")),
    }
}

fn write_file(path: &Path, ring: &KeyRing) -> Result<(), VaultError> {
    write_private(path, ring.text().reveal().as_bytes()).map_err(|source| VaultError::Io {
        act: "write",
        path: path.to_owned(),
        source,
    })
}
