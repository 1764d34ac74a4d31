//! `amp.yaml`: text to [`Manifest`], or every problem with its place and its remedy.
//!
//! A straight line: bytes → text (`source`) → tree with places (`parse`) → manifest (`lower`) → silenced warnings (`directive`)
//! → remedies that are proven safe (`fix`). What keys there are and what they may hold stands in one table (`keys`), from which
//! the checker reads and the JSON Schema for editors is made (`schema`).
//!
//! Whatever Ampersand's own command-line program accepts has no errors here: what it does not look at is a warning that says
//! what is done instead. Read as well are the form of 2023 and the drafts between it and today's (`legacy`).

mod block;
mod dash;
mod directive;
mod fix;
pub(crate) mod issue;
pub(crate) mod json;
mod keys;
mod legacy;
mod located;
mod lower;
mod model;
pub(crate) mod parse;
mod redact;
pub(crate) mod rule;
mod scalar;
mod schema;
pub(crate) mod source;
pub(crate) mod tree;
mod unknown;

pub use fix::{Edit, Fix, Fixed, apply, fixed};
pub use issue::{Issue, Severity};
pub use legacy::camel_case;
pub use located::{Located, located};
pub use model::*;
pub use redact::redact;
pub use schema::schema;
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
    let mut checked = judge(source);
    fix::prove(source, source::mark_bytes(source), &mut checked.issues);
    checked
}

/// [`check`], with fixes whose edits count from behind the byte-order mark and that nobody has tried.
fn judge(source: &[u8]) -> Checked {
    let mut report = issue::Report::default();
    let document = source::decode(source).and_then(|text| parse::parse(text).map_err(|issue| dash::advise(text, issue)));
    let manifest = match document {
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
