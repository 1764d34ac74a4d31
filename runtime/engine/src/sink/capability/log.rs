//! `log`: lines for the destination's log, capped in number and length.

use super::{Host, cut};
use crate::sink::wasm::bindings::ampline::sink::log;

const LINE_BYTES_MAX: usize = 4 << 10;
const FIELDS_MAX: usize = 16;
const FIELD_BYTES_MAX: usize = 512;

impl log::Host for Host {
    fn emit(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.count_call()?;
        let redaction = self.redaction();
        let clean = |text: String| match &redaction {
            Some(redaction) => redaction.text(text),
            None => text,
        };
        let message = cut(clean(message), LINE_BYTES_MAX);
        self.lines += 1;
        let most = self.limits.log_lines_per_batch_max;
        if self.lines <= most && self.lease.is_some() {
            self.tell_line(name(level), &message, &fields);
            write(level, self.destination(), &message, &clean(shown(fields)));
        }
        if self.lines == most + 1 {
            write(
                log::Level::Warn,
                self.destination(),
                &format!("more than {most} lines for one batch; the rest is left out"),
                "",
            );
        }
        self.last_line = Some(message);
        Ok(())
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
