//! Requests whose credential is a token that has to be got: from its endpoint, by the same client and under the same address policy,
//! once for all who wait; and once more where the other side refuses it.

use std::{sync::Arc, time::Duration};

use ampline_core::oauth::{TokenAnswer, TokenError, TokenErrorClass};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Url;
use tokio::time::{Instant, timeout_at};

use super::{
    super::{Lease, failure, grants::TOKEN},
    exchange::without,
    network::Network,
};
use crate::{
    network,
    secrets::{AccessToken, Secret, TokenSource},
    sink::wasm::bindings::ampline::sink::{
        http::Response,
        types::{Failure, FailureClass},
    },
    token_endpoint,
};

/// There is no token now, and may be one later.
const NO_TOKEN: &str = "http.token";
/// The other side does not take the token.
const UNAUTHORIZED: u16 = 401;

/// A credential whose token has to be got.
pub(super) struct Bearer {
    pub(super) source: Arc<TokenSource>,
    /// What the sink calls it.
    pub(super) name: String,
    pub(super) lease: Arc<Lease>,
    pub(super) now: Timestamp,
}

impl Network {
    /// Sends a request with a token, all within its time.
    pub(super) async fn heard_as(
        &self,
        bearer: &Bearer,
        request: reqwest::Request,
        timeout: Duration,
    ) -> Result<Response, Failure> {
        let deadline = Instant::now() + timeout;
        let again = request.try_clone();
        let got = async |refused: Option<&Arc<AccessToken>>| match timeout_at(deadline, self.token(bearer, refused)).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(bearer.failed(error)),
            Err(_) => Err(bearer.failed(TokenError::transient(format!("none came within {} ms", timeout.as_millis())))),
        };
        let token = got(None).await?;
        let answer = self.carrying(&token, request, deadline).await?;
        let (UNAUTHORIZED, Some(again)) = (answer.status, again) else { return Ok(answer) };
        let newer = got(Some(&token)).await?;
        // Where no other would help, the answer tells why it is refused.
        if Arc::ptr_eq(&newer, &token) { Ok(answer) } else { self.carrying(&newer, again, deadline).await }
    }

    /// Sends a request with this token, which no answer carries back.
    async fn carrying(&self, token: &AccessToken, mut request: reqwest::Request, deadline: Instant) -> Result<Response, Failure> {
        token.apply(request.headers_mut());
        let answer = self.heard(request, deadline.saturating_duration_since(Instant::now())).await?;
        if answer.status != UNAUTHORIZED {
            token.was_accepted();
        }
        Ok(without(&token.redaction, answer))
    }

    async fn token(&self, bearer: &Bearer, refused: Option<&Arc<AccessToken>>) -> Result<Arc<AccessToken>, TokenError> {
        let ask = async |request: http::Request<Bytes>, secrets: Vec<Secret>| {
            let answer = self.asked(request, &secrets).await?;
            let (destination, credential) = (&bearer.lease.destination.name, &bearer.name);
            tracing::info!(event = "credential.token", %destination, %credential, holds_s = answer.expires_in.map(|life| life.as_secs()));
            Ok(answer)
        };
        bearer.source.token(refused, bearer.now, ask).await
    }

    /// Asks a token endpoint, where that is where destinations may go.
    async fn asked(&self, request: http::Request<Bytes>, secrets: &[Secret]) -> Result<TokenAnswer, TokenError> {
        if let Some(refused) = network::refused(&self.options.addresses, request.uri().host().unwrap_or_default()) {
            return Err(token_endpoint::refused(&refused));
        }
        token_endpoint::ask(&self.client, request, None, secrets).await
    }
}

impl Bearer {
    /// Why there is no token, and what gives one.
    fn failed(&self, error: TokenError) -> Failure {
        let (destination, grants, name) = (&self.lease.destination.name, &self.lease.destination.grants, &self.name);
        let place = Url::parse(self.source.token_url()).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let message = format!("no token for the credential {name:?} from {place}: {}", error.message);
        match (error.class, error.retry_after) {
            _ if error.code.as_deref() == Some(token_endpoint::ADDRESS) => {
                failure(FailureClass::Blocked, token_endpoint::ADDRESS, message)
            }
            (TokenErrorClass::Transient, Some(wait)) => {
                let retry_after = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                Failure { retry_after, ..failure(FailureClass::Throttled, NO_TOKEN, message) }
            }
            (TokenErrorClass::Transient, None) => failure(FailureClass::Transient, NO_TOKEN, message),
            (TokenErrorClass::Client | TokenErrorClass::Reconnect, _) => {
                let remedy = grants.rebinding(destination, name);
                failure(
                    FailureClass::Blocked,
                    TOKEN,
                    format!("{message}; {remedy}, or repair the client there and enable the destination"),
                )
            }
        }
    }
}
