//! One change as HubSpot's webhooks tell it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Webhooks;
use crate::hubspot::{
    change::{Change, ChangeKind},
    links,
    schema::ObjectType,
};

/// Turns changes into events.
pub(super) struct Writer<'a> {
    pub(super) webhooks: &'a Webhooks,
    /// Type ids by the plural name.
    pub(super) type_ids: BTreeMap<String, String>,
}

impl Writer<'_> {
    /// The event of a change; `attemptNumber` is that of its request.
    pub(super) fn event(&self, object: &ObjectType, change: &Change, event_id: u64) -> Value {
        let is_generic = self.webhooks.generic || object.is_custom();
        let prefix = if is_generic { "object" } else { object.singular() };
        let (kind, subscription) = kind(&change.kind);
        let mut event = json!({
            "eventId": event_id,
            "subscriptionId": subscription,
            "portalId": self.webhooks.portal_id,
            "appId": self.webhooks.app_id,
            "occurredAt": change.at_ms,
            "subscriptionType": format!("{prefix}.{kind}"),
            "attemptNumber": 0,
            "changeSource": "CRM_UI",
        });
        let Some(members) = event.as_object_mut() else { return event };
        if let ChangeKind::Association { to_object, to, is_removed } = &change.kind {
            self.associate(members, object, change.id, (to_object, *to), *is_removed, is_generic);
            return event;
        }
        put(members, "objectId", change.id);
        if is_generic {
            put(members, "objectTypeId", object.type_id.as_str());
        }
        describe(members, change);
        event
    }

    /// An association names its two ends and no object of its own.
    fn associate(
        &self,
        members: &mut Map<String, Value>,
        object: &ObjectType,
        from: u64,
        (to_object, to): (&str, u64),
        is_removed: bool,
        is_generic: bool,
    ) {
        put(members, "fromObjectId", from);
        put(members, "toObjectId", to);
        put(members, "associationRemoved", is_removed);
        put(members, "isPrimaryAssociation", false);
        if is_generic {
            put(members, "associationTypeId", links::type_id(&object.name, to_object));
            put(members, "associationCategory", "HUBSPOT_DEFINED");
            put(members, "fromObjectTypeId", object.type_id.as_str());
            put(members, "toObjectTypeId", self.type_ids.get(to_object).map(String::as_str));
        } else {
            let other = ObjectType::new(to_object, 0);
            let name = format!("{}_TO_{}", object.singular(), other.singular()).to_uppercase();
            put(members, "associationType", name);
        }
    }
}

/// The second half of the subscription's type, and the subscription's number.
fn kind(kind: &ChangeKind) -> (&'static str, u64) {
    match kind {
        ChangeKind::Creation => ("creation", 101),
        ChangeKind::Property { .. } => ("propertyChange", 102),
        ChangeKind::Deletion => ("deletion", 103),
        ChangeKind::PrivacyDeletion => ("privacyDeletion", 104),
        ChangeKind::Restore => ("restore", 105),
        ChangeKind::Merge { .. } => ("merge", 106),
        ChangeKind::Association { .. } => ("associationChange", 107),
    }
}

fn describe(members: &mut Map<String, Value>, change: &Change) {
    match &change.kind {
        ChangeKind::Creation => put(members, "changeFlag", "CREATED"),
        ChangeKind::Deletion | ChangeKind::PrivacyDeletion => put(members, "changeFlag", "DELETED"),
        ChangeKind::Property { name, value } => {
            put(members, "propertyName", name.as_str());
            put(members, "propertyValue", value.as_str());
            put(members, "sourceId", "userId:1");
            put(members, "isSensitive", false);
        }
        ChangeKind::Merge { merged, properties_moved } => {
            put(members, "primaryObjectId", change.id);
            put(members, "mergedObjectIds", vec![*merged]);
            put(members, "newObjectId", change.id);
            put(members, "numberOfPropertiesMoved", *properties_moved);
        }
        ChangeKind::Restore | ChangeKind::Association { .. } => {}
    }
}

fn put(members: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}
