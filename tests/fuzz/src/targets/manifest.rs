//! Any bytes as amp.yaml: judged once, repaired without harm, and kept whole through the project store.

use ampline_core::manifest::{self, Checked, FILE_BYTES_MAX, Issue, Manifest, Severity, check, fixed};

/// Longest message, path or remedy of an issue, in characters: it is shown on a line or two.
const TEXT_CHARS_MAX: usize = 1_500;

pub(super) fn run(data: &[u8]) {
    let Checked { manifest, issues } = check(data);
    assert_eq!(manifest.is_some(), errors(&issues) == 0, "a manifest is there exactly without errors: {issues:#?}");
    issues.iter().for_each(|issue| judge(issue, data));
    repair(data, &issues);
    if let Some(manifest) = manifest {
        let stored = serde_json::to_string(&manifest).expect("a manifest has a JSON form");
        assert_eq!(serde_json::from_str::<Manifest>(&stored).expect("what was stored is read again"), manifest);
    }
    let json = manifest::yaml(data).ok().map(|value| (value.to_string(), value));
    if let Some((text, value)) = json.filter(|(text, _)| text.len() <= FILE_BYTES_MAX) {
        assert_eq!(manifest::yaml(text.as_bytes()).ok(), Some(value), "JSON is YAML");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(manifest::redact(text).chars().count(), text.chars().count(), "columns stay what they are");
    }
}

fn errors(issues: &[Issue]) -> usize {
    issues.iter().filter(|issue| issue.severity == Severity::Error).count()
}

/// An issue points into the file, is fit for a line, and its edits can be applied.
pub(super) fn judge(issue: &Issue, source: &[u8]) {
    let lines = 1 + source.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    assert!((1..=lines + 1).contains(&(issue.line as usize)), "{issue:?}");
    assert!((1..=source.len() + 1).contains(&(issue.column as usize)), "{issue:?}");
    assert!(issue.path.starts_with('$') && !issue.message.is_empty(), "{issue:?}");
    for text in [Some(&issue.message), Some(&issue.path), issue.suggestion.as_ref()].into_iter().flatten() {
        assert!(text.chars().count() <= TEXT_CHARS_MAX && !text.contains(char::is_control), "{issue:?}");
    }
    let edits = issue.fix.iter().flat_map(|fix| &fix.edits);
    edits.fold(0, |from, edit| {
        assert!(from <= edit.start && edit.start <= edit.end && edit.end <= source.len(), "{issue:?}");
        assert!(!edit.text.contains('\n') && !source[edit.start..edit.end].contains(&b'\n'), "{issue:?}");
        edit.end
    });
}

/// `--fix` takes away what it says, brings no error, keeps the lines, and has nothing left to do.
fn repair(data: &[u8], before: &[Issue]) {
    let repaired = fixed(data);
    let after = check(&repaired.source).issues;
    assert!(errors(&after) <= errors(before), "{:#?}", repaired.applied);
    let lines = |source: &[u8]| source.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines(&repaired.source), lines(data));
    assert_eq!(repaired.applied.is_empty(), repaired.source == data);
    assert!(
        !after.iter().any(|issue| issue.fix.as_ref().is_some_and(|fix| fix.safe)),
        "a second time changes nothing: {after:#?}"
    );
}
