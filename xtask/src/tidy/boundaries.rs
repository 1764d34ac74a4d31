//! Names that stay in their rooms: what only one part of the runtime may mention, and what the pure core may never call.

use super::code::stands_in;
use super::{Problem, Source};

/// A library that only some rooms know.
struct Room {
    word: &'static str,
    /// Folders or single files, without `.rs`.
    only_in: &'static [&'static str],
    why: &'static str,
}

const ROOMS: &[Room] = &[
    Room {
        word: "wasmtime",
        only_in: &["runtime/engine/src/sink", "runtime/engine/benches", "runtime/engine/tests", "tests"],
        why: "the rest of the engine knows sinks, not WebAssembly",
    },
    Room {
        word: "rusqlite",
        only_in: &[
            "runtime/engine/src/journal",
            "runtime/engine/src/project",
            "runtime/engine/src/sqlite",
            "runtime/engine/src/store",
            "runtime/engine/benches",
            "runtime/engine/tests",
            "tests",
        ],
        why: "the rest of the engine knows the journal and the hosted store, not their database",
    },
];

/// Where no time passes, nothing is read or written, and nothing is left to chance.
const CORE: &str = "runtime/core/src";

/// What the core may not call, and what it does instead.
const NEVER_IN_CORE: &[(&str, &str)] = &[
    ("std::env", "take settings as parameters"),
    ("std::fs", "take bytes as parameters"),
    ("std::net", "return requests, take responses"),
    ("std::process", "return what is to be done"),
    ("std::thread", "the engine schedules work"),
    ("Instant::now", "take the time as a parameter"),
    ("SystemTime::now", "take the time as a parameter"),
    ("Timestamp::now", "take the time as a parameter"),
    ("Zoned::now", "take the time as a parameter"),
    ("now_v7", "take the identifier, or time and random bytes, as parameters"),
    ("new_v4", "take the identifier, or random bytes, as parameters"),
];

pub(super) fn check(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in source.code.lines().enumerate() {
        let mut report =
            |message| problems.push(Problem { path: source.path.clone(), line: index + 1, rule: "boundary", message });
        for room in ROOMS.iter().filter(|room| stands_in(line, room.word) && !lies_in_any(&source.path, room.only_in)) {
            report(format!("`{}` is named outside {}: {}", room.word, room.only_in.join(", "), room.why));
        }
        if lies_in(&source.path, CORE) {
            for (word, instead) in NEVER_IN_CORE.iter().filter(|(word, _)| stands_in(line, word)) {
                report(format!("`{word}` in the pure core: {instead}"));
            }
        }
    }
    problems
}

fn lies_in_any(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| lies_in(path, place))
}

/// Whether the path is the file `place.rs` or lies in the folder `place`.
fn lies_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_stay_in_their_rooms() {
        for (path, text, expected) in [
            ("runtime/engine/src/sink/host.rs", "use wasmtime::Engine;", 0),
            ("runtime/engine/src/sink.rs", "use wasmtime::Engine;", 0),
            ("runtime/engine/src/sinking/host.rs", "use wasmtime::Engine;", 1),
            ("runtime/engine/src/dispatcher/mod.rs", "fn a(e: wasmtime::Engine) {}", 1),
            ("runtime/engine/src/dispatcher/mod.rs", "// wasmtime would do it\nlet a = \"rusqlite\";", 0),
            ("runtime/engine/src/journal/write.rs", "use rusqlite::Connection;", 0),
            ("runtime/engine/src/main.rs", "use rusqlite::Connection;", 1),
            ("tests/src/bin/bench.rs", "use wasmtime::Engine;", 0),
        ] {
            assert_eq!(check(&Source::new(path, text)).len(), expected, "{path}: {text}");
        }
    }

    #[test]
    fn the_core_is_pure() {
        for (path, text, expected) in [
            ("runtime/core/src/retry.rs", "let now = std::time::SystemTime::now();", 1),
            ("runtime/core/src/retry.rs", "let now = Timestamp::now();", 1),
            ("runtime/core/src/retry.rs", "use std::{collections::BTreeMap, time::Duration};", 0),
            ("runtime/core/src/retry.rs", "/// Never `std::fs`.\nfn a() {}", 0),
            ("runtime/engine/src/clock.rs", "let now = Timestamp::now();", 0),
        ] {
            assert_eq!(check(&Source::new(path, text)).len(), expected, "{path}: {text}");
        }
    }
}
