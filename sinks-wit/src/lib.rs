//! What an Ampline sink is written with: the contract in `wit/1.0.0/sink.wit` as Rust, and the decisions that sinks share.
//!
//! A sink is a type that implements [`Sink`], handed to [`export_sink!`], in a crate of type `cdylib` for
//! `wasm32-unknown-unknown`. It imports only the capabilities that it calls. Everything but the capabilities themselves
//! works natively too, so that a sink's decisions are tested by an ordinary `cargo test`; calling a capability natively panics.

pub mod bindings;
mod config;
pub mod documents;
mod failure;
pub mod http;
pub mod log;
pub mod messages;
pub mod objects;
pub mod region;
mod sink;
pub mod sql;
pub mod streams;
pub mod templates;
pub mod url;

pub use bindings::{
    ampline::sink::types::{ConfigIssue, Envelope, Failure, FailureClass, Part, Payload, RecordRef},
    exports::ampline::sink::sink::{Descriptor, Outcome},
};
pub use config::Fields;
pub use sink::{Sink, check_config};

#[doc(hidden)]
pub use sink::Slot;

/// The host's clock.
pub mod clock {
    pub use crate::bindings::ampline::sink::clock::now;
}
