//! Errors as `application/problem+json` (RFC 9457).

use axum::{
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    journal::JournalError,
    project::{Issue, ProjectError, RemovedObject},
};

/// One error answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    remedy: Option<String>,
    issues: Vec<Issue>,
}

impl Problem {
    /// `detail` is a sentence for the person who reads the answer.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), remedy: None, issues: Vec::new() }
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

/// 422, with every issue of the body.
pub(super) fn invalid(issues: Vec<Issue>) -> Problem {
    let detail = match &issues[..] {
        [only] => only.to_string(),
        all => format!("{} things in the request cannot work", all.len()),
    };
    Problem { issues, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
}

impl From<ProjectError> for Problem {
    fn from(error: ProjectError) -> Self {
        let status = match error {
            ProjectError::Store(_) => {
                tracing::error!(%error, "the project store could not answer the API");
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the store could not answer; the runtime's log says why");
            }
            ProjectError::Invalid(issues) => return invalid(issues),
            ProjectError::RemovesObjects(removed) => {
                let issue = |one: &RemovedObject| Issue { path: "sourceYaml".to_owned(), message: one.to_string() };
                let issues = removed.iter().map(issue).collect();
                let detail = ProjectError::RemovesObjects(removed).to_string();
                let problem = Self { issues, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) };
                return problem.remedy("say destructive=true (`--destructive`) to pause those reads");
            }
            ProjectError::NotFound { .. } => StatusCode::NOT_FOUND,
            ProjectError::Stale { .. } => StatusCode::PRECONDITION_FAILED,
            ProjectError::Exists(_) | ProjectError::OwnedByFile { .. } | ProjectError::InUse(_) | ProjectError::NotRunning(_) => {
                StatusCode::CONFLICT
            }
        };
        Self::new(status, error.to_string())
    }
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
        if !self.issues.is_empty() {
            let issue = |Issue { path, message }: &Issue| json!({ "in": "body", "name": path, "detail": message });
            body["issues"] = self.issues.iter().map(issue).collect();
        }
        (self.status, [(CONTENT_TYPE, "application/problem+json"), (CACHE_CONTROL, "no-store")], body.to_string()).into_response()
    }
}
