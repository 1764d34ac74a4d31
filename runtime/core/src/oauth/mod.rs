//! OAuth 2 without I/O: where a person consents, what is asked of a token endpoint, what its answers mean, and when to ask again.
//!
//! By RFC 6749 (the framework), RFC 7636 (proof keys) and RFC 6750 (bearer tokens), with the habits of providers that differ.

mod authorization;
mod expiry;
mod form;
mod proof_key;
#[cfg(test)]
mod tests;
mod token_answer;
mod token_error;
mod token_request;
mod workspace;

pub use authorization::{AuthorizationRequest, authorization_url};
pub use expiry::Lifetime;
pub use proof_key::{ProofKey, RANDOM_BYTES};
pub use token_answer::{TokenAnswer, token_answer};
pub use token_error::{TokenError, TokenErrorClass};
pub use token_request::{Client, TokenGrant, token_request};
pub use workspace::{Site, site};
