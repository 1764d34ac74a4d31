//! What an Ampline sink is written with: the contract in `wit/1.0.0/sink.wit` as Rust, and the decisions that sinks share.
//!
//! A sink is a type that implements [`Sink`], handed to [`export_sink!`], in a crate of type `cdylib` for
//! `wasm32-unknown-unknown`. It imports only the capabilities that it calls. Everything but the capabilities themselves
//! works natively too, so that a sink's decisions are tested by an ordinary `cargo test`; calling a capability natively panics.

// The paths that `#[derive(Config)]` writes hold in this crate's own tests too.
extern crate self as ampline_sink;

pub mod bindings;
mod config;
mod descriptor;
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
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod url;

pub use ampline_sink_derive::Config;
pub use bindings::{
    ampline::sink::types::{ConfigIssue, Envelope, Failure, FailureClass, Part, Payload, RecordRef},
    exports::ampline::sink::sink::{Descriptor, Outcome},
};
#[doc(hidden)]
pub use config::derived;
pub use config::{Address, Config, Field, Fields, HttpUrl, Issues, Rules, Schema, Url};
pub use sink::{Sink, check_config, read_config};

#[doc(hidden)]
pub use sink::Slot;

#[cfg(target_family = "wasm")]
use bindings::ampline::sink as host;
#[cfg(not(target_family = "wasm"))]
use testing::host;

/// A text as JSON, with its quotes: for a sink that puts documents together by hand around what the host fills in.
pub fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The host's clock.
pub mod clock {
    pub use crate::host::clock::now;
}
