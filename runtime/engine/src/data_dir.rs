//! The data folder: which file holds what, and how its files are replaced.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

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
    /// SHA-256 of its certificate in hexadecimal, where it is asked over TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<String>,
}

/// What is known of a runtime while it does not run.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    providers: Option<PathBuf>,
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

    /// The project store's file.
    pub fn project(&self) -> PathBuf {
        self.0.join("project.db")
    }

    /// Where compiled sinks are kept.
    pub fn sink_cache(&self) -> PathBuf {
        self.0.join("sinks")
    }

    /// Where the components of installed sinks are kept.
    pub fn sink_components(&self) -> PathBuf {
        self.0.join("sink-components")
    }

    /// The encrypted secrets.
    pub fn secrets(&self) -> PathBuf {
        self.0.join("secrets.json")
    }

    /// What they are encrypted with, unless the settings name another place.
    pub fn secrets_key(&self) -> PathBuf {
        self.0.join("secrets.key")
    }

    /// Archives that wait for their deployments.
    pub fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    /// Notes where this runtime's own providers are declared, for commands that are given while none runs.
    pub fn note_providers(&self, folder: Option<&Path>) -> io::Result<()> {
        let folder = folder.map(std::path::absolute).transpose()?;
        let text = serde_json::to_string(&Known { providers: folder }).map_err(io::Error::other)?;
        write_private(&self.known(), text.as_bytes())
    }

    /// Where the providers of the last runtime are declared; nothing where they are all built in.
    pub fn providers(&self) -> Option<PathBuf> {
        serde_json::from_slice::<Known>(&std::fs::read(self.known()).ok()?).ok()?.providers
    }

    fn known(&self) -> PathBuf {
        self.0.join("known.json")
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
}

/// Makes a folder that only its owner may look into.
pub(crate) fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot make the folder {}: {error}", path.display())))
}

/// Writes beside, renames, and makes the new name durable: a crash or a power loss leaves the old file or the new one. Only its
/// owner may read it.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // One that a crash left behind may have other permissions.
    drop(std::fs::remove_file(&beside));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
