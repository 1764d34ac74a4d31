//! Remedies as edits of the source: made where an issue is found, proven safe by checking again, applied on request.
//!
//! An edit lies within one line and touches nothing else, so comments and layout stay.

use serde::Serialize;

use super::{
    Issue, Severity, judge,
    tree::{Lead, Written},
};

/// So many fixes of one check are proven safe; the others are not called safe until those are applied.
const PROVEN_MAX: usize = 64;

/// And so many bytes are checked again for it.
const PROVEN_BYTES_MAX: usize = 4 << 20;

/// After so many rounds [`fixed`] has enough: each brings at least one fix, and few files have as many faults.
const ROUNDS_MAX: usize = 64;

/// Nor are more bytes checked for it, over all rounds: a file so large and so faulty is repaired by running it again.
const ROUNDS_BYTES_MAX: usize = 16 << 20;

/// A remedy that a program can apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// What it does, as a lower-case fragment: "write `always`".
    pub title: String,
    /// Whether it keeps what is read or makes it what was plainly meant, brings no new error and changes nothing else.
    pub safe: bool,
    /// They do not overlap, lie within a line each, and are in order.
    pub edits: Vec<Edit>,
}

/// Replaces bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// Offset of the first byte that goes.
    pub start: usize,
    /// Behind the last byte that goes; `start` where nothing does.
    pub end: usize,
    /// What comes in their place, on one line.
    pub text: String,
}

impl Fix {
    pub(super) fn new(title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), safe, edits }
    }
}

impl Written {
    /// Puts `text` in its place, between the same quotes; a value that needs quotes and has none gets them.
    pub(super) fn replace(&self, text: &str, title: impl Into<String>) -> Option<Fix> {
        let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/');
        let starts_plain = text.starts_with(|char: char| char.is_ascii_alphabetic());
        let quote = self.quote.map_or(if starts_plain && text.chars().all(is_plain) { "" } else { "\"" }, |quote| {
            if quote == '"' { "\"" } else { "'" }
        });
        if text.contains(['\'', '"', '\\']) || text.contains(char::is_control) {
            return None;
        }
        Some(self.edit(self.start, self.end, format!("{quote}{text}{quote}"), title))
    }

    /// Puts `text` in its place as it is, quotes or not.
    pub(super) fn replace_raw(&self, text: impl Into<String>, title: impl Into<String>) -> Fix {
        self.edit(self.start, self.end, text.into(), title)
    }

    /// Replaces the bytes of its text from `from` on, `length` of them.
    pub(super) fn splice(&self, from: usize, length: usize, text: &str, title: impl Into<String>) -> Fix {
        let start = self.start + self.quote.map_or(0, char::len_utf8) + from;
        self.edit(start, start + length, text.to_owned(), title)
    }

    /// Makes a text that is a list item a mapping of `key` to that text.
    pub(super) fn under_key(&self, key: &str, title: impl Into<String>) -> Fix {
        let (before, behind) = if self.lead == Lead::Dash { ("", "") } else { ("{", "}") };
        let edits = [(self.start, format!("{before}{key}: ")), (self.end, behind.to_owned())];
        let edits = edits.into_iter().filter(|(_, text)| !text.is_empty()).map(|(at, text)| Edit { start: at, end: at, text });
        Fix::new(title, !self.shared, edits.collect())
    }

    fn edit(&self, start: usize, end: usize, text: String, title: impl Into<String>) -> Fix {
        Fix::new(title, !self.shared, vec![Edit { start, end, text }])
    }
}

/// A manifest after its safe fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The bytes of the file.
    pub source: Vec<u8>,
    /// The issues whose fixes were applied, each with its place at the time.
    pub applied: Vec<Issue>,
}

/// Applies every safe fix, also those that the first ones uncover. What has none comes back as it was.
pub fn fixed(source: &[u8]) -> Fixed {
    let mut fixed = Fixed { source: source.to_vec(), applied: Vec::new() };
    let (mut rounds, mut bytes) = (0, 0);
    while rounds < ROUNDS_MAX && bytes < ROUNDS_BYTES_MAX {
        let issues = super::check(&fixed.source).issues;
        let tried = issues.iter().filter(|issue| issue.fix.is_some()).count().min(PROVEN_MAX);
        // Once to find the issues, once for each fix that is tried, once for all of them together.
        bytes += fixed.source.len() * 2 + (fixed.source.len() * tried).min(PROVEN_BYTES_MAX);
        rounds += 1;
        let errors = errors(&issues);
        let mut chosen = disjoint(issues);
        let Some(first) = chosen.first().cloned() else { break };
        let mut next = apply(&fixed.source, chosen.iter().filter_map(|issue| issue.fix.as_deref()));
        if self::errors(&judge(&next).issues) > errors {
            // Each is proven on its own; should they not get along, one at a time.
            next = apply(&fixed.source, first.fix.as_deref().into_iter());
            chosen = vec![first];
        }
        fixed.source = next;
        fixed.applied.extend(chosen);
    }
    fixed
}

/// `source` after `fixes`, whose edits must not overlap; edits beyond the end are left out.
pub fn apply<'a>(source: &[u8], fixes: impl Iterator<Item = &'a Fix>) -> Vec<u8> {
    let mut edits: Vec<&Edit> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut result = Vec::with_capacity(source.len());
    let mut from = 0;
    for edit in edits {
        if let Some(kept) = source.get(from..edit.start).filter(|_| edit.start <= edit.end && edit.end <= source.len()) {
            result.extend_from_slice(kept);
            result.extend_from_slice(edit.text.as_bytes());
            from = edit.end;
        }
    }
    result.extend_from_slice(source.get(from..).unwrap_or_default());
    result
}

/// The issues with safe fixes that do not overlap, the earlier before the later.
fn disjoint(issues: Vec<Issue>) -> Vec<Issue> {
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut is_free = |issue: &Issue| {
        let Some(fix) = issue.fix.as_deref().filter(|fix| fix.safe) else { return false };
        let meets = |edit: &Edit| taken.iter().any(|(start, end)| edit.start <= *end && *start <= edit.end);
        if fix.edits.iter().any(meets) {
            return false;
        }
        taken.extend(fix.edits.iter().map(|edit| (edit.start, edit.end)));
        true
    };
    issues.into_iter().filter(|issue| is_free(issue)).collect()
}

/// Moves every edit behind a byte-order mark of `offset` bytes, and leaves `safe` only where another check finds no more errors
/// than before, and no longer this issue.
pub(super) fn prove(source: &[u8], offset: usize, issues: &mut [Issue]) {
    let errors = errors(issues);
    let (mut proven, mut bytes) = (0, 0);
    for issue in issues {
        let Issue { rule, message, path, fix: Some(fix), .. } = issue else { continue };
        for edit in &mut fix.edits {
            edit.start += offset;
            edit.end += offset;
        }
        if !fix.safe {
            continue;
        }
        proven += 1;
        bytes += source.len();
        fix.safe = proven <= PROVEN_MAX && bytes <= PROVEN_BYTES_MAX && {
            let after = judge(&apply(source, std::iter::once(&**fix))).issues;
            let persists = |other: &Issue| other.rule == *rule && other.message == *message && other.path == *path;
            self::errors(&after) <= errors && !after.iter().any(persists)
        };
    }
}

fn errors(issues: &[Issue]) -> usize {
    issues.iter().filter(|issue| issue.severity == Severity::Error).count()
}
