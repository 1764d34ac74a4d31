//! Failures in the shape HubSpot gives them: `{status, message, correlationId, category}`.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A failure as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// What went wrong.
    pub message: String,
    /// HubSpot's class of it; some failures have none.
    pub category: Option<&'static str>,
    /// The exhausted rate limit (429 only).
    pub policy: Option<&'static str>,
}

impl ApiError {
    fn new(status: StatusCode, category: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), category, policy: None }
    }

    /// 400: the request is not as it should be.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("VALIDATION_ERROR"), message)
    }

    /// 400 without a category: HubSpot's answer to an object type it does not have.
    pub fn unknown_type(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, None, format!("Unable to infer object type from: {name}"))
    }

    /// 404: no such record.
    pub fn unknown_id(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Some("OBJECT_NOT_FOUND"), format!("Object not found. objectId {id} does not exist"))
    }

    /// 404: no such path.
    pub fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, None, format!("resource not found: {path}"))
    }

    /// 401: no token, or not ours.
    pub fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Some("INVALID_AUTHENTICATION"), message)
    }

    /// 429: a rate limit is exhausted. Clients tell the two apart by the policy or, like HubSpot's own, by the message.
    pub fn rate_limited(policy: &'static str) -> Self {
        let message = format!("You have reached your {} limit.", policy.to_lowercase());
        Self { policy: Some(policy), ..Self::new(StatusCode::TOO_MANY_REQUESTS, Some("RATE_LIMITS"), message) }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.message)
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({"status": "error", "message": self.message, "correlationId": correlation_id()});
        if let Some(category) = self.category {
            body["category"] = Value::from(category);
        }
        if let Some(policy) = self.policy {
            body["errorType"] = Value::from("RATE_LIMIT");
            body["policyName"] = Value::from(policy);
        }
        (self.status, Json(body)).into_response()
    }
}

fn correlation_id() -> String {
    static FAILURES: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(u128::from(FAILURES.fetch_add(1, Ordering::Relaxed))).to_string()
}
