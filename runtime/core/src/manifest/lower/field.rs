//! The fields of a read object.

use std::collections::BTreeMap;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        keys,
        model::Field,
        rule,
        tree::Place,
    },
    object::Scope,
};
use crate::field_path::FieldPath;

/// The required and the optional fields.
pub(super) fn fields(object: &Block<'_>, scope: &Scope, report: &mut Report) -> (Vec<Field>, Vec<Field>) {
    let mut seen = Seen::default();
    let mut list = |key| {
        let items = object.list(key, report);
        let fields = items.iter().filter_map(|item| field(item, &mut seen, report));
        fields.map(|field| of_provider(field, scope)).collect()
    };
    (list("requiredFields"), list("optionalFields"))
}

/// One field by itself.
pub(super) fn one(spot: &Spot<'_>, report: &mut Report) -> Option<Field> {
    field(spot, &mut Seen::default(), report)
}

/// The field under the provider's name.
fn of_provider(field: Field, scope: &Scope) -> Field {
    match field {
        Field::Existent { field_name, map_to_name, map_to_display_name } => {
            Field::Existent { field_name: scope.naming.field(&field_name), map_to_name, map_to_display_name }
        }
        Field::Mapping { map_to_name, map_to_display_name, default, prompt } => {
            Field::Mapping { map_to_name, map_to_display_name, default: default.map(|name| scope.naming.field(&name)), prompt }
        }
    }
}

/// The text that stands where a field should. The official program lets this pass, and what it means is plain.
pub(super) fn bare_name<'a>(spot: &Spot<'a>, report: &mut Report) -> Option<&'a str> {
    let name = spot.raw_text().filter(|name| !name.is_empty() && !spot.is_null())?;
    let message = format!("a field is a mapping; {} is taken for its `fieldName`", quote(name));
    let fix = spot.written().map(|written| written.under_key("fieldName", format!("write `fieldName: {name}`")));
    report.add(spot.warning(rule::WRONG_TYPE, message).suggest(format!("write `- fieldName: {name}`")).fix(fix));
    Some(name)
}

fn field(spot: &Spot<'_>, seen: &mut Seen, report: &mut Report) -> Option<Field> {
    if let Some(name) = bare_name(spot, report) {
        return Some(Field::Existent { field_name: name.to_owned(), map_to_name: None, map_to_display_name: None });
    }
    if spot.is_null() || spot.raw_text().is_some() {
        report.add(spot.warning(rule::REQUIRED_FIELD, "an empty field is ignored").suggest("write `- fieldName: …`"));
        return None;
    }
    let block = spot.block(&keys::FIELD, report)?;
    if let Some(spot) = block.spot("transform") {
        let message = "transformations of fields were withdrawn; the field is read as it is";
        report.add(spot.warning(rule::LEGACY_TRANSFORM, message).suggest("transform the messages where they arrive"));
    }
    let is_named = block.spot("fieldName").is_some();
    let field_name = named(&block, "fieldName", report);
    let map_to_name = named(&block, "mapToName", report);
    seen.field(&block, field_name.as_deref(), map_to_name.as_deref(), report);
    let label = block.text("mapToDisplayName", report);
    let map_to_display_name = label.or_else(|| block.text("displayName", report));
    let (default, prompt) = (block.text("default", report), block.text("prompt", report));
    match (field_name, map_to_name) {
        (Some(field_name), map_to_name) => Some(Field::Existent { field_name, map_to_name, map_to_display_name }),
        // The name was no path, which was said.
        (None, _) if is_named => None,
        (None, Some(map_to_name)) => Some(Field::Mapping { map_to_name, map_to_display_name, default, prompt }),
        (None, None) if block.has("mapToName") => None,
        (None, None) => {
            let message = "a field has neither `fieldName` nor `mapToName` and is ignored: there is nothing to read";
            report.add(
                block
                    .warning(rule::REQUIRED_FIELD, message)
                    .suggest("add `fieldName: …`, or `mapToName: …` for a field that the customer chooses"),
            );
            None
        }
    }
}

/// A name that may be a path. One that is neither, but can be understood, is taken for what it means.
fn named(block: &Block<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let spot = block.spot(key)?;
    let name = spot.text(report).filter(|name| !name.is_empty())?;
    let Err(flaw) = FieldPath::parse(&name) else { return Some(name) };
    let meant = flaw.instead.filter(|path| FieldPath::parse(path).is_ok());
    let taken = meant.as_ref().map_or_else(|| "it is ignored".to_owned(), |path| format!("it is taken for {}", quote(path)));
    let message = format!("{} looks like a path and is none ({}); {taken}", quote(&name), flaw.reason);
    let shown = meant.as_ref().map_or_else(|| "`$['address']['city']`".to_owned(), |path| quote(path));
    let fix = meant.as_ref().zip(spot.written()).filter(|(path, _)| !path.contains(['"', '\\']));
    let fix = fix.map(|(path, written)| written.replace_raw(format!("\"{path}\""), format!("write {shown}")));
    report.add(spot.warning(rule::FIELD_MAPPING_JSONPATH, message).suggest(format!("write it as {shown}")).fix(fix));
    meant
}

/// Names of the object's fields so far, with the lines they stand on.
#[derive(Default)]
struct Seen {
    plain: BTreeMap<String, Place>,
    mapped: BTreeMap<String, Place>,
    targets: BTreeMap<String, Place>,
}

impl Seen {
    /// Fields are matched without regard to case, names in messages with.
    fn field(&mut self, block: &Block<'_>, field_name: Option<&str>, map_to_name: Option<&str>, report: &mut Report) {
        if let Some(target) = map_to_name
            && let Some(spot) = block.spot("mapToName")
            && let Some(earlier) = first(&mut self.targets, target.to_owned(), &spot)
        {
            let message = format!("{} is mapped to twice, first on line {earlier}; one value replaces the other", quote(target));
            report.add(spot.warning(rule::FIELD_MAPPING_UNIQUE, message).suggest("map to another name"));
        }
        let Some((source, spot)) = field_name.zip(block.spot("fieldName")) else { return };
        let (seen, message): (_, fn(&str, u32) -> String) = match map_to_name {
            Some(_) => (&mut self.mapped, |source, line| format!("field {source} is mapped twice, first on line {line}")),
            None => (&mut self.plain, |source, line| format!("field {source} is listed twice, first on line {line}")),
        };
        if let Some(earlier) = first(seen, source.to_lowercase(), &spot) {
            let issue: Issue = spot.warning(rule::FIELD_MAPPING_UNIQUE, message(&quote(source), earlier));
            report.add(issue.suggest("remove one of them"));
        }
    }
}

/// Remembers a name; the line it already stood on.
fn first(seen: &mut BTreeMap<String, Place>, name: String, spot: &Spot<'_>) -> Option<u32> {
    let place = spot.value_place();
    let earlier = *seen.entry(name).or_insert(place);
    (earlier != place).then_some(earlier.line)
}
