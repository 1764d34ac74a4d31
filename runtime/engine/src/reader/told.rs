//! What is told of reads: that a backfill or a triggered read is through, that one gave up, that a schedule is paused.

use ampline_core::{
    cursor::ReadType,
    message::{Notification, NotificationType},
    plan::{MessageContext, ReadPlan},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{journal::ReadLease, project::stable_id};

/// What is said besides whose read it was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts<'a> {
    /// The times that a triggered read was asked for.
    pub(super) between: (Option<Timestamp>, Option<Timestamp>),
    /// Why it gave up.
    pub(super) error: Option<&'a str>,
}

/// What the end of a read of this type is told as; nothing for a tick of the schedule.
pub(super) fn done(read_type: ReadType) -> Option<NotificationType> {
    match read_type {
        ReadType::Backfill => Some(NotificationType::ReadBackfillDone),
        ReadType::Triggered => Some(NotificationType::ReadTriggeredDone),
        ReadType::Scheduled => None,
    }
}

/// A notification of this read.
pub(super) fn of(kind: NotificationType, plan: &ReadPlan, lease: &ReadLease, facts: Facts<'_>, now: Timestamp) -> Notification {
    let mut data = whose(&plan.context);
    let mut put = |key: &str, value: Option<Value>| drop(value.map(|value| data.insert(key.to_owned(), value)));
    put("objectName", Some(plan.context.object_name.clone().into()));
    put("rawObjectName", plan.context.raw_object_name.clone().map(Value::from));
    put("operationId", Some(lease.operation_id.to_string().into()));
    put("fromTimestamp", facts.between.0.map(|time| time.to_string().into()));
    put("untilTimestamp", facts.between.1.map(|time| time.to_string().into()));
    put("error", facts.error.map(Value::from));
    Notification { id: Uuid::now_v7(), kind, at: now, data }
}

/// The fields that all notifications of an installation share.
fn whose(context: &MessageContext) -> Map<String, Value> {
    let installation = &context.installation;
    let fields = json!({
        "projectId": installation.project_id,
        "provider": context.provider,
        "integrationId": stable_id("integration", &installation.integration),
        "integrationName": installation.integration,
        "installationId": installation.id,
        "connectionId": installation.connection_id,
        "groupRef": installation.group_ref,
        "groupName": installation.group_name,
        "consumerRef": installation.consumer_ref,
        "consumerName": installation.consumer_name,
    });
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}
