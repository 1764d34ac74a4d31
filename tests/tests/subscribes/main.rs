//! Subscribe actions by the real binary: a change at the provider becomes a message at the receiver and a record in the store.
//!
//! Doubles: the emulators of HubSpot and Salesforce, whose events other tests hold to the vendors' documentation, and the receiver.
//! Oracles: what the emulators say their records are, the contract's form of messages, and a signer that shares no code with the
//! verifier.

mod bodies_of_2023;
mod custom_objects;
mod delivery;
mod refusals;
mod salesforce;
mod stage;
