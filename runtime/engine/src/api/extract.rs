//! What handlers take out of a request. The gate has compared it with the document already; whatever else does not fit is a problem
//! too, and never one in plain text.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request, rejection::PathRejection},
    http::{HeaderMap, header::IF_MATCH, request::Parts},
};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::{Place, Problem, RequestIssue, bad_request, invalid};

/// A body of JSON; `Option<Body<T>>` where it may be left out.
pub(super) struct Body<T>(pub(super) T);

/// The parameters behind the question mark.
pub(super) struct Query<T>(pub(super) T);

/// The parameters of the path, in their order.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned> Body<T> {
    fn parse(bytes: &Bytes) -> Result<Self, Problem> {
        let mut parser = serde_json::Deserializer::from_slice(bytes);
        let parsed = serde_path_to_error::deserialize(&mut parser);
        // The parser's own words may repeat a secret.
        let wrong = |error: serde_path_to_error::Error<_>| {
            let place = error.path().to_string();
            let detail = "is not what the API's document says, or given twice";
            invalid(vec![RequestIssue::new(Place::Body, if place == "." { String::new() } else { place }, detail)])
        };
        parsed.map(Self).map_err(wrong)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Self::parse(&bytes(request, state).await?)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let bytes = bytes(request, state).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        // The document calls a body that may be left out one that may be null.
        Ok(Body::<Option<T>>::parse(&bytes)?.0.map(Self))
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let parsed = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        parsed.map(|axum::extract::Query(query)| Self(query)).map_err(|rejection| bad_request(rejection.body_text()))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parsed = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let wrong = |rejection: PathRejection| {
            let issue = RequestIssue::new(Place::Path, "", rejection.body_text());
            bad_request("the path cannot be understood").issues(vec![issue])
        };
        parsed.map(|axum::extract::Path(path)| Self(path)).map_err(wrong)
    }
}

/// The state that a change builds on, as `ETag` gave it; a change without it takes whatever is there.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct IfMatch {
    /// An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state.
    #[param(rename = "If-Match")]
    pub(super) if_match: Option<String>,
}

/// Makes a request that creates something safe to repeat. Who keeps to it is `idempotency`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the document; a layer reads the header")]
pub(super) struct IdempotencyKey {
    /// Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
    /// first one was, and creates nothing again; with another request the key is refused.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(&parts.headers)
    }
}

impl IfMatch {
    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get(IF_MATCH) else { return Ok(Self::default()) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self::default());
        }
        let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let wrong = || {
            invalid(vec![RequestIssue::new(Place::Header, "If-Match", "is not an entity tag like \"0199…\", as ETag gave it")])
        };
        tag.map(|tag| Self { if_match: Some(tag.to_owned()) }).ok_or_else(wrong)
    }
}
