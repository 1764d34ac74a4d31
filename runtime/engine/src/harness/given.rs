//! Files that authors write: read with the places of their values, so that a fault says where it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ampline_core::manifest::{Located, located};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Largest file that a case may name.
pub(super) const FILE_BYTES_MAX: u64 = 32 << 20;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileFault {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) message: String,
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, column, message } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// A file that was read.
pub(super) struct Given {
    pub(super) path: PathBuf,
    located: Located,
}

impl Given {
    pub(super) fn read(path: &Path) -> Result<Self, FileFault> {
        let name = path.display().to_string();
        let whole = |message: String| FileFault { file: name.clone(), line: 1, column: 1, message };
        let bytes = bytes(path).map_err(whole)?;
        let located = located(&bytes).map_err(|issue| {
            let remedy = issue.suggestion.map(|remedy| format!("; {remedy}")).unwrap_or_default();
            FileFault {
                file: name.clone(),
                line: issue.line,
                column: issue.column,
                message: format!("{}{remedy}", issue.message),
            }
        })?;
        Ok(Self { path: path.to_owned(), located })
    }

    pub(super) fn value(&self) -> &Value {
        &self.located.value
    }

    /// A fault of the value that a JSON Pointer names.
    pub(super) fn fault(&self, pointer: &str, message: impl Into<String>) -> FileFault {
        let (line, column) = self.located.place(pointer);
        FileFault { file: self.path.display().to_string(), line, column, message: message.into() }
    }

    /// The content as a type, with the place of what does not fit.
    pub(super) fn parsed<T: DeserializeOwned>(&self) -> Result<T, FileFault> {
        serde_path_to_error::deserialize(self.value()).map_err(|error| {
            let pointer = pointer(error.path());
            let name = if pointer.is_empty() {
                String::new()
            } else {
                format!("{}: ", pointer.trim_start_matches('/').replace('/', "."))
            };
            self.fault(&pointer, format!("{name}{}", error.inner()))
        })
    }

    /// A file that this one names, beside it.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(name)
    }
}

/// The bytes of a file, or why they cannot be had.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("has {size} bytes, and may have {FILE_BYTES_MAX}"));
    }
    fs::read(path).map_err(|error| format!("cannot be read: {error}"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}
