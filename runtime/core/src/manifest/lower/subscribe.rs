//! The `subscribe` block.

use std::collections::BTreeSet;

use super::{
    super::{
        block::Block,
        issue::{Issue, Report, quote},
        keys::{self, Keys},
        model::{AssociationChange, LegacyBody, MessageStyle, SubscribeObject, WatchFields},
        rule,
    },
    Context,
    action::Found,
    destination, enabled, legacy_fields,
    object::{self, Listed, Scope},
};

/// Today's keys for events.
const EVENTS: [&str; 5] = ["createEvent", "updateEvent", "deleteEvent", "associationChangeEvent", "otherEvents"];

pub(super) fn subscribe<'a>(
    integration: &Block<'a>,
    scope: &Scope,
    context: &Context,
    report: &mut Report,
) -> Listed<'a, SubscribeObject> {
    let mut found = Listed::default();
    if let Some(block) = integration.block("subscribe", &keys::SUBSCRIBE, report) {
        add(&block, "`subscribe`", scope, context, &mut found, report);
    }
    found
}

/// Adds the objects of a block to what was found before.
pub(super) fn add<'a>(
    block: &Block<'a>,
    action: &str,
    scope: &Scope,
    context: &Context,
    found: &mut Listed<'a, SubscribeObject>,
    report: &mut Report,
) {
    for item in object::items(block, action, rule::SUBSCRIBE_OBJECTS, report) {
        let Some(block) = item.spot.block(&keys::SUBSCRIBE_OBJECT, report) else { continue };
        let object = subscribe_object(&block, item.is_custom, scope, context, report);
        found.add(&block, identity(&object), object, item.spot, rule::DUPLICATE_SUBSCRIBE_OBJECT, report);
    }
}

/// What makes two the same. The form of 2023 has an entry for each event.
fn identity(object: &SubscribeObject) -> String {
    let SubscribeObject { object_name, destination, create_event, update_event, delete_event, .. } = object;
    let is_legacy = object.style != MessageStyle::Current;
    let event = is_legacy.then_some((create_event, update_event.is_some(), delete_event, destination));
    format!("{:?}", (object_name, event))
}

fn subscribe_object(
    block: &Block<'_>,
    is_custom: bool,
    scope: &Scope,
    context: &Context,
    report: &mut Report,
) -> SubscribeObject {
    let object::Name { name, choice } = object::name(block, is_custom, scope, report);
    let map_to_name = block.text("mapToName", report).filter(|_| choice.is_none());
    let mut object = SubscribeObject {
        object_name: name,
        object_choice: choice,
        map_to_name,
        destination: destination::reference(block, context, report),
        inherit_fields_and_mapping: block.flag("inheritFieldsAndMapping", report).unwrap_or_default(),
        create_event: event(block, "createEvent", &keys::EVENT, report).is_some(),
        update_event: event(block, "updateEvent", &keys::UPDATE_EVENT, report).map(|event| watch_fields(&event, report)),
        delete_event: event(block, "deleteEvent", &keys::EVENT, report).is_some(),
        association_change_event: event(block, "associationChangeEvent", &keys::ASSOCIATION_CHANGE_EVENT, report).map(|event| {
            AssociationChange { include_full_records: event.flag("includeFullRecords", report).unwrap_or_default() }
        }),
        other_events: texts(block, "otherEvents", report),
        style: MessageStyle::Current,
    };
    if !EVENTS.iter().any(|event| block.has(event)) && (block.has("event") || report.legacy) {
        legacy_event(block, &mut object, scope, report);
        return object;
    }
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
    object
}

#[derive(Debug, Clone, Copy)]
enum LegacyEvent {
    Create,
    Update,
    Delete,
}

/// `event`, `watchFields` and `additionalFields` of the form of 2023, whose bodies are its own.
fn legacy_event(block: &Block<'_>, object: &mut SubscribeObject, scope: &Scope, report: &mut Report) {
    let choices = [("create", LegacyEvent::Create), ("update", LegacyEvent::Update), ("delete", LegacyEvent::Delete)];
    let event = block.spot("event").and_then(|spot| enabled::choose(&spot, &choices, rule::SUBSCRIBE_OBJECTS, report));
    let body = LegacyBody {
        watch_fields: legacy_fields::of_body(block, "watchFields", scope, report),
        additional_fields: legacy_fields::of_body(block, "additionalFields", scope, report),
    };
    match event {
        Some(LegacyEvent::Create) => object.create_event = true,
        Some(LegacyEvent::Delete) => object.delete_event = true,
        Some(LegacyEvent::Update) => {
            let names: Vec<String> = body.watch_fields.iter().map(|field| field.field_name.clone()).collect();
            object.update_event = Some(if names.is_empty() { WatchFields::All } else { WatchFields::Named(names) });
        }
        None => {
            let message = "no event is enabled, so nothing is subscribed";
            let issue = block.warning(rule::SUBSCRIBE_MINIMUM_EVENTS, message);
            report.add(issue.suggest("write `event: create`, `event: update` or `event: delete`"));
        }
    }
    object.style = MessageStyle::Legacy(body);
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

/// Today's subscriptions take their fields from the read objects of the same integration.
pub(super) fn against_read(found: &Found<'_>, block: &Block<'_>, report: &mut Report) {
    let read: BTreeSet<&str> = found.read.iter().map(|(object, _)| object.object_name.as_str()).collect();
    for (object, spot) in found.subscribe.iter().filter(|(object, _)| object.style == MessageStyle::Current) {
        let name = object.object_name.as_str();
        let message = if has_events(object) && !read.contains(name) {
            format!("object {} is subscribed but not read, and its fields are those of the read object", quote(name))
        } else if !has_events(object) && block.spot("read").is_none() {
            "`subscribe` needs a `read` block in the same integration".to_owned()
        } else {
            continue;
        };
        let remedy = "add the object to `read.objects`; `schedule: \"\"` keeps it from being read by the clock";
        report.add(Issue::warning(rule::SUBSCRIBE_REQUIRES_READ, spot.path.as_str(), spot.place, message).suggest(remedy));
    }
}
