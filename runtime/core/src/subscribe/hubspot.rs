//! HubSpot's webhook calls: an array of events, one for each property that changed.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    EVENTS_MAX,
    event::{Association, End, EventKind, ProviderEvent},
    hubspot_objects::canonical,
    json::{milliseconds, text},
    source::InboundError,
};

/// The members that matter. Ids are numbers in most events and text in some.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    subscription_type: Option<&'a RawValue>,
    #[serde(borrow)]
    subscription_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event_id: Option<&'a RawValue>,
    #[serde(borrow)]
    portal_id: Option<&'a RawValue>,
    #[serde(borrow)]
    occurred_at: Option<&'a RawValue>,
    #[serde(borrow)]
    object_id: Option<&'a RawValue>,
    #[serde(borrow)]
    object_type_id: Option<&'a RawValue>,
    #[serde(borrow)]
    property_name: Option<&'a RawValue>,
    #[serde(borrow)]
    from_object_id: Option<&'a RawValue>,
    #[serde(borrow)]
    from_object_type_id: Option<&'a RawValue>,
    #[serde(borrow)]
    to_object_id: Option<&'a RawValue>,
    #[serde(borrow)]
    to_object_type_id: Option<&'a RawValue>,
    #[serde(borrow)]
    primary_object_id: Option<&'a RawValue>,
    #[serde(borrow)]
    new_object_id: Option<&'a RawValue>,
    #[serde(borrow)]
    merged_object_ids: Option<&'a RawValue>,
    #[serde(borrow)]
    association_type: Option<&'a RawValue>,
    #[serde(borrow)]
    association_removed: Option<&'a RawValue>,
}

const MERGE: &str = "merge";
const RESTORE: &str = "restore";

/// Whether an event says that a record is there again.
pub(super) fn restores(provider_type: &str) -> bool {
    provider_type.split_once('.').is_some_and(|(_, what)| what == RESTORE)
}

/// The events of a call.
pub(super) fn events(body: &Bytes) -> Result<Vec<ProviderEvent>, InboundError> {
    let all: Vec<&RawValue> = serde_json::from_slice(body)
        .map_err(|error| InboundError::Malformed(format!("the body is not a JSON array of events: {error}")))?;
    if all.len() > EVENTS_MAX {
        return Err(InboundError::TooMany(all.len()));
    }
    let events = (1..).zip(all).map(|(number, raw)| {
        let raw = body.slice_ref(raw.get().as_bytes());
        event(&raw).map_err(|reason| InboundError::Malformed(format!("event {number}: {reason}")))
    });
    events.collect()
}

/// One event from its text.
pub(super) fn event(raw: &Bytes) -> Result<ProviderEvent, String> {
    let body: Body<'_> = serde_json::from_slice(raw).map_err(|error| format!("it is not an object of HubSpot's: {error}"))?;
    let owned = |value: Option<&RawValue>| value.and_then(text).map(std::borrow::Cow::into_owned);
    let missing = |name: &str| format!("`{name}` is missing or of the wrong type");
    let provider_type = owned(body.subscription_type).ok_or_else(|| missing("subscriptionType"))?;
    let occurred_at = body.occurred_at.and_then(milliseconds).ok_or_else(|| missing("occurredAt"))?;
    let (prefix, what) = provider_type.split_once('.').ok_or_else(|| missing("subscriptionType"))?;
    let kind = kind(what);
    let association = if kind == EventKind::AssociationUpdate { association(&body, prefix) } else { None };
    let named = owned(body.object_type_id).or_else(|| (prefix != "object").then(|| prefix.to_owned()));
    let object = named.or_else(|| association.as_ref().map(|association| association.from.object.clone()));
    let object = canonical(&object.ok_or_else(|| missing("objectTypeId"))?);
    // What a merge leaves is the new record where it made one.
    let record_id = owned(body.new_object_id)
        .or_else(|| owned(body.object_id))
        .or_else(|| association.as_ref().map(|association| association.from.id.clone()))
        .or_else(|| owned(body.primary_object_id))
        .ok_or_else(|| missing("objectId"))?;
    let merged = if what == MERGE { merged(&body, &record_id) } else { Vec::new() };
    let fields_updated: Vec<String> = owned(body.property_name).into_iter().collect();
    let identity = identity(&body, &provider_type, &record_id);
    Ok(ProviderEvent {
        kind,
        provider_type,
        object,
        record_id: Some(record_id),
        merged,
        fields_updated: if kind == EventKind::Update { fields_updated } else { Vec::new() },
        occurred_at,
        workspace: owned(body.portal_id),
        association,
        identity,
        raw: raw.clone(),
    })
}

/// Every record that went into another.
fn merged(body: &Body<'_>, into: &str) -> Vec<String> {
    let listed = body.merged_object_ids.and_then(|ids| serde_json::from_str::<Vec<&RawValue>>(ids.get()).ok());
    let ids = listed.into_iter().flatten().chain(body.primary_object_id).filter_map(text);
    ids.filter(|id| *id != into).map(std::borrow::Cow::into_owned).collect()
}

fn kind(what: &str) -> EventKind {
    match what {
        "creation" => EventKind::Create,
        "propertyChange" => EventKind::Update,
        "deletion" | "privacyDeletion" => EventKind::Delete,
        "associationChange" => EventKind::AssociationUpdate,
        _ => EventKind::Other,
    }
}

/// Both ends, from their type ids or else from `CONTACT_TO_COMPANY`.
fn association(body: &Body<'_>, prefix: &str) -> Option<Association> {
    let association_type = body.association_type.and_then(text);
    let types = association_type.as_deref().and_then(|both| both.split_once("_TO_"));
    let from_object = body.from_object_type_id.and_then(text).map(|id| canonical(&id));
    let to_object = body.to_object_type_id.and_then(text).map(|id| canonical(&id));
    let from_object = from_object.or_else(|| types.map(|(from, _)| canonical(from))).unwrap_or_else(|| canonical(prefix));
    let to_object = to_object.or_else(|| types.map(|(_, to)| canonical(to)))?;
    Some(Association {
        from: End { object: from_object, id: body.from_object_id.and_then(text)?.into_owned() },
        to: End { object: to_object, id: body.to_object_id.and_then(text)?.into_owned() },
    })
}

/// `eventId` alone is not unique by HubSpot's own word, and `attemptNumber` is what differs between deliveries of one event.
fn identity(body: &Body<'_>, provider_type: &str, record_id: &str) -> String {
    let members = [
        body.portal_id,
        body.subscription_id,
        body.event_id,
        body.occurred_at,
        body.property_name,
        body.to_object_id,
        body.association_type,
        body.association_removed,
    ];
    let mut identity = format!("hubspot|{provider_type}|{record_id}");
    for member in members {
        identity.push('|');
        identity.push_str(member.map_or("", RawValue::get));
    }
    identity
}
