//! What a sink may call: one file for each interface of the contract, all of them methods of [`Host`].
//!
//! Denials and failures are values wherever the contract has a failure type; everything else that a sink may not do is a trap.

mod aws;
mod clock;
mod documents;
mod grants;
mod http;
mod log;
mod messages;
mod objects;
mod payload;
mod sql;
mod streams;
mod templates;
pub(crate) mod wasi;
mod watched;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ampline_core::message::Envelope;

pub(crate) use aws::Aws;
pub use http::HttpOptions;
pub(crate) use http::{HttpError, Network};
pub(crate) use sql::Database;
pub use sql::{PostgresFault, PostgresOptions};

use super::{
    BatchItem, Destination, Standing,
    seam::MaybeSeam,
    wasm::{bindings::ampline::sink::types, ceiling::Ceiling, limits::Limits, meter::Meter},
};
use crate::{downloads::Downloads, secrets::Secrets, store::Documents};

/// What the runtime lends to every instance.
pub(crate) struct Granted {
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) downloads: Downloads,
    pub(crate) network: Network,
    /// Nothing where the project has no database.
    pub(crate) database: Option<Database>,
    pub(crate) aws: Aws,
    pub(crate) limits: Limits,
    /// Whoever watches calls, or answers them.
    pub(crate) seam: MaybeSeam,
}

/// Whom an instance works for.
pub(crate) struct Lease {
    pub(crate) granted: Arc<Granted>,
    pub(crate) destination: Arc<Destination>,
    /// Whether its sink needs grants.
    pub(crate) standing: Standing,
    /// Larger bodies go out in the url form; 0 = no limit.
    pub(crate) message_bytes_max: u64,
}

/// The host's side of one instance: the batch at hand, what was used of each limit, and what was seen.
pub(crate) struct Host {
    /// Nothing while `describe` and `validate` run: every capability is denied.
    lease: Option<Arc<Lease>>,
    limits: Limits,
    pub(crate) meter: Arc<Meter>,
    pub(crate) ceiling: Ceiling,
    templates: templates::Compiled,
    batch: Arc<[BatchItem]>,
    started: Instant,
    /// When the answer to a request with this message came, counted from the start of the call.
    answered: Vec<Option<Duration>>,
    calls: u32,
    requests: u32,
    lines: Arc<log::Lines>,
    reached_out: bool,
    /// Nothing until the guest calls something of it.
    wasi: Option<Box<wasi::Wasi>>,
    /// The last request of this call that no grant covers, or whose credential a person must repair.
    denied: Option<types::Failure>,
}

impl Host {
    /// `lease`: nothing denies every capability.
    pub(crate) fn new(lease: Option<Lease>, limits: Limits) -> Self {
        let lease = lease.map(Arc::new);
        Self {
            lines: Arc::new(log::Lines::new(lease.clone(), limits.log_lines_per_batch_max)),
            lease,
            meter: Arc::default(),
            ceiling: Ceiling::new(&limits),
            limits,
            templates: templates::Compiled::default(),
            batch: Arc::new([]),
            started: Instant::now(),
            answered: Vec::new(),
            calls: 0,
            requests: 0,
            reached_out: false,
            wasi: None,
            denied: None,
        }
    }

    /// Begins a call of the guest: its limits start anew.
    pub(crate) fn begin(&mut self, batch: Arc<[BatchItem]>) {
        self.answered.clear();
        self.answered.resize(batch.len(), None);
        self.batch = batch;
        self.started = Instant::now();
        (self.calls, self.requests) = (0, 0);
        self.reached_out = false;
        self.denied = None;
        self.lines.begin();
        if let Some(wasi) = &mut self.wasi {
            wasi.begin();
        }
        self.meter.reset();
    }

    /// Lets go of the batch.
    pub(crate) fn end(&mut self) {
        if let Some(wasi) = &self.wasi {
            wasi.end();
        }
        self.batch = Arc::new([]);
    }

    /// How long the call has taken.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the other side answered for the message at this place, counted from the start of the call.
    pub(crate) fn answered(&self, place: usize) -> Option<Duration> {
        self.answered.get(place).copied().flatten()
    }

    /// Whether the guest began anything in this call that others may see.
    pub(crate) fn reached_out(&self) -> bool {
        self.reached_out || self.wasi.as_ref().is_some_and(|wasi| wasi.reached_out())
    }

    /// Calls of the guest to the host in this call.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// What the guest logged last in this call.
    pub(crate) fn last_line(&self) -> Option<String> {
        self.lines.last()
    }

    fn count_call(&mut self) -> wasmtime::Result<()> {
        self.calls += 1;
        let most = self.limits.host_calls_per_batch_max;
        wasmtime::ensure!(self.calls <= most, "the sink called the host more than {most} times for one batch");
        Ok(())
    }

    /// Counts a request to another side that the sink caused.
    fn count_request(&mut self) -> Result<(), types::Failure> {
        self.requests = self.requests.saturating_add(1);
        let most = self.limits.requests_per_batch_max;
        let message = || format!("the sink sent more than {most} requests for one batch");
        if self.requests > most { Err(failure(types::FailureClass::Transient, "sink.requests", message())) } else { Ok(()) }
    }

    /// Keeps when the other side answered for the message at this place.
    fn note(&mut self, place: Option<u32>, elapsed: Duration) {
        if let Some(slot) = place.and_then(|place| self.answered.get_mut(place as usize)) {
            *slot = Some(elapsed);
        }
    }

    fn envelope(&self, place: u32) -> Option<&Arc<Envelope>> {
        self.batch.get(place as usize).map(|item| &item.envelope)
    }

    fn envelope_or_trap(&self, place: u32) -> wasmtime::Result<&Arc<Envelope>> {
        let len = self.batch.len();
        self.envelope(place).ok_or_else(|| {
            wasmtime::format_err!("the sink named message {place}, but the batch has {len} messages, counted from 0")
        })
    }
}

/// What an import lets a sink do, in words: an interface of the contract (`http`) or a package of WASI (`wasi:http`).
pub(crate) fn meaning(import: &str) -> &'static str {
    match import {
        "messages" => "look into the messages of a batch",
        "templates" => "evaluate templates over messages",
        "http" => "send HTTP requests to public addresses, and to those that the operator allows",
        "objects" => "put objects into the destination's S3 bucket",
        "streams" => "put records into the destination's Kinesis stream",
        "sql" => "run statements in the project's database",
        "documents" => "change the hosted store",
        "log" => "write to the runtime's log",
        "clock" => "ask for the time",
        _ => import.strip_prefix("wasi:").and_then(wasi::meaning).unwrap_or("nothing that this version knows"),
    }
}

/// The interface holds types only.
impl types::Host for Host {}

/// A failure as the contract writes it.
fn failure(class: types::FailureClass, code: &str, message: impl Into<String>) -> types::Failure {
    types::Failure {
        class,
        code: code.to_owned(),
        message: message.into(),
        retry_after: None,
        maybe_applied: false,
        extras: Vec::new(),
    }
}

/// Cuts a text to at most `bytes_max` bytes, between characters.
pub(crate) fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
    }
    text
}
