//! The pure half of Ampline. Nothing here does I/O, reads a clock or rolls dice: time and chance are parameters.
//!
//! A read as a straight line: [`manifest`] → [`plan`] → [`schedule`] → [`cursor`] → [`provider`] → [`message`]; a delivery: [`outcome`] → [`retry`];
//! an event of a provider: [`subscribe`] → [`message`].

pub mod cursor;
pub mod difference;
mod field_path;
pub mod manifest;
mod members;
pub mod message;
pub mod oauth;
pub mod outcome;
pub mod pause;
pub mod plan;
pub mod provider;
pub mod retry;
pub mod schedule;
pub mod subscribe;
pub mod template;
