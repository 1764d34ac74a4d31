//! The providers whose events we take in, and what they have in common.

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;

use super::{EVENTS_MAX, ProviderEvent, hubspot, hubspot_objects, hubspot_signature, salesforce, shared_key};

/// A call as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Inbound<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The whole address as the sender sees it: scheme, host, path and query, escapes as written.
    pub uri: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, untouched.
    pub body: &'a [u8],
}

/// Why a call is not believed. Nothing here tells how near it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not say what it should rest on.
    #[error("the call is not authenticated: the header {0} is missing")]
    Missing(&'static str),
    /// It is not from whom it should be, or not as it was sent.
    #[error("the call is not authentic")]
    NotAuthentic,
    /// It was signed too long ago, or in the future.
    #[error("the call was signed more than {max} s ago, or in the future", max = super::SIGNATURE_AGE_S_MAX)]
    Stale,
}

/// Why a call carries no events that can be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// It is not what the provider documents.
    #[error("{0}")]
    Malformed(String),
    /// It carries more than any provider sends.
    #[error("the call carries {0} events, more than the {EVENTS_MAX} that are taken in at once")]
    TooMany(usize),
}

/// A provider whose events we take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// HubSpot's webhooks, signed with the app's client secret.
    HubSpot,
    /// Salesforce's change data capture through EventBridge, which signs nothing: a key is agreed upon.
    Salesforce,
}

impl Source {
    /// By catalog name; nothing where the provider's events are not known.
    pub fn of(provider: &str) -> Option<Self> {
        match provider {
            "hubspot" => Some(Self::HubSpot),
            "salesforce" => Some(Self::Salesforce),
            _ => None,
        }
    }

    /// Whether the call rests on one of the keys (an app's client secrets, or keys that were agreed upon).
    pub fn authenticate(self, call: &Inbound<'_>, keys: &[&str], now: Timestamp) -> Result<(), Refused> {
        match self {
            Self::HubSpot => hubspot_signature::check(call, keys, now),
            Self::Salesforce => shared_key::check(call.headers, keys),
        }
    }

    /// The events of a call's body, one for each thing that happened to one record.
    pub fn events(self, body: &Bytes) -> Result<Vec<ProviderEvent>, InboundError> {
        match self {
            Self::HubSpot => hubspot::events(body),
            Self::Salesforce => salesforce::events(body),
        }
    }

    /// One event from its own text ([`ProviderEvent::raw`]).
    pub fn event(self, raw: &Bytes) -> Result<ProviderEvent, InboundError> {
        let event = match self {
            Self::HubSpot => hubspot::event(raw),
            Self::Salesforce => salesforce::event(raw),
        };
        event.map_err(InboundError::Malformed)
    }

    /// Whether an event's object is the one that a manifest names.
    pub fn is_object(self, of_event: &str, of_manifest: &str) -> bool {
        match self {
            Self::HubSpot => hubspot_objects::canonical(of_event) == hubspot_objects::canonical(of_manifest),
            Self::Salesforce => of_event.eq_ignore_ascii_case(of_manifest),
        }
    }

    /// Whether events name the customer's account, so that one address serves all installations of an integration.
    pub fn names_workspace(self) -> bool {
        self == Self::HubSpot
    }

    /// Whether an event moves records into or out of existence without being a creation or a deletion: a merge, or a record that is
    /// there again. Whoever mirrors records must follow.
    pub(super) fn moves_records(self, event: &ProviderEvent) -> bool {
        let restores = match self {
            Self::HubSpot => hubspot::restores(&event.provider_type),
            Self::Salesforce => salesforce::restores(&event.provider_type),
        };
        restores || !event.merged.is_empty()
    }

    /// Whether an event is one of those that a manifest lists by the provider's own name. HubSpot's newer events say `object.merge`
    /// with the type of object beside, older ones and manifests `contact.merge`.
    pub(super) fn is_listed(self, event: &ProviderEvent, listed: &str) -> bool {
        let generic = || {
            let (prefix, what) = event.provider_type.split_once('.')?;
            let (object, wanted) = listed.split_once('.')?;
            Some(prefix == "object" && what == wanted && self.is_object(&event.object, object))
        };
        event.provider_type == listed || (self == Self::HubSpot && generic().unwrap_or_default())
    }
}
