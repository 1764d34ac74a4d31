//! Checks of what people write, before it counts: manifests, and templates of destinations' keys.

use ampline_core::{
    manifest::{self, Severity},
    template::{self, Purpose, sample},
};
use axum::Json;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    document::Routes,
    extract::Body,
    problem::{Place, Problem, RequestIssue, invalid},
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(check_manifest)).add(routes!(check_template)).add(routes!(preview_template))
}

/// A manifest to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ManifestRequest {
    /// The text of an amp.yaml.
    source_yaml: String,
}

/// What came of a check.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestCheck {
    /// Whether it can be deployed: no finding is an error.
    valid: bool,
    /// In the order of their places.
    issues: Vec<Finding>,
}

/// Whether a manifest with this finding can be deployed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum FindingSeverity {
    Error,
    Warning,
}

/// One problem of a manifest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManifestFinding)]
struct Finding {
    severity: FindingSeverity,
    /// The rule that is broken, for `# amp:ignore[…]`.
    rule: &'static str,
    /// What is wrong.
    message: String,
    /// What it is about: `$.integrations[0].read.objects[1].schedule`.
    path: String,
    /// From 1.
    line: u32,
    /// From 1, in characters.
    column: u32,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suggestion: Option<String>,
    /// The same as edits of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fix: Option<Fix>,
}

/// Edits that solve a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManifestFix)]
struct Fix {
    /// What they do.
    title: String,
    /// Whether they change nothing else; this was tried.
    safe: bool,
    edits: Vec<Edit>,
}

/// One edit of the text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManifestEdit)]
struct Edit {
    /// Offset of the first byte that is replaced.
    start: usize,
    /// Offset behind the last one.
    end: usize,
    /// What stands there afterwards.
    text: String,
}

/// Checks a manifest: every problem with its place, its remedy and, where there is one, its fix.
#[utoipa::path(
    post, path = "/v1/manifest:check", operation_id = "checkManifest", tag = "checks", request_body = ManifestRequest,
    responses((status = 200, body = ManifestCheck))
)]
async fn check_manifest(Body(request): Body<ManifestRequest>) -> Json<ManifestCheck> {
    let checked = manifest::check(request.source_yaml.as_bytes());
    Json(ManifestCheck { valid: checked.manifest.is_some(), issues: checked.issues.into_iter().map(finding).collect() })
}

fn finding(issue: manifest::Issue) -> Finding {
    let edit = |edit: manifest::Edit| Edit { start: edit.start, end: edit.end, text: edit.text };
    let fix = |fix: manifest::Fix| Fix { title: fix.title, safe: fix.safe, edits: fix.edits.into_iter().map(edit).collect() };
    Finding {
        severity: match issue.severity {
            Severity::Error => FindingSeverity::Error,
            Severity::Warning => FindingSeverity::Warning,
        },
        rule: issue.rule,
        message: issue.message,
        path: issue.path,
        line: issue.line,
        column: issue.column,
        suggestion: issue.suggestion,
        fix: issue.fix.map(|one| fix(*one)),
    }
}

/// Whose template it is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateDestination)]
enum TemplateOf {
    /// The key of an S3 object.
    S3,
    /// The partition key of a Kinesis record.
    Kinesis,
}

impl TemplateOf {
    fn purpose(self) -> (Purpose, &'static str) {
        match self {
            Self::S3 => (Purpose::ObjectKey, template::DEFAULT_OBJECT_KEY),
            Self::Kinesis => (Purpose::PartitionKey, template::DEFAULT_PARTITION_KEY),
        }
    }
}

/// A template to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TemplateRequest {
    destination: TemplateOf,
    /// A JMESPath expression over `metadata`, `time` and `data`; without it the destination's default.
    expression: Option<String>,
}

/// A template to try, and what to try it on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TemplatePreviewRequest)]
struct PreviewRequest {
    destination: TemplateOf,
    /// A JMESPath expression over `metadata`, `time` and `data`; without it the destination's default.
    expression: Option<String>,
    /// A message; without it a sample.
    #[schema(value_type = Option<Value>)]
    message: Option<Box<RawValue>>,
    /// Any keys of the metadata, the rest from the sample; null or no `operationId` is that of a subscribe event.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    metadata: Option<Map<String, Value>>,
    /// When the event happened; without it the metadata's time.
    event_time: Option<Timestamp>,
}

/// What is wrong with a template.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateCheck {
    issues: Vec<TemplateIssue>,
}

/// What came of a template.
#[derive(Debug, Serialize, ToSchema)]
struct TemplatePreview {
    /// The rendered text; null where there is none.
    key: Option<String>,
    /// That the key is a fall-back, and why.
    note: Option<String>,
    issues: Vec<TemplateIssue>,
}

/// One problem of a template.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateIssue {
    /// In the expression, in characters from 0; null where it concerns the message or the whole.
    position: Option<usize>,
    message: String,
    /// Whether there is no key because of it; else it is a warning.
    fatal: bool,
}

/// Checks the template of a destination's keys.
#[utoipa::path(
    post, path = "/v1/templates:check", operation_id = "checkTemplate", tag = "checks", request_body = TemplateRequest,
    responses((status = 200, body = TemplateCheck))
)]
async fn check_template(Body(request): Body<TemplateRequest>) -> Json<TemplateCheck> {
    let (purpose, default) = request.destination.purpose();
    let found = template::check(purpose, request.expression.as_deref().unwrap_or(default));
    Json(TemplateCheck { issues: found.into_iter().map(template_issue).collect() })
}

/// Renders the template of a destination's keys over a message.
#[utoipa::path(
    post, path = "/v1/templates:preview", operation_id = "previewTemplate", tag = "checks", request_body = PreviewRequest,
    responses((status = 200, body = TemplatePreview))
)]
async fn preview_template(Body(request): Body<PreviewRequest>) -> Result<Json<TemplatePreview>, Problem> {
    let (purpose, default) = request.destination.purpose();
    let metadata = match request.metadata {
        None => sample::metadata(),
        Some(given) => {
            sample::metadata_with(given).map_err(|reason| invalid(vec![RequestIssue::new(Place::Body, "metadata", reason)]))?
        }
    };
    let message = request.message.as_deref().map_or(sample::MESSAGE, RawValue::get);
    let expression = request.expression.as_deref().unwrap_or(default);
    let time = request.event_time.unwrap_or_else(|| sample::time_of(&metadata));
    let context = template::Context { metadata: &metadata, time, data: message.as_bytes() };
    let template::Preview { text, note, issues } = template::preview(purpose, expression, &context);
    Ok(Json(TemplatePreview { key: text, note, issues: issues.into_iter().map(template_issue).collect() }))
}

fn template_issue(issue: template::Issue) -> TemplateIssue {
    TemplateIssue { position: issue.position, message: issue.message, fatal: issue.fatal }
}
