//! Subscribe actions: providers' calls are checked, stored and answered at once; what they say becomes messages afterwards.
//!
//! A call goes `intake` → journal `accept_events`; from there the `processor` claims, asks the provider for the records as they are
//! now, and settles: messages and the removal of their events are one transaction.

mod fetch;
mod intake;
mod known_objects;
mod processor;
mod subscriptions;

pub(crate) use intake::{Call, Intake, IntakeOptions, Keys, Rejected};
pub(crate) use processor::{Processor, run};
pub(crate) use subscriptions::{Subscribed, Subscriptions};
