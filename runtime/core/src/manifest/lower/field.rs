//! The fields of a read object.

use std::collections::BTreeMap;

use super::super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    keys,
    model::Field,
    rule,
    tree::Place,
};
use crate::field_path::FieldPath;

/// The required and the optional fields.
pub(super) fn fields(read_object: &Block<'_>, report: &mut Report) -> (Vec<Field>, Vec<Field>) {
    let mut seen = Seen::default();
    let mut list = |key| {
        let items = read_object.list(key, report);
        items.iter().filter_map(|item| field(item, &mut seen, report)).collect()
    };
    (list("requiredFields"), list("optionalFields"))
}

fn field(spot: &Spot<'_>, seen: &mut Seen, report: &mut Report) -> Option<Field> {
    if let Some(name) = spot.raw_text().filter(|name| !name.is_empty() && !spot.is_null()) {
        // The official program lets this pass, and what it means is plain.
        let message = format!("a field is a mapping; {} is taken for its `fieldName`", quote(name));
        report.add(spot.warning(rule::WRONG_TYPE, message).suggest(format!("write `- fieldName: {name}`")));
        return Some(Field::Existent { field_name: name.to_owned(), map_to_name: None, map_to_display_name: None });
    }
    let block = spot.block(&keys::FIELD, report)?;
    let field_name = named(&block, "fieldName", report);
    let map_to_name = named(&block, "mapToName", report);
    seen.field(&block, field_name.as_deref(), map_to_name.as_deref(), report);
    let map_to_display_name = block.text("mapToDisplayName", report);
    let (default, prompt) = (block.text("default", report), block.text("prompt", report));
    match (field_name, map_to_name) {
        (Some(field_name), map_to_name) => Some(Field::Existent { field_name, map_to_name, map_to_display_name }),
        (None, Some(map_to_name)) => Some(Field::Mapping { map_to_name, map_to_display_name, default, prompt }),
        (None, None) => {
            let message = "a field has neither `fieldName` nor `mapToName`, so there is nothing to read";
            report.add(
                block
                    .error(rule::REQUIRED_FIELD, message)
                    .suggest("add `fieldName: …`, or `mapToName: …` for a field that the customer chooses"),
            );
            None
        }
    }
}

/// A name that may be a path.
fn named(block: &Block<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let spot = block.spot(key)?;
    let name = spot.text(report).filter(|name| !name.is_empty())?;
    if let Err(flaw) = FieldPath::parse(&name) {
        let message = format!("{} looks like a path and cannot be read as one: {}", quote(&name), flaw.reason);
        let instead = flaw.instead.unwrap_or_else(|| "$['address']['city']".to_owned());
        report.add(spot.error(rule::FIELD_MAPPING_JSONPATH, message).suggest(format!("write it as `{instead}`")));
    }
    Some(name)
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
