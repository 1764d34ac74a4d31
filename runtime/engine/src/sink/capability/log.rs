//! `log`: lines for the destination's log, capped in number and length, whichever way a sink writes them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Host, Lease, cut};
use crate::sink::wasm::bindings::ampline::sink::log;

/// Longest message of a line.
pub(super) const LINE_BYTES_MAX: usize = 4 << 10;
const FIELDS_MAX: usize = 16;
const FIELD_BYTES_MAX: usize = 512;

impl log::Host for Host {
    fn emit(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.count_call()?;
        self.lines.write(level, message, fields);
        Ok(())
    }
}

/// The log of one instance.
pub(crate) struct Lines {
    /// Nothing where the instance works for nobody: then lines are not written.
    lease: Option<Arc<Lease>>,
    per_batch_max: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    written: u32,
    last: Option<String>,
}

impl Lines {
    pub(super) fn new(lease: Option<Arc<Lease>>, per_batch_max: u32) -> Self {
        Self { lease, per_batch_max, state: Mutex::default() }
    }

    /// A call of the guest begins.
    pub(super) fn begin(&self) {
        *self.state() = State::default();
    }

    /// What was written last in this call.
    pub(super) fn last(&self) -> Option<String> {
        self.state().last.clone()
    }

    /// Writes a line free of secrets, unless there were too many in this call.
    pub(super) fn write(&self, level: log::Level, message: String, fields: Vec<(String, String)>) {
        let redaction = self.lease.as_ref().and_then(|lease| lease.redaction());
        let clean = |text: String| match &redaction {
            Some(redaction) => redaction.text(text),
            None => text,
        };
        let message = cut(clean(message), LINE_BYTES_MAX);
        let mut state = self.state();
        state.written = state.written.saturating_add(1);
        let most = self.per_batch_max;
        if let Some(lease) = &self.lease {
            let destination = &lease.destination.name;
            if state.written <= most {
                if let Some(seam) = &lease.granted.seam {
                    seam.logged(name(level), &message, &fields);
                }
                write(level, destination, &message, &clean(shown(fields)));
            } else if state.written == most + 1 {
                let told = format!("more than {most} lines for one batch; the rest is left out");
                write(log::Level::Warn, destination, &told, "");
            }
        }
        state.last = Some(message);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `name=value` pairs, as many and as long as allowed.
fn shown(fields: Vec<(String, String)>) -> String {
    let pairs = fields.into_iter().take(FIELDS_MAX);
    pairs.map(|(name, value)| cut(format!("{name}={value:?}"), FIELD_BYTES_MAX)).collect::<Vec<_>>().join(" ")
}

fn name(level: log::Level) -> &'static str {
    match level {
        log::Level::Debug => "debug",
        log::Level::Info => "info",
        log::Level::Warn => "warn",
        log::Level::Error => "error",
    }
}

fn write(level: log::Level, destination: &str, message: &str, fields: &str) {
    match level {
        log::Level::Debug => tracing::debug!(target: "sink", destination, fields, "{message}"),
        log::Level::Info => tracing::info!(target: "sink", destination, fields, "{message}"),
        log::Level::Warn => tracing::warn!(target: "sink", destination, fields, "{message}"),
        log::Level::Error => tracing::error!(target: "sink", destination, fields, "{message}"),
    }
}
