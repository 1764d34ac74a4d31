//! What a request shows of itself: a key in `X-Api-Key` or a token in `Authorization`, one of them, and never in its address; a browser
//! that shows neither is known by the cookie of its session.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};

use super::super::{Api, problem::Problem, session};
use crate::access::{Caller, Refused};

/// Where clients show their key.
pub(crate) const HEADER: &str = "x-api-key";
/// Where the contract would let clients show their key, too.
const QUERY: &str = "apiKey";

const NOTHING_SHOWN: &str = "this path asks for a key in the header X-Api-Key, or a token in Authorization: Bearer";
const HOW_TO_GET_ONE: &str = "`ampline keys create` makes one; `ampline secrets show api-key` on the machine of the runtime prints \
     the one that its own command line uses";

/// Who asks, or the refusal that is answered.
pub(super) fn caller(api: &Api, request: &Request) -> Result<Caller, Box<Response>> {
    let in_address = || request.uri().query().is_some_and(|query| pairs(query).any(|(name, _)| name == QUERY));
    if in_address() {
        let detail = "a key in an address ends up in logs and histories, and is not taken from there";
        let problem =
            unauthorized(detail).remedy("send it in the header X-Api-Key, and replace it where others may have seen it");
        return Err(refusal(problem));
    }
    let admitted = match (header(request.headers(), HEADER), header(request.headers(), AUTHORIZATION.as_str())) {
        (None, None) => return by_session(api, request),
        (Some(_), Some(_)) => {
            return Err(refusal(unauthorized("a key in X-Api-Key and a token in Authorization are shown: show one of them")));
        }
        (Some(key), None) => api.keys.by_key(key.as_bytes()),
        (None, Some(value)) => match bearer(value) {
            Some(token) => api.keys.by_token(token),
            None => return Err(refusal(unauthorized("Authorization is taken in the form `Bearer TOKEN` alone"))),
        },
    };
    admitted.map_err(|refused| Box::new(failed(api, Peer::of(request.extensions()), refused)))
}

/// Whom a browser's session stands for. One that is over is no guess, so nothing is counted.
fn by_session(api: &Api, request: &Request) -> Result<Caller, Box<Response>> {
    let Some(token) = session::shown(request.headers()) else {
        return Err(refusal(unauthorized(NOTHING_SHOWN).remedy(HOW_TO_GET_ONE)));
    };
    let caller =
        api.keys.by_session(token).map_err(|refused| refusal(unauthorized(&refused.to_string()).remedy("sign in again")))?;
    match session::misuse(api, request) {
        Some(problem) => Err(Box::new(problem.into_response())),
        None => Ok(caller),
    }
}

/// Where a request came from; nothing within this process.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct Peer(Option<IpAddr>);

impl Peer {
    fn of(extensions: &Extensions) -> Self {
        Self(extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// The id of a key that opens anything, or the refusal that is answered.
pub(in crate::api) fn key_id(api: &Api, peer: Peer, key: &str) -> Result<String, Box<Response>> {
    api.keys.id_of(key.as_bytes()).map_err(|refused| Box::new(failed(api, peer, refused)))
}

/// The refusal of a key that was sound a moment ago.
pub(in crate::api) fn opens_nothing() -> Response {
    challenged(unauthorized(&Refused::Revoked.to_string()).remedy(HOW_TO_GET_ONE))
}

/// Counts what was wrong against the address that it came from.
fn failed(api: &Api, Peer(peer): Peer, refused: Refused) -> Response {
    let counted = peer.map_or(Ok(()), |peer| api.failures.count(peer, Instant::now()));
    let Err(wait) = counted else {
        return challenged(unauthorized(&refused.to_string()).remedy(HOW_TO_GET_ONE));
    };
    tracing::debug!(event = "access.slowed", peer = peer.map(tracing::field::display), wait_s = wait.as_secs());
    // Whole seconds, and none too few.
    let wait = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many wrong keys or tokens came from this address");
    problem.remedy("wait as long as Retry-After says; sound ones are let in meanwhile").retry_after(wait).into_response()
}

fn refusal(problem: Problem) -> Box<Response> {
    Box::new(challenged(problem))
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail)
}

/// With what could be shown (RFC 9110, 11.6.1).
fn challenged(problem: Problem) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ampline\""));
    response
}

/// A header that is there once; what is not text is as good as wrong.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

/// The pairs of a query, decoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = |text: &str| String::from_utf8_lossy(&crate::percent::decoded(&text.replace('+', " "))).into_owned();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}
