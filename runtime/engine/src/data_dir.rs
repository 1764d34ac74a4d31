//! The data folder: which file holds what, and the keys that the runtime makes for itself.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    percent::encoded,
    secrets::{KeyError, Secret, SigningKey},
};

/// A folder that belongs to one runtime at a time.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// How the command line finds the runtime that uses a folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunningRuntime {
    /// The process.
    pub pid: u32,
    /// Where its API listens.
    pub address: std::net::SocketAddr,
    /// The project that it serves.
    pub project: String,
}

impl DataDir {
    /// Makes the folder if need be; only its owner may look inside.
    pub fn create(path: &Path) -> io::Result<Self> {
        private_dir(path)?;
        Ok(Self(path.to_owned()))
    }

    /// A folder that must be there.
    pub fn existing(path: &Path) -> Option<Self> {
        path.is_dir().then(|| Self(path.to_owned()))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The journal's file.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal.db")
    }

    /// The hosted store's file.
    pub fn store(&self) -> PathBuf {
        self.0.join("hosted-store.db")
    }

    /// Where compiled sinks are kept.
    pub fn sink_cache(&self) -> PathBuf {
        self.0.join("sinks")
    }

    /// The key that clients of the API show; made at the first start.
    pub fn api_key(&self) -> io::Result<Secret> {
        self.secret("api-key", || Ok(Secret::new(format!("amp_{}", random_text()?))))
    }

    /// What download URLs are signed with.
    pub fn download_key(&self) -> io::Result<[u8; 32]> {
        use sha2::{Digest, Sha256};
        let secret = self.secret("download-key", || Ok(Secret::new(random_text()?)))?;
        Ok(Sha256::digest(secret.reveal()).into())
    }

    /// A destination's signing key; made when first asked for.
    pub fn signing_key(&self, destination: &str) -> io::Result<SigningKey> {
        private_dir(&self.0.join("signing-keys"))?;
        let file = format!("signing-keys/{}.whsec", encoded(destination));
        let secret = self.secret(&file, || SigningKey::generate().map_err(io::Error::other))?;
        SigningKey::parse(secret.reveal()).map_err(|error: KeyError| io::Error::other(format!("{file}: {error}")))
    }

    /// Tells the command line where the runtime is.
    pub fn announce(&self, runtime: &RunningRuntime) -> io::Result<()> {
        let text = serde_json::to_string(runtime).map_err(io::Error::other)?;
        write_private(&self.0.join("runtime.json"), text.as_bytes())
    }

    /// Where the runtime is, if one said so and did not take it back.
    pub fn announced(&self) -> Option<RunningRuntime> {
        serde_json::from_slice(&std::fs::read(self.0.join("runtime.json")).ok()?).ok()
    }

    /// The runtime has ended.
    pub fn withdraw(&self) {
        // Left behind it only costs the command line one refused connection.
        drop(std::fs::remove_file(self.0.join("runtime.json")));
    }

    fn secret(&self, name: &str, make: impl FnOnce() -> io::Result<Secret>) -> io::Result<Secret> {
        let path = self.0.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Secret::new(text.trim())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = make()?;
                write_private(&path, secret.reveal().as_bytes())?;
                Ok(secret)
            }
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        }
    }
}

fn random_text() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot make the folder {}: {error}", path.display())))
}

/// Writes beside and renames, so that a crash leaves the old file or the new one.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
