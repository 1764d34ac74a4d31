//! Subscribe actions, without I/O: whether a provider's call is authentic, which events it carries, and what follows from each.
//!
//! An event as a straight line: [`Source::authenticate`] → [`Source::events`] → [`judge`] → [`records_needed`] →
//! [`build_events`](crate::message::build_events).

mod config;
mod custom_objects;
mod event;
mod hubspot;
mod hubspot_objects;
mod hubspot_signature;
mod json;
mod judge;
mod plan;
mod salesforce;
mod shared_key;
mod source;

pub use config::{Enabled, EventConfig, SubscribeConfig, UpdateConfig, WatchAuto};
pub use custom_objects::CustomObjects;
pub use event::{Association, End, EventKind, ProviderEvent};
pub use judge::{Decision, Needed, Records, judge, records_needed};
pub use plan::{SubscribePlan, Watched, plan_subscriptions};
pub use source::{Inbound, InboundError, Refused, Source};

/// Events in one call. HubSpot sends 100 at most; more than ten times that is not HubSpot.
pub const EVENTS_MAX: usize = 1_000;

/// How far the time of a signed call may lie from ours, in seconds.
pub const SIGNATURE_AGE_S_MAX: i64 = 300;

#[cfg(test)]
mod tests;
