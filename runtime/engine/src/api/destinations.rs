//! Destinations: made, shown, changed, tried, stopped and deleted while the runtime runs.

mod shape;

use std::{collections::BTreeMap, sync::Arc};

use ampline_core::message::{Trial, trial};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::ETAG},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use self::shape::{Asked, Destination};
use super::{
    Api, Shared, client_origin,
    document::Routes,
    extract::{Body, IdempotencyKey, IfMatch, Path, Query},
    problem::{Problem, not_found},
    status::check_project,
    to_the_end,
    validator::EntityTag,
};
use crate::{
    destination::{
        DeliverySettings, DestinationEdit, GivenDestination, OPERATOR,
        grants::{Checked, GivenGrants},
    },
    journal::DestinationState,
    project::{DestinationRecord, ProjectError},
    secrets::{RotationError, Secret},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(list, create))
        .add(routes!(show, update, delete))
        .add(routes!(send_test))
        .add(routes!(enable))
        .add(routes!(disable))
}

/// A destination to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateDestinationRequest {
    /// What manifests call it: unique within the project; letters, numbers and dashes.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9-]+$", example = "leadConvertedWebhook")]
    name: String,
    /// The sink that is to serve it: `webhook`, `kinesis`, `s3`, `postgres`, `api`, or an installed one.
    #[schema(min_length = 1, max_length = 64, example = "webhook")]
    r#type: String,
    /// The sink's configuration, as its schema says. What belongs to other types of the contract is left out.
    metadata: Map<String, Value>,
    /// Credentials by name; never shown again.
    #[serde(default)]
    #[schema(write_only)]
    secrets: BTreeMap<String, String>,
    /// What an installed sink may do; a sink that is built in needs none.
    #[serde(default)]
    grants: GivenGrants,
    /// At which pace messages go there.
    #[serde(default)]
    delivery: DeliverySettings,
}

/// New values of a destination, and which of them count.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateDestinationRequest {
    /// Paths: `name`, `metadata`, `metadata.<key>`, `secrets`, `secrets.<key>`, `grants`, `grants.hosts`, `grants.limits`,
    /// `grants.limits.<key>`, `grants.credentials`, `grants.credentials.<name>`, `delivery`, `delivery.<key>`. What a path names and
    /// `destination` leaves out is taken away.
    #[schema(min_items = 1, max_items = 100)]
    update_mask: Vec<String>,
    destination: NewValues,
}

/// New values of a destination.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DestinationUpdate)]
struct NewValues {
    /// Another name.
    #[schema(max_length = 128)]
    name: Option<String>,
    /// Not to be changed; taken in for clients that send what they were shown.
    #[serde(rename = "type")]
    _type: Option<String>,
    /// Members of the configuration.
    #[serde(default)]
    metadata: Map<String, Value>,
    /// Credentials by name; never shown again.
    #[serde(default)]
    #[schema(write_only)]
    secrets: BTreeMap<String, String>,
    /// What its sink may do.
    #[serde(default)]
    grants: GivenGrants,
    /// At which pace messages go there.
    #[serde(default)]
    delivery: DeliverySettings,
}

/// What is asked for besides what may be told to anyone.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Wanted {
    /// Show the signing key.
    include_secrets: bool,
    /// Make a new signing key first; the one before signs beside it for 24 hours.
    rotate: bool,
}

/// What is asked for of a new destination.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct WantedOfNew {
    /// Show the signing key.
    include_secrets: bool,
}

/// How far a change may go.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Force {
    /// Even where a manifest or an installation names it: those then wait for a destination of that name.
    force: bool,
}

/// A message on its way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestMessage {
    /// Name of the destination.
    destination: String,
    /// The delivery: what became of it is shown under `deliveries`.
    delivery_id: i64,
    /// The message's id, as the receiver is shown it.
    event_id: Uuid,
}

