//! Integrations as amp.yaml writes them, out of the model that the runtime works with.

use ampline_core::manifest::{Backfill, Delivery, Field, Integration, ReadObject, SubscribeObject, WatchFields};
use serde_json::{Map, Value, json};

/// An integration as amp.yaml writes it.
pub(super) fn content(one: &Integration) -> Map<String, Value> {
    let mut value = Map::new();
    put(&mut value, "name", Some(one.name.clone()));
    put(&mut value, "displayName", one.display_name.clone());
    put(&mut value, "provider", Some(one.provider.clone()));
    put(&mut value, "module", one.module.clone());
    if !one.read.is_empty() {
        put(
            &mut value,
            "read",
            Some(json!({ "objects": one.read.iter().map(read_object).map(Value::Object).collect::<Vec<_>>() })),
        );
    }
    if !one.write.is_empty() {
        let object = |object: &ampline_core::manifest::WriteObject| {
            let mut value = json!({ "objectName": object.object_name, "inheritMapping": object.inherit_mapping });
            if object.allow_any_value_defaults {
                value["valueDefaults"] = json!({ "allowAnyFields": true });
            }
            value
        };
        put(&mut value, "write", Some(json!({ "objects": one.write.iter().map(object).collect::<Vec<_>>() })));
    }
    if !one.subscribe.is_empty() {
        put(&mut value, "subscribe", Some(json!({ "objects": one.subscribe.iter().map(subscribe_object).collect::<Vec<_>>() })));
    }
    put(&mut value, "proxy", one.proxy.map(|proxy| json!({ "enabled": proxy.enabled, "useModule": proxy.use_module })));
    if let Some(watch) = &one.watch_schema {
        let events =
            [("fieldCreated", watch.field_created), ("fieldDeleted", watch.field_deleted), ("fieldChanged", watch.field_changed)];
        let events = events.into_iter().filter(|(_, wanted)| *wanted);
        let events: Map<String, Value> = events.map(|(name, _)| (name.to_owned(), json!({ "enabled": "always" }))).collect();
        let all = json!({ "destination": watch.destination, "schedule": watch.schedule, "allObjects": events });
        put(&mut value, "watchSchema", Some(all));
    }
    value
}

fn put<T: Into<Value>>(value: &mut Map<String, Value>, key: &str, given: Option<T>) {
    if let Some(given) = given {
        value.insert(key.to_owned(), given.into());
    }
}

/// An object that is read, as amp.yaml writes it.
pub(super) fn read_object(one: &ReadObject) -> Map<String, Value> {
    let mut value = Map::new();
    put(&mut value, "objectName", Some(one.object_name.clone()));
    put(&mut value, "mapToName", one.map_to_name.clone());
    put(&mut value, "mapToDisplayName", one.map_to_display_name.clone());
    put(&mut value, "destination", Some(one.destination.clone()));
    put(&mut value, "schedule", one.schedule.clone());
    for (key, fields) in [("requiredFields", &one.required_fields), ("optionalFields", &one.optional_fields)] {
        put(&mut value, key, (!fields.is_empty()).then(|| fields.iter().map(field).collect::<Vec<_>>()));
    }
    put(&mut value, "optionalFieldsAuto", one.optional_fields_auto.then_some("all"));
    let period = match one.backfill {
        Backfill::None => None,
        Backfill::Days(days) => Some(json!({ "days": days })),
        Backfill::FullHistory => Some(json!({ "fullHistory": true })),
    };
    put(&mut value, "backfill", period.map(|period| json!({ "defaultPeriod": period })));
    let delivery = one.delivery.as_ref().map(|delivery| match delivery {
        Delivery::Auto => json!({ "mode": "auto" }),
        Delivery::OnRequest { page_size } => json!({ "mode": "onRequest", "pageSize": page_size }),
    });
    put(&mut value, "delivery", delivery);
    put(&mut value, "enabled", one.always_enabled.then_some("always"));
    value
}

fn field(one: &Field) -> Value {
    let mut value = Map::new();
    match one {
        Field::Existent { field_name, map_to_name, map_to_display_name } => {
            put(&mut value, "fieldName", Some(field_name.clone()));
            put(&mut value, "mapToName", map_to_name.clone());
            put(&mut value, "mapToDisplayName", map_to_display_name.clone());
        }
        Field::Mapping { map_to_name, map_to_display_name, default, prompt } => {
            put(&mut value, "mapToName", Some(map_to_name.clone()));
            put(&mut value, "mapToDisplayName", map_to_display_name.clone());
            put(&mut value, "default", default.clone());
            put(&mut value, "prompt", prompt.clone());
        }
    }
    Value::Object(value)
}

fn subscribe_object(one: &SubscribeObject) -> Value {
    let mut value = json!({
        "objectName": one.object_name,
        "destination": one.destination,
        "inheritFieldsAndMapping": one.inherit_fields_and_mapping,
    });
    let always = || json!({ "enabled": "always" });
    if one.create_event {
        value["createEvent"] = always();
    }
    if let Some(watch) = &one.update_event {
        value["updateEvent"] = always();
        match watch {
            WatchFields::All => value["updateEvent"]["watchFieldsAuto"] = "all".into(),
            WatchFields::Selected => value["updateEvent"]["watchFieldsAuto"] = "selected".into(),
            WatchFields::Named(fields) => value["updateEvent"]["requiredWatchFields"] = fields.clone().into(),
        }
    }
    if one.delete_event {
        value["deleteEvent"] = always();
    }
    if let Some(change) = one.association_change_event {
        value["associationChangeEvent"] = json!({ "enabled": "always", "includeFullRecords": change.include_full_records });
    }
    if !one.other_events.is_empty() {
        value["otherEvents"] = one.other_events.clone().into();
    }
    value
}
