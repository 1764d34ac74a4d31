//! Reads, as people start, stop and watch them, against providers that misbehave: the real binary over its API and command line.
//!
//! Doubles: the HubSpot emulator, and providers whose every answer a script decides (`scripted`). Oracles: the emulator's own
//! records and counts of requests, the script, and the contract's sections 3.6 and 4.

mod bad_answers;
mod bad_answers_elsewhere;
mod on_request;
mod operations;
mod pausing;
mod resuming;
mod scripted;
mod stage;
mod triggered;
