//! Secrets end to end: the real binary, an emulated HubSpot, receivers, the official verifiers, and where it can be had a real
//! Secret Service.

#[cfg(target_os = "linux")]
mod keyring;
mod kills;
mod leaks;
mod search;
mod signing;
mod stage;
