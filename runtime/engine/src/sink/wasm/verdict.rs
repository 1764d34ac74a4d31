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

/// A failure as the sink states it, its texts cut to what is kept.
pub(super) fn failure(stated: types::Failure) -> Failure {
    let class = match stated.class {
        types::FailureClass::Transient => FailureClass::Transient,
        types::FailureClass::Throttled => FailureClass::Throttled,
        types::FailureClass::Rejected => FailureClass::Rejected,
        types::FailureClass::Blocked => FailureClass::Blocked,
    };
    Failure {
        class,
        code: cut(stated.code, CODE_BYTES_MAX),
        message: cut(stated.message, MESSAGE_BYTES_MAX),
        retry_after: stated.retry_after.map(Duration::from_millis),
        maybe_applied: stated.maybe_applied,
    }
}

/// An outcome as the sink states it.
pub(super) fn outcome(stated: sink::Outcome) -> Outcome {
    match stated {
        sink::Outcome::Delivered(note) => Outcome::Delivered(note.map(|note| cut(note, MESSAGE_BYTES_MAX))),
        sink::Outcome::Failed(stated) => Outcome::Failed(failure(stated)),
    }
}

/// A batch answered with the wrong number of outcomes.
pub(super) fn miscounted(expected: usize, got: usize, host: &Host) -> Failure {
    let message = format!("the sink answered {expected} envelopes with {got} outcomes");
    Failure { maybe_applied: host.reached_out(), ..Failure::transient("sink.outcomes", message) }
}

/// A call that did not return.
pub(super) fn ended(ended: &Ended, host: &Host) -> Failure {
    let (code, mut message) = match ended {
        Ended::Timeout(most) => ("sink.timeout", format!("the sink gave no answer within {} ms", most.as_millis())),
        Ended::Cpu(most) => ("sink.cpu", format!("the sink used more than {} ms of processor time", most.as_millis())),
        Ended::Trap(trap) if host.ceiling.denied() => {
            ("sink.memory", format!("the sink asked for more memory than it may have: {}", told(trap)))
        }
        Ended::Trap(trap) => ("sink.trap", told(trap)),
    };
    if let Some(line) = host.last_line() {
        message.push_str("; it last logged: ");
        message.push_str(&cut(line.to_owned(), LAST_LINE_BYTES_MAX));
    }
    Failure { maybe_applied: host.reached_out(), ..Failure::transient(code, cut(message, MESSAGE_BYTES_MAX)) }
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
