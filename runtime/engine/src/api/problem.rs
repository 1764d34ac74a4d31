//! Errors as `application/problem+json` (RFC 9457).

use axum::{
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::journal::JournalError;

/// One error answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    remedy: Option<String>,
}

impl Problem {
    /// `detail` is a sentence for the person who reads the answer.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), remedy: None }
    }

    /// The same, with what to do about it.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

/// 404.
pub(super) fn not_found(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, detail)
}

/// 400.
pub(super) fn bad_request(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        if let JournalError::PageToken(_) = error {
            return bad_request(error.to_string());
        }
        tracing::error!(%error, "the journal could not answer the API");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the store could not answer; the runtime's log says why")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("error");
        let mut body = json!({ "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail });
        if let Some(remedy) = self.remedy {
            body["remedy"] = remedy.into();
        }
        (self.status, [(CONTENT_TYPE, "application/problem+json"), (CACHE_CONTROL, "no-store")], body.to_string()).into_response()
    }
}
