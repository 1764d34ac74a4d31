//! What is asked of reads: run now, read apart from the schedule, pause.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Api, Shared,
    installations::find,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::{
    journal::Pause,
    scheduler::{Handle, Refused, Trigger, Which},
};

/// Longest note of a pause, in characters.
const NOTE_CHARS_MAX: usize = 1_000;
/// Most objects that one request may name.
const OBJECTS_MAX: usize = 1_000;

type Body<T> = Result<Json<T>, JsonRejection>;

/// Which reads; all where nothing is said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RunRequest {
    installation_id: Option<String>,
    object_name: Option<String>,
}

fn scheduler(api: &Api) -> Result<&Handle, Problem> {
    api.scheduler.as_ref().ok_or_else(|| Refused::Stopped.into())
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stopped => Self::new(StatusCode::CONFLICT, refused.to_string()).remedy("start one with `ampline run`"),
            Refused::NotFound(detail) => not_found(detail),
            Refused::Full(detail) => Self::new(StatusCode::TOO_MANY_REQUESTS, detail),
            Refused::Journal(error) => error.into(),
        }
    }
}

/// `POST /v1/projects/{project}/reads:run`: pulls the next tick of these reads forward; one that runs already runs again.
pub(super) async fn run_now(
    State(api): Shared,
    Path(project): Path<String>,
    body: Body<RunRequest>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(RunRequest { installation_id, object_name }) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let which = Which { installation_id, objects: object_name.into_iter().collect() };
    match scheduler(&api)?.run_now(which).await? {
        0 => Err(not_found("no read fits that is not paused; `status` lists the reads there are")),
        reads => Ok(Json(json!({ "reads": reads }))),
    }
}

/// A read apart from the schedule.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TriggerRequest {
    group_ref: String,
    mode: String,
    since_timestamp: Option<Timestamp>,
    until_timestamp: Option<Timestamp>,
}

/// `POST /read/v1/projects/{project}/integrations/{integration}/objects/{object}`: reads what changed between two times, both of
/// them included; everything where nothing is said.
pub(super) async fn trigger(
    State(api): Shared,
    Path((project, integration, object_name)): Path<(String, String, String)>,
    body: Body<TriggerRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    if request.mode != "async" {
        return Err(bad_request(format!("mode is \"async\", not {:?}: reads run in the background", request.mode)));
    }
    let (since, until) = (request.since_timestamp, request.until_timestamp);
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        let detail = format!("sinceTimestamp {since} is later than untilTimestamp {until}: nothing lies between");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).remedy("exchange them"));
    }
    if since.is_some_and(|since| since > api.clock.now()) {
        let detail = "sinceTimestamp lies in the future: nothing has changed since";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).remedy("give a time in the past"));
    }
    let integration = api.projects.integration(&integration).await?.name;
    let trigger = Trigger { integration, group_ref: request.group_ref, object_name, since, until };
    let id = scheduler(&api)?.trigger(trigger).await?;
    Ok((StatusCode::CREATED, Json(json!({ "operationId": id }))))
}

/// Which objects of an installation, and why.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PauseRequest {
    #[serde(default)]
    objects: Vec<String>,
    note: Option<String>,
}

/// `POST /read/v1/projects/{project}/integrations/{integration}/installations/{installation}:pause` and `:unpause`. A paused read
/// keeps its place and goes on from there; triggered reads run all the same.
pub(super) async fn pause_or_unpause(
    State(api): Shared,
    Path((project, integration, verb)): Path<(String, String, String)>,
    body: Result<Option<Json<PauseRequest>>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let body = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let request = body.map(|Json(request)| request).unwrap_or_default();
    let (installation, pausing) = match verb.rsplit_once(':') {
        Some((installation, "pause")) => (installation, true),
        Some((installation, "unpause")) => (installation, false),
        _ => return Err(not_found("an installation is followed by `:pause` or `:unpause` here")),
    };
    let installation = find(&api, &(project, integration, installation.to_owned())).await?.record.id;
    if request.objects.len() > OBJECTS_MAX {
        return Err(bad_request(format!("at most {OBJECTS_MAX} objects at once")));
    }
    let note = request.note.unwrap_or_else(|| "paused by hand".to_owned());
    if note.chars().count() > NOTE_CHARS_MAX {
        return Err(bad_request(format!("a note has at most {NOTE_CHARS_MAX} characters")));
    }
    let pause = pausing.then(|| Pause { at: api.clock.now(), reason: note, automatic: false });
    let which = Which { installation_id: Some(installation), objects: request.objects };
    scheduler(&api)?.pause(which, pause).await?;
    Ok(StatusCode::NO_CONTENT)
}
