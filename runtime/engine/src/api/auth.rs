//! Who may ask: a key in `X-Api-Key`, compared by digest so that the time taken tells nothing.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use sha2::{Digest, Sha256};

use super::{Api, problem::Problem};
use crate::secrets::Secret;

/// Where clients show their key.
pub(crate) const HEADER: &str = "x-api-key";

/// The digest of the key that clients must show.
#[derive(Clone)]
pub struct ApiKey([u8; 32]);

impl ApiKey {
    /// Keeps the digest only.
    pub fn new(key: &Secret) -> Self {
        Self(Sha256::digest(key.reveal()).into())
    }

    fn admits(&self, shown: &[u8]) -> bool {
        // Digests of unequal keys differ at unforeseeable places: what a comparison's length tells is of no use.
        let shown: [u8; 32] = Sha256::digest(shown).into();
        self.0.iter().zip(shown).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Denies every request without the key.
pub(super) async fn require_key(State(api): State<Arc<Api>>, request: Request, next: Next) -> Result<Response, Problem> {
    match request.headers().get(HEADER) {
        Some(shown) if api.key.admits(shown.as_bytes()) => Ok(next.run(request).await),
        Some(_) => Err(Problem::new(StatusCode::UNAUTHORIZED, "the key in X-Api-Key is not valid")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "this path asks for a key in the header X-Api-Key")
            .remedy("`ampline secrets show api-key` on the machine of the runtime prints it")),
    }
}
