//! Reading values out of the tree: each reader gives what it could read and reports the rest.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    issue::{Issue, Report, child_path, quote},
    keys::Keys,
    rule,
    tree::{Entry, Kind, Meaning, Node, Place},
    unknown,
};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    node: &'a Node,
    pub(super) path: String,
    /// Of its key; of a list item, its own.
    pub(super) place: Place,
}

/// A mapping whose keys are known.
#[derive(Debug)]
pub(super) struct Block<'a> {
    found: BTreeMap<&'static str, &'a Entry>,
    /// Keys that the format leaves open, in order.
    pub(super) further: Vec<&'a Entry>,
    pub(super) path: String,
    pub(super) place: Place,
    keys: &'static Keys,
}

impl<'a> Spot<'a> {
    pub(super) fn new(node: &'a Node, path: impl Into<String>, place: Place) -> Self {
        Self { node, path: path.into(), place }
    }

    /// Where the value itself stands.
    pub(super) fn value_place(&self) -> Place {
        if self.node.scalar().is_some() && !self.node.is_null() { self.node.place } else { self.place }
    }

    pub(super) fn is_mapping(&self) -> bool {
        matches!(self.node.kind, Kind::Mapping(_))
    }

    pub(super) fn is_null(&self) -> bool {
        self.node.is_null()
    }

    /// The text of a single value, whatever its type.
    pub(super) fn raw_text(&self) -> Option<&'a str> {
        self.node.scalar().map(|scalar| scalar.text.as_str())
    }

    /// The value of a key of any mapping, whether or not the format knows it.
    pub(super) fn key(&self, key: &str) -> Option<Spot<'a>> {
        let Kind::Mapping(entries) = &self.node.kind else { return None };
        let entry = entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key))?;
        Some(Spot::new(&entry.value, child_path(&self.path, &entry.key), entry.key_place))
    }

    /// The items, if it is a list.
    pub(super) fn items(&self) -> Option<Vec<Spot<'a>>> {
        let Kind::List(items) = &self.node.kind else { return None };
        let spot = |(index, item): (usize, &'a Rc<Node>)| Spot::new(item, format!("{}[{index}]", self.path), item.place);
        Some(items.iter().enumerate().map(spot).collect())
    }

    pub(super) fn error(&self, rule: &'static str, message: impl Into<String>) -> Issue {
        Issue::error(rule, self.path.as_str(), self.value_place(), message)
    }

    pub(super) fn warning(&self, rule: &'static str, message: impl Into<String>) -> Issue {
        Issue::warning(rule, self.path.as_str(), self.value_place(), message)
    }

    fn wrong_type(&self, expected: &str) -> Issue {
        let found = match self.node.scalar() {
            Some(scalar) if !self.node.is_null() => format!("{} {}", self.node.name(), quote(&scalar.text)),
            _ => self.node.name().to_owned(),
        };
        let name = self.path.rsplit('.').next().unwrap_or(&self.path);
        self.error(rule::WRONG_TYPE, format!("`{name}` must be {expected}, found {found}"))
    }

    /// Text; a number or boolean is taken for its text, as the official program does.
    pub(super) fn text(&self, report: &mut Report) -> Option<String> {
        let Some(scalar) = self.node.scalar().filter(|_| !self.is_null()) else {
            report.add(self.wrong_type("text"));
            return None;
        };
        if scalar.meaning != Meaning::Text {
            let message = format!("text is expected here; {} {} is taken as text", self.node.name(), quote(&scalar.text));
            report.add(self.warning(rule::WRONG_TYPE, message).suggest("put it in quotes"));
        }
        Some(scalar.text.clone())
    }

    /// `true` or `false`; the official program also takes the booleans of YAML 1.1.
    pub(super) fn flag(&self, report: &mut Report) -> Option<bool> {
        let Some(scalar) = self.node.scalar() else {
            report.add(self.wrong_type("`true` or `false`"));
            return None;
        };
        if let Meaning::Bool(value) = scalar.meaning {
            return Some(value);
        }
        let value = yaml_1_1_boolean(&scalar.text).filter(|_| scalar.plain);
        report.add(match value {
            Some(value) => {
                let message = format!("{} is text in YAML 1.2; it is taken for `{value}`", quote(&scalar.text));
                self.warning(rule::WRONG_TYPE, message).suggest(format!("write `{value}`"))
            }
            None if matches!(scalar.text.as_str(), "true" | "false") => {
                self.wrong_type("`true` or `false`").suggest("remove the quotes")
            }
            None => self.wrong_type("`true` or `false`"),
        });
        value
    }

    /// A whole number from 0.
    pub(super) fn whole_number(&self, report: &mut Report) -> Option<u32> {
        const EXPECTED: &str = "a whole number from 0";
        let Some(scalar) = self.node.scalar().filter(|scalar| matches!(scalar.meaning, Meaning::Integer | Meaning::Float)) else {
            let issue = self.wrong_type(EXPECTED);
            let is_quoted =
                self.raw_text().is_some_and(|text| !text.is_empty() && text.chars().all(|char| char.is_ascii_digit()));
            report.add(if is_quoted { issue.suggest("remove the quotes") } else { issue });
            return None;
        };
        // `7.0` is the number 7 to the official program too.
        let digits = scalar.text.strip_suffix(".0").unwrap_or(&scalar.text);
        let value = digits.strip_prefix('+').unwrap_or(digits).parse().ok();
        if value.is_none() {
            report.add(self.wrong_type(EXPECTED));
        }
        value
    }

    /// The items of a list.
    pub(super) fn list(&self, report: &mut Report) -> Option<Vec<Spot<'a>>> {
        let items = self.items();
        if items.is_none() {
            let issue = self.wrong_type("a list");
            report.add(match &self.node.kind {
                Kind::Mapping(entries) if entries.iter().any(|entry| entry.key.starts_with('-')) => {
                    issue.suggest("put a space after the dash")
                }
                Kind::Mapping(_) => issue.suggest("begin each item with `- `"),
                _ => issue,
            });
        }
        items
    }

    /// A mapping; what is wrong with its keys is reported.
    pub(super) fn block(&self, keys: &'static Keys, report: &mut Report) -> Option<Block<'a>> {
        let Kind::Mapping(entries) = &self.node.kind else {
            report.add(self.wrong_type("a mapping"));
            return None;
        };
        Some(Block::open(self, entries, keys, report))
    }
}

