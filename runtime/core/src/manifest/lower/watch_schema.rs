//! The `watchSchema` block.

use super::{
    super::{
        block::Block,
        issue::{Issue, Report},
        keys,
        model::WatchSchema,
        rule,
    },
    Context, destination, enabled, schedule,
};

pub(super) fn watch_schema(integration: &Block<'_>, context: &Context, report: &mut Report) -> Option<WatchSchema> {
    let block = integration.block("watchSchema", &keys::WATCH_SCHEMA, report)?;
    let destination = destination::reference_if_any(&block, context, report);
    let schedule = schedule::of_watch_schema(&block, report);
    let events = block.block("allObjects", &keys::ALL_OBJECTS, report);
    let mut is_on = |key| {
        let event = events.as_ref()?.block(key, &keys::FIELD_EVENT, report)?;
        match event.spot("enabled") {
            Some(spot) => Some(enabled::read(&spot, rule::REQUIRED_FIELD, report)),
            None => {
                report.add(event.missing("enabled", Issue::warning).suggest("add `enabled: always`"));
                None
            }
        }
    };
    let [field_created, field_deleted, field_changed] =
        ["fieldCreated", "fieldDeleted", "fieldChanged"].map(|key| is_on(key).unwrap_or_default());
    if events.is_none() {
        let missing = block.missing("allObjects", Issue::warning);
        report.add(Issue { message: format!("{}: nothing is watched", missing.message), ..missing });
    }
    // The official program does not look at this block.
    if destination.is_none() {
        let missing = block.missing("destination", Issue::warning);
        report.add(Issue { message: format!("{}: nothing is watched", missing.message), ..missing });
    }
    Some(WatchSchema { destination: destination?, schedule, field_created, field_deleted, field_changed })
}
