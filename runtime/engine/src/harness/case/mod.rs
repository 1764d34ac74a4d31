//! An author's case: envelopes and a configuration, and the calls and outcomes that they must lead to.

mod envelope;
mod expect;
mod kept;
mod read;
mod run;

use std::{collections::BTreeMap, path::PathBuf};

use ampline_core::message::Envelope;
use serde_json::Value;

use super::{fault::Trouble, notes::Reading, script::Rule};
use expect::Expected;
pub(super) use read::{read, read_all};
pub(super) use run::{Surroundings, run};

/// A case that can be run.
#[derive(Debug)]
pub(super) struct Case {
    /// The file's name without `.yaml`.
    pub(super) name: String,
    path: PathBuf,
    about: Option<String>,
    config: Option<Value>,
    /// Names of environment variables, by the names of secrets.
    secrets: BTreeMap<String, String>,
    batches: Vec<Vec<(Envelope, u32)>>,
    /// Whether outcomes are written as one list for each batch.
    is_split: bool,
    rules: Vec<Rule>,
    troubles: Vec<&'static Trouble>,
    readings: Vec<Reading>,
    has_cassette: bool,
    expected: Expected,
}
