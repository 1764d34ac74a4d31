//! What a sink states, and how it ended, in the words of the core.

use std::time::Duration;

use ampline_core::outcome::{Failure, FailureClass, Outcome};
use wasmtime::WasmBacktrace;

use super::{
    bindings::{ampline::sink::types, exports::ampline::sink::sink},
    limits::Ended,
};
use crate::sink::capability::{Host, cut};

const MESSAGE_BYTES_MAX: usize = 16 << 10;
const CODE_BYTES_MAX: usize = 64;
const FRAMES_MAX: usize = 5;
const LAST_LINE_BYTES_MAX: usize = 1 << 10;

/// A failure as the sink states it, its texts cut to what is kept and free of secrets. Where the host denied the sink a request, that
/// is the failure: only a person can repair it, whatever the sink makes of it.
pub(super) fn failure(stated: types::Failure, host: &Host) -> Failure {
    let stated = host.denied().cloned().unwrap_or(stated);
    let class = match stated.class {
        types::FailureClass::Transient => FailureClass::Transient,
        types::FailureClass::Throttled => FailureClass::Throttled,
        types::FailureClass::Rejected => FailureClass::Rejected,
        types::FailureClass::Blocked => FailureClass::Blocked,
    };
    Failure {
        class,
        code: cut(stated.code, CODE_BYTES_MAX),
        message: cut(clean(stated.message, host), MESSAGE_BYTES_MAX),
        retry_after: stated.retry_after.map(Duration::from_millis),
        maybe_applied: stated.maybe_applied,
    }
}

/// An outcome as the sink states it.
pub(super) fn outcome(stated: sink::Outcome, host: &Host) -> Outcome {
    match stated {
        sink::Outcome::Delivered(note) => Outcome::Delivered(note.map(|note| cut(clean(note, host), MESSAGE_BYTES_MAX))),
        sink::Outcome::Failed(stated) => Outcome::Failed(failure(stated, host)),
    }
}

fn clean(text: String, host: &Host) -> String {
    match host.redaction() {
        Some(redaction) => redaction.text(text),
        None => text,
    }
}

/// A batch answered with the wrong number of outcomes.
pub(super) fn miscounted(expected: usize, got: usize, host: &Host) -> Failure {
    let message = format!("the sink answered {expected} envelopes with {got} outcomes");
    Failure { maybe_applied: host.reached_out(), ..Failure::transient("sink.outcomes", message) }
}

/// A call that did not return. One that ends because the host denied it a request fails for that reason.
pub(super) fn ended(ended: &Ended, host: &Host) -> Failure {
    if let Some(denied) = host.denied() {
        return failure(denied.clone(), host);
    }
    let (code, mut message, raising) = match ended {
        Ended::Timeout(most) => {
            let message = format!("the sink gave no answer within {} ms", most.as_millis());
            ("sink.timeout", message, host.raising(|limits| limits.wall_per_call_max, "batch-seconds"))
        }
        Ended::Cpu(most) => {
            let message = format!("the sink used more than {} ms of processor time", most.as_millis());
            ("sink.cpu", message, host.raising(|limits| limits.cpu_per_call_max, "cpu-milliseconds"))
        }
        Ended::Trap(trap) if host.ceiling.denied() => {
            let message = format!("the sink asked for more memory than it may have: {}", told(trap));
            ("sink.memory", message, host.raising(|limits| limits.memory_bytes_max, "memory-mebibytes"))
        }
        Ended::Trap(trap) => ("sink.trap", told(trap), None),
    };
    for (joint, more) in
        [("; ", raising), ("; it last logged: ", host.last_line().map(|line| cut(line.to_owned(), LAST_LINE_BYTES_MAX)))]
    {
        if let Some(more) = more {
            message.push_str(joint);
            message.push_str(&more);
        }
    }
    let message = cut(clean(message, host), MESSAGE_BYTES_MAX);
    Failure { maybe_applied: host.reached_out(), ..Failure::transient(code, message) }
}

/// The reason, and the innermost functions of the guest.
fn told(trap: &wasmtime::Error) -> String {
    let reason = trap.root_cause();
    let frames = trap.downcast_ref::<WasmBacktrace>().map_or(&[][..], WasmBacktrace::frames);
    let names: Vec<_> = frames
        .iter()
        .take(FRAMES_MAX)
        .map(|frame| match frame.func_name() {
            Some(name) => name.to_owned(),
            None => format!("function {}", frame.func_index()),
        })
        .collect();
    if names.is_empty() { reason.to_string() } else { format!("{reason} in {}", names.join(" < ")) }
}
