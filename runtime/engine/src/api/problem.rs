//! Errors as `application/problem+json` (RFC 9457). A handler says what is wrong; who asked for what, and when, is added by [`tell`],
//! through which every answer goes.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Api;
use crate::{
    journal::JournalError,
    project::{Issue, ProjectError, RemovedObject},
};

/// Names one request in answers and logs.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One error answer.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    remedy: Option<String>,
    retry_after: Option<Duration>,
    issues: Vec<RequestIssue>,
}

/// Where in a request an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    Body,
    Header,
    Path,
    Query,
}

/// One thing in a request that cannot work.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestIssue {
    /// Which part of the request.
    pub(super) r#in: Place,
    /// The parameter's or header's name; for a body the way to the member, like `config.content.read.objects[0]`.
    pub(super) name: String,
    /// What was given, where it is short, plain and no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>, nullable = false)]
    pub(super) value: Option<Value>,
    /// Why it cannot work.
    pub(super) detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) remedy: Option<String>,
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// `about:blank`: the status says what kind of problem it is.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, for a person.
    detail: &'a str,
    /// What was asked for: the path of the request.
    instance: &'a str,
    /// Names this request in the runtime's log; also in the header `X-Request-Id`.
    request_id: &'a str,
    /// When it was answered.
    time: Timestamp,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    remedy: Option<&'a str>,
    /// Whether the same request may work later.
    retryable: bool,
    /// When to try again, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<Timestamp>,
    /// Everything in the request that cannot work.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    issues: &'a [RequestIssue],
}

impl Problem {
    /// `detail` is a sentence for the person who reads the answer.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), remedy: None, retry_after: None, issues: Vec::new() }
    }

    /// The same, with what to do about it.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// The same, with when to come again.
    pub(super) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The same, with all that is wrong with the request.
    pub(super) fn issues(self, issues: Vec<RequestIssue>) -> Self {
        Self { issues, ..self }
    }

    fn told(&self, instance: &str, request_id: &str, time: Timestamp) -> String {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance,
            request_id,
            time,
            remedy: self.remedy.as_deref(),
            retryable: self.retry_after.is_some() || matches!(self.status.as_u16(), 408 | 429 | 502..=504),
            retry_after: self.retry_after.and_then(|wait| time.checked_add(wait).ok()),
            issues: &self.issues,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl RequestIssue {
    /// An issue that repeats nothing of what was given.
    pub(super) fn new(r#in: Place, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { r#in, name: name.into(), value: None, detail: detail.into(), remedy: None }
    }

    /// The same, with what to do about it.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

impl From<Issue> for RequestIssue {
    fn from(issue: Issue) -> Self {
        Self::new(Place::Body, issue.path, issue.message)
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

/// 422, with every issue of the request.
pub(super) fn invalid<I: Into<RequestIssue>>(issues: Vec<I>) -> Problem {
    let issues: Vec<RequestIssue> = issues.into_iter().map(Into::into).collect();
    let detail = match &issues[..] {
        [RequestIssue { name, detail, .. }] if name.is_empty() => detail.clone(),
        [RequestIssue { name, detail, .. }] => format!("{name}: {detail}"),
        all => format!("{} things in the request cannot work", all.len()),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).issues(issues)
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
                let issue = |one: &RemovedObject| RequestIssue::new(Place::Body, "sourceYaml", one.to_string());
                let issues = removed.iter().map(issue).collect();
                let detail = ProjectError::RemovesObjects(removed).to_string();
                let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).issues(issues);
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
            return invalid(vec![RequestIssue::new(Place::Query, "pageToken", error.to_string())]);
        }
        tracing::error!(%error, "the journal could not answer the API");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the store could not answer; the runtime's log says why")
    }
}

impl IntoResponse for Problem {
    /// The status, with the rest on its way to [`tell`].
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives the request an id, and writes problems out with it.
pub(super) async fn tell(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let instance = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        tracing::debug!(target: "ampline::api", event = "request.refused", request_id = %id, status = problem.status.as_u16(), path = %instance, detail = %problem.detail);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = problem.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        // That of the body that was not there yet. All else stays, such as `Allow`.
        headers.remove(CONTENT_LENGTH);
        *response.body_mut() = problem.told(&instance, &id, api.clock.now()).into();
    }
    response.headers_mut().extend(HeaderValue::from_str(&id).map(|id| (REQUEST_ID, id)));
    response
}