/// Lists destinations by name.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/destinations", operation_id = "listDestinations", tag = "destinations",
    responses((status = 200, body = [Destination]))
)]
async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<Destination>>, Problem> {
    check_project(&api, &project)?;
    let states = api.journal.destinations().await?;
    let all = api.projects.store().destinations().await?;
    let state = |name: &str| states.iter().find(|state| state.name == name);
    Ok(Json(all.iter().map(|one| shape::destination(one, state(&one.name), Asked::Nothing)).collect()))
}

/// Makes a destination.
///
/// Messages go there from now on; installations that waited for one of its name begin to flow.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations", operation_id = "createDestination", tag = "destinations",
    params(IdempotencyKey, WantedOfNew), request_body = CreateDestinationRequest,
    responses((status = 201, body = Destination), (status = 409, description = "There is one of this name."))
)]
async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<WantedOfNew>,
    headers: HeaderMap,
    Body(request): Body<CreateDestinationRequest>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let given = GivenDestination {
        name: request.name,
        kind: request.r#type,
        metadata: request.metadata,
        secrets: sealed(request.secrets),
        grants: Checked::default(),
        delivery: request.delivery,
    };
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    let made = to_the_end(async move { projects.create_destination(given, request.grants, origin).await }).await?;
    Ok((StatusCode::CREATED, shown(&api, &made, wanted.include_secrets).await?).into_response())
}

/// Shows a destination.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}", operation_id = "getDestination",
    tag = "destinations", params(Wanted), responses((status = 200, body = Destination))
)]
async fn show(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&name).await?;
    if wanted.rotate {
        let (secrets, id) = (api.projects.destinations()?.secrets().clone(), record.id.clone());
        let rotating = tokio::task::spawn_blocking(move || secrets.rotate(&id)).await;
        let done = rotating.map_err(|error| failed(&error))?.map_err(refused)?;
        tracing::info!(event = "destination.signing_key_rotated", destination = %record.name, old_until = %done.until);
    }
    shown(&api, &record, wanted.include_secrets).await
}

/// Changes a destination.
///
/// What is claimed from now on goes by the new configuration; what is on its way ends by the one it began with.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}", operation_id = "updateDestination",
    tag = "destinations", params(IfMatch, Force), request_body = UpdateDestinationRequest,
    responses((status = 200, body = Destination))
)]
async fn update(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(how): Query<Force>,
    expected: IfMatch,
    headers: HeaderMap,
    Body(request): Body<UpdateDestinationRequest>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&name).await?;
    let (revision, id) = (builds_on(&expected, &record)?, record.id);
    let NewValues { name, metadata, secrets, grants, delivery, .. } = request.destination;
    let (paths, secrets) = (request.update_mask, sealed(secrets));
    let edit = DestinationEdit { paths, name, metadata, secrets, grants, delivery };
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    let changed = to_the_end(async move { projects.update_destination(&id, revision, edit, how.force, origin).await }).await?;
    shown(&api, &changed, false).await
}

/// Deletes a destination.
///
/// What waits for it becomes dead letters, which a replay brings back once there is one of its name again.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}", operation_id = "deleteDestination",
    tag = "destinations", params(IfMatch, Force), responses((status = 204, description = "Deleted"))
)]
async fn delete(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(how): Query<Force>,
    expected: IfMatch,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&name).await?;
    let (revision, id) = (builds_on(&expected, &record)?, record.id);
    let (projects, by) = (api.projects.clone(), client_origin(&headers));
    to_the_end(async move { projects.delete_destination(&id, revision, how.force, by).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test message.
///
/// It is a delivery like any other: kept, signed, tried again. Its `action` is `test`; where a destination mirrors records it carries none.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}:test", operation_id = "testDestination",
    tag = "destinations", responses((status = 202, body = TestMessage))
)]
async fn send_test(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
) -> Result<(StatusCode, Json<TestMessage>), Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&name).await?;
    api.projects.destinations()?;
    let state = state(&api, &record.name).await?;
    let reason = record.disabled_reason.clone().or_else(|| state.and_then(|state| state.disabled_reason));
    if let Some(reason) = reason {
        let problem = Problem::new(StatusCode::CONFLICT, format!("the destination {:?} is stopped: {reason}", record.name));
        return Err(problem.remedy("repair what stopped it, then enable it (`ampline destinations enable`)"));
    }
    let (id, now) = (Uuid::now_v7(), api.clock.now());
    let envelope = trial(&Trial {
        project_id: &api.project,
        destination: &record.name,
        destination_id: &record.id,
        with_record: !matches!(record.kind.as_str(), "api" | "postgres"),
        id,
        time: now,
    });
    let deliveries = api.journal.enqueue(vec![envelope], now).await?;
    let delivery_id = deliveries.first().copied().ok_or_else(|| failed(&"the journal made no delivery of it"))?;
    tracing::info!(event = "destination.tested", destination = %record.name, delivery = delivery_id);
    Ok((StatusCode::ACCEPTED, Json(TestMessage { destination: record.name, delivery_id, event_id: id })))
}

