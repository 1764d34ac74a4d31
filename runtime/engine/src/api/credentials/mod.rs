//! Connections with their credentials: made, shown, renewed, checked and deleted.

mod body;
mod consent;
mod given;
mod provider_apps;
mod shape;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Api, Shared,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::{
    connection::{CALLBACK_PATH, Connection, Connections, NewConnection, RegistryError},
    project::{Party, ProjectError},
    reader,
};
use body::{Body, invalid};
use shape::Wanted;

/// Routes that ask for the key.
pub(super) fn keyed() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/projects/{project}/connections", get(list))
        .route("/v1/projects/{project}/connections:generate", post(generate))
        .route("/v1/projects/{project}/connections/{connection}", get(show).delete(delete).post(act).patch(act))
        .route("/v1/projects/{project}/oauth-connect", post(consent::connect_in))
        .route("/v1/oauth-connect", post(consent::connect))
        .route("/v1/projects/{project}/provider-apps", get(provider_apps::list).post(provider_apps::create))
        .route("/v1/projects/{project}/provider-apps/{app}", axum::routing::delete(provider_apps::delete))
}

/// Routes that anyone may ask: providers send people here.
pub(super) fn open() -> Router<Arc<Api>> {
    Router::new().route(CALLBACK_PATH, get(consent::callback))
}

/// The connections of the running runtime; the store alone opens no credentials.
fn connections(api: &Api) -> Result<&Arc<Connections>, Problem> {
    let problem = || {
        let text = "no runtime uses this data folder, and credentials are opened by a running one alone";
        Problem::new(StatusCode::CONFLICT, text).remedy("start it with `ampline run`, then ask again")
    };
    api.connections.as_ref().ok_or_else(problem)
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        match &error {
            RegistryError::Unknown { .. } => not_found(error.to_string()),
            RegistryError::Refused(_) => invalid(error.to_string()),
            RegistryError::Declared { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            RegistryError::Store(ProjectError::Store(_)) => {
                tracing::error!(%error, "the project store could not answer the API");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the store could not answer; the runtime's log says why")
            }
            RegistryError::Store(ProjectError::NotFound { .. }) => not_found(error.to_string()),
            RegistryError::Store(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
        }
    }
}

/// Which connections are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    provider: Option<String>,
    group_ref: Option<String>,
    consumer_ref: Option<String>,
}

/// `GET /v1/projects/{project}/connections?provider=&groupRef=&consumerRef=`
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(filter) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let fits = |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
    let mut all = connections(&api)?.list();
    all.retain(|one| {
        let record = one.record();
        let reference = |party: &Option<Party>| party.as_ref().map(|party| party.reference.clone());
        fits(&filter.provider, Some(&record.provider))
            && fits(&filter.group_ref, reference(&record.group).as_deref())
            && fits(&filter.consumer_ref, reference(&record.consumer).as_deref())
    });
    Ok(Json(all.iter().map(|one| shape::connection(&api.project, one, Wanted::default())).collect()))
}

/// What is asked for besides what may be told to anyone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    include_creds: bool,
    include_refresh_token: bool,
    refresh: Option<Refresh>,
}

/// When tokens are to be renewed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Refresh {
    Force,
    IfExpired,
}

/// `GET /v1/projects/{project}/connections/{connection}?includeCreds=&includeRefreshToken=&refresh=force|ifExpired`
async fn show(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(asked) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let one = connections(&api)?.find(&id)?;
    match asked.refresh {
        Some(Refresh::Force) => refresh(&one).await?,
        Some(Refresh::IfExpired) => drop(one.access().await.map_err(refused)?),
        None => {}
    }
    let wanted = Wanted { credentials: asked.include_creds, refresh_token: asked.include_refresh_token };
    if wanted.credentials {
        tracing::info!(event = "connection.credentials_shown", connection = %one.id);
    }
    Ok(Json(shape::connection(&api.project, &one, wanted)))
}

/// Renews the tokens whether or not they hold.
async fn refresh(one: &Arc<Connection>) -> Result<(), Problem> {
    one.refresh_now().await.map_err(refused)
}

/// A provider's refusal, as the client of the API learns of it.
fn refused(error: ampline_core::provider::ReadError) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, error.message)
}

