//! Connections with their credentials: made, shown, renewed, checked and deleted.

mod consent;
mod given;
mod patch;
mod provider_apps;
mod shape;

use std::{collections::BTreeMap, sync::Arc};

use ampline_core::provider::{ReadError, ReadErrorClass};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared, connections,
    document::Routes,
    extract::{Body, IdempotencyKey, Path, Query},
    problem::{Problem, not_found},
    shapes,
    status::check_project,
};
use crate::{
    connection::{Connection, Connections, NewConnection, RegistryError},
    project::Party,
    reader,
};
use given::{AuthorizationCode, BasicAuth, ClientCredentials, Given, MetadataValue, PasswordCredentials, refused};
pub(super) use shape::Shown;
use shape::Wanted;

/// Routes that ask for the key.
pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(generate))
        .add(routes!(show, patch::connection, connections::delete))
        .add(routes!(update))
        .add(routes!(refresh))
        .add(routes!(check))
        .add(routes!(consent::connect_in))
        .add(routes!(consent::connect))
        .add(routes!(provider_apps::list, provider_apps::create))
        .add(routes!(provider_apps::show, provider_apps::delete, patch::provider_app))
}

/// Where providers send people; anyone may ask.
pub(super) fn callback() -> Routes {
    Routes::new().add(routes!(consent::callback))
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
            RegistryError::Refused(_) => refused("", told),
            RegistryError::Declared { .. } => Self::new(StatusCode::CONFLICT, told),
            RegistryError::Store(error) => error.into(),
        }
    }
}

/// What is asked for besides what may be told to anyone.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Asked {
    /// Show the credentials.
    include_creds: bool,
    /// Show the refresh token with them.
    include_refresh_token: bool,
    /// Renew the tokens first.
    #[param(inline)]
    refresh: Option<Refresh>,
}

/// When tokens are to be renewed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Refresh {
    /// Whether or not they hold.
    Force,
    /// Once they do not hold any longer.
    IfExpired,
}

/// Shows a connection; with its credentials where they are asked for.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}", operation_id = "getConnection",
    tag = "connections", params(Asked),
    responses((status = 200, body = shapes::Connection), (status = 502, description = "The provider refused."))
)]
async fn show(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Json<shapes::Connection>, Problem> {
    check_project(&api, &project)?;
    let found = api.projects.store().connection(&id).await?;
    let found = found.ok_or_else(|| not_found(format!("there is no connection {id:?}")))?;
    if api.connections.is_none() && !asked.include_creds && asked.refresh.is_none() {
        return Ok(Json(shapes::connection(&api.project, &found)));
    }
    let one = opened(&api)?.find(&found.id)?;
    match asked.refresh {
        Some(Refresh::Force) => one.refresh_now().await.map_err(bad_gateway)?,
        Some(Refresh::IfExpired) => drop(one.access().await.map_err(bad_gateway)?),
        None => {}
    }
    let wanted = Wanted { credentials: asked.include_creds, refresh_token: asked.include_refresh_token };
    if wanted.credentials {
        tracing::info!(event = "connection.credentials_shown", connection = %one.id);
    }
    Ok(Json(shape::connection(&api.project, &one, wanted)))
}

/// A provider's refusal, as the client of the API learns of it.
fn bad_gateway(error: ReadError) -> Problem {
    // What cannot be asked of the provider is no failure of the provider's.
    let is_ours = error.class == ReadErrorClass::BadRequest;
    Problem::new(if is_ours { StatusCode::CONFLICT } else { StatusCode::BAD_GATEWAY }, error.message)
}

/// A connection with credentials that the product has already: exactly one way to authorise.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = GenerateConnectionRequest)]
struct GenerateRequest {
    /// Of the provider catalog.
    #[schema(min_length = 1)]
    provider: String,
    /// The product's own id for the customer's team.
    #[schema(min_length = 1, max_length = 255)]
    group_ref: String,
    #[schema(min_length = 1, max_length = 255)]
    group_name: Option<String>,
    /// The product's own id for the person.
    #[schema(min_length = 1, max_length = 255)]
    consumer_ref: Option<String>,
    #[schema(min_length = 1, max_length = 255)]
    consumer_name: Option<String>,
    /// The provider's workspace (a subdomain, a portal).
    #[schema(min_length = 1)]
    provider_workspace_ref: Option<String>,
    /// What the provider's addresses need besides.
    #[serde(default)]
    provider_metadata: BTreeMap<String, MetadataValue>,
    /// A token that is sent as it is and never renewed.
    #[schema(format = Password, min_length = 1)]
    access_token: Option<String>,
    /// A key of the provider.
    #[schema(format = Password, min_length = 1)]
    api_key: Option<String>,
    basic_auth: Option<BasicAuth>,
    /// What a provider with credentials of its own form asks for, by the names of its inputs.
    custom_auth: Option<BTreeMap<String, String>>,
    oauth2_authorization_code: Option<AuthorizationCode>,
    oauth2_client_credentials: Option<ClientCredentials>,
    oauth2_password_credentials: Option<PasswordCredentials>,
    /// The provider app that tokens are renewed with; the only one of the provider, where it is not given.
    #[schema(min_length = 1)]
    provider_app_id: Option<String>,
}

/// Makes a connection of credentials that the product has already.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/connections:generate", operation_id = "generateConnection",
    tag = "connections", params(IdempotencyKey), request_body = GenerateRequest, responses((status = 201, body = shapes::Connection))
)]
async fn generate(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    Body(request): Body<GenerateRequest>,
) -> Result<(StatusCode, Json<shapes::Connection>), Problem> {
    check_project(&api, &project)?;
    let connections = opened(&api)?;
    let given = Given {
        access_token: request.access_token,
        api_key: request.api_key,
        basic_auth: request.basic_auth,
        custom_auth: request.custom_auth,
        oauth2_authorization_code: request.oauth2_authorization_code,
        oauth2_client_credentials: request.oauth2_client_credentials,
        oauth2_password_credentials: request.oauth2_password_credentials,
        provider_app_id: request.provider_app_id,
    };
    let credentials = given.credentials(&request.provider, connections, api.clock.now())?;
    let new = NewConnection {
        id: Connections::new_id(),
        provider: request.provider,
        group: party(request.group_ref, request.group_name),
        consumer: request.consumer_ref.map(|reference| party(reference, request.consumer_name)),
        workspace: request.provider_workspace_ref,
        metadata: given::metadata(request.provider_metadata),
        credentials,
        origin: super::client_origin(&headers),
    };
    let put = connections.clone();
    let made = connections.to_the_end(async move { put.put(new).await }).await?;
    tracing::info!(event = "connection.made", connection = %made.id, provider = %made.provider);
    Ok((StatusCode::CREATED, Json(shape::connection(&api.project, &made, Wanted::default()))))
}

