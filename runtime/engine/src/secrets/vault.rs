//! The secrets that the runtime makes or is given, encrypted in one file of the data folder.
//!
//! One process writes it at a time. Every change replaces the file as a whole, so a crash leaves the state before or after.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{
    KeyRing, MasterKey, Secret, SecretSource, VaultError, key_source, older,
    vault_file::{Sealed, VaultFile},
};
use crate::{data_dir::DataDir, sqlite::FileLock};

/// The entry of the key that the command line of this machine shows to the API.
pub const API_KEY: &str = "api-key";
/// The entry of what download URLs are signed with.
pub const DOWNLOAD_KEY: &str = "download-key";

/// The entry of the key that connections' credentials are encrypted under in the project store.
pub const CONNECTIONS_KEY: &str = "connections-key";

/// The entry of the signing keys that the runtime made for a destination.
pub fn signing_key_name(destination: &str) -> String {
    format!("destinations/{destination}/signing-key")
}

/// Kept secrets, open.
pub struct Vault {
    path: PathBuf,
    open: Mutex<Open>,
    /// Nothing where it may only be read.
    lock: Option<FileLock>,
}

struct Open {
    ring: KeyRing,
    file: VaultFile,
}

/// One value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: Secret,
    /// When it was made or given.
    pub made_at: Timestamp,
    /// Until when it holds besides a newer one.
    pub until: Option<Timestamp>,
}

/// What may be told of a value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its entry.
    pub name: String,
    /// When it was made or given.
    pub made_at: Timestamp,
    /// Until when it holds besides a newer one.
    pub until: Option<Timestamp>,
    /// The key that it is encrypted under.
    pub key_id: String,
}

impl Vault {
    /// Opens the secrets of a data folder for this process alone. Makes what is not there, takes over what older versions kept in
    /// plain files, and drops what no longer holds. `key` is where the settings say that the key is.
    pub fn open(
        data: &DataDir,
        key: Option<&SecretSource>,
        env: impl Fn(&str) -> Option<String>,
        now: Timestamp,
    ) -> Result<Self, VaultError> {
        let path = data.secrets();
        let lock = FileLock::take(&path).map_err(|_| VaultError::InUse { path: path.clone() })?;
        let key = key.map(absolute);
        let found = VaultFile::read(&path)?;
        let ring = key_source::load(data, key.as_ref(), &env, true)?;
        let mut file = found.unwrap_or_else(|| VaultFile::empty(None));
        file.check(&path, &ring, &key_source::place(data, key.as_ref()))?;
        file.key = key;
        let plain = older::plain(data)?;
        for one in &plain {
            if !file.entries.contains_key(&one.name) {
                let sealed = Sealed::new(ring.newest(), &one.name, &one.value, now, None)?;
                file.entries.insert(one.name.clone(), vec![sealed]);
            }
        }
        forget_expired(&mut file, now);
        file.write(&path)?;
        let vault = Self { path, open: Mutex::new(Open { ring, file }), lock: Some(lock) };
        older::remove(data, &plain, |name| vault.get(name).ok().flatten());
        Ok(vault)
    }

    /// Opens them beside whoever else uses them, as the file is now. The key is where the runtime found it last.
    pub fn open_to_read(data: &DataDir, env: impl Fn(&str) -> Option<String>) -> Result<Self, VaultError> {
        let path = data.secrets();
        let file = VaultFile::read(&path)?.ok_or_else(|| VaultError::Missing { path: path.clone() })?;
        let ring = key_source::load(data, file.key.as_ref(), &env, false)?;
        file.check(&path, &ring, &key_source::place(data, file.key.as_ref()))?;
        Ok(Self { path, open: Mutex::new(Open { ring, file }), lock: None })
    }

    /// What may be told of the secrets of a folder; needs no key.
    pub fn list(data: &DataDir) -> Result<Vec<Listed>, VaultError> {
        let path = data.secrets();
        let file = VaultFile::read(&path)?.ok_or(VaultError::Missing { path })?;
        let listed = file.values().map(|(name, one)| Listed {
            name: name.to_owned(),
            made_at: one.made_at,
            until: one.until,
            key_id: one.key_id.clone(),
        });
        Ok(listed.collect())
    }

