//! The example sinks: their own unit tests run, and the harness tries those in Rust and JavaScript with the example's cases.
//!
//! Nothing here is a double but the harness's other sides: npm, pip and the componentizers do what they do at a newcomer's. Where a
//! language's tools are missing its example is skipped loudly, and fails with `CI=true`. A component is kept in the user's cache by a
//! digest of what it is made from.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ampline_sink_kit::{Project, build};
use ampline_sink_test::Harness;
use ampline_tests::{
    cache::{self, run},
    guests::S3_NDJSON,
    requirement::require,
};
use sha2::{Digest, Sha256};

/// What an example is made from beside its own folder.
const SHARED: [&str; 2] = ["sinks-wit/wit/1.0.0", "sinks-wit/templates/python/stubs"];
/// What tools leave behind where an example is tried in place.
const LEFTOVERS: [&str; 4] = [".venv", "__pycache__", "dist", "node_modules"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file beneath a folder of the repository, from its root, in order.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type().unwrap().is_file() {
            found.push((path.clone(), fs::read(entry.path()).unwrap()));
        } else if !LEFTOVERS.contains(&name.as_str()) {
            found.extend(files(&path));
        }
    }
    found.sort();
    found
}

/// Builds an example in a copy of it, after `prepare` ran there, unless that was done before.
fn component(example: &str, prepare: &[&[&str]]) -> Result<PathBuf, String> {
    let folder = format!("examples/{example}");
    let sources: Vec<_> = SHARED.iter().copied().chain([folder.as_str()]).flat_map(files).collect();
    let mut digest = Sha256::new();
    for (path, bytes) in &sources {
        digest.update(path.as_bytes());
        digest.update(Sha256::digest(bytes));
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let place = cache::folder("sink", &digest)?;
    let dir = place.join(&folder);
    cache::installed_once(&place, &digest, || {
        for (path, bytes) in &sources {
            let path = place.join(path);
            let written = fs::create_dir_all(path.parent().unwrap_or(&place)).and_then(|()| fs::write(&path, bytes));
            written.map_err(|error| format!("write {}: {error}", path.display()))?;
        }
        for line in prepare {
            run(Command::new(line[0]).args(&line[1..]).current_dir(&dir), "install it")?;
        }
        build(&Project::read(&dir)?, None).map(drop)
    })?;
    Ok(dir.join("dist").join(example).with_extension("wasm"))
}

fn check(example: &str, harness: Harness) {
    let cases = root().join("examples").join(example).join("cases");
    ampline_sink_test::run(harness.cases(cases)).unwrap().assert_passed();
}

#[test]
fn ndjson_on_s3_in_rust() {
    check("s3-ndjson", Harness::of_bytes("s3-ndjson", S3_NDJSON));
}

#[test]
fn chat_cards_in_javascript() {
    let prepare: [&[&str]; 2] = [&["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], &["npm", "test"]];
    let Some(built) = require("chat_cards_in_javascript", "Node.js with npm", component("chat-cards", &prepare)) else { return };
    check("chat-cards", Harness::of(built));
}

#[test]
fn a_search_index_in_python() {
    let install =
        "python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt";
    let prepare: [&[&str]; 2] = [&["sh", "-c", install], &[".venv/bin/python", "-m", "unittest"]];
    let Some(built) = require("a_search_index_in_python", "Python 3 with venv", component("search-index", &prepare)) else {
        return;
    };
    // CPython takes minutes to compile without optimisation, so the harness is left to a release: `ampline sink test`.
    assert!(built.is_file(), "{}", built.display());
}
