//! What objects of all actions have in common: the lists they stand in, and their names.

use std::collections::HashMap;

use super::super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    legacy::Naming,
    model::ObjectChoice,
    rule,
};

/// Keys of lists of objects; in the last two, the customer may have to choose the object.
const LISTS: [(&str, bool); 4] =
    [("objects", false), ("standardObjects", false), ("customObjects", true), ("mappedObjects", true)];

/// Names that Salesforce does not have, and those that were meant. Of its objects, only custom ones can have any name, and theirs
/// end in `__c`.
const SALESFORCE_PLURALS: [(&str, &str); 14] = [
    ("accounts", "account"),
    ("assets", "asset"),
    ("campaigns", "campaign"),
    ("cases", "case"),
    ("contacts", "contact"),
    ("contracts", "contract"),
    ("events", "event"),
    ("leads", "lead"),
    ("opportunities", "opportunity"),
    ("orders", "order"),
    ("quotes", "quote"),
    ("solutions", "solution"),
    ("tasks", "task"),
    ("users", "user"),
];

/// What an integration says of everything in it.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) provider: String,
    /// Objects are those of Salesforce's CRM, and not of another module of it.
    pub(super) is_salesforce_crm: bool,
    /// How names of the provider are written.
    pub(super) naming: Naming,
    /// The integration has the form of 2023, in which a first read takes everything.
    pub(super) is_of_2023: bool,
}

/// An item of a list of objects.
pub(super) struct Item<'a> {
    pub(super) spot: Spot<'a>,
    /// It need not name the provider's object.
    pub(super) is_custom: bool,
}

/// What an object is called.
#[derive(Debug, Default)]
pub(super) struct Name {
    /// The provider's, or what the customer's choice is mapped to.
    pub(super) name: String,
    pub(super) choice: Option<ObjectChoice>,
}

/// The items of the action's lists of objects; reports that there are none.
pub(super) fn items<'a>(block: &Block<'a>, action: &str, rule: &'static str, report: &mut Report) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let mut is_sound = true;
    let mut place = block.place;
    for (key, is_custom) in LISTS {
        let Some(spot) = block.spot(key) else { continue };
        place = spot.place;
        match spot.list(report) {
            Some(list) => items.extend(list.into_iter().map(|spot| Item { spot, is_custom })),
            None => is_sound = false,
        }
    }
    if items.is_empty() && is_sound {
        let message = format!("{action} must contain a list of `objects`, at least one");
        let issue = Issue::error(rule, format!("{}.objects", block.path), place, message);
        report.add(issue.suggest(format!("add an object, or remove {action}")));
    }
    items
}

/// The object's name; reports that there is none, or that the provider cannot have it.
pub(super) fn name(block: &Block<'_>, is_custom: bool, scope: &Scope, report: &mut Report) -> Name {
    let may_choose = is_custom || report.legacy;
    if block.spot("objectName").is_none() && may_choose && block.spot("mapToName").is_some() {
        let name = block.required_text("mapToName", report).unwrap_or_default();
        return Name { name, choice: Some(ObjectChoice { prompt: block.text("prompt", report) }) };
    }
    let Some(name) = block.required_text("objectName", report) else { return Name::default() };
    let meant = plural(block, &name, scope, report);
    let name = match meant {
        Some(meant) if scope.is_of_2023 => meant.to_owned(),
        _ if is_custom => name,
        _ => scope.naming.object(&name),
    };
    Name { name, choice: None }
}

/// Salesforce's name of an object that was written in the plural.
fn plural(block: &Block<'_>, name: &str, scope: &Scope, report: &mut Report) -> Option<&'static str> {
    if !scope.is_salesforce_crm {
        return None;
    }
    let (_, meant) = SALESFORCE_PLURALS.iter().find(|(plural, _)| plural.eq_ignore_ascii_case(name))?;
    let spot = block.spot("objectName")?;
    let taken = if scope.is_of_2023 { format!("; `{meant}` is used") } else { String::new() };
    let message = format!("Salesforce has no object {}{taken}", quote(name));
    report.add(spot.warning(rule::OBJECT_EXISTS, message).suggest(format!("write `{meant}`")).fix(spot.replace(meant)));
    Some(meant)
}

/// Objects of an action, each with where it stands, and found again by what makes two the same.
#[derive(Debug)]
pub(super) struct Listed<'a, T> {
    objects: Vec<(T, Spot<'a>)>,
    index: HashMap<String, usize>,
}

impl<T> Default for Listed<'_, T> {
    fn default() -> Self {
        Self { objects: Vec::new(), index: HashMap::new() }
    }
}

impl<'a, T> Listed<'a, T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &(T, Spot<'a>)> {
        self.objects.iter()
    }

    pub(super) fn get(&self, index: usize) -> Option<&(T, Spot<'a>)> {
        self.objects.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn into_objects(self) -> Vec<T> {
        self.objects.into_iter().map(|(object, _)| object).collect()
    }

    /// Adds an object at the end; reports where one with the same `key` is there already.
    pub(super) fn add(
        &mut self,
        block: &Block<'_>,
        key: String,
        object: T,
        spot: Spot<'a>,
        rule: &'static str,
        report: &mut Report,
    ) {
        if let Some((_, earlier)) = self.index.get(&key).and_then(|index| self.objects.get(*index)) {
            report_duplicate(block, earlier, "", rule, report);
        }
        self.index.insert(key, self.objects.len());
        self.objects.push((object, spot));
    }

    /// Adds an object, in the place of an earlier one with the same `key`, which is reported.
    pub(super) fn put(
        &mut self,
        block: &Block<'_>,
        key: String,
        object: T,
        spot: Spot<'a>,
        rule: &'static str,
        report: &mut Report,
    ) {
        match self.index.get(&key).and_then(|index| self.objects.get_mut(*index)) {
            Some(earlier) => {
                report_duplicate(block, &earlier.1, "; it can be read in one way only, and the last counts", rule, report);
                *earlier = (object, spot);
            }
            None => {
                self.index.insert(key, self.objects.len());
                self.objects.push((object, spot));
            }
        }
    }
}

fn report_duplicate(block: &Block<'_>, earlier: &Spot<'_>, counts: &str, rule: &'static str, report: &mut Report) {
    let Some(spot) = block.spot("objectName").or_else(|| block.spot("mapToName")) else { return };
    let (name, line) = (quote(spot.raw_text().unwrap_or_default()), earlier.place.line);
    let message = format!("object {name} is listed twice, first on line {line}{counts}");
    report.add(spot.warning(rule, message).suggest("merge the two"));
}
