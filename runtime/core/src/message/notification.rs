//! Notifications: what became of installations, connections, reads and destinations, told in messages of their own.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    BodyIndex, Envelope, Metadata, RecordSpan,
    build::{offset, sorted_id},
};

/// What a notification tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotificationType {
    /// A customer gave credentials.
    ConnectionCreated,
    /// A connection has other credentials, or says something else of itself.
    ConnectionUpdated,
    /// A connection's tokens were renewed.
    ConnectionRefreshed,
    /// A connection is gone.
    ConnectionDeleted,
    /// The provider refuses a connection's credentials.
    ConnectionError,
    /// A customer installed an integration.
    InstallationCreated,
    /// A customer chose otherwise.
    InstallationUpdated,
    /// A customer uninstalled an integration.
    InstallationDeleted,
    /// The first read of an object is through.
    ReadBackfillDone,
    /// A read failed so often that it paused by itself.
    ReadSchedulePaused,
    /// A triggered read is through.
    ReadTriggeredDone,
    /// A triggered read gave up.
    ReadTriggeredError,
    /// What an installation subscribes cannot be taken in.
    SubscribeCreateError,
    /// A destination was stopped by the runtime.
    DestinationWebhookDisabled,
}

impl NotificationType {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 14] = [
        Self::ConnectionCreated,
        Self::ConnectionDeleted,
        Self::ConnectionError,
        Self::ConnectionRefreshed,
        Self::ConnectionUpdated,
        Self::DestinationWebhookDisabled,
        Self::InstallationCreated,
        Self::InstallationDeleted,
        Self::InstallationUpdated,
        Self::ReadBackfillDone,
        Self::ReadSchedulePaused,
        Self::ReadTriggeredDone,
        Self::ReadTriggeredError,
        Self::SubscribeCreateError,
    ];

    /// As `notificationType` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionCreated => "connection.created",
            Self::ConnectionUpdated => "connection.updated",
            Self::ConnectionRefreshed => "connection.refreshed",
            Self::ConnectionDeleted => "connection.deleted",
            Self::ConnectionError => "connection.error",
            Self::InstallationCreated => "installation.created",
            Self::InstallationUpdated => "installation.updated",
            Self::InstallationDeleted => "installation.deleted",
            Self::ReadBackfillDone => "read.backfill.done",
            Self::ReadSchedulePaused => "read.schedule.paused",
            Self::ReadTriggeredDone => "read.triggered.done",
            Self::ReadTriggeredError => "read.triggered.error",
            Self::SubscribeCreateError => "subscribe.create.error",
            Self::DestinationWebhookDisabled => "destination.webhook.disabled",
        }
    }

    /// The type of this name, or a sentence that lists those there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("{name:?} is no type of notification; there are: {}", known.join(", "))
        })
    }
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Unique, and the same however often it is told.
    pub id: Uuid,
    /// What it tells of.
    pub kind: NotificationType,
    /// When that was.
    pub at: Timestamp,
    /// The contract's `data`.
    pub data: Map<String, Value>,
}

/// Where a notification goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Name of the destination.
    pub name: String,
    /// Its id.
    pub id: String,
    /// The type of its sink. A webhook is told the notification's type in the body; others find it in the metadata (`topic`), and
    /// their body is `data` alone.
    pub kind: String,
    /// The address, where it has one.
    pub url: Option<String>,
}

/// Known destinations, by name.
pub type Recipients = BTreeMap<String, Recipient>;

/// Whether a destination of this type can take notifications: a table or a store holds the latest state of records and nothing else.
pub fn takes_notifications(kind: &str) -> bool {
    !matches!(kind, "api" | "postgres")
}

