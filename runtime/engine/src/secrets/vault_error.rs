//! Why kept secrets cannot be used, and what to do about it. No text here holds a secret.

use std::{io, path::PathBuf};

/// Why kept secrets cannot be used. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file.
    #[error("cannot {act} {path}: {source}")]
    Io {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what was written.
    #[error("{path} is damaged ({reason}); it was left as it is: restore it from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A later version wrote it.
    #[error("{path} has format {format}, and this version reads up to {known}; it was left as it is: run the newer version")]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format that it has.
        format: u64,
        /// The latest known one.
        known: u32,
    },
    /// One entry does not decrypt under its own key.
    #[error("the entry {name} of {path} was altered or is damaged; the file was left as it is: restore it from a backup")]
    EntryDamaged {
        /// The file.
        path: PathBuf,
        /// The entry.
        name: String,
    },
    /// The key is not there or is no key.
    #[error("cannot use the key of the kept secrets from {place}: {reason}")]
    Key {
        /// Where it should be.
        place: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The key file of the data folder is gone.
    #[error(
        "{path} is not there, and without it {secrets} cannot be read; restore the key file from a backup. If it is lost, move \
         {secrets} away: the runtime then makes new keys, and receivers must be given the new signing keys"
    )]
    LostKey {
        /// The key file.
        path: PathBuf,
        /// The secrets.
        secrets: PathBuf,
    },
    /// Another key.
    #[error(
        "{path} is encrypted under the key {wanted}, and {place} has {given}; give the key that it was encrypted under (`[secrets] \
         key` in ampline.toml names the place; `ampline secrets rotate` moves from one key to another). If that key is lost, move \
         {path} away: the runtime then makes new keys, and receivers must be given the new signing keys"
    )]
    WrongKey {
        /// The secrets.
        path: PathBuf,
        /// The name of the key that is needed.
        wanted: String,
        /// Where keys were found.
        place: String,
        /// The names of those keys.
        given: String,
    },
    /// A runtime or another command uses the file.
    #[error("{path} is in use by a running runtime or another command; stop it first (`ampline status` shows whether one runs)")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing yet.
    #[error("{path} is not there: no runtime has used this data folder yet")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Opened to read.
    #[error("{path} was opened to be read only")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The machine gives no chance.
    #[error("the machine gave no random numbers: {0}")]
    Chance(#[from] getrandom::Error),
}
