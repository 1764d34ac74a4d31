//! What the desk remembers from one start to the next: which runtime it was at, and the files that a person has opened.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// Files that are remembered.
const RECENT_MAX: usize = 20;

/// Which runtime the desk is at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Choice {
    /// The desk's own.
    #[default]
    Own,
    /// That of a folder of this machine.
    Folder {
        /// The folder with its amp.yaml or ampline.toml.
        path: PathBuf,
    },
    /// One elsewhere.
    Profile {
        /// The name that the command line knows it by, too.
        name: String,
    },
}

/// What is remembered.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Memory {
    /// The runtime.
    pub(crate) choice: Choice,
    /// Files that a person has opened, the latest first. Pages may read and write these and no others.
    pub(crate) recent: Vec<PathBuf>,
}

impl Memory {
    /// As it was kept. What cannot be read is not worth a start that fails.
    pub(crate) fn load(path: &Path) -> Self {
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, path = %path.display(), "what the desk remembered cannot be read; it begins anew");
                Self::default()
            }),
            Err(_) => Self::default(),
        }
    }

    /// Keeps it; a crash leaves the old or the new.
    pub(crate) fn store(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(beside, path)
    }

    /// A file was opened.
    pub(crate) fn opened(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_and_what_is_broken_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/desk.json");
        assert_eq!(Memory::load(&path), Memory::default());
        let mut memory = Memory { choice: Choice::Profile { name: "prod".to_owned() }, ..Memory::default() };
        for number in 0..30 {
            memory.opened(Path::new(&format!("/{}/amp.yaml", number % 25)));
        }
        memory.store(&path).unwrap();
        assert_eq!(Memory::load(&path), memory);
        assert_eq!((memory.recent.len(), memory.recent[0].as_path()), (RECENT_MAX, Path::new("/4/amp.yaml")));
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Memory::load(&path), Memory::default());
    }
}
