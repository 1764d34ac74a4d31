//! `# amp:ignore` and `# amp:ignore[rule,rule]`: comments that silence warnings about a field and all beneath it.

use std::collections::{BTreeSet, HashMap};

use super::{
    issue::{Issue, Report, child_path},
    parse::Document,
    rule,
    tree::{Kind, Node, Place},
};

/// A comment of the file.
pub(super) struct Comment {
    line: u32,
    /// Nothing else stands on its line.
    alone: bool,
    silences: Option<Silence>,
}

/// What a directive silences.
#[derive(Debug, Clone, PartialEq)]
enum Silence {
    All,
    Rules(Vec<String>),
}

impl Comment {
    /// `comment` without its `#`, which stands at byte `offset` of `source`.
    pub(super) fn new(comment: &str, place: Place, offset: usize, source: &str) -> Self {
        let before = source.get(..offset).unwrap_or_default();
        let alone = before.chars().rev().take_while(|char| !matches!(char, '\n' | '\r')).all(char::is_whitespace);
        Self { line: place.line, alone, silences: read(comment) }
    }
}

fn read(comment: &str) -> Option<Silence> {
    let rest = comment.trim_start().strip_prefix("amp:ignore")?;
    if let Some((rules, _)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Some(Silence::Rules(rules.split(',').map(|rule| current_name(rule.trim()).to_owned()).collect()));
    }
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(Silence::All)
}

/// The validator's documentation calls some rules by older names.
fn current_name(rule: &str) -> &str {
    match rule {
        "destination-exists" => rule::DESTINATION_NOT_FOUND,
        _ => rule,
    }
}

/// Drops the warnings that the document's directives silence.
pub(super) fn apply(document: &Document, report: &mut Report) {
    let Some(root) = &document.root else { return };
    let targets = Targets::of(&document.comments);
    if targets.above.is_empty() && targets.beside.is_empty() {
        return;
    }
    let mut scopes = HashMap::new();
    collect(root, "$", &targets, &mut scopes);
    report.retain_warnings(|issue| !is_silenced(issue, &scopes));
}

/// Directives by the line they speak of.
struct Targets<'a> {
    /// They stood on lines of their own before it: about whatever begins there, list items included.
    above: HashMap<u32, Vec<&'a Silence>>,
    /// They stood at its end: about the field that begins there.
    beside: HashMap<u32, Vec<&'a Silence>>,
}

impl<'a> Targets<'a> {
    fn of(comments: &'a [Comment]) -> Self {
        let alone: BTreeSet<u32> = comments.iter().filter(|comment| comment.alone).map(|comment| comment.line).collect();
        let mut targets = Self { above: HashMap::new(), beside: HashMap::new() };
        // From the last to the first, so that a stack of comments finds its end in one step each.
        let mut ends: HashMap<u32, u32> = HashMap::new();
        for line in alone.iter().rev() {
            let end = ends.get(&(line + 1)).copied().unwrap_or(line + 1);
            ends.insert(*line, end);
        }
        for comment in comments {
            let Some(silence) = &comment.silences else { continue };
            match ends.get(&comment.line) {
                Some(end) if comment.alone => targets.above.entry(*end).or_default().push(silence),
                _ => targets.beside.entry(comment.line).or_default().push(silence),
            }
        }
        targets
    }
}

type Scopes<'a> = HashMap<String, Vec<&'a Silence>>;

fn collect<'a>(node: &Node, path: &str, targets: &Targets<'a>, scopes: &mut Scopes<'a>) {
    let mut add = |path: &str, found: Option<&Vec<&'a Silence>>| {
        if let Some(silences) = found {
            scopes.entry(path.to_owned()).or_default().extend(silences);
        }
    };
    let mut children = Vec::new();
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                add(&path, targets.above.get(&item.place.line));
                if item.scalar().is_some() {
                    add(&path, targets.beside.get(&item.place.line));
                }
                children.push((path, item));
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                let path = child_path(path, &entry.key);
                add(&path, targets.above.get(&entry.key_place.line));
                add(&path, targets.beside.get(&entry.key_place.line));
                children.push((path, &entry.value));
            }
        }
    }
    for (path, child) in children {
        collect(child, &path, targets, scopes);
    }
}

fn is_silenced(issue: &Issue, scopes: &Scopes<'_>) -> bool {
    let ends = issue.path.char_indices().filter(|(_, char)| matches!(char, '.' | '[')).map(|(end, _)| end);
    ends.chain([issue.path.len()]).filter_map(|end| scopes.get(&issue.path[..end])).flatten().any(|silence| match silence {
        Silence::All => true,
        Silence::Rules(rules) => rules.iter().any(|rule| rule == issue.rule),
    })
}
