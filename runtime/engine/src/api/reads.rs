//! What is asked of reads: run now, read apart from the schedule, pause.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Body, IdempotencyKey, Path},
    installations::find,
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    status::check_project,
};
use crate::{
    journal::Pause,
    scheduler::{Handle, Refused, Trigger, Which},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(run_now))
        .add(routes!(trigger))
        .add(routes!(deliver_results))
        .add(routes!(pause))
        .add(routes!(unpause))
}

/// Which reads; all where nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RunRequest {
    /// Only those of this installation.
    installation_id: Option<String>,
    /// Only those of this object, by the provider's name.
    object_name: Option<String>,
}

/// How many reads run now.
#[derive(Debug, Serialize, ToSchema)]
struct RunAnswer {
    reads: usize,
}

/// When there is likely to be room for another triggered read.
const RETRY_LATER: Duration = Duration::from_secs(60);

fn scheduler(api: &Api) -> Result<&Handle, Problem> {
    api.scheduler.as_ref().ok_or_else(|| Refused::Stopped.into())
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stopped => Self::new(StatusCode::CONFLICT, refused.to_string()).remedy("start one with `ampline run`"),
            Refused::NotFound(detail) => not_found(detail),
            Refused::Full(detail) => Self::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(RETRY_LATER),
            Refused::Journal(error) => error.into(),
        }
    }
}

/// Runs reads now.
///
/// The next tick of these reads is pulled forward; one that runs already runs again.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/reads:run", operation_id = "runReads", tag = "reads",
    request_body = RunRequest, responses((status = 200, body = RunAnswer))
)]
async fn run_now(
    State(api): Shared,
    Path(project): Path<String>,
    Body(RunRequest { installation_id, object_name }): Body<RunRequest>,
) -> Result<Json<RunAnswer>, Problem> {
    check_project(&api, &project)?;
    let which = Which { installation_id, objects: object_name.into_iter().collect() };
    match scheduler(&api)?.run_now(which).await? {
        0 => Err(not_found("no read fits that is not paused; `status` lists the reads there are")),
        reads => Ok(Json(RunAnswer { reads })),
    }
}

/// How a triggered read runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// In the background.
    Async,
}

/// A read apart from the schedule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TriggerRequest {
    /// Whose installation.
    group_ref: String,
    #[serde(rename = "mode")]
    _mode: Mode,
    /// Only what changed at this time or later; the whole history where it is not given.
    since_timestamp: Option<Timestamp>,
    /// Only what changed at this time or before.
    until_timestamp: Option<Timestamp>,
}

/// What a triggered read is known by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TriggerAnswer {
    operation_id: Uuid,
}

/// Reads an object apart from its schedule.
///
/// What changed between two times is read, both of them included; everything where nothing is said.
#[utoipa::path(
    post, path = "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}",
    operation_id = "triggerRead", tag = "reads", params(IdempotencyKey), request_body = TriggerRequest, responses((status = 201, body = TriggerAnswer))
)]
async fn trigger(
    State(api): Shared,
    Path((project, integration, object_name)): Path<(String, String, String)>,
    Body(request): Body<TriggerRequest>,
) -> Result<(StatusCode, Json<TriggerAnswer>), Problem> {
    check_project(&api, &project)?;
    let (since, until) = (request.since_timestamp, request.until_timestamp);
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(since_is_wrong(format!("is later than untilTimestamp {until}: nothing lies between"), "exchange them"));
    }
    if since.is_some_and(|since| since > api.clock.now()) {
        return Err(since_is_wrong("lies in the future: nothing has changed since".to_owned(), "give a time in the past"));
    }
    let integration = api.projects.integration(&integration).await?.name;
    let trigger = Trigger { integration, group_ref: request.group_ref, object_name, since, until };
    let id = scheduler(&api)?.trigger(trigger).await?;
    Ok((StatusCode::CREATED, Json(TriggerAnswer { operation_id: id })))
}

fn since_is_wrong(detail: String, remedy: &str) -> Problem {
    invalid(vec![RequestIssue::new(Place::Body, "sinceTimestamp", detail).remedy(remedy)])
}

/// How much is to be delivered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeliverRequest {
    /// Whose installation.
    group_ref: String,
    /// How many messages, of as many records each as the manifest's `pageSize` says.
    #[schema(maximum = 1_000_000)]
    pages: u32,
}

/// Delivers what waits until it is asked for.
///
/// For objects with `delivery: { mode: onRequest }`. So many of the oldest messages that wait are delivered. What is asked for beyond
/// those that are there is remembered: the next ones that are read are delivered at once, until the count is met.
#[utoipa::path(
    post, path = "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}:deliverResults",
    operation_id = "deliverResults", tag = "reads", request_body = DeliverRequest, responses((status = 204, description = "On its way"))
)]
async fn deliver_results(
    State(api): Shared,
    Path((project, integration, object_name)): Path<(String, String, String)>,
    Body(DeliverRequest { group_ref, pages }): Body<DeliverRequest>,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&integration).await?.name;
    let plan = scheduler(&api)?.find(&integration, &group_ref, &object_name).await?;
    if plan.on_request.is_none() {
        let problem = Problem::new(StatusCode::CONFLICT, format!("{object_name} is delivered as it is read, not on request"));
        return Err(problem.remedy("say `delivery: { mode: onRequest, pageSize: 50 }` in the manifest, or do not ask"));
    }
    api.journal.ask_for(&plan.key, pages, api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which objects of an installation, and why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PauseRequest {
    /// The provider's object names; all objects where none is named.
    #[serde(default)]
    #[schema(max_items = 1000)]
    objects: Vec<String>,
    /// Shown to whoever asks why nothing is read.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Pauses reads of an installation.
///
/// A paused read keeps its place and goes on from there; triggered reads run all the same.
#[utoipa::path(
    post, path = "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}:pause",
    operation_id = "pauseInstallation", tag = "reads", request_body = Option<PauseRequest>,
    responses((status = 204, description = "Paused"))
)]
async fn pause(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    body: Option<Body<PauseRequest>>,
) -> Result<StatusCode, Problem> {
    let Body(request) = body.unwrap_or(Body(PauseRequest::default()));
    let reason = request.note.unwrap_or_else(|| "paused by hand".to_owned());
    let pause = Pause { at: api.clock.now(), reason, automatic: false };
    set(&api, path, request.objects, Some(pause)).await
}

/// Lets paused reads of an installation go on.
#[utoipa::path(
    post, path = "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}:unpause",
    operation_id = "unpauseInstallation", tag = "reads", request_body = Option<PauseRequest>,
    responses((status = 204, description = "No longer paused"))
)]
async fn unpause(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    body: Option<Body<PauseRequest>>,
) -> Result<StatusCode, Problem> {
    let Body(request) = body.unwrap_or(Body(PauseRequest::default()));
    set(&api, path, request.objects, None).await
}

async fn set(
    api: &Api,
    path: (String, String, String),
    objects: Vec<String>,
    pause: Option<Pause>,
) -> Result<StatusCode, Problem> {
    let installation = find(api, &path).await?.record.id;
    scheduler(api)?.pause(Which { installation_id: Some(installation), objects }, pause).await?;
    Ok(StatusCode::NO_CONTENT)
}
