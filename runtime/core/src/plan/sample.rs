//! A plan for the tests of the rooms behind planning: the contract's example of a read message.

use jiff::Timestamp;

use super::{FieldPath, FieldSelection, Installation, MappedField, MessageContext, ReadKey, ReadPlan};
use crate::manifest::Backfill;

/// A path that is known to be one.
pub(crate) fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).expect(text)
}

/// Mapped fields: (name in the message, the provider's field).
pub(crate) fn mapped(fields: &[(&str, &str)]) -> Vec<MappedField> {
    fields.iter().map(|(name, source)| MappedField { name: path(name), source: path(source) }).collect()
}

/// A HubSpot read of this object; plain fields as given.
pub(crate) fn plan(object: &str, plain: &[&str]) -> ReadPlan {
    let installation = Installation {
        id: "085353b1-07f1-4209-b471-7e028c0a68c8".to_owned(),
        project_id: "9482e676-4874-43a4-beea-fa8081d13a07".to_owned(),
        integration: "hubspotSync".to_owned(),
        group_ref: "group-id-1".to_owned(),
        group_name: "group-name-1".to_owned(),
        consumer_ref: "user-id".to_owned(),
        consumer_name: "user-name".to_owned(),
        connection_id: "connection-1".to_owned(),
        workspace: None,
        update_time: "2025-10-14T02:58:55.595861Z".parse::<Timestamp>().unwrap(),
        objects: Default::default(),
    };
    let context = MessageContext {
        installation,
        provider: "hubspot".to_owned(),
        object_name: object.to_owned(),
        raw_object_name: None,
        destination: "hook".to_owned(),
        destination_id: "destination-1".to_owned(),
    };
    ReadPlan {
        key: ReadKey { installation_id: context.installation.id.clone(), object_name: object.to_owned() },
        context,
        fields: FieldSelection { plain: plain.iter().map(|&name| path(name)).collect(), ..FieldSelection::default() },
        schedule: None,
        backfill: Backfill::FullHistory,
        module: None,
        filters: Vec::new(),
        backfill_filters: Vec::new(),
        deletes: false,
        associations: Vec::new(),
        on_request: None,
    }
}
