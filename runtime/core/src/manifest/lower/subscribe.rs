//! The `subscribe` block.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        keys::{self, Keys},
        model::{AssociationChange, Integration, SubscribeObject, WatchFields},
        rule,
    },
    Context, destination, enabled, object_name, object_spots, objects,
};

pub(super) fn subscribe(integration: &Block<'_>, context: &Context, report: &mut Report) -> Vec<SubscribeObject> {
    let Some(block) = integration.block("subscribe", &keys::SUBSCRIBE, report) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let items = objects(&block, "subscribe", rule::SUBSCRIBE_OBJECTS, report);
    items.iter().filter_map(|item| subscribe_object(item, &mut seen, context, report)).collect()
}

fn subscribe_object(
    spot: &Spot<'_>,
    seen: &mut BTreeSet<String>,
    context: &Context,
    report: &mut Report,
) -> Option<SubscribeObject> {
    let block = spot.block(&keys::SUBSCRIBE_OBJECT, report)?;
    let duplicate = |spot: &Spot<'_>, message| spot.warning(rule::DUPLICATE_SUBSCRIBE_OBJECT, message);
    let object = SubscribeObject {
        object_name: object_name(&block, seen, duplicate, report),
        destination: destination::reference(&block, context, report),
        inherit_fields_and_mapping: block.flag("inheritFieldsAndMapping", report).unwrap_or_default(),
        create_event: event(&block, "createEvent", &keys::EVENT, report).is_some(),
        update_event: event(&block, "updateEvent", &keys::UPDATE_EVENT, report).map(|event| watch_fields(&event, report)),
        delete_event: event(&block, "deleteEvent", &keys::EVENT, report).is_some(),
        association_change_event: event(&block, "associationChangeEvent", &keys::ASSOCIATION_CHANGE_EVENT, report).map(|event| {
            AssociationChange { include_full_records: event.flag("includeFullRecords", report).unwrap_or_default() }
        }),
        other_events: texts(&block, "otherEvents", report),
    };
    if !has_events(&object) && object.other_events.is_empty() {
        let message = "no event is enabled, so nothing is subscribed";
        report.add(
            block
                .warning(rule::SUBSCRIBE_MINIMUM_EVENTS, message)
                .suggest("add `createEvent: {enabled: always}` or another event"),
        );
    }
    if has_events(&object) && !object.inherit_fields_and_mapping {
        let message = "`inheritFieldsAndMapping: true` is missing; the fields and mappings of the read object are not used";
        let issue = match block.spot("inheritFieldsAndMapping") {
            Some(spot) => spot.warning(rule::SUBSCRIBE_INHERIT_FIELDS, message),
            None => block.warning(rule::SUBSCRIBE_INHERIT_FIELDS, message),
        };
        report.add(issue.suggest("add `inheritFieldsAndMapping: true`"));
    }
    Some(object)
}

/// Events with records, whose fields the read object decides.
fn has_events(object: &SubscribeObject) -> bool {
    object.create_event || object.update_event.is_some() || object.delete_event || object.association_change_event.is_some()
}

/// The event's block, if the event is enabled.
fn event<'a>(object: &Block<'a>, key: &'static str, keys: &'static Keys, report: &mut Report) -> Option<Block<'a>> {
    let event = object.block(key, keys, report)?;
    let Some(spot) = event.spot("enabled") else {
        report.add(event.missing("enabled", Issue::error).suggest("add `enabled: always`"));
        return None;
    };
    enabled::read(&spot, rule::UPDATE_EVENT_ENABLED, report).then_some(event)
}

fn watch_fields(event: &Block<'_>, report: &mut Report) -> WatchFields {
    let choices = [("all", true), ("selected", false)];
    let auto = event
        .spot("watchFieldsAuto")
        .and_then(|spot| Some((enabled::choose(&spot, &choices, rule::UPDATE_EVENT_WATCH_FIELDS, report)?, spot)));
    let named = texts(event, "requiredWatchFields", report);
    nested_watch_fields(event, report);
    match auto {
        Some((all, spot)) => {
            if !named.is_empty() {
                let message = "`watchFieldsAuto` and `requiredWatchFields` exclude each other; `watchFieldsAuto` is used";
                report.add(spot.warning(rule::UPDATE_EVENT_WATCH_FIELDS, message).suggest("remove one of them"));
            }
            if all { WatchFields::All } else { WatchFields::Selected }
        }
        None if named.is_empty() => {
            let message = "neither `requiredWatchFields` nor `watchFieldsAuto` says what to watch; all fields are watched";
            report.add(event.warning(rule::UPDATE_EVENT_WATCH_FIELDS, message).suggest("add `watchFieldsAuto: all`"));
            WatchFields::All
        }
        None => WatchFields::Named(named),
    }
}

fn nested_watch_fields(event: &Block<'_>, report: &mut Report) {
    let Some(items) = event.spot("requiredWatchFields").and_then(|spot| spot.items()) else { return };
    for item in items {
        if let Some(name) = item.raw_text().filter(|name| name.contains(['.', '[', ']'])) {
            let message = format!("{} is a nested field, and providers announce changes of whole fields only", quote(name));
            report.add(item.warning(rule::WATCH_FIELDS_NO_NESTING, message).suggest("watch the field that contains it"));
        }
    }
}

fn texts(block: &Block<'_>, key: &'static str, report: &mut Report) -> Vec<String> {
    block.list(key, report).iter().filter_map(|item| item.text(report)).collect()
}

/// Subscriptions take their fields from the read objects of the same integration.
pub(super) fn against_read(integration: &Integration, block: &Block<'_>, report: &mut Report) {
    let read: BTreeSet<&str> = integration.read.iter().map(|object| object.object_name.as_str()).collect();
    for (object, spot) in integration.subscribe.iter().zip(object_spots(block, "subscribe")) {
        let name = object.object_name.as_str();
        let message = if has_events(object) && !read.contains(name) {
            format!("object {} is subscribed but not read, and its fields are those of the read object", quote(name))
        } else if !has_events(object) && block.spot("read").is_none() {
            "`subscribe` needs a `read` block in the same integration".to_owned()
        } else {
            continue;
        };
        let remedy = "add the object to `read.objects`; `schedule: \"\"` keeps it from being read by the clock";
        report.add(Issue::warning(rule::SUBSCRIBE_REQUIRES_READ, spot.path, spot.place, message).suggest(remedy));
    }
}
