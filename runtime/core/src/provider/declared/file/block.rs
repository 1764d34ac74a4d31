//! Reading mappings by their table: whatever a key holds is checked once, here, and every problem is reported with its place.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::Value;

use super::table::{Holds, Key, Keys};
use crate::manifest::{
    closest,
    issue::{Issue, Report, child_path, quote},
    json, rule,
    tree::{Entry, Kind, Meaning, Node, Place},
};

/// A mapping whose keys hold what the table says; what does not is reported and left out.
#[derive(Debug)]
pub(super) struct Block<'a> {
    found: BTreeMap<&'static str, Held<'a>>,
    path: String,
    place: Place,
    keys: &'static Keys,
}

/// What a key holds.
#[derive(Debug)]
struct Held<'a> {
    place: Place,
    value: Checked<'a>,
}

#[derive(Debug)]
enum Checked<'a> {
    Text(&'a str),
    Flag(bool),
    Count(u32),
    Texts(Vec<&'a str>),
    Pairs(Vec<(&'a str, &'a str)>),
    Json(&'a Node),
    Mapping(Block<'a>),
    List(Vec<Block<'a>>),
}

impl<'a> Block<'a> {
    /// Reads the mapping and all beneath it.
    pub(super) fn open(node: &'a Node, keys: &'static Keys, path: &str, place: Place, report: &mut Report) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            report.add(wrong_type(node, path, place, "a mapping"));
            return None;
        };
        let mut block = Self { found: BTreeMap::new(), path: path.to_owned(), place, keys };
        for entry in entries {
            block.take(entry, report);
        }
        for key in keys.keys.iter().filter(|key| key.required) {
            if !entries.iter().any(|entry| *entry.key == *key.name && !entry.value.is_null()) {
                let message = format!("`{}` is missing in {}", key.name, keys.name);
                report.add(block.error(rule::REQUIRED_FIELD, message).suggest(format!("add `{}: …`: {}", key.name, key.means)));
            }
        }
        Some(block)
    }

    fn take(&mut self, entry: &'a Entry, report: &mut Report) {
        let path = child_path(&self.path, &entry.key);
        let Some(key) = self.keys.find(&entry.key) else {
            let message = format!("{} is not a key of {}", quote(&entry.key), self.keys.name);
            let issue = Issue::error(rule::UNKNOWN_KEY, path, entry.key_place, message);
            report.add(match closest(&entry.key, self.keys.keys.iter().map(|key| key.name)) {
                Some(near) => issue.suggest(format!("did you mean `{near}`?")),
                None => issue.suggest(format!("remove it; {} has {}", self.keys.name, names(self.keys))),
            });
            return;
        };
        if let Some(earlier) = self.found.get(key.name) {
            let message = format!("`{}` is given twice, first on line {}", key.name, earlier.place.line);
            report.add(Issue::error(rule::DUPLICATE_KEY, path, entry.key_place, message).suggest("remove one of them"));
            return;
        }
        if !entry.value.is_null()
            && let Some(value) = check(&entry.value, key, &path, entry.key_place, report)
        {
            self.found.insert(key.name, Held { place: entry.key_place, value });
        }
    }

    fn held(&self, key: &'static str) -> Option<&Checked<'a>> {
        debug_assert!(self.keys.find(key).is_some(), "{key} is not in the table of keys");
        self.found.get(key).map(|held| &held.value)
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.held(key).is_some()
    }

    pub(super) fn text(&self, key: &'static str) -> Option<&'a str> {
        if let Some(Checked::Text(text)) = self.held(key) { Some(text) } else { None }
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        if let Some(Checked::Flag(flag)) = self.held(key) { Some(*flag) } else { None }
    }

    pub(super) fn count(&self, key: &'static str) -> Option<u32> {
        if let Some(Checked::Count(count)) = self.held(key) { Some(*count) } else { None }
    }

    pub(super) fn texts(&self, key: &'static str) -> &[&'a str] {
        if let Some(Checked::Texts(texts)) = self.held(key) { texts } else { &[] }
    }

    pub(super) fn pairs(&self, key: &'static str) -> &[(&'a str, &'a str)] {
        if let Some(Checked::Pairs(pairs)) = self.held(key) { pairs } else { &[] }
    }

    pub(super) fn json(&self, key: &'static str) -> Option<Value> {
        if let Some(Checked::Json(node)) = self.held(key) { Some(json::value(node)) } else { None }
    }

    pub(super) fn block(&self, key: &'static str) -> Option<&Block<'a>> {
        if let Some(Checked::Mapping(block)) = self.held(key) { Some(block) } else { None }
    }

    pub(super) fn blocks(&self, key: &'static str) -> &[Block<'a>] {
        if let Some(Checked::List(blocks)) = self.held(key) { blocks } else { &[] }
    }

    /// An error about the mapping itself.
    pub(super) fn error(&self, rule: &'static str, message: impl Into<String>) -> Issue {
        Issue::error(rule, self.path.as_str(), self.place, message)
    }

    /// An error about what a key holds.
    pub(super) fn error_at(&self, key: &'static str, rule: &'static str, message: impl Into<String>) -> Issue {
        let place = self.found.get(key).map_or(self.place, |held| held.place);
        Issue::error(rule, child_path(&self.path, key), place, message)
    }
}

fn names(keys: &Keys) -> String {
    keys.keys.iter().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ")
}

fn wrong_type(node: &Node, path: &str, place: Place, expected: &str) -> Issue {
    let found = match node.scalar() {
        Some(scalar) if !node.is_null() => format!("{} {}", node.name(), quote(&scalar.text)),
        _ => node.name().to_owned(),
    };
    let name = path.rsplit('.').next().unwrap_or(path);
    Issue::error(rule::WRONG_TYPE, path, place, format!("`{name}` must be {expected}, found {found}"))
}

/// A scalar's text; numbers and booleans are taken for theirs.
fn text(node: &Node) -> Option<&str> {
    node.scalar().filter(|_| !node.is_null()).map(|scalar| scalar.text.as_str())
}

fn check<'a>(node: &'a Node, key: &'static Key, path: &str, place: Place, report: &mut Report) -> Option<Checked<'a>> {
    let checked = match key.holds {
        Holds::Text => text(node).map(Checked::Text),
        Holds::Flag => node.scalar().and_then(|scalar| match scalar.meaning {
            Meaning::Bool(flag) => Some(Checked::Flag(flag)),
            _ => None,
        }),
        Holds::Count { min, max } => {
            let count =
                node.scalar().filter(|scalar| scalar.meaning == Meaning::Integer).and_then(|scalar| scalar.text.parse().ok());
            count.filter(|count| (min..=max).contains(count)).map(Checked::Count)
        }
        Holds::Word(words) => return word(node, words, key, path, place, report),
        Holds::Texts => texts(node).map(Checked::Texts),
        Holds::Pairs => pairs(node).map(Checked::Pairs),
        Holds::Json => Some(Checked::Json(node)),
        Holds::Mapping(keys) => return Block::open(node, keys, path, place, report).map(Checked::Mapping),
        Holds::MappingOrText(keys, stands_for) => match text(node) {
            Some(text) => {
                let held = Held { place, value: Checked::Text(text) };
                Some(Checked::Mapping(Block { found: [(stands_for, held)].into(), path: path.to_owned(), place, keys }))
            }
            None => return Block::open(node, keys, path, place, report).map(Checked::Mapping),
        },
        Holds::List(keys) => return list(node, keys, path, place, report),
    };
    if checked.is_none() {
        report.add(wrong_type(node, path, place, &key.holds.expected()).suggest(key.means));
    }
    checked
}

fn word<'a>(
    node: &'a Node,
    words: &[&'static str],
    key: &Key,
    path: &str,
    place: Place,
    report: &mut Report,
) -> Option<Checked<'a>> {
    let found = text(node);
    if let Some(known) = found.filter(|text| words.contains(text)) {
        return Some(Checked::Text(known));
    }
    let issue = wrong_type(node, path, place, &key.holds.expected());
    report.add(match found.and_then(|text| closest(text, words.iter().copied())) {
        Some(near) => issue.suggest(format!("did you mean `{near}`?")),
        None => issue.suggest(key.means),
    });
    None
}

fn texts(node: &Node) -> Option<Vec<&str>> {
    match &node.kind {
        Kind::List(items) => items.iter().map(|item| text(item)).collect(),
        _ => text(node).map(|text| vec![text]),
    }
}

fn pairs(node: &Node) -> Option<Vec<(&str, &str)>> {
    let Kind::Mapping(entries) = &node.kind else { return None };
    entries.iter().map(|entry| Some((&*entry.key, text(&entry.value)?))).collect()
}

fn list<'a>(node: &'a Node, keys: &'static Keys, path: &str, place: Place, report: &mut Report) -> Option<Checked<'a>> {
    let Kind::List(items) = &node.kind else {
        report.add(wrong_type(node, path, place, "a list of mappings").suggest("begin each item with `- `"));
        return None;
    };
    let open = |(index, item): (usize, &'a Rc<Node>)| Block::open(item, keys, &format!("{path}[{index}]"), item.place, report);
    Some(Checked::List(items.iter().enumerate().filter_map(open).collect()))
}