/// Lets a stopped destination go on.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/enable", operation_id = "enableDestination",
    tag = "destinations", responses((status = 204, description = "It goes on."))
)]
async fn enable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, None).await
}

/// Stops a destination. What waits for it is kept.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/disable", operation_id = "disableDestination",
    tag = "destinations", responses((status = 204, description = "It is stopped."))
)]
async fn disable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, Some(OPERATOR.to_owned())).await
}

async fn set(api: &Api, project: &str, name: &str, reason: Option<String>) -> Result<StatusCode, Problem> {
    check_project(api, project)?;
    let record = api.projects.store().destination(name).await?;
    let name = record.as_ref().map_or(name, |record| &record.name);
    let state = state(api, name).await?.filter(|state| !state.gone);
    if record.is_none() && state.is_none() {
        return Err(not_found(format!("there is no destination {name:?}")));
    }
    if let (Some(stopped), None) = (record.as_ref().and_then(|record| record.disabled_reason.as_ref()), &reason) {
        return Err(Problem::new(StatusCode::CONFLICT, format!("the destination {name:?} stays stopped: {stopped}")));
    }
    tracing::info!(event = "destination.set", destination = %name, reason = reason.as_deref());
    api.journal.set_destination(name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn state(api: &Api, name: &str) -> Result<Option<DestinationState>, Problem> {
    Ok(api.journal.destinations().await?.into_iter().find(|state| state.name == name))
}

fn sealed(secrets: BTreeMap<String, String>) -> BTreeMap<String, Secret> {
    secrets.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}

/// The revision that a change builds on; nothing where the client does not mind.
fn builds_on(expected: &IfMatch, record: &DestinationRecord) -> Result<Option<u32>, Problem> {
    let Some(expected) = &expected.if_match else { return Ok(None) };
    let found = version(record);
    if *expected == found {
        Ok(Some(record.revision))
    } else {
        Err(ProjectError::Stale { expected: expected.clone(), found }.into())
    }
}

/// Another text for every other state of a destination, and for every destination.
fn version(record: &DestinationRecord) -> String {
    format!("{}.{}", record.id, record.revision)
}

/// A destination under the tag of its revision.
async fn shown(api: &Arc<Api>, record: &DestinationRecord, with_secrets: bool) -> Result<Response, Problem> {
    let asked = if with_secrets { Asked::Secrets(api.projects.destinations()?.secrets().as_ref()) } else { Asked::Nothing };
    let state = state(api, &record.name).await?;
    let mut response = Json(shape::destination(record, state.as_ref(), asked)).into_response();
    if let Ok(tag) = EntityTag::new(&version(record)).as_str().parse() {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a request about a destination could not be carried out");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was not done; the runtime's log says why")
}

fn refused(error: RotationError) -> Problem {
    match &error {
        RotationError::Vault(error) => failed(error),
        RotationError::Unknown(_)
        | RotationError::Unsigned(_)
        | RotationError::Configured(_)
        | RotationError::TooOften { .. } => Problem::new(StatusCode::CONFLICT, error.to_string()),
    }
}