fn yaml_1_1_boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" => Some(true),
        "no" | "off" => Some(false),
        _ => None,
    }
}

impl<'a> Block<'a> {
    fn open(spot: &Spot<'a>, entries: &'a [Entry], keys: &'static Keys, report: &mut Report) -> Self {
        let mut block = Block { found: BTreeMap::new(), further: Vec::new(), path: spot.path.clone(), place: spot.place, keys };
        let mut unknown: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in entries {
            let earlier = match keys.spelling(&entry.key) {
                Some(spelling) => block.put(spelling, entry),
                None => unknown.insert(&entry.key, entry),
            };
            if let Some(earlier) = earlier {
                report.add(block.duplicate(entry, earlier));
            }
        }
        let present: Vec<&str> = block.found.keys().copied().collect();
        for (spelling, entry) in &block.found {
            if **spelling != *entry.key {
                let message = format!("{} is read as `{spelling}`", quote(&entry.key));
                let path = child_path(&block.path, &entry.key);
                report.add(
                    Issue::warning(rule::UNKNOWN_KEY, path, entry.key_place, message).suggest(format!("write `{spelling}`")),
                );
            }
        }
        for entry in unknown.into_values() {
            if keys.open {
                block.further.push(entry);
            } else {
                let path = || child_path(&block.path, &entry.key);
                report.add_warning_with(|| unknown::issue(&entry.key, keys, &present, path(), entry.key_place));
            }
        }
        block
    }