    /// The newest value of an entry.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        Ok(self.all(name)?.into_iter().next().map(|held| held.value))
    }

    /// All values of an entry, newest first.
    pub fn all(&self, name: &str) -> Result<Vec<Held>, VaultError> {
        let open = self.opened();
        let damaged = || VaultError::EntryDamaged { path: self.path.clone(), name: name.to_owned() };
        let held = |one: &Sealed| {
            let key = open.ring.find(&one.key_id).ok_or_else(damaged)?;
            let value = one.open(key, name).map_err(|_| damaged())?;
            Ok(Held { value, made_at: one.made_at, until: one.until })
        };
        open.file.entries.get(name).into_iter().flatten().map(held).collect()
    }

    /// The newest value of an entry, which is made and kept where there is none.
    pub fn get_or_make(
        &self,
        name: &str,
        now: Timestamp,
        make: impl FnOnce() -> Result<Secret, getrandom::Error>,
    ) -> Result<Secret, VaultError> {
        if let Some(value) = self.get(name)? {
            return Ok(value);
        }
        let value = make()?;
        self.put(name, &value, now)?;
        Ok(value)
    }

    /// Keeps a value in place of all others of the entry.
    pub fn put(&self, name: &str, value: &Secret, now: Timestamp) -> Result<(), VaultError> {
        self.change(|file, ring| {
            file.entries.insert(name.to_owned(), vec![Sealed::new(ring.newest(), name, value, now, None)?]);
            Ok(())
        })
    }

    /// Keeps a value before the others of the entry, which hold for `overlap` more at most.
    pub fn succeed(&self, name: &str, value: &Secret, now: Timestamp, overlap: SignedDuration) -> Result<(), VaultError> {
        let older = self.all(name)?;
        let last = now.saturating_add(overlap).unwrap_or(Timestamp::MAX);
        self.change(|file, ring| {
            let mut values = vec![Sealed::new(ring.newest(), name, value, now, None)?];
            for one in older {
                let until = one.until.map_or(last, |until| until.min(last));
                values.push(Sealed::new(ring.newest(), name, &one.value, one.made_at, Some(until))?);
            }
            file.entries.insert(name.to_owned(), values);
            Ok(())
        })
    }

    /// Keeps an entry under another name, in place of what may be there. Where there is no such entry, nothing changes.
    pub fn rename(&self, from: &str, to: &str, now: Timestamp) -> Result<(), VaultError> {
        let held = self.all(from)?;
        if held.is_empty() {
            return Ok(());
        }
        // A value is bound to the name of its entry.
        self.change(|file, ring| {
            let seal = |one: Held| Sealed::new(ring.newest(), to, &one.value, one.made_at, one.until);
            let values = held.into_iter().filter(|one| one.until.is_none_or(|until| until > now));
            let values = values.map(seal).collect::<Result<Vec<_>, _>>()?;
            file.entries.insert(to.to_owned(), values);
            file.entries.remove(from);
            Ok(())
        })
    }

    /// Forgets an entry.
    pub fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.change(|file, _| {
            file.entries.remove(name);
            Ok(())
        })
    }

    /// Forgets what no longer holds; says whether there was anything.
    pub fn forget_expired(&self, now: Timestamp) -> Result<bool, VaultError> {
        if !self.opened().file.values().any(|(_, one)| has_expired(one, now)) {
            return Ok(false);
        }
        self.change(|file, _| {
            forget_expired(file, now);
            Ok(())
        })?;
        Ok(true)
    }

    /// The key that the command line of this machine shows to the API; made at the first start.
    pub fn api_key(&self, now: Timestamp) -> Result<Secret, VaultError> {
        self.get_or_make(API_KEY, now, new_api_key)
    }

    /// Makes another key for the command line of this machine.
    pub fn renew_api_key(&self, now: Timestamp) -> Result<Secret, VaultError> {
        let key = new_api_key()?;
        self.put(API_KEY, &key, now)?;
        Ok(key)
    }

    /// What download URLs are signed with; made at the first start.
    pub fn download_key(&self, now: Timestamp) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let text = self.get_or_make(DOWNLOAD_KEY, now, random_text)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.reveal()).map(Zeroizing::new).unwrap_or_default();
        let damaged = |_| VaultError::EntryDamaged { path: self.path.clone(), name: DOWNLOAD_KEY.to_owned() };
        bytes.as_slice().try_into().map(Zeroizing::new).map_err(damaged)
    }

    /// What connections' credentials are encrypted with; made at the first start.
    pub fn connections_key(&self, now: Timestamp) -> Result<MasterKey, VaultError> {
        let text = self.get_or_make(CONNECTIONS_KEY, now, || MasterKey::generate().map(|key| key.text()))?;
        let damaged = |_| VaultError::EntryDamaged { path: self.path.clone(), name: CONNECTIONS_KEY.to_owned() };
        MasterKey::parse(text.reveal()).map_err(damaged)
    }

    fn change(&self, act: impl FnOnce(&mut VaultFile, &KeyRing) -> Result<(), VaultError>) -> Result<(), VaultError> {
        if self.lock.is_none() {
            return Err(VaultError::ReadOnly { path: self.path.clone() });
        }
        let mut open = self.opened();
        let mut file = open.file.clone();
        act(&mut file, &open.ring)?;
        file.write(&self.path)?;
        open.file = file;
        Ok(())
    }

    fn opened(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commands may run in another folder than the runtime.
pub(super) fn absolute(source: &SecretSource) -> SecretSource {
    match source {
        SecretSource::File(path) => SecretSource::File(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
        other => other.clone(),
    }
}

fn has_expired(one: &Sealed, now: Timestamp) -> bool {
    one.until.is_some_and(|until| until <= now)
}

fn forget_expired(file: &mut VaultFile, now: Timestamp) {
    file.entries.values_mut().for_each(|values| values.retain(|one| !has_expired(one, now)));
    file.entries.retain(|_, values| !values.is_empty());
}

fn new_api_key() -> Result<Secret, getrandom::Error> {
    Ok(Secret::new(format!("amp_{}", random_text()?.reveal())))
}

fn random_text() -> Result<Secret, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut())?;
    Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests;