/// The message that tells one destination. The same notification makes the same envelope, id included.
pub fn notify(notification: &Notification, to: &Recipient) -> Envelope {
    let Notification { id, kind, at, data } = notification;
    let (body, splice_at) = match to.kind.as_str() {
        "webhook" => {
            let head = format!(r#"{{"notificationType":{},"#, Value::from(kind.as_str()));
            (format!("{head}\"data\":{}}}", json!(data)), head.len())
        }
        // Behind the opening brace: the link's own members stand in place of all others.
        _ => (json!(data).to_string(), 1),
    };
    let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let hash = Sha256::new().chain_update(id.as_bytes()).chain_update(to.name.as_bytes()).finalize();
    let event_id = sorted_id(*at, u32::from(hash[8]) << 8 | u32::from(hash[9]), &hash);
    let installation_id = text("installationId");
    // The body is its own and only record: a link to it serves it whole.
    let span = RecordSpan { id: id.to_string(), start: 0, end: offset(body.len()), modified_at_ms: None, deleted: false };
    Envelope {
        id: event_id,
        destination: to.name.clone(),
        group_ref: text("groupRef"),
        ordering_key: if installation_id.is_empty() { kind.as_str().to_owned() } else { installation_id.clone() },
        occurred_at: *at,
        metadata: Metadata {
            project_id: text("projectId"),
            installation_id,
            connection_id: text("connectionId"),
            destination_id: to.id.clone(),
            operation_id: Some(text("operationId")).filter(|operation| !operation.is_empty()),
            object_name: text("objectName"),
            event_id: event_id.to_string(),
            timestamp: at.to_string(),
            topic: kind.as_str().to_owned(),
        },
        index: BodyIndex { result_info_at: offset(splice_at), records: vec![span] },
        body: Bytes::from(body),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{result_array, url_form},
        *,
    };

    fn told(kind: &str) -> (Notification, Envelope) {
        let data =
            json!({"projectId": "p", "installationId": "i", "connectionId": "c", "groupRef": "g", "objectName": "contacts"});
        let notification = Notification {
            id: Uuid::from_u128(7),
            kind: NotificationType::ReadBackfillDone,
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            data: data.as_object().cloned().unwrap(),
        };
        let to = Recipient { name: "ops".into(), id: "d".into(), kind: kind.into(), url: None };
        let envelope = notify(&notification, &to);
        assert_eq!(envelope, notify(&notification, &to), "the same however often it is made");
        (notification, envelope)
    }

    fn parsed(text: &[u8]) -> Value {
        serde_json::from_slice(text).unwrap()
    }

    #[test]
    fn webhooks_are_told_the_type_in_the_body_and_others_in_the_metadata() {
        for (kind, wrapped) in [("webhook", true), ("kinesis", false), ("s3", false)] {
            let (notification, envelope) = told(kind);
            let data = Value::Object(notification.data.clone());
            let expected = if wrapped { json!({"notificationType": "read.backfill.done", "data": data}) } else { data };
            assert_eq!(parsed(&envelope.body), expected, "{kind}");
            let metadata = &envelope.metadata;
            assert_eq!(
                (metadata.topic.as_str(), metadata.object_name.as_str(), metadata.operation_id.as_deref()),
                ("read.backfill.done", "contacts", None)
            );
            assert_eq!(result_array(&envelope), envelope.body, "a link serves it whole");
            let link = parsed(&url_form(&envelope, "https://x/y"));
            assert_eq!((link["resultInfo"]["downloadUrl"].as_str(), link.get("data")), (Some("https://x/y"), None), "{kind}");
        }
    }

    #[test]
    fn ids_differ_by_notification_and_by_destination() {
        let (notification, envelope) = told("webhook");
        let other = Recipient { name: "audit".into(), id: "e".into(), kind: "webhook".into(), url: None };
        assert_ne!(notify(&notification, &other).id, envelope.id);
        let later = Notification { id: Uuid::from_u128(8), ..notification };
        assert_ne!(notify(&later, &other).id, notify(&told("webhook").0, &other).id);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in NotificationType::ALL {
            assert_eq!(NotificationType::parse(kind.as_str()), Ok(kind));
        }
        assert!(NotificationType::ALL.is_sorted_by_key(|kind| kind.as_str()));
        let unknown = NotificationType::parse("read.done").unwrap_err();
        assert!(unknown.contains("\"read.done\" is no type of notification; there are: connection.created, "), "{unknown}");
    }
}
