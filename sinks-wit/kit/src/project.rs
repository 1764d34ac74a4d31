//! A project's own file, `ampline-sink.toml`: which language it is in, and what is built.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The name of the file.
pub const MANIFEST: &str = "ampline-sink.toml";

/// What a sink is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Compiled; the smallest and fastest.
    Rust,
    /// By QuickJS in the component.
    JavaScript,
    /// By CPython in the component.
    Python,
}

impl Language {
    /// As it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "javascript",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A project as its file states it.
#[derive(Debug)]
pub struct Project {
    /// Its folder.
    pub dir: PathBuf,
    /// The destination type that it serves; the component is called so.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// The world that it is made for. Rust leaves out what it does not call, so it needs none.
    pub world: String,
    /// The module that exports the sink, from the project's folder (`src/sink.js`, `src/sink.py`). Rust needs none.
    pub entry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    name: String,
    language: Language,
    world: Option<String>,
    entry: Option<String>,
}

impl Project {
    /// Reads the project in a folder. Without `ampline-sink.toml` a `Cargo.toml` makes it one in Rust.
    ///
    /// # Errors
    /// Where there is no project, or its file cannot be read; with what to do.
    pub fn read(dir: &Path) -> Result<Self, String> {
        let path = dir.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::guess(dir),
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        };
        let stated: Stated =
            toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.to_string().trim_end()))?;
        let entry = match stated.language {
            Language::JavaScript => "src/sink.js",
            Language::Python => "src/sink.py",
            Language::Rust => "src/lib.rs",
        };
        Ok(Self {
            dir: dir.to_owned(),
            name: stated.name,
            language: stated.language,
            world: stated.world.unwrap_or_else(|| "http-sink".to_owned()),
            entry: stated.entry.unwrap_or_else(|| entry.to_owned()),
        })
    }

    /// A crate needs no file of ours: it is called as its package.
    fn guess(dir: &Path) -> Result<Self, String> {
        let nothing = || {
            let place = dir.display();
            format!("{place} holds no sink project: there is no {MANIFEST}. Begin one: ampline sink new my-sink --language rust")
        };
        let (name, _) =
            crate::build::package(dir).map_err(|reason| if dir.join("Cargo.toml").exists() { reason } else { nothing() })?;
        Ok(Self {
            dir: dir.to_owned(),
            name,
            language: Language::Rust,
            world: "http-sink".to_owned(),
            entry: "src/lib.rs".to_owned(),
        })
    }
}
