//! The inputs of the fuzz targets, replayed: seeds made of the fixtures, and what earlier runs of `cargo xtask fuzz` found worth keeping.
//!
//! No doubles. Oracles: those of each target, see `tests/fuzz/src/targets`.

#[path = "../../../tests/fuzz/src/corpus.rs"]
mod corpus;
#[path = "../../../tests/fuzz/src/targets/mod.rs"]
mod targets;

use std::{panic, path::Path};

use targets::TARGETS;

/// What the repository gives to committed inputs, in bytes.
const CORPUS_BYTES_MAX: usize = 500_000;

/// Runs a target over all of its inputs; a failure names the input as a line of the corpus.
#[track_caller]
fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect(name);
    let inputs = (target.seeds)().into_iter().chain(corpus::unpack(target.corpus));
    for input in inputs.chain([Vec::new()]) {
        let outcome = panic::catch_unwind(|| (target.run)(&input));
        assert!(outcome.is_ok(), "{name} fails on {}", input.escape_ascii());
    }
}

macro_rules! replays {
    ($($name:ident),+) => {
        $(#[test] fn $name() { replay(stringify!($name)); })+

        #[test]
        fn every_target_is_replayed() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),+]);
        }
    };
}

replays!(manifest, planning, provider_file, answers, fields, events, template, cursor, schedule, oauth);

#[test]
fn the_corpus_is_small_and_as_it_was_packed() {
    let mut bytes = 0;
    for target in TARGETS {
        bytes += target.corpus.len();
        assert_eq!(corpus::pack(corpus::unpack(target.corpus)), target.corpus, "{}: pack it anew", target.name);
        let dictionary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/dictionaries").join(target.dictionary);
        assert!(dictionary.is_file(), "{} is missing", dictionary.display());
    }
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes of committed inputs");
    let any: Vec<u8> = (0..=255).chain(*b"\\x41\\").collect();
    assert_eq!(corpus::unpack(&corpus::pack(vec![any.clone()])), [any], "every byte comes back");
}
