//! The `read` block.

use super::{
    super::{
        block::Block,
        issue::{Issue, Report},
        keys,
        model::{Backfill, Delivery, Field, ReadObject},
        rule,
    },
    Context, backfill, destination, enabled, field, legacy_fields,
    object::{self, Listed, Scope},
    schedule::{self, Timing},
};

const PAGE_RECORDS_MIN: u32 = 50;
const PAGE_RECORDS_MAX: u32 = 500;

pub(super) fn read<'a>(integration: &Block<'a>, scope: &Scope, context: &Context, report: &mut Report) -> Listed<'a, ReadObject> {
    let mut found = Listed::default();
    if let Some(block) = integration.block("read", &keys::READ, report) {
        let timing = block.spot("schedule").map(|_| schedule::of_action(&block, report));
        add(&block, "`read`", timing.as_ref(), scope, context, &mut found, report);
    }
    found
}

/// Adds the objects of a block to what was found before. `timing` is that of objects without a schedule of their own.
pub(super) fn add<'a>(
    block: &Block<'a>,
    action: &str,
    timing: Option<&Timing>,
    scope: &Scope,
    context: &Context,
    found: &mut Listed<'a, ReadObject>,
    report: &mut Report,
) {
    for item in object::items(block, action, rule::READ_OBJECTS, report) {
        let Some(block) = item.spot.block(&keys::READ_OBJECT, report) else { continue };
        let object = read_object(&block, item.is_custom, timing, scope, context, report);
        // One customer's object has one cursor and one schedule.
        found.put(&block, object.object_name.clone(), object, item.spot, rule::DUPLICATE_READ_OBJECT, report);
    }
}

fn read_object(
    block: &Block<'_>,
    is_custom: bool,
    timing: Option<&Timing>,
    scope: &Scope,
    context: &Context,
    report: &mut Report,
) -> ReadObject {
    let object::Name { name, choice } = object::name(block, is_custom, scope, report);
    let timing = schedule::of_read(block, timing, report);
    let (mut required_fields, mut optional_fields) = field::fields(block, scope, report);
    let (made, chosen) = legacy_fields::of_read(block, scope, report);
    required_fields.extend(made);
    optional_fields.extend(chosen);
    let schedule = timing.schedule();
    let always_enabled = block.spot("enabled").is_some_and(|spot| enabled::read(&spot, rule::ALWAYS_ENABLED_FIELDS, report));
    if always_enabled {
        always_enabled_rules(block, &required_fields, schedule.is_none(), report);
    }
    // What is read once, and what mirrors the provider as tables of 2023 do, begins with everything.
    let unsaid = if timing == Timing::Once || scope.is_of_2023 { Backfill::FullHistory } else { Backfill::None };
    ReadObject {
        map_to_name: block.text("mapToName", report).filter(|_| choice.is_none()),
        object_name: name,
        object_choice: choice,
        map_to_display_name: block.text("mapToDisplayName", report),
        destination: destination::reference(block, context, report),
        schedule,
        required_fields,
        optional_fields,
        optional_fields_auto: block
            .spot("optionalFieldsAuto")
            .is_some_and(|spot| enabled::choose(&spot, &[("all", true)], rule::REQUIRED_FIELD, report).unwrap_or_default()),
        backfill: if block.has("backfill") { backfill::backfill(block, report) } else { unsaid },
        delivery: delivery(block, report),
        always_enabled,
    }
}

/// An object that is read for every installation cannot wait for anyone's choice.
fn always_enabled_rules(block: &Block<'_>, required: &[Field], is_unscheduled: bool, report: &mut Report) {
    let mut warn = |rule, key: &'static str, message: &str, remedy: &str| {
        let (path, place) = match block.spot(key) {
            Some(spot) => (spot.path, spot.place),
            None => (format!("{}.{key}", block.path), block.place),
        };
        report.add(Issue::warning(rule, path, place, message).suggest(remedy));
    };
    if required.is_empty() {
        warn(
            rule::ALWAYS_ENABLED_FIELDS,
            "requiredFields",
            "an object with `enabled: always` needs `requiredFields`",
            "list the fields to read",
        );
    }
    if required.iter().any(|field| matches!(field, Field::Mapping { .. } | Field::Existent { map_to_name: Some(_), .. })) {
        let message = "the required fields of an object with `enabled: always` should not be mapped";
        warn(
            rule::ALWAYS_ENABLED_MAPPING_COUNT,
            "requiredFields",
            message,
            "remove `mapToName`, or let customers choose the object",
        );
    }
    if is_unscheduled {
        warn(
            rule::ALWAYS_ENABLED_FIELDS,
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
            let fix = spot.replace_number(page_size);
            report.add(spot.warning(rule::DELIVERY_MODE, message).suggest(format!("write `pageSize: {page_size}`")).fix(fix));
        }
        Some(_) => {}
    }
    Some(Delivery::OnRequest { page_size })
}
