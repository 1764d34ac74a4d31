//! A provider's file: bytes to a definition, or every problem with its place and its remedy.

mod block;
mod keys;
mod lower;
mod schema;
mod table;

use std::sync::Arc;

use block::Block;
pub use schema::schema;

use super::{Checked, Declared};
use crate::{
    manifest::{
        issue::{Issue, Report},
        parse, rule, source,
        tree::Place,
    },
    provider::Provider,
};

/// The largest file of a provider that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 256 << 10;

/// Reads a provider's file. Whatever the bytes are, this ends soon and within a few dozen megabytes of memory.
pub fn check(source: &[u8]) -> Checked {
    let mut report = Report::default();
    let declared = match tree(source) {
        Ok(document) => document.root.as_ref().and_then(|root| {
            let block = Block::open(root, &keys::PROVIDER, "$", root.place, &mut report)?;
            lower::provider(&block, &mut report)
        }),
        Err(issue) => {
            report.add(issue);
            None
        }
    };
    let provider = declared.filter(|_| !report.has_errors());
    let provider = provider.map(|definition| -> Arc<dyn Provider> { Arc::new(Declared { definition }) });
    Checked { provider, issues: report.into_issues() }
}

fn tree(source: &[u8]) -> Result<parse::Document, Issue> {
    if source.len() > FILE_BYTES_MAX {
        let message = format!("the file is larger than {FILE_BYTES_MAX} bytes, which is the most that is read of a provider");
        return Err(Issue::error(rule::YAML_LIMIT, "$", Place::START, message)
            .suggest("a provider takes a few kilobytes; is this the right file?"));
    }
    let document = parse::parse(source::decode(source)?)?;
    if document.root.is_none() {
        let issue = Issue::error(rule::EMPTY_FILE, "$", Place::START, "the file holds no provider");
        return Err(issue.suggest("begin with `name:`, `baseURL:` and `objects:`"));
    }
    Ok(document)
}