/// `DELETE /v1/projects/{project}/connections/{connection}`
async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    connections(&api)?.delete(&id).await?;
    tracing::info!(event = "connection.deleted", connection = %id);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/projects/{project}/connections:generate`
async fn generate(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let connections = connections(&api)?;
    let mut body = Body::parse(&bytes)?;
    let provider = body.text("provider")?;
    let credentials = given::credentials(&mut body, &provider, connections, api.clock.now())?;
    let group = party(&mut body, "groupRef", "groupName")?.ok_or_else(|| invalid("groupRef is missing"))?;
    let new = NewConnection {
        id: Connections::new_id(),
        provider,
        group,
        consumer: party(&mut body, "consumerRef", "consumerName")?,
        workspace: body.optional("providerWorkspaceRef")?,
        metadata: body.values("providerMetadata")?,
        credentials,
        origin: super::client_origin(&headers),
    };
    body.done()?;
    let made = connections.put(new).await?;
    tracing::info!(event = "connection.made", connection = %made.id, provider = %made.provider);
    Ok((StatusCode::CREATED, Json(shape::connection(&api.project, &made, Wanted::default()))))
}

fn party(body: &mut Body, reference: &str, name: &str) -> Result<Option<Party>, Problem> {
    let (reference, name) = (body.optional(reference)?, body.optional(name)?);
    Ok(reference.map(|reference| Party { name: name.unwrap_or_else(|| reference.clone()), reference }))
}

/// `PATCH …/connections/{connection}:oauth-update`, `POST …/connections/{connection}:refresh`, `POST …/connections/{connection}:check`
async fn act(
    State(api): Shared,
    Path((project, path)): Path<(String, String)>,
    method: axum::http::Method,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let nothing = || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method");
    let (id, verb) = path.rsplit_once(':').ok_or_else(nothing)?;
    let one = connections(&api)?.find(id)?;
    match (method.as_str(), verb) {
        ("PATCH", "oauth-update") => update(&api, one, &headers, &bytes).await,
        ("POST", "refresh") => {
            refresh(&one).await?;
            Ok(Json(shape::connection(&api.project, &one, Wanted::default())).into_response())
        }
        ("POST", "check") => Ok(Json(check(connections(&api)?, &one).await?).into_response()),
        _ => Err(nothing()),
    }
}

/// New tokens for a connection; without any in the body, the address at which a person gives them.
async fn update(api: &Api, one: Arc<Connection>, headers: &HeaderMap, bytes: &Bytes) -> Result<Response, Problem> {
    let mut body = Body::parse(bytes)?;
    if body.is_empty() {
        return consent::renew(api, &one, headers).await;
    }
    let record = one.record();
    if record.origin.file().is_some() {
        return Err(RegistryError::Declared { what: "connection", id: one.id.clone() }.into());
    }
    let credentials = given::credentials(&mut body, &one.provider, connections(api)?, api.clock.now())?;
    body.done()?;
    let group = record.group.ok_or_else(|| invalid("the connection is no group's"))?;
    let new = NewConnection {
        id: one.id.clone(),
        provider: record.provider,
        group,
        consumer: record.consumer,
        workspace: record.workspace,
        metadata: record.metadata,
        credentials,
        origin: record.origin,
    };
    let renewed = connections(api)?.put(new).await?;
    tracing::info!(event = "connection.renewed", connection = %renewed.id, provider = %renewed.provider);
    Ok(Json(shape::connection(&api.project, &renewed, Wanted::default())).into_response())
}

/// Asks the provider something that any sound credentials may ask.
async fn check(connections: &Connections, one: &Arc<Connection>) -> Result<Value, Problem> {
    let provider = connections.catalog().get(&one.provider).ok_or_else(|| invalid(connections.catalog().unknown(&one.provider)))?;
    let asked = match provider.health_request() {
        Some(request) => {
            let health = |response: &http::Response<bytes::Bytes>| provider.health(response);
            one.try_again();
            reader::fetch::once(connections.http(), one, request, health).await.map(|()| true)
        }
        // What can be checked are the tokens.
        None => one.access().await.map(|_| false),
    };
    let record = one.record();
    let mut answer: BTreeMap<&str, Value> = BTreeMap::from([
        ("id", json!(record.id)),
        ("status", json!(record.status.name())),
        ("statusReason", json!(record.status_reason)),
    ]);
    match asked {
        Ok(is_asked) => answer.extend([("ok", json!(true)), ("providerAsked", json!(is_asked))]),
        Err(error) => answer.extend([("ok", json!(false)), ("error", json!(error.message))]),
    }
    Ok(json!(answer))
}
