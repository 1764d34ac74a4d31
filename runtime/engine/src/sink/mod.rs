//! Sinks: WebAssembly components that decide what to send, and the host that moves the bytes.
//!
//! The rest of the engine sees only the two traits here; wasmtime's types stay inside this room.

mod capability;
pub(crate) mod library;
pub mod seam;
pub mod wasm;

use std::{sync::Arc, time::Duration};

use ampline_core::{
    message::Envelope,
    outcome::{Failure, Outcome},
};
use async_trait::async_trait;

use crate::destination::grants::DestinationGrants;

/// A destination as the host needs it to open a sink.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Stable id, as metadata carries it.
    pub id: String,
    /// What manifests refer to.
    pub name: String,
    /// The sink that serves it: `webhook`, `api`, …
    pub kind: String,
    /// The sink's configuration; holds no secret.
    pub config: serde_json::Value,
    /// What the operator grants to its sink.
    pub grants: DestinationGrants,
}

/// Whose a sink is, and so whether it may reach what its own configuration names without more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Part of the runtime.
    BuiltIn,
    /// A person installed it: it reaches what is granted, and nothing else.
    Installed,
}

/// What a sink says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// The destination type that it serves.
    pub name: String,
    /// The sink's own version.
    pub version: String,
    /// JSON Schema of its configuration.
    pub config_schema: String,
    /// Most envelopes in a batch.
    pub max_batch_envelopes: u32,
    /// Most bytes of bodies in a batch.
    pub max_batch_bytes: u64,
    /// Larger messages go out in the url form; 0 = no limit.
    pub max_message_bytes: u64,
    /// Whether envelopes with one ordering key must arrive in order.
    pub ordered: bool,
}

/// One fault of a destination's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigIssue {
    /// JSON Pointer into the configuration.
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the destination cannot work with it.
    pub fatal: bool,
}

/// One envelope of a batch, and which attempt this is (from 1).
#[derive(Debug, Clone)]
pub struct BatchItem {
    /// The message.
    pub envelope: Arc<Envelope>,
    /// From 1.
    pub attempt: u32,
}

/// What became of one envelope of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// As the sink states it, or as the host does where the sink failed.
    pub outcome: Outcome,
    /// How long it took, from hand-over to answer.
    pub duration: Duration,
}

/// What became of a batch.
#[derive(Debug)]
pub struct BatchReport {
    /// One for each envelope, in order.
    pub results: Vec<Delivered>,
    /// Whether the instance may be used again; after a trap or a time-out it may not.
    pub reusable: bool,
}

/// The code of a failure to open a sink for want of a free instance: nothing was attempted.
pub const BUSY: &str = "sink.busy";

/// The installed sinks.
#[async_trait]
pub trait Sinks: Send + Sync + 'static {
    /// What the sink of this type says of itself; nothing where no such sink is installed.
    fn descriptor(&self, kind: &str) -> Option<Arc<Descriptor>>;
    /// The types of the installed sinks, sorted.
    fn kinds(&self) -> Vec<String>;
    /// Whose the sink of this type is; nothing where no such sink is installed.
    fn standing(&self, kind: &str) -> Option<Standing> {
        self.descriptor(kind).map(|_| Standing::Installed)
    }
    /// What every sink may use at most.
    fn limits(&self) -> wasm::Limits {
        wasm::Limits::default()
    }
    /// The longest that one batch can take before it is given up.
    fn batch_time_max(&self) -> Duration;
    /// Every fault of a configuration at once.
    async fn validate(&self, kind: &str, config: &serde_json::Value) -> Result<Vec<ConfigIssue>, Failure>;
    /// A fresh instance for one lease of one destination.
    async fn open(&self, destination: &Arc<Destination>) -> Result<Box<dyn SinkInstance>, Failure>;
}

/// An instance of a sink, for one lease of one destination.
#[async_trait]
pub trait SinkInstance: Send {
    /// Delivers a batch. Never fails as a whole: a sink that traps or runs out of time fails each envelope.
    async fn deliver(&mut self, batch: Vec<BatchItem>) -> BatchReport;
    /// "Test connection": reaches the other side without leaving anything there. An instance that cannot tell succeeds.
    async fn probe(&mut self) -> Result<(), Failure> {
        Ok(())
    }
    /// What it used in its last call. An instance that has no count says nothing.
    fn used(&self) -> seam::Used {
        seam::Used::default()
    }
}

include!(concat!(env!("OUT_DIR"), "/sinks.rs"));
