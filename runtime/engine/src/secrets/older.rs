//! Folders of versions that kept secrets in plain files: their values move into the encrypted file, then the plain files go.

use std::{fs, io, path::PathBuf};

use super::{DOWNLOAD_KEY, Secret, VaultError, signing_key_name, vault::API_KEY};
use crate::{data_dir::DataDir, percent::decoded};

/// A value in a plain file.
pub(super) struct Plain {
    pub(super) name: String,
    pub(super) value: Secret,
    path: PathBuf,
}

/// All values that still lie in plain files.
pub(super) fn plain(data: &DataDir) -> Result<Vec<Plain>, VaultError> {
    let mut found = Vec::new();
    for name in [API_KEY, DOWNLOAD_KEY] {
        found.extend(read(name.to_owned(), data.path().join(name))?);
    }
    let folder = data.path().join("signing-keys");
    let files = match fs::read_dir(&folder) {
        Ok(files) => files.collect::<Result<Vec<_>, _>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    for file in files.map_err(|source| VaultError::Io { act: "read", path: folder, source })? {
        let name = file.file_name();
        let destination = name.to_str().and_then(|name| name.strip_suffix(".whsec")).map(decoded);
        if let Some(destination) = destination.and_then(|bytes| String::from_utf8(bytes).ok()) {
            found.extend(read(signing_key_name(&destination), file.path())?);
        }
    }
    Ok(found)
}

fn read(name: String, path: PathBuf) -> Result<Option<Plain>, VaultError> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Plain { name, value: Secret::new(text.trim()), path })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(VaultError::Io { act: "read", path, source }),
    }
}

/// Removes the plain files whose values are kept by now; `kept` says what is.
pub(super) fn remove(data: &DataDir, plain: &[Plain], kept: impl Fn(&str) -> Option<Secret>) {
    for one in plain {
        let path = one.path.display();
        if kept(&one.name).as_ref() != Some(&one.value) {
            tracing::warn!(event = "secrets.plain_file", %path, "a plain file holds another value than the one in use: remove it");
            continue;
        }
        match fs::remove_file(&one.path) {
            Ok(()) => tracing::info!(event = "secrets.moved", %path, "the secret is encrypted now; its plain file is gone"),
            Err(error) => tracing::warn!(event = "secrets.plain_file", %path, %error, "remove it: the secret is kept encrypted"),
        }
    }
    // It may hold files of other people.
    drop(fs::remove_dir(data.path().join("signing-keys")));
}
