//! A new key for the kept secrets, in steps between any two of which a crash may come: what was written opens after each.

use super::{KeyRing, MasterKey, SecretSource, VaultError, key_source, vault::absolute, vault_file::VaultFile};
use crate::{data_dir::DataDir, sqlite::FileLock};

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The name of the key before.
    pub from: String,
    /// The name of the key now.
    pub to: String,
    /// Where the key is now, in words.
    pub place: String,
    /// What `[secrets] key` must name now; nothing where it stays as it is.
    pub moved_to: Option<SecretSource>,
    /// Values that were encrypted anew.
    pub values: usize,
}

/// Each is one replacement of one file (or keyring entry): done or not done, whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The new key goes before the old ones.
    AddKey,
    /// All values go under the new key.
    Reseal,
    /// The old keys go.
    DropOldKeys,
}

struct Rotation<'a> {
    data: &'a DataDir,
    /// Where the keys were found; nothing = the data folder's own file.
    source: Option<SecretSource>,
    /// Where the new key is, where that is another place.
    target: Option<SecretSource>,
    ring: KeyRing,
    file: VaultFile,
    _lock: FileLock,
}

/// Encrypts everything under another key: a fresh one in the place of the old one, or, with `target`, the newest one found there.
/// Refused while a runtime uses the folder.
pub fn rotate(
    data: &DataDir,
    target: Option<&SecretSource>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<KeyChange, VaultError> {
    let rotation = Rotation::prepare(data, target.map(absolute), &env)?;
    rotation.steps().iter().try_for_each(|step| rotation.take(*step))?;
    Ok(rotation.done())
}

impl<'a> Rotation<'a> {
    fn prepare(
        data: &'a DataDir,
        target: Option<SecretSource>,
        env: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, VaultError> {
        let path = data.secrets();
        let lock = FileLock::take(&path).map_err(|_| VaultError::InUse { path: path.clone() })?;
        let file = VaultFile::read(&path)?.ok_or_else(|| VaultError::Missing { path: path.clone() })?;
        let source = file.key.clone();
        let ring = key_source::load(data, source.as_ref(), env, false)?;
        file.check(&path, &ring, &key_source::place(data, source.as_ref()))?;
        let target = target.filter(|target| Some(target) != source.as_ref());
        let new = match (&target, &source) {
            (Some(place), _) => other_key(data, place, &ring, env)?,
            (None, Some(SecretSource::Env(name))) => return Err(unwritable(data, source.as_ref(), name)),
            (None, _) => MasterKey::generate()?,
        };
        Ok(Self { data, source, target, ring: ring.with_newest(new), file, _lock: lock })
    }

    fn steps(&self) -> &'static [Step] {
        match (&self.target, &self.source) {
            (None, _) => &[Step::AddKey, Step::Reseal, Step::DropOldKeys],
            // The runtime made the old file itself, and it opens nothing any more.
            (Some(_), None) => &[Step::Reseal, Step::DropOldKeys],
            (Some(_), Some(_)) => &[Step::Reseal],
        }
    }

    fn take(&self, step: Step) -> Result<(), VaultError> {
        let path = self.data.secrets();
        match step {
            Step::AddKey => key_source::store(self.data, self.source.as_ref(), &self.ring),
            Step::Reseal => {
                let mut file = self.file.resealed(&path, &self.ring)?;
                if self.target.is_some() {
                    file.key.clone_from(&self.target);
                }
                file.write(&path)
            }
            Step::DropOldKeys if self.target.is_some() => {
                let path = self.data.secrets_key();
                std::fs::remove_file(&path).map_err(|source| VaultError::Io { act: "remove", path, source })
            }
            Step::DropOldKeys => {
                let alone = KeyRing::of(self.ring.newest().clone());
                key_source::store(self.data, self.source.as_ref(), &alone)
            }
        }
    }

    fn done(&self) -> KeyChange {
        KeyChange {
            from: self.file.values().map(|(_, one)| one.key_id.clone()).next().unwrap_or_default(),
            to: self.ring.newest().id().to_owned(),
            place: key_source::place(self.data, self.target.as_ref().or(self.source.as_ref())),
            moved_to: self.target.clone(),
            values: self.file.values().count(),
        }
    }
}

/// The newest key of another place; it must not be the one in use.
fn other_key(
    data: &DataDir,
    target: &SecretSource,
    ring: &KeyRing,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<MasterKey, VaultError> {
    let found = key_source::load(data, Some(target), env, false)?;
    if ring.newest().id() == found.newest().id() {
        let reason = "it is the key in use; `ampline secrets new-key` makes another".to_owned();
        return Err(VaultError::Key { place: target.to_string(), reason });
    }
    Ok(found.newest().clone())
}

fn unwritable(data: &DataDir, source: Option<&SecretSource>, name: &str) -> VaultError {
    let reason = format!(
        "a command cannot change an environment variable; make a key with `ampline secrets new-key`, set it in another variable, and \
         give that: `ampline secrets rotate --new-key-env {name}_NEW`"
    );
    VaultError::Key { place: key_source::place(data, source), reason }
}

#[cfg(test)]
mod tests;
