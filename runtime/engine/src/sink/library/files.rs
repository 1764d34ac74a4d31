//! The components of installed sinks: files in one folder, named by their digests.

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use tokio::task::spawn_blocking;

use crate::{data_dir, sink::wasm};

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Files(PathBuf);

impl Files {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self(dir)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.0.join(format!("{digest}.wasm"))
    }

    /// The component of this digest, if it is what was kept under it; else why not.
    pub(super) async fn read(&self, digest: &str) -> Result<Vec<u8>, String> {
        let (path, digest) = (self.path(digest), digest.to_owned());
        blocking(move || {
            let bytes = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            if wasm::digest(&bytes) == digest {
                return Ok(bytes);
            }
            Err(format!("{} is not what was installed: its bytes have another digest; install it again", path.display()))
        })
        .await
        .unwrap_or_else(|error| Err(format!("reading it broke off: {error}")))
    }

    /// Whether there is a file of this digest.
    pub(super) async fn has(&self, digest: &str) -> bool {
        let path = self.path(digest);
        blocking(move || path.is_file()).await.unwrap_or(false)
    }

    /// Keeps a component.
    pub(super) async fn write(&self, digest: &str, bytes: Vec<u8>) -> io::Result<()> {
        let (dir, path) = (self.0.clone(), self.path(digest));
        blocking(move || {
            fs::create_dir_all(dir)?;
            data_dir::write_private(&path, &bytes)
        })
        .await?
    }

    /// Removes these, but for those that must stay. What cannot be removed stays, and the log says so.
    pub(super) async fn forget(&self, gone: BTreeSet<String>, stay: &BTreeSet<String>) {
        for digest in gone.difference(stay) {
            let path = self.path(digest);
            let removed = tokio::fs::remove_file(&path).await;
            if let Err(error) = removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
            {
                tracing::warn!(path = %path.display(), %error, "a component that is no longer needed stays behind");
            }
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)
}
