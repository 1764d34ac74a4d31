//! Reading values out of the tree: each reader gives what it could read and reports the rest.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    fix::{Edit, Fix},
    issue::{Issue, Report, child_path, quote},
    keys::{Key, Keys},
    rule,
    tree::{Entry, Kind, Lead, Meaning, Node, Place, Written},
    unknown::Stray,
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

    /// How a single value is written, where that can be edited.
    pub(super) fn written(&self) -> Option<Written> {
        self.node.written
    }

    /// The remedy to write `text` in its place, between the same quotes.
    pub(super) fn replace(&self, text: &str) -> Option<Fix> {
        self.written()?.replace(text, format!("write `{text}`"))
    }

    /// The remedy to write a number in its place.
    pub(super) fn replace_number(&self, number: u32) -> Option<Fix> {
        Some(self.written()?.replace_raw(number.to_string(), format!("write {number}")))
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
            let fix = self.written().map(|written| written.replace_raw(format!("\"{}\"", scalar.text), "put it in quotes"));
            report.add(self.warning(rule::WRONG_TYPE, message).suggest("put it in quotes").fix(fix));
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
                let fix = self.written().map(|written| written.replace_raw(value.to_string(), format!("write `{value}`")));
                self.warning(rule::WRONG_TYPE, message).suggest(format!("write `{value}`")).fix(fix)
            }
            None if matches!(scalar.text.as_str(), "true" | "false") => {
                self.wrong_type("`true` or `false`").suggest("remove the quotes").fix(self.without_quotes())
            }
            None => self.wrong_type("`true` or `false`"),
        });
        value
    }

    fn without_quotes(&self) -> Option<Fix> {
        Some(self.written()?.replace_raw(self.raw_text()?, "remove the quotes"))
    }

    /// A whole number from 0. One that the official program takes but that means nothing is the nearest that does.
    pub(super) fn whole_number(&self, report: &mut Report) -> Option<u32> {
        const EXPECTED: &str = "a whole number from 0";
        let Some(scalar) = self.node.scalar().filter(|scalar| matches!(scalar.meaning, Meaning::Integer | Meaning::Float)) else {
            let issue = self.wrong_type(EXPECTED);
            let is_quoted =
                self.raw_text().is_some_and(|text| !text.is_empty() && text.chars().all(|char| char.is_ascii_digit()));
            report.add(if is_quoted { issue.suggest("remove the quotes").fix(self.without_quotes()) } else { issue });
            return None;
        };
        let Some(number) = integer(&scalar.text) else {
            report.add(self.wrong_type(EXPECTED));
            return None;
        };
        let value = u32::try_from(number.clamp(0, i64::from(u32::MAX))).unwrap_or_default();
        if i64::from(value) != number {
            let message = format!("{} is not {EXPECTED} to {}; {value} is used", quote(&scalar.text), u32::MAX);
            report.add(self.warning(rule::WRONG_TYPE, message).suggest(format!("write {value}")));
        }
        Some(value)
    }

    /// The items of a list.
    pub(super) fn list(&self, report: &mut Report) -> Option<Vec<Spot<'a>>> {
        let items = self.items();
        if items.is_none() {
            let issue = self.wrong_type("a list");
            report.add(match &self.node.kind {
                Kind::Mapping(entries) if entries.iter().any(|entry| entry.key.starts_with('-')) => {
                    issue.suggest("put a space after the dash").fix(space_after_dashes(entries))
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

/// A number that is whole, `7.0` and `1e2` too, as the official program takes it.
fn integer(text: &str) -> Option<i64> {
    let radix = |prefix: &str, radix| text.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok());
    let whole = text.parse().ok().or_else(|| radix("0x", 16)).or_else(|| radix("0o", 8));
    let float = || text.parse::<f64>().ok().filter(|float| float.fract() == 0.0 && float.abs() < 1e15);
    // Below 1e15 every whole float is an integer exactly.
    whole.or_else(|| float().map(|float| float as i64))
}

/// The remedy for list items that were written as keys: `-fieldName: x`.
fn space_after_dashes(entries: &[Entry]) -> Option<Fix> {
    let edit = |entry: &Entry| {
        let written = entry.key_written.filter(|written| written.lead == Lead::Indent && written.quote.is_none())?;
        entry.key.starts_with('-').then(|| Edit { start: written.start + 1, end: written.start + 1, text: " ".to_owned() })
    };
    let edits = entries.iter().map(edit).collect::<Option<Vec<_>>>()?;
    let shared = entries.iter().any(|entry| entry.key_written.is_some_and(|written| written.shared));
    Some(Fix::new("put a space after each dash", !shared, edits))
}

fn yaml_1_1_boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" => Some(true),
        "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// The remedy for a list item that forgot its dash, so that its first key is there twice. Not what is read now, so never safe.
fn item(entry: &Entry, earlier: &Entry) -> Option<Fix> {
    let (written, first) = (entry.key_written?, earlier.key_written?);
    let fits = first.lead == Lead::Dash && written.lead == Lead::Indent && entry.key_place.column == earlier.key_place.column;
    let start = written.start.checked_sub(2).filter(|_| fits)?;
    Some(Fix::new("make it a list item of its own", false, vec![Edit { start, end: written.start, text: "- ".to_owned() }]))
}

/// Of so many unknown keys of one mapping it is found out which mean the same.
const MEANT_MAX: usize = 1_000;

impl<'a> Block<'a> {
    fn open(spot: &Spot<'a>, entries: &'a [Entry], keys: &'static Keys, report: &mut Report) -> Self {
        let mut block = Block { found: BTreeMap::new(), further: Vec::new(), path: spot.path.clone(), place: spot.place, keys };
        let mut unknown: BTreeMap<&str, &'a Entry> = BTreeMap::new();
        for entry in entries {
            let earlier = match keys.find(&entry.key) {
                Some(key) => block.put(key.name, entry),
                None => unknown.insert(&entry.key, entry),
            };
            if let Some(earlier) = earlier {
                report.add(block.duplicate(entry, earlier));
            }
        }
        for (spelling, entry) in &block.found {
            if **spelling != *entry.key {
                report.add(block.respelled(spelling, entry));
            } else if let Some(key) = keys.find(spelling).filter(|key| key.today.is_some() && !report.legacy) {
                report.add(block.older(key, entry));
            }
        }
        let unknown: Vec<&'a Entry> = unknown.into_values().collect();
        if keys.open {
            block.further = unknown;
        } else {
            block.report_unknown(&unknown, report);
        }
        block
    }

    /// A warning about a key.
    fn about(&self, entry: &Entry, rule: &'static str, message: String) -> Issue {
        Issue::warning(rule, child_path(&self.path, &entry.key), entry.key_place, message)
    }

    fn respelled(&self, spelling: &str, entry: &Entry) -> Issue {
        let fix = entry.key_written.and_then(|written| written.replace(spelling, format!("write `{spelling}`")));
        let issue = self.about(entry, rule::UNKNOWN_KEY, format!("{} is read as `{spelling}`", quote(&entry.key)));
        issue.suggest(format!("write `{spelling}`")).fix(fix)
    }

    fn older(&self, key: &Key, entry: &Entry) -> Issue {
        let message = format!("`{}` is a key of the form of 2023, which is still read", key.name);
        let renamed = key.renamed.filter(|name| !self.found.contains_key(name));
        let fix = renamed.zip(entry.key_written).and_then(|(name, written)| written.replace(name, format!("write `{name}`")));
        self.about(entry, rule::LEGACY_FORM, message).suggest(key.today.unwrap_or_default()).fix(fix)
    }

    fn report_unknown(&self, unknown: &[&'a Entry], report: &mut Report) {
        let present: Vec<&str> = self.found.keys().copied().collect();
        let legacy = report.legacy;
        let stray = |entry: &'a Entry| Stray {
            key: &entry.key,
            keys: self.keys,
            path: child_path(&self.path, &entry.key),
            place: entry.key_place,
            written: entry.key_written,
            legacy,
        };
        // Words are compared for so many keys as are listed at most.
        let mut meant: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in unknown.iter().take(MEANT_MAX) {
            if let Some(name) = stray(entry).meant(&present) {
                *meant.entry(name).or_default() += 1;
            }
        }
        for entry in unknown {
            report.add_warning_with(|| {
                let stray = stray(entry);
                let name = stray.meant(&present);
                stray.issue(name, name.is_some_and(|name| meant.get(name) == Some(&1)))
            });
        }
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
        let issue = self.about(entry, rule::DUPLICATE_KEY, message);
        issue.suggest("remove one of them; a further item of a list begins with a dash of its own").fix(item(entry, earlier))
    }

    /// Whether the key is there, be it without a value.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.found.contains_key(key)
    }

    /// The value of `key`; nothing where it is absent or null.
    pub(super) fn spot(&self, key: &'static str) -> Option<Spot<'a>> {
        debug_assert!(self.keys.find(key).is_some(), "{key} is not in the table of keys");
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
