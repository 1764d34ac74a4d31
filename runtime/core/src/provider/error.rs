//! Why a page could not be read, in the words that decide what follows.

use std::time::Duration;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadErrorClass {
    /// Too many requests: wait, then ask again.
    RateLimited,
    /// The provider has trouble: ask again later.
    Transient,
    /// The credentials are not accepted: a person must renew them.
    BadCredentials,
    /// The request is wrong (a field that does not exist): asking again does not help.
    BadRequest,
    /// The position is no longer known: the run must begin anew.
    CursorGone,
    /// The credentials lack a permission.
    Forbidden,
    /// There is no such object.
    NotFound,
    /// The answer is not what the provider documents: it is not taken apart any further, and nothing of it is kept.
    Malformed,
}

/// Why a page could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What kind of failure it was.
    pub class: ReadErrorClass,
    /// For an operator: what happened, in the provider's words where there are any.
    pub message: String,
    /// How long the provider asked to be left alone.
    pub retry_after: Option<Duration>,
}
