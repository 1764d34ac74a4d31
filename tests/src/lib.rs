//! Doubles and judges for the suites that cross crates: emulators of HubSpot and Salesforce, a webhook receiver, clients of them
//! that are not ours, the real binary as a child process, and the demo that is made of them.

pub mod bench;
pub mod cache;
pub mod components;
pub mod demo;
pub mod faults;
pub mod guests;
pub mod host;
pub mod hubspot;
pub mod loopback;
pub mod npm;
pub mod python;
pub mod receiver;
pub mod requirement;
pub mod runtime;
pub mod salesforce;
pub mod seed;
pub mod services;
pub mod verifiers;
pub mod world;
