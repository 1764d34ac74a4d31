//! What is wrong with a manifest: one issue for each problem, with its place and its remedy.

use std::borrow::Cow;

use serde::Serialize;

use super::{fix::Fix, redact::redact, rule, tree::Place};

/// Of errors and of warnings, so many are kept each; a last issue says how many there were beyond.
const ISSUES_MAX: usize = 1_000;

/// So much of a foreign text is quoted in a message.
const QUOTE_CHARS_MAX: usize = 60;

/// Whether a manifest with this issue can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but perhaps not as it was meant.
    Warning,
}

/// One problem of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Whether it stands in the way.
    pub severity: Severity,
    /// The rule that is broken, for `# amp:ignore[…]`. Where the official validator has the rule, its name.
    pub rule: &'static str,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What it is about: `$.integrations[0].read.objects[1].schedule`.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What to do.
    pub suggestion: Option<String>,
    /// The same as edits of the file, where a program can do it.
    pub fix: Option<Box<Fix>>,
}

impl Issue {
    pub(crate) fn error(rule: &'static str, path: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        let Place { line, column } = place;
        Self {
            severity: Severity::Error,
            rule,
            message: message.into(),
            path: path.into(),
            line,
            column,
            suggestion: None,
            fix: None,
        }
    }

    pub(crate) fn warning(rule: &'static str, path: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, path, place, message) }
    }

    pub(crate) fn suggest(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }

    pub(super) fn fix(self, fix: Option<Fix>) -> Self {
        Self { fix: fix.map(Box::new), ..self }
    }
}

/// Gathers issues.
#[derive(Debug, Default)]
pub(crate) struct Report {
    errors: Vec<Issue>,
    warnings: Vec<Issue>,
    beyond: usize,
    /// The part of the file that is being read has the form of 2023, so that its keys need no remark.
    pub(super) legacy: bool,
}

impl Report {
    pub(crate) fn add(&mut self, issue: Issue) {
        let kind = match issue.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if kind.len() < ISSUES_MAX {
            kind.push(issue);
        } else {
            self.beyond += 1;
        }
    }

    /// Adds a warning whose advice is costly to find, unless it would not be listed anyway.
    pub(crate) fn add_warning_with(&mut self, warning: impl FnOnce() -> Issue) {
        if self.warnings.len() < ISSUES_MAX {
            self.add(warning());
        } else {
            self.beyond += 1;
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Keeps the warnings for which `keep` holds; errors are always kept.
    pub(crate) fn retain_warnings(&mut self, keep: impl FnMut(&Issue) -> bool) {
        self.warnings.retain(keep);
    }

    /// All issues, in the order of their places.
    pub(crate) fn into_issues(self) -> Vec<Issue> {
        let last = self.errors.iter().chain(&self.warnings).map(|issue| Place { line: issue.line, column: issue.column }).max();
        let mut issues = self.errors;
        issues.extend(self.warnings);
        issues.sort_by(|a, b| {
            (a.line, a.column, a.severity, a.rule, &a.path).cmp(&(b.line, b.column, b.severity, b.rule, &b.path))
        });
        if let (1.., Some(place)) = (self.beyond, last) {
            let message = format!("{} further problems are not listed", self.beyond);
            issues.push(Issue::warning(rule::YAML_LIMIT, "$", place, message).suggest("solve those above, then check again"));
        }
        issues
    }
}

/// A foreign text, fit for a message: short, on one line, in back-quotes, without the user information of a URL.
pub(crate) fn quote(text: &str) -> String {
    let text = redact(text);
    let mut shown: String =
        text.chars().take(QUOTE_CHARS_MAX).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    if text.chars().nth(QUOTE_CHARS_MAX).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// `path` and then `key`, as JSONPath writes it.
pub(crate) fn child_path(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-'));
    let shown: Cow<'_, str> =
        if key.chars().nth(QUOTE_CHARS_MAX).is_some() { key.chars().take(QUOTE_CHARS_MAX).collect() } else { key.into() };
    if plain { format!("{path}.{shown}") } else { format!("{path}['{}']", shown.escape_default()) }
}
