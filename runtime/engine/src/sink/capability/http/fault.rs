//! A request without an answer: why, in the contract's words. The path and query of a URL may hold secrets and are left out.

use std::{error::Error, io, time::Duration};

use reqwest::Url;

use super::super::failure;
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass};
use crate::{
    causes::{causes, reason},
    network::{DialError, Refused},
};

/// The answer did not come in time.
pub(super) fn late(url: &Url, timeout: Duration) -> Failure {
    let message = format!("{} gave no answer within {} ms", origin(url), timeout.as_millis());
    Failure { maybe_applied: true, ..failure(FailureClass::Transient, "http.timeout", message) }
}

/// The answer was read as far as is kept, and went on.
pub(super) fn endless(url: &Url, bytes_max: usize) -> Failure {
    let message = format!("{} answered with more than {bytes_max} bytes", origin(url));
    Failure { maybe_applied: true, ..failure(FailureClass::Transient, "http.answer", message) }
}

/// The request goes where destinations may not.
pub(super) fn refused(refused: &Refused) -> Failure {
    failure(FailureClass::Blocked, "http.address", refused.to_string())
}

/// The request failed.
pub(super) fn failed(url: &Url, error: &reqwest::Error) -> Failure {
    if let Some(DialError::Refused(found)) = causes(error).find_map(|cause| cause.downcast_ref()) {
        return refused(found);
    }
    let (code, sent) = code(error);
    let message = format!("{}: {}", origin(url), reason(error));
    let class = if error.is_builder() { FailureClass::Rejected } else { FailureClass::Transient };
    Failure { maybe_applied: sent, ..failure(class, code, message) }
}

/// The code, and whether the body may have been sent.
fn code(error: &reqwest::Error) -> (&'static str, bool) {
    if error.is_builder() {
        return ("http.request", false);
    }
    if causes(error).any(|cause| cause.is::<DialError>()) {
        return ("http.dns", false);
    }
    if causes(error).any(is_tls) {
        return ("http.tls", !error.is_connect());
    }
    match (error.is_connect(), error.is_timeout()) {
        (connect, true) => ("http.timeout", !connect),
        (true, false) => ("http.connect", false),
        (false, false) => ("http.reset", true),
    }
}

fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    // An I/O error hides what it wraps from `source`.
    let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.is::<rustls::Error>() || wrapped.is_some_and(|inner| inner.is::<rustls::Error>())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
