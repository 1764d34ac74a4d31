//! `amp.yaml` against the format's description: what lands in the model, what is reported and where, and that hostile bytes end in an issue.
//!
//! No doubles. The oracles are the format's description (as rows of text and expected issues), files from the wild, and for
//! the mutated files only that the check ends, points into the file and keeps its promise about errors.

mod encodings;
mod every_key;
mod every_rule;
mod examples;
mod fixes;
mod format_rules;
mod hostile;
mod integration_rules;
mod legacy;
mod mutations;
mod provider_schema;
mod read_rules;
mod schema;
mod silence;
mod yaml_rules;

use ampline_core::manifest::{self, Checked, Issue, Severity};

/// What is wrong with a file. The promise that a manifest is there exactly without errors is kept.
fn judged(source: &[u8]) -> Vec<Issue> {
    let Checked { manifest, issues } = manifest::check(source);
    assert_eq!(manifest.is_some(), issues.iter().all(|issue| issue.severity != Severity::Error), "{issues:#?}");
    issues
}

/// What is wrong with a file, each issue as `E rule line:column`.
fn found(source: &[u8]) -> Vec<String> {
    let letter = |severity| if severity == Severity::Error { 'E' } else { 'W' };
    let line = |issue: Issue| format!("{} {} {}:{}", letter(issue.severity), issue.rule, issue.line, issue.column);
    judged(source).into_iter().map(line).collect()
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let details = || -> String {
        let line = |issue: &Issue| format!("  {} at {}; {:?}\n", issue.message, issue.path, issue.suggestion);
        judged(source.as_bytes()).iter().map(line).collect()
    };
    assert_eq!(found(source.as_bytes()), expected, "\n{source}\n{}", details());
}

/// Checks the end of a manifest whose first four lines are sound; `rest` begins on line 5, in an integration of HubSpot.
#[track_caller]
fn check_integration(rest: &str, expected: &[&str]) {
    check(&format!("specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n{rest}\n"), expected);
}

/// Checks the end of a read object, which begins on line 10.
#[track_caller]
fn check_read_object(rest: &str, expected: &[&str]) {
    let start =
        "    read:\n      objects:\n        - objectName: contacts\n          destination: hook\n          schedule: 0 * * * *";
    check_integration(&format!("{start}\n{rest}"), expected);
}
