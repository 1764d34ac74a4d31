//! `-name: x`, as the official pages of 2023 have it: a dash without a space begins no list item.

use super::{
    fix::{Edit, Fix},
    issue::Issue,
    parse, rule,
};

/// So many lines that begin with such a dash are tried.
const TRIED_MAX: usize = 20;

/// Files beyond so many bytes are not parsed again and again for advice.
const BYTES_MAX: usize = 64 << 10;

/// The issue of a file that is no YAML, with the remedy where spaces after dashes make it YAML.
pub(super) fn advise(text: &str, issue: Issue) -> Issue {
    if issue.rule != rule::YAML_SYNTAX || text.len() > BYTES_MAX {
        return issue;
    }
    let Some(edits) = repair(text) else { return issue };
    issue.suggest("put a space after the dash of each list item").fix(Some(Fix::new("put a space after each dash", true, edits)))
}

/// The edits after which the text is YAML: every dash that a letter follows gets its space, and where the lines beneath it stand
/// under the key as it was, the dash moves to the left for it.
fn repair(text: &str) -> Option<Vec<Edit>> {
    let dashes: Vec<usize> = dashes(text).take(TRIED_MAX + 1).collect();
    if dashes.is_empty() || dashes.len() > TRIED_MAX {
        return None;
    }
    let insert = |at: usize| vec![Edit { start: at + 1, end: at + 1, text: " ".to_owned() }];
    let shift = |at: usize| vec![Edit { start: at - 1, end: at + 1, text: "- ".to_owned() }];
    let each = |edit: &dyn Fn(usize) -> Vec<Edit>| -> Vec<Edit> { dashes.iter().flat_map(|at| edit(*at)).collect() };
    let can_shift = dashes.iter().all(|at| text[..*at].ends_with(' '));
    let ways = [Some(each(&insert)), can_shift.then(|| each(&shift))];
    ways.into_iter().flatten().find(|edits| parse::parse(&apply(text, edits)).is_ok())
}

/// Offsets of the dashes that begin a line `-key:`.
fn dashes(text: &str) -> impl Iterator<Item = usize> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start + line.len() - line.trim_start_matches(' ').len();
        start += line.len();
        let key = text[at..start].strip_prefix('-')?;
        let (name, _) = key.split_once(':')?;
        (!name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric())).then_some(at)
    })
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let fix = Fix::new("", true, edits.to_vec());
    String::from_utf8_lossy(&super::apply(text.as_bytes(), std::iter::once(&fix))).into_owned()
}
