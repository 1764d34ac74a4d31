//! Destinations and sinks made, changed and taken away while the real binary runs.
//!
//! Doubles: the emulated HubSpot, the receiver, a misbehaving sink. Oracles: the page of the specification (its curl call, word for
//! word), what arrives, and the official verifiers of PyPI and npm.

mod changes;
mod files;
mod grants;
mod oauth2;
mod order;
mod page;
mod reload;
mod sinks;
mod stage;
