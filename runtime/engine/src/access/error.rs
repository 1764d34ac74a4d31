//! Why a key is not made, and why nobody is let in.

use super::{PublicKeyError, token::TokenError};
use crate::project::ProjectError;

/// Why a key could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("there is no {0} {1:?}")]
    NotFound(&'static str, String),
    #[error("{0}")]
    TooMany(String),
    #[error("{0}")]
    PublicKey(#[from] PublicKeyError),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("{0}")]
    Store(#[from] ProjectError),
}

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the key is not valid")]
    Unknown,
    #[error("the key was revoked")]
    Revoked,
    #[error("the key has expired")]
    Expired,
    #[error("the session is over")]
    Session,
    #[error("{0}")]
    Token(#[from] TokenError),
}