fn party(reference: String, name: Option<String>) -> Party {
    Party { name: name.unwrap_or_else(|| reference.clone()), reference }
}

fn find(api: &Api, project: &str, id: &str) -> Result<Arc<Connection>, Problem> {
    check_project(api, project)?;
    Ok(opened(api)?.find(id)?)
}

/// Gives a connection new tokens.
///
/// Without any in the body, the answer is the address at which a person gives them.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}:oauth-update", operation_id = "updateConnectionOauth",
    tag = "connections", request_body = Option<Given>,
    responses((status = 200, content((shapes::Connection = "application/json"), (String = "text/plain"))))
)]
async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Option<Body<Given>>,
) -> Result<Response, Problem> {
    let one = find(&api, &project, &id)?;
    let given = body.map(|Body(given)| given).unwrap_or_default();
    if given.is_empty() {
        return consent::renew(&api, &one, &headers).await;
    }
    let record = one.record();
    if record.origin.file().is_some() {
        return Err(RegistryError::Declared { what: "connection", id: one.id.clone() }.into());
    }
    let credentials = given.credentials(&one.provider, opened(&api)?, api.clock.now())?;
    let group = record.group.ok_or_else(|| refused("", "the connection is no group's"))?;
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
    let connections = opened(&api)?.clone();
    let put = connections.clone();
    let renewed = connections.to_the_end(async move { put.put(new).await }).await?;
    api.projects.credentials_changed(&renewed.id).await?;
    tracing::info!(event = "connection.renewed", connection = %renewed.id, provider = %renewed.provider);
    Ok(Json(shape::connection(&api.project, &renewed, Wanted::default())).into_response())
}

/// Renews the tokens of a connection whether or not they hold.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}:refresh", operation_id = "refreshConnection",
    tag = "connections",
    responses((status = 200, body = shapes::Connection), (status = 502, description = "The provider refused."))
)]
async fn refresh(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<shapes::Connection>, Problem> {
    let one = find(&api, &project, &id)?;
    one.refresh_now().await.map_err(bad_gateway)?;
    api.projects.credentials_changed(&one.id).await?;
    Ok(Json(shape::connection(&api.project, &one, Wanted::default())))
}

/// What a provider says of a connection's credentials.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CheckedConnection)]
struct Checked {
    id: String,
    /// The credentials work, as far as that was asked.
    ok: bool,
    /// The provider was asked; where it was not, the tokens alone were looked at.
    provider_asked: bool,
    /// Why they do not work.
    error: Option<String>,
    status: shapes::Status,
    /// Why the connection does not work.
    status_reason: Option<String>,
}

/// Asks the provider something that any sound credentials may ask.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}:check", operation_id = "checkConnection",
    tag = "connections", responses((status = 200, body = Checked))
)]
async fn check(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Checked>, Problem> {
    let one = find(&api, &project, &id)?;
    let connections = opened(&api)?;
    let unknown = || refused("", connections.catalog().unknown(&one.provider));
    let provider = connections.catalog().get(&one.provider).ok_or_else(unknown)?;
    let asked = match provider.health_request() {
        Some(request) => {
            let health = |response: &http::Response<bytes::Bytes>| provider.health(response);
            one.try_again();
            reader::fetch::once(connections.http(), &one, request, health).await.map(|()| true)
        }
        // What can be checked are the tokens.
        None => one.access().await.map(|_| false),
    };
    let record = one.record();
    let (ok, provider_asked, error) = match asked {
        Ok(is_asked) => (true, is_asked, None),
        Err(error) => (false, true, Some(error.message)),
    };
    if ok {
        api.projects.credentials_changed(&one.id).await?;
    }
    let status = shapes::status(record.status);
    Ok(Json(Checked { id: record.id, ok, provider_asked, error, status, status_reason: record.status_reason }))
}
