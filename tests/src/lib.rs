//! Doubles and judges for the suites that cross crates: a HubSpot emulator, a webhook receiver, and the official clients of both.

pub mod faults;
pub mod hubspot;
pub mod loopback;
pub mod npm;
pub mod receiver;
pub mod requirement;
