//! Files beside a case that the harness writes: its snapshot, and its cassette.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::harness::{
    given::bytes,
    pattern::misfit,
    report::Verdict,
    script::{Recorded, reply},
};

/// The file beside a case.
pub(super) fn beside(case: &Path, extension: &str) -> PathBuf {
    case.with_extension(extension)
}

/// Writes a file so that people can read its changes.
pub(super) fn write(path: &Path, value: &Value) -> Result<(), String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    fs::write(path, text + "\n").map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Compares with the snapshot.
pub(super) fn compare(path: &Path, happened: &Value) -> Verdict {
    let update = "look at the difference, then run with --update";
    let read =
        bytes(path).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).map_err(|error| format!("is no JSON: {error}")));
    let expected = match read {
        Ok(expected) => expected,
        Err(reason) => return Verdict::broken(format!("{} {reason}", path.display()), "run with --update to write it"),
    };
    if expected == *happened {
        return Verdict::Holds;
    }
    // A member more than was expected is found the other way round.
    let there = misfit(&expected, happened).map(|misfit| format!("{} {}", misfit.pointer, misfit.what));
    let back = || misfit(happened, &expected).map(|misfit| format!("{} is new", misfit.pointer));
    Verdict::broken(there.or_else(back).unwrap_or_else(|| "something differs".to_owned()), update)
}

/// The calls and answers of a cassette.
pub(super) fn cassette(path: &Path) -> Result<Vec<Recorded>, String> {
    let name = path.display();
    let bytes = bytes(path).map_err(|reason| format!("{name} {reason}; record it with --record"))?;
    let bad = |reason: String| format!("{name} {reason}; record it anew with --record");
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| bad(format!("is no JSON: {error}")))?;
    let all = value["recorded"].as_array().ok_or_else(|| bad("has no `recorded`".to_owned()))?;
    let one = |one: &Value| {
        let answer = one["answer"].as_object().ok_or_else(|| bad("has a call without an answer".to_owned()))?;
        let reply = reply(answer).map_err(|(at, reason)| bad(format!("has an answer that {reason} (at {at:?})")))?;
        Ok(Recorded { call: one["call"].clone(), reply, used: false })
    };
    all.iter().map(one).collect()
}
