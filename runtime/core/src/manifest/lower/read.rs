//! The `read` block.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report},
        keys,
        model::{Delivery, Field, ReadObject},
        rule,
    },
    Context, backfill, destination, enabled, field, object_name, objects, schedule,
};

const PAGE_RECORDS_MIN: u32 = 50;
const PAGE_RECORDS_MAX: u32 = 500;

pub(super) fn read(integration: &Block<'_>, context: &Context, report: &mut Report) -> Vec<ReadObject> {
    let Some(block) = integration.block("read", &keys::READ, report) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let items = objects(&block, "read", rule::READ_OBJECTS, report);
    items.iter().filter_map(|item| read_object(item, &mut seen, context, report)).collect()
}

fn read_object(spot: &Spot<'_>, seen: &mut BTreeSet<String>, context: &Context, report: &mut Report) -> Option<ReadObject> {
    let block = spot.block(&keys::READ_OBJECT, report)?;
    // The official program accepts this, but one customer's object has one cursor and one schedule.
    let duplicate = |spot: &Spot<'_>, message: String| {
        spot.error(rule::DUPLICATE_READ_OBJECT, format!("{message}, and an object can be read in one way only"))
    };
    let object_name = object_name(&block, seen, duplicate, report);
    let schedule = schedule::of_read(&block, report);
    let (required_fields, optional_fields) = field::fields(&block, report);
    let always_enabled = block.spot("enabled").is_some_and(|spot| enabled::read(&spot, rule::ALWAYS_ENABLED_FIELDS, report));
    if always_enabled {
        always_enabled_rules(&block, &required_fields, schedule.is_none(), report);
    }
    Some(ReadObject {
        object_name,
        map_to_name: block.text("mapToName", report),
        map_to_display_name: block.text("mapToDisplayName", report),
        destination: destination::reference(&block, context, report),
        schedule,
        required_fields,
        optional_fields,
        optional_fields_auto: block
            .spot("optionalFieldsAuto")
            .is_some_and(|spot| enabled::choose(&spot, &[("all", true)], rule::REQUIRED_FIELD, report).unwrap_or_default()),
        backfill: backfill::backfill(&block, report),
        delivery: delivery(&block, report),
        always_enabled,
    })
}

/// An object that is read for every installation cannot wait for anyone's choice.
fn always_enabled_rules(block: &Block<'_>, required: &[Field], is_unscheduled: bool, report: &mut Report) {
    let mut warn = |key: &'static str, message: &str, remedy: &str| {
        let (path, place) = match block.spot(key) {
            Some(spot) => (spot.path, spot.place),
            None => (format!("{}.{key}", block.path), block.place),
        };
        report.add(Issue::warning(rule::ALWAYS_ENABLED_FIELDS, path, place, message).suggest(remedy));
    };
    if required.is_empty() {
        warn("requiredFields", "an object with `enabled: always` needs `requiredFields`", "list the fields to read");
    }
    if required.iter().any(|field| matches!(field, Field::Mapping { .. } | Field::Existent { map_to_name: Some(_), .. })) {
        let message = "the required fields of an object with `enabled: always` should not be mapped";
        warn("requiredFields", message, "remove `mapToName`, or let customers choose the object");
    }
    if is_unscheduled {
        warn(
            "schedule",
            "an object with `enabled: always` needs a `schedule`",
            "add one, for example `schedule: \"*/30 * * * *\"`",
        );
    }
}

fn delivery(read_object: &Block<'_>, report: &mut Report) -> Option<Delivery> {
    let block = read_object.block("delivery", &keys::DELIVERY, report)?;
    let modes = [("auto", false), ("onRequest", true)];
    let on_request = block.spot("mode").and_then(|spot| enabled::choose(&spot, &modes, rule::DELIVERY_MODE, report));
    let size = block.spot("pageSize").and_then(|spot| Some((spot.whole_number(report)?, spot)));
    if on_request != Some(true) {
        if let Some((_, spot)) = size {
            let message = "`pageSize` has no meaning without `mode: onRequest`";
            report.add(spot.warning(rule::DELIVERY_MODE, message).suggest("remove it, or set `mode: onRequest`"));
        }
        return Some(Delivery::Auto);
    }
    let page_size = size.as_ref().map_or(PAGE_RECORDS_MIN, |(size, _)| *size).clamp(PAGE_RECORDS_MIN, PAGE_RECORDS_MAX);
    let range = format!("{PAGE_RECORDS_MIN} to {PAGE_RECORDS_MAX}");
    match size {
        None => {
            let message = format!("`mode: onRequest` needs a `pageSize` of {range}; {page_size} is used");
            report.add(block.warning(rule::DELIVERY_MODE, message).suggest("add `pageSize`"));
        }
        Some((given, spot)) if given != page_size => {
            let message = format!("`pageSize` must be {range}; {page_size} is used");
            report.add(spot.warning(rule::DELIVERY_MODE, message).suggest(format!("write `pageSize: {page_size}`")));
        }
        Some(_) => {}
    }
    Some(Delivery::OnRequest { page_size })
}
