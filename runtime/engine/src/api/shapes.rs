//! The contract's forms of integrations, installations and connections.

use ampline_core::manifest::{Backfill, Delivery, Field, Integration, ReadObject, SubscribeObject, WatchFields};
use serde_json::{Map, Value, json};

use crate::project::{ConfigRevision, ConnectionRecord, Installed, IntegrationRecord, IntegrationRevision, Issue, Origin, Party};

/// An Integration.
pub(super) fn integration(project: &str, one: &IntegrationRecord) -> Value {
    let mut value = json!({
        "id": one.id,
        "projectId": project,
        "name": one.name,
        "provider": one.latest.content.provider,
        "createTime": one.create_time,
        "updateTime": one.update_time,
        "latestRevision": revision(&one.latest),
    });
    put_origin(&mut value, &one.origin, one.disabled_reason.as_deref());
    value
}

/// A Revision.
pub(super) fn revision(one: &IntegrationRevision) -> Value {
    json!({
        "id": one.id,
        "number": one.number,
        "specVersion": one.spec_version,
        "createTime": one.create_time,
        "content": content(&one.content),
    })
}

/// An Installation.
pub(super) fn installation(project: &str, one: &Installed) -> Value {
    let record = &one.record;
    let mut value = json!({
        "id": record.id,
        "projectId": project,
        "integrationId": record.integration_id,
        "integrationName": record.integration,
        "group": group(project, &record.group),
        "consumer": consumer(project, &record.consumer),
        "healthStatus": if one.issues.is_empty() { "healthy" } else { "unhealthy" },
        "connection": connection(project, &one.connection),
        "createTime": record.create_time,
        "createdBy": record.created_by,
        "updateTime": record.update_time,
        "config": config(&record.config),
    });
    put_origin(&mut value, &record.origin, record.disabled_reason.as_deref());
    if !one.issues.is_empty() {
        value["issues"] = one.issues.iter().map(|Issue { path, message }| json!({ "path": path, "message": message })).collect();
    }
    value
}

/// The Config of an Installation.
pub(super) fn config(one: &ConfigRevision) -> Value {
    json!({
        "id": one.id,
        "number": one.number,
        "revisionId": one.integration_revision,
        "connectionId": one.connection_id,
        "createTime": one.create_time,
        "createdBy": one.created_by,
        "content": one.content.to_value(),
    })
}

/// A Connection, without credentials.
pub(super) fn connection(project: &str, one: &ConnectionRecord) -> Value {
    let mut value = json!({
        "id": one.id,
        "projectId": project,
        "provider": one.provider,
        "createTime": one.create_time,
        "updateTime": one.update_time,
        "authScheme": one.scheme,
        "status": one.status.name(),
    });
    let mut put = |key: &str, given: Option<Value>| {
        if let Some(given) = given {
            value[key] = given;
        }
    };
    put("name", one.name.clone().map(Value::from));
    put("group", one.group.as_ref().map(|party| group(project, party)));
    put("consumer", one.consumer.as_ref().map(|party| consumer(project, party)));
    put("providerWorkspaceRef", one.workspace.clone().map(Value::from));
    put("statusReason", one.status_reason.clone().map(Value::from));
    put("providerMetadata", (!one.metadata.is_empty()).then(|| Value::Object(one.metadata.clone())));
    put_origin(&mut value, &one.origin, one.disabled_reason.as_deref());
    value
}

fn group(project: &str, party: &Party) -> Value {
    json!({ "projectId": project, "groupRef": party.reference, "groupName": party.name })
}

fn consumer(project: &str, party: &Party) -> Value {
    json!({ "projectId": project, "consumerRef": party.reference, "consumerName": party.name })
}

fn put_origin(value: &mut Value, origin: &Origin, disabled: Option<&str>) {
    value["origin"] = origin.name().into();
    if let Some(file) = origin.file() {
        value["originFile"] = file.into();
    }
    if let Some(reason) = disabled {
        value["disabledReason"] = reason.into();
    }
}

/// An integration as amp.yaml writes it.
fn content(one: &Integration) -> Value {
    let mut value = Map::new();
    put(&mut value, "name", Some(one.name.clone()));
    put(&mut value, "displayName", one.display_name.clone());
    put(&mut value, "provider", Some(one.provider.clone()));
    put(&mut value, "module", one.module.clone());
    if !one.read.is_empty() {
        put(&mut value, "read", Some(json!({ "objects": one.read.iter().map(read_object).collect::<Vec<_>>() })));
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
    Value::Object(value)
}

fn put<T: Into<Value>>(value: &mut Map<String, Value>, key: &str, given: Option<T>) {
    if let Some(given) = given {
        value.insert(key.to_owned(), given.into());
    }
}

fn read_object(one: &ReadObject) -> Value {
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
    Value::Object(value)
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
