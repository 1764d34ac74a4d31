//! The file of kept secrets: JSON, so that names, times and key ids can be read without a key, and values that cannot.
//!
//! Each value's encryption is bound to the format, its entry's name and its times: an entry moved, renamed or made to last longer
//! does not decrypt.

use std::{collections::BTreeMap, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    KeyRing, MasterKey, Secret, SecretSource, VaultError,
    master_key::{Forged, NONCE_BYTES},
};
use crate::data_dir::write_private;

/// What this version writes.
pub(super) const FORMAT: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VaultFile {
    format: u32,
    /// Where the key was found last, so that commands find it without ampline.toml; nothing = the data folder's key file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<SecretSource>,
    /// Values by name, newest first.
    pub(super) entries: BTreeMap<String, Vec<Sealed>>,
}

/// One encrypted value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    /// The key that it is under.
    pub(super) key_id: String,
    pub(super) made_at: Timestamp,
    /// Until when it holds besides a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Timestamp>,
    nonce: String,
    sealed: String,
}

/// What a value is bound to; tells the version and the parts apart by a byte that names and times cannot hold.
fn bound(name: &str, made_at: Timestamp, until: Option<Timestamp>) -> Vec<u8> {
    let until = until.map_or_else(String::new, |until| until.to_string());
    format!("ampline.secrets\0{FORMAT}\0{name}\0{made_at}\0{until}").into_bytes()
}

impl Sealed {
    /// Encrypts a value.
    pub(super) fn new(
        key: &MasterKey,
        name: &str,
        value: &Secret,
        made_at: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Self, VaultError> {
        let (nonce, sealed) = key.seal(&bound(name, made_at, until), value.reveal().as_bytes())?;
        Ok(Self {
            key_id: key.id().to_owned(),
            made_at,
            until,
            nonce: BASE64_STANDARD.encode(nonce),
            sealed: BASE64_STANDARD.encode(sealed),
        })
    }

    /// Decrypts it with the key that it is under.
    pub(super) fn open(&self, key: &MasterKey, name: &str) -> Result<Secret, Forged> {
        let nonce = BASE64_STANDARD.decode(&self.nonce).map_err(|_| Forged)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Forged)?;
        let sealed = BASE64_STANDARD.decode(&self.sealed).map_err(|_| Forged)?;
        let plain = key.open(&bound(name, self.made_at, self.until), nonce, &sealed)?;
        std::str::from_utf8(&plain).map(Secret::new).map_err(|_| Forged)
    }
}

impl VaultFile {
    /// No secrets yet.
    pub(super) fn empty(key: Option<SecretSource>) -> Self {
        Self { format: FORMAT, key, entries: BTreeMap::new() }
    }

    /// Reads a file; nothing where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(VaultError::Io { act: "read", path: path.to_owned(), source }),
        };
        let damaged = |reason: String| VaultError::Damaged { path: path.to_owned(), reason };
        let format: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match format["format"].as_u64() {
            None => Err(damaged("it does not say its format".to_owned())),
            Some(format) if format > u64::from(FORMAT) => Err(VaultError::Newer { path: path.to_owned(), format, known: FORMAT }),
            Some(_) => serde_json::from_slice(&bytes).map(Some).map_err(|error| damaged(error.to_string())),
        }
    }

    /// Replaces the file, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<(), VaultError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| VaultError::Io {
            act: "write",
            path: path.to_owned(),
            source: error.into(),
        })?;
        text.push(b'\n');
        write_private(path, &text).map_err(|source| VaultError::Io { act: "write", path: path.to_owned(), source })
    }

    /// Whether every value decrypts; `place` says where the keys were found.
    pub(super) fn check(&self, path: &Path, ring: &KeyRing, place: &str) -> Result<(), VaultError> {
        for (name, one) in self.values() {
            let Some(key) = ring.find(&one.key_id) else {
                let (wanted, place) = (one.key_id.clone(), place.to_owned());
                return Err(VaultError::WrongKey { path: path.to_owned(), wanted, place, given: ring.ids() });
            };
            one.open(key, name).map_err(|_| VaultError::EntryDamaged { path: path.to_owned(), name: name.to_owned() })?;
        }
        Ok(())
    }

    /// The same values, all under the newest key. They must have been checked.
    pub(super) fn resealed(&self, path: &Path, ring: &KeyRing) -> Result<Self, VaultError> {
        let mut file = Self { entries: BTreeMap::new(), ..self.clone() };
        for (name, one) in self.values() {
            let damaged = || VaultError::EntryDamaged { path: path.to_owned(), name: name.to_owned() };
            let value = one.open(ring.find(&one.key_id).ok_or_else(damaged)?, name).map_err(|_| damaged())?;
            let sealed = Sealed::new(ring.newest(), name, &value, one.made_at, one.until)?;
            file.entries.entry(name.to_owned()).or_default().push(sealed);
        }
        Ok(file)
    }

    /// All values with their names, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &Sealed)> {
        self.entries.iter().flat_map(|(name, values)| values.iter().map(move |one| (name.as_str(), one)))
    }
}