    /// Of a key that is given twice the last counts, but the exact spelling before another. Gives the entry that lost.
    fn put(&mut self, spelling: &'static str, entry: &'a Entry) -> Option<&'a Entry> {
        match self.found.get(spelling) {
            Some(exact) if &*exact.key == spelling && &*entry.key != spelling => Some(exact),
            _ => self.found.insert(spelling, entry),
        }
    }

    fn duplicate(&self, entry: &Entry, earlier: &Entry) -> Issue {
        let line = earlier.key_place.line;
        let message = format!("{} is given twice, first on line {line}; only the last counts", quote(&entry.key));
        Issue::warning(rule::DUPLICATE_KEY, child_path(&self.path, &entry.key), entry.key_place, message)
            .suggest("remove one of them; a further item of a list begins with a dash of its own")
    }

    /// Whether the key is there, be it without a value.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.found.contains_key(key)
    }

    /// The value of `key`; nothing where it is absent or null.
    pub(super) fn spot(&self, key: &'static str) -> Option<Spot<'a>> {
        debug_assert!(self.keys.spelling(key).is_some(), "{key} is not in the table of keys");
        let entry = self.found.get(key)?;
        let spot = Spot::new(&entry.value, child_path(&self.path, &entry.key), entry.key_place);
        (!spot.is_null()).then_some(spot)
    }

    pub(super) fn text(&self, key: &'static str, report: &mut Report) -> Option<String> {
        self.spot(key)?.text(report)
    }

    pub(super) fn flag(&self, key: &'static str, report: &mut Report) -> Option<bool> {
        self.spot(key)?.flag(report)
    }

    /// The items of a list; none where it is absent.
    pub(super) fn list(&self, key: &'static str, report: &mut Report) -> Vec<Spot<'a>> {
        self.spot(key).and_then(|spot| spot.list(report)).unwrap_or_default()
    }

    /// The mapping beneath `key`. A key without a value is as good as absent, which may not be what was meant.
    pub(super) fn block(&self, key: &'static str, keys: &'static Keys, report: &mut Report) -> Option<Block<'a>> {
        if let Some(entry) = self.found.get(key)
            && entry.value.is_null()
        {
            let message = format!("`{key}` is empty and is ignored");
            let path = child_path(&self.path, &entry.key);
            report.add(
                Issue::warning(rule::INTEGRATION_STRUCTURE, path, entry.key_place, message)
                    .suggest(format!("indent what belongs beneath `{key}`, or remove it")),
            );
        }
        self.spot(key)?.block(keys, report)
    }

    /// A text that must be there; reports where it is not.
    pub(super) fn required_text(&self, key: &'static str, report: &mut Report) -> Option<String> {
        match self.spot(key) {
            Some(spot) if spot.raw_text() != Some("") => spot.text(report),
            _ => {
                report.add(self.missing(key, Issue::error));
                None
            }
        }
    }

    /// The issue that `key` is missing or empty.
    pub(super) fn missing(&self, key: &'static str, severity: fn(&'static str, String, Place, String) -> Issue) -> Issue {
        let place = self.found.get(key).map_or(self.place, |entry| entry.key_place);
        let state = if self.has(key) { "is empty" } else { "is missing" };
        severity(rule::REQUIRED_FIELD, child_path(&self.path, key), place, format!("`{key}` {state} in {}", self.keys.name))
            .suggest(format!("add `{key}: …`"))
    }

    pub(super) fn error(&self, rule: &'static str, message: impl Into<String>) -> Issue {
        Issue::error(rule, self.path.as_str(), self.place, message)
    }

    pub(super) fn warning(&self, rule: &'static str, message: impl Into<String>) -> Issue {
        Issue::warning(rule, self.path.as_str(), self.place, message)
    }
}
