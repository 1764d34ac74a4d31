//! `amp.yaml`: text to [`Manifest`], or every problem with its place and its remedy.
//!
//! A straight line: bytes → text (`source`) → tree with places (`parse`) → manifest (`lower`) → silenced warnings (`directive`).

mod block;
mod directive;
mod issue;
mod json;
mod keys;
mod lower;
mod model;
mod parse;
mod rule;
mod scalar;
mod source;
mod tree;
mod unknown;

pub use issue::{Issue, Severity};
pub use model::*;
pub use source::FILE_BYTES_MAX;
pub(crate) use unknown::closest;

/// What came of checking a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// There exactly if no issue is an error.
    pub manifest: Option<Manifest>,
    /// In the order of their places.
    pub issues: Vec<Issue>,
}

/// Reads an `amp.yaml`. Whatever the bytes are, this ends soon and within a few dozen megabytes of memory.
pub fn check(source: &[u8]) -> Checked {
    let mut report = issue::Report::default();
    let manifest = match source::decode(source).and_then(parse::parse) {
        Ok(document) => {
            let manifest = lower::manifest(&document, &mut report);
            directive::apply(&document, &mut report);
            manifest
        }
        Err(issue) => {
            report.add(issue);
            None
        }
    };
    let manifest = manifest.filter(|_| !report.has_errors());
    Checked { manifest, issues: report.into_issues() }
}

/// What a YAML file says, as JSON: for files that are not manifests. Null where it holds no content.
pub fn yaml(source: &[u8]) -> Result<serde_json::Value, Issue> {
    let document = source::decode(source).and_then(parse::parse)?;
    Ok(document.root.map_or(serde_json::Value::Null, |root| json::value(&root)))
}
