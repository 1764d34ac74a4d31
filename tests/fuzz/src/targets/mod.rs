//! The fuzz targets: each takes any bytes, feeds them to one reader of the core, and asserts what must hold whatever the bytes are.
//!
//! No doubles. The oracles stand in each target: independent readers (serde_json), round trips, the same answer twice, and the promises
//! that the readers' own documentation makes. Ordinary tests replay seeds and corpus through the same functions
//! (`runtime/core/tests/fuzz_corpus.rs`).

mod answers;
mod cursor;
mod events;
mod fields;
mod manifest;
mod messages;
mod oauth;
mod planning;
mod provider_file;
mod schedule;
mod seeds;
mod stage;
mod template;

/// One thing to fuzz.
pub(crate) struct Target {
    /// What a person types.
    pub(crate) name: &'static str,
    /// Panics where something does not hold.
    pub(crate) run: fn(&[u8]),
    /// Inputs to begin with, made of the repository's own fixtures.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Inputs that earlier runs found, packed.
    pub(crate) corpus: &'static str,
    /// A file of words for libFuzzer, in `dictionaries`.
    pub(crate) dictionary: &'static str,
}

macro_rules! target {
    ($name:ident, $dictionary:literal) => {
        Target {
            name: stringify!($name),
            run: $name::run,
            seeds: seeds::$name,
            corpus: include_str!(concat!("../../corpus/", stringify!($name), ".txt")),
            dictionary: $dictionary,
        }
    };
}

/// All of them.
pub(crate) const TARGETS: [Target; 10] = [
    target!(manifest, "yaml.dict"),
    target!(planning, "yaml.dict"),
    target!(provider_file, "yaml.dict"),
    target!(answers, "json.dict"),
    target!(fields, "json.dict"),
    target!(events, "json.dict"),
    target!(template, "expression.dict"),
    target!(cursor, "json.dict"),
    target!(schedule, "expression.dict"),
    target!(oauth, "json.dict"),
];

/// Ends one part of an input that has several (a record separator, which no format read here holds).
const PART_END: u8 = 0x1e;

/// The parts of an input.
fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == PART_END)
}
