//! Connections with their credentials: made, shown, renewed, checked and deleted.

mod body;
mod consent;
mod given;
mod patch;
mod provider_apps;
mod shape;

use std::sync::Arc;

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
    Api, Shared, connections,
    problem::{Problem, bad_request, not_found},
    shapes,
    status::check_project,
};
use crate::{
    connection::{CALLBACK_PATH, Connection, Connections, NewConnection, RegistryError},
    project::Party,
    reader,
};
use body::{Body, invalid};
use shape::Wanted;

/// Routes that ask for the key.
pub(super) fn keyed() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/projects/{project}/connections:generate", post(generate))
        .route("/v1/projects/{project}/connections/{connection}", get(show).delete(connections::delete).post(act).patch(act))
        .route("/v1/projects/{project}/oauth-connect", post(consent::connect_in))
        .route("/v1/oauth-connect", post(consent::connect))
        .route("/v1/projects/{project}/provider-apps", get(provider_apps::list).post(provider_apps::create))
        .route(
            "/v1/projects/{project}/provider-apps/{app}",
            axum::routing::delete(provider_apps::delete).patch(patch::provider_app),
        )
}

/// Routes that anyone may ask: providers send people here.
pub(super) fn open() -> Router<Arc<Api>> {
    Router::new().route(CALLBACK_PATH, get(consent::callback))
}

/// The connections of the running runtime; the store alone opens no credentials.
fn opened(api: &Api) -> Result<&Arc<Connections>, Problem> {
    let problem = || {
        let text = "no runtime uses this data folder, and credentials are opened by a running one alone";
        Problem::new(StatusCode::CONFLICT, text).remedy("start it with `ampline run`, then ask again")
    };
    api.connections.as_ref().ok_or_else(problem)
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        let told = error.to_string();
        match error {
            RegistryError::Unknown { .. } => not_found(told),
            RegistryError::Refused(_) => invalid(told),
            RegistryError::Declared { .. } => Self::new(StatusCode::CONFLICT, told),
            RegistryError::Store(error) => error.into(),
        }
    }
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
    let found = api.projects.store().connection(&id).await?;
    let found = found.ok_or_else(|| not_found(format!("there is no connection {id:?}")))?;
    if api.connections.is_none() && !asked.include_creds && asked.refresh.is_none() {
        return Ok(Json(shapes::connection(&api.project, &found)));
    }
    let one = opened(&api)?.find(&found.id)?;
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

/// `POST /v1/projects/{project}/connections:generate`
async fn generate(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let connections = opened(&api)?;
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
    let put = connections.clone();
    let made = connections.to_the_end(async move { put.put(new).await }).await?;
    tracing::info!(event = "connection.made", connection = %made.id, provider = %made.provider);
    Ok((StatusCode::CREATED, Json(shape::connection(&api.project, &made, Wanted::default()))))
}

fn party(body: &mut Body, reference: &str, name: &str) -> Result<Option<Party>, Problem> {
    let (reference, name) = (body.optional(reference)?, body.optional(name)?);
    Ok(reference.map(|reference| Party { name: name.unwrap_or_else(|| reference.clone()), reference }))
}

/// `PATCH …/connections/{connection}`, `PATCH …/connections/{connection}:oauth-update`, `POST …/connections/{connection}:refresh`, `POST …/connections/{connection}:check`
async fn act(
    State(api): Shared,
    Path((project, path)): Path<(String, String)>,
    method: axum::http::Method,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let nothing = || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method");
    let (id, verb) = path.rsplit_once(':').unwrap_or((&path, ""));
    if verb.is_empty() && method != axum::http::Method::PATCH {
        return Err(nothing());
    }
    let one = opened(&api)?.find(id)?;
    match (method.as_str(), verb) {
        ("PATCH", "") => patch::connection(&api, one, &bytes).await,
        ("PATCH", "oauth-update") => update(&api, one, &headers, &bytes).await,
        ("POST", "refresh") => {
            refresh(&one).await?;
            api.projects.credentials_changed(&one.id).await?;
            Ok(Json(shape::connection(&api.project, &one, Wanted::default())).into_response())
        }
        ("POST", "check") => {
            let checked = check(opened(&api)?, &one).await?;
            if checked["ok"] == true {
                api.projects.credentials_changed(&one.id).await?;
            }
            Ok(Json(checked).into_response())
        }
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
    let credentials = given::credentials(&mut body, &one.provider, opened(api)?, api.clock.now())?;
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
    let connections = opened(api)?.clone();
    let put = connections.clone();
    let renewed = connections.to_the_end(async move { put.put(new).await }).await?;
    api.projects.credentials_changed(&renewed.id).await?;
    tracing::info!(event = "connection.renewed", connection = %renewed.id, provider = %renewed.provider);
    Ok(Json(shape::connection(&api.project, &renewed, Wanted::default())).into_response())
}

/// Asks the provider something that any sound credentials may ask.
async fn check(connections: &Connections, one: &Arc<Connection>) -> Result<Value, Problem> {
    let provider =
        connections.catalog().get(&one.provider).ok_or_else(|| invalid(connections.catalog().unknown(&one.provider)))?;
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
    let (is_sound, is_asked, error) = match asked {
        Ok(is_asked) => (true, is_asked, None),
        Err(error) => (false, true, Some(error.message)),
    };
    Ok(json!({
        "id": record.id,
        "ok": is_sound,
        "providerAsked": is_asked,
        "error": error,
        "status": record.status.name(),
        "statusReason": record.status_reason,
    }))
}
