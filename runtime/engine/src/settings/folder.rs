//! A folder of installations: one file each, as TOML, YAML or JSON, in the shape of the contract's request for one.

use std::path::{Path, PathBuf};

use ampline_core::manifest;
use serde::Deserialize;
use serde_json::Value;

use crate::project::{Content, DeclaredInstallation, Issue, NamedParty};

/// Endings of files that count; others are left alone.
const ENDINGS: [&str; 4] = ["toml", "yaml", "yml", "json"];
/// Larger files are refused.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most files of a folder.
const FILES_MAX: usize = 100_000;

/// The shape of a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InstallationFile {
    id: Option<String>,
    integration: String,
    group_ref: String,
    group_name: Option<String>,
    #[serde(default)]
    consumer_ref: Option<String>,
    consumer_name: Option<String>,
    /// Name or id.
    #[serde(alias = "connectionId")]
    connection: String,
    #[serde(default)]
    config: Config,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Config {
    created_by: Option<String>,
    content: Option<Value>,
}

/// Every installation of the folder, in the order of the files' names, or every fault of every file.
pub(crate) fn read(folder: &Path) -> Result<Vec<DeclaredInstallation>, Vec<Issue>> {
    let files = files(folder).map_err(|message| vec![Issue { path: folder.display().to_string(), message }])?;
    let (mut found, mut issues) = (Vec::new(), Vec::new());
    for path in files {
        match one(&path) {
            Ok(declared) => found.push(declared),
            Err(faults) => issues.extend(faults),
        }
    }
    if issues.is_empty() { Ok(found) } else { Err(issues) }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let cannot = |error: std::io::Error| format!("cannot read the folder of installations: {error}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && ENDINGS.contains(&ending) {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(format!("holds more than {FILES_MAX} installations"));
        }
    }
    files.sort();
    Ok(files)
}

fn one(path: &Path) -> Result<DeclaredInstallation, Vec<Issue>> {
    let place = path.display().to_string();
    let fault = |message: String| vec![Issue { path: place.clone(), message }];
    let bytes = std::fs::metadata(path).map_err(|error| fault(format!("cannot look at it: {error}")))?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(fault(format!("has more than {FILE_BYTES_MAX} bytes")));
    }
    let source = std::fs::read(path).map_err(|error| fault(format!("cannot read it: {error}")))?;
    let value = value(path, &source).map_err(fault)?;
    if !value.is_object() {
        return Err(fault("holds no installation: it must begin with keys like `integration: crm`".to_owned()));
    }
    let file: InstallationFile = serde_json::from_value(value).map_err(|error| fault(error.to_string()))?;
    if file.group_ref.is_empty() || file.integration.is_empty() {
        return Err(fault("integration and groupRef must not be empty".to_owned()));
    }
    let content = Content::parse(file.config.content.unwrap_or_else(|| Value::Object(Default::default())));
    let content = content.map_err(|issues| {
        let within = |issue: Issue| Issue { path: format!("{place}: {}", issue.path), message: issue.message };
        issues.into_iter().map(within).collect::<Vec<_>>()
    })?;
    let said = file.config.created_by.as_deref().and_then(|by| by.strip_prefix("consumer:")).map(str::to_owned);
    Ok(DeclaredInstallation {
        file: place.clone(),
        place,
        id: file.id,
        integration: file.integration,
        group: NamedParty { reference: file.group_ref, name: file.group_name },
        consumer: NamedParty { reference: file.consumer_ref.or(said).unwrap_or_default(), name: file.consumer_name },
        connection: file.connection,
        content,
        created_by: file.config.created_by,
    })
}

/// What a file says, whatever its form.
pub(crate) fn value(path: &Path, source: &[u8]) -> Result<Value, String> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => serde_json::from_slice(source).map_err(|error| error.to_string()),
        Some("toml") => {
            let text = std::str::from_utf8(source).map_err(|_| "is not UTF-8 text".to_owned())?;
            let table: toml::Table = super::parsed(text)?;
            serde_json::to_value(table).map_err(|error| error.to_string())
        }
        _ => match manifest::yaml(source) {
            Ok(value) => Ok(value),
            Err(issue) => Err(format!("line {}, column {}: {}", issue.line, issue.column, issue.message)),
        },
    }
}
