//! What changed in a customer's schema since it was last seen, and the message that says so.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    manifest::WatchSchema,
    message::{BodyIndex, Envelope, Metadata, RecordSpan, message_head, message_offset, sorted_id},
    plan::{MessageContext, ReadKey},
    provider::FieldMetadata,
};

/// What a message calls itself.
const ACTION: &str = "schema.watch";

/// Fields that came, went or changed; what is empty is not told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChanges {
    /// Not there before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub created_fields: Vec<FieldMetadata>,
    /// Not there any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deleted_fields: Vec<FieldMetadata>,
    /// Of another type, under another label, with other values, …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed_fields: Vec<ChangedField>,
}

/// A field as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedField {
    /// As it was.
    pub old_schema: FieldMetadata,
    /// As it is.
    pub new_schema: FieldMetadata,
}

impl FieldChanges {
    /// What is to be told of two lists of an object's fields. Fields are known by their names as the provider writes them; their order
    /// means nothing.
    pub fn between(before: &[FieldMetadata], after: &[FieldMetadata], watch: &WatchSchema) -> Self {
        let named = |fields: &[FieldMetadata], name: &str| fields.iter().find(|field| field.field_name == name).cloned();
        let lacking = |fields: &[FieldMetadata], others: &[FieldMetadata]| -> Vec<FieldMetadata> {
            fields.iter().filter(|field| named(others, &field.field_name).is_none()).cloned().collect()
        };
        let changed = after.iter().filter_map(|new_schema| {
            let old_schema = named(before, &new_schema.field_name)?;
            (old_schema != *new_schema).then(|| ChangedField { old_schema, new_schema: new_schema.clone() })
        });
        Self {
            created_fields: if watch.field_created { lacking(after, before) } else { Vec::new() },
            deleted_fields: if watch.field_deleted { lacking(before, after) } else { Vec::new() },
            changed_fields: if watch.field_changed { changed.collect() } else { Vec::new() },
        }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.created_fields.is_empty() && self.deleted_fields.is_empty() && self.changed_fields.is_empty()
    }
}

/// The message of changes that were seen at `now`. `context` is that of the object's read, with the destination of the watch.
pub fn message(key: &ReadKey, context: &MessageContext, changes: &FieldChanges, now: Timestamp) -> Envelope {
    let installation = &context.installation;
    let head = message_head(context, ACTION);
    let result = serde_json::to_string(changes).unwrap_or_else(|_| "{}".to_owned());
    let mut body = head.clone();
    body.extend_from_slice(b"\"result\":");
    body.extend_from_slice(result.as_bytes());
    body.push(b'}');
    let hash = [&installation.id, &key.object_name, &context.destination, &result];
    let hash = hash.into_iter().fold(Sha256::new(), |hash, text| hash.chain_update(text).chain_update([0])).finalize();
    let id = sorted_id(now, u32::from(hash[8]) << 8 | u32::from(hash[9]), &hash);
    // The body is its own and only record: a link to it serves it whole.
    let span = RecordSpan { id: id.to_string(), start: 0, end: message_offset(body.len()), modified_at_ms: None, deleted: false };
    Envelope {
        id,
        destination: context.destination.clone(),
        group_ref: installation.group_ref.clone(),
        ordering_key: format!("{}/{}", installation.id, key.object_name),
        occurred_at: now,
        metadata: Metadata {
            project_id: installation.project_id.clone(),
            installation_id: installation.id.clone(),
            connection_id: installation.connection_id.clone(),
            destination_id: context.destination_id.clone(),
            operation_id: None,
            object_name: context.object_name.clone(),
            event_id: id.to_string(),
            timestamp: now.to_string(),
            topic: ACTION.to_owned(),
        },
        index: BodyIndex { result_info_at: message_offset(head.len()), records: vec![span] },
        body: Bytes::from(body),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{message::url_form, plan::sample};

    fn watch(which: [bool; 3]) -> WatchSchema {
        let [field_created, field_deleted, field_changed] = which;
        WatchSchema { destination: "ops".into(), schedule: "0 0 * * *".into(), field_created, field_deleted, field_changed }
    }

    fn field(name: &str, label: &str) -> FieldMetadata {
        FieldMetadata { display_name: label.into(), ..FieldMetadata::named(name) }
    }

    fn names(changes: &FieldChanges) -> [Vec<&str>; 3] {
        [
            changes.created_fields.iter().map(|one| one.field_name.as_str()).collect(),
            changes.deleted_fields.iter().map(|one| one.field_name.as_str()).collect(),
            changes.changed_fields.iter().map(|one| one.new_schema.field_name.as_str()).collect(),
        ]
    }

    #[test]
    fn what_is_watched_is_told_and_nothing_else() {
        let before = [field("a", "A"), field("b", "B"), field("c", "C")];
        let after = [field("d", "D"), field("c", "C"), field("b", "Bee")];
        let rows: [([bool; 3], [Vec<&str>; 3]); 5] = [
            ([true, true, true], [vec!["d"], vec!["a"], vec!["b"]]),
            ([true, false, false], [vec!["d"], vec![], vec![]]),
            ([false, true, false], [vec![], vec!["a"], vec![]]),
            ([false, false, true], [vec![], vec![], vec!["b"]]),
            ([false, false, false], [vec![], vec![], vec![]]),
        ];
        for (which, expected) in rows {
            let changes = FieldChanges::between(&before, &after, &watch(which));
            assert_eq!(names(&changes), expected, "{which:?}");
            assert_eq!(changes.is_empty(), expected.iter().all(Vec::is_empty));
        }
        let turned: Vec<_> = before.iter().rev().cloned().collect();
        assert!(FieldChanges::between(&before, &turned, &watch([true; 3])).is_empty(), "the order means nothing");
    }

    #[test]
    fn the_message_is_that_of_the_contract() {
        let plan = sample::plan("contacts", &["email"]);
        let changes = FieldChanges::between(&[field("b", "B")], &[field("b", "Bee"), field("n", "N")], &watch([true; 3]));
        let envelope = message(&plan.key, &plan.context, &changes, Timestamp::UNIX_EPOCH);
        let body: Value = serde_json::from_slice(&envelope.body).unwrap();
        assert_eq!(body["action"], "schema.watch");
        assert_eq!(body["objectName"], plan.context.object_name.as_str());
        let field = |name: &str, label: &str| json!({"fieldName": name, "displayName": label});
        let expected = json!({
            "createdFields": [field("n", "N")],
            "changedFields": [{"oldSchema": field("b", "B"), "newSchema": field("b", "Bee")}],
        });
        assert_eq!(body["result"], expected);
        let link: Value = serde_json::from_slice(&url_form(&envelope, "https://x/y")).unwrap();
        assert_eq!((link["resultInfo"]["type"].as_str(), link.get("result")), (Some("url"), None));
    }
}
