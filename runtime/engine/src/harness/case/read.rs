//! Case files, read into cases, or every fault of theirs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Case,
    envelope::{self, made},
    expect,
};
use crate::harness::{
    fault::{ALL, Trouble, named},
    given::{FileFault, Given},
    notes::{Reading, ToldReading, reading, rules},
    script::unknown_fault,
};

/// The file that speaks of the sink as a whole.
pub(in super::super) const NOTES_FILE: &str = "sink.yaml";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    about: Option<String>,
    config: Option<Value>,
    config_file: Option<String>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    envelopes: Option<Vec<envelope::Told>>,
    batches: Option<Vec<Vec<envelope::Told>>>,
    #[serde(default)]
    answers: Vec<Map<String, Value>>,
    faults: Option<Value>,
    #[serde(default)]
    cassette: bool,
    expect: Value,
}

/// The case files of a folder, by name, and the file of notes where there is one.
pub(in super::super) fn read_all(folder: &Path) -> Result<(Option<PathBuf>, Vec<PathBuf>), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read the cases in {}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .collect();
    files.sort();
    let is_notes = |path: &PathBuf| path.file_name().is_some_and(|name| name == NOTES_FILE);
    let (notes, cases): (Vec<_>, Vec<_>) = files.into_iter().partition(is_notes);
    Ok((notes.into_iter().next(), cases))
}

/// Reads a case.
pub(in super::super) fn read(path: &Path) -> Result<Case, Vec<FileFault>> {
    let given = Given::read(path).map_err(|fault| vec![fault])?;
    let told: Told = given.parsed().map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let expected = expect::read(&given, &told.expect, &mut faults);
    let rules = rules(&given, "/answers", &told.answers, &mut faults);
    let (troubles, readings) = troubles(&given, told.faults.as_ref(), &mut faults);
    let config = config(&given, told.config, told.config_file, &mut faults);
    let is_split = told.batches.is_some();
    let (batches, at) = match (told.envelopes, told.batches) {
        (Some(one), None) => (vec![one], "/envelopes"),
        (None, Some(several)) => (several, "/batches"),
        (None, None) => (Vec::new(), ""),
        (Some(_), Some(_)) => {
            faults.push(given.fault("/batches", "a case has envelopes or batches, not both"));
            (Vec::new(), "")
        }
    };
    let (mut made_batches, mut from) = (Vec::new(), 0);
    for (index, batch) in batches.iter().enumerate() {
        let here = if is_split { format!("{at}/{index}") } else { at.to_owned() };
        match made(&given, &here, batch, from) {
            Ok(envelopes) => {
                from = from.saturating_add(u32::try_from(envelopes.len()).unwrap_or(u32::MAX));
                made_batches.push(envelopes);
            }
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (about, secrets, has_cassette) = (told.about, told.secrets, told.cassette);
    let (path, batches) = (path.to_owned(), made_batches);
    Ok(Case { name, path, about, config, secrets, batches, is_split, rules, troubles, readings, has_cassette, expected })
}

fn config(given: &Given, config: Option<Value>, file: Option<String>, faults: &mut Vec<FileFault>) -> Option<Value> {
    let Some(name) = file else { return config };
    if config.is_some() {
        faults.push(given.fault("/configFile", "a case has config or configFile, not both"));
        return None;
    }
    match Given::read(&given.beside(&name)) {
        Ok(file) => Some(file.value().clone()),
        Err(fault) => {
            faults.push(given.fault("/configFile", fault.to_string()));
            None
        }
    }
}

/// The faults that a case is run with: names, readings, or `all`.
fn troubles(given: &Given, told: Option<&Value>, faults: &mut Vec<FileFault>) -> (Vec<&'static Trouble>, Vec<Reading>) {
    let (mut troubles, mut readings) = (Vec::new(), Vec::new());
    match told {
        None => {}
        Some(Value::String(all)) if all == "all" => troubles.extend(ALL),
        Some(Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                let here = format!("/faults/{at}");
                let name = match item {
                    Value::String(name) => name.clone(),
                    Value::Object(_) => match serde_json::from_value::<ToldReading>(item.clone()) {
                        Ok(one) => {
                            readings.extend(reading(given, &here, &one, faults));
                            one.fault
                        }
                        Err(error) => {
                            faults.push(given.fault(&here, format!("faults: {error}")));
                            continue;
                        }
                    },
                    _ => {
                        faults.push(given.fault(&here, "a fault is its name, or {fault: name, allow: [outcome], reason: text}"));
                        continue;
                    }
                };
                match named(&name) {
                    Some(trouble) => troubles.push(trouble),
                    None => faults.push(given.fault(&here, unknown_fault(&name))),
                }
            }
        }
        Some(_) => faults.push(given.fault("/faults", "should be a list of faults, or `all`")),
    }
    (troubles, readings)
}
