//! Who may ask the API: keys of which only digests are kept, tokens that a product's own server signs for its users, and whoever
//! guesses at either. What each of them may ask is decided where the routes are, in `api/access`.

mod failures;
mod jwt_keys;
mod keys;
mod public_key;
mod secret;
mod sessions;
mod token;

pub(crate) use failures::Failures;
pub(crate) use keys::{Changed, KeyError, Keys, NewKey, Refused, is_active};
use public_key::PublicKeyError;
pub(crate) use sessions::LIFETIME as SESSION_LIFETIME;
pub(crate) use token::Claims;

use crate::project::KeyScope;

/// Whoever asks, once that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A key with its scopes, and what people call it.
    Key { scopes: Vec<KeyScope>, label: String },
    /// A user of a customer, whom the product's server vouches for.
    User(Claims),
}
