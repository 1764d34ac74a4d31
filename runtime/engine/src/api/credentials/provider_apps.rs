//! The product's registrations at providers. Their secrets come in and never go out.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{given::refused, opened, shape};
use crate::{
    api::{
        Shared,
        extract::{Body, IdempotencyKey, Path},
        problem::{Place, Problem, RequestIssue, invalid, not_found},
        status::check_project,
    },
    connection::{Connections, ProviderApp},
    secrets::Secret,
};

/// The product's registration at a provider.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateProviderAppRequest)]
pub(super) struct CreateRequest {
    /// Of the provider catalog.
    #[schema(min_length = 1)]
    provider: String,
    /// The registration's id at the provider.
    #[schema(min_length = 1)]
    client_id: String,
    /// Not there for a public client.
    #[schema(format = Password, min_length = 1)]
    client_secret: Option<String>,
    /// Asked for in place of the catalog's.
    #[serde(default)]
    scopes: Vec<String>,
    /// The product's own id for it.
    #[schema(min_length = 1)]
    external_ref: Option<String>,
    metadata: Option<Metadata>,
}

/// What a provider needs besides.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateProviderAppMetadata)]
struct Metadata {
    /// Further parameters of the consent address.
    #[serde(default)]
    auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    #[serde(default)]
    provider_params: BTreeMap<String, String>,
}

/// Lists the product's registrations at providers.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/provider-apps", operation_id = "listProviderApps", tag = "connections",
    responses((status = 200, body = [shape::ShownApp]))
)]
pub(super) async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<shape::ShownApp>>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(opened(&api)?.apps().iter().map(|app| shape::provider_app(&api.project, app)).collect()))
}

/// Keeps a registration of the product at a provider.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/provider-apps", operation_id = "createProviderApp", tag = "connections",
    params(IdempotencyKey), request_body = CreateRequest, responses((status = 201, body = shape::ShownApp))
)]
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<(StatusCode, Json<shape::ShownApp>), Problem> {
    check_project(&api, &project)?;
    let connections = opened(&api)?;
    let metadata = request.metadata.unwrap_or_default();
    let app = ProviderApp {
        id: Connections::new_id(),
        provider: request.provider,
        client_id: request.client_id,
        client_secret: request.client_secret.map(Secret::new),
        scopes: request.scopes,
        external_ref: request.external_ref,
        auth_query_params: metadata.auth_query_params,
        provider_params: metadata.provider_params,
        auth_url: None,
        token_url: None,
        base_url: None,
        is_declared: false,
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
    };
    if connections.apps().iter().any(|other| other.provider == app.provider && other.client_id == app.client_id) {
        let detail = format!("{} has a provider app of the clientId {:?} already", app.provider, app.client_id);
        return Err(refused("clientId", detail));
    }
    let put = connections.clone();
    let made = connections.to_the_end(async move { put.put_app(app).await }).await?;
    tracing::info!(event = "provider_app.made", provider_app = %made.id, provider = %made.provider);
    Ok((StatusCode::CREATED, Json(shape::provider_app(&api.project, &made))))
}

/// New values of a registration, and which of them count.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateProviderAppRequest)]
pub(super) struct UpdateRequest {
    /// Paths: `clientId`, `clientSecret`, `scopes`, `externalRef`, `metadata`, `metadata.authQueryParams`, `metadata.providerParams`. What
    /// a path names and `providerApp` leaves out is taken away.
    #[schema(min_items = 1, max_items = 10)]
    update_mask: Vec<String>,
    provider_app: NewValues,
}

/// New values of a registration.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProviderAppUpdate)]
struct NewValues {
    /// The registration's id at the provider.
    #[schema(min_length = 1)]
    client_id: Option<String>,
    /// Not there for a public client.
    #[schema(format = Password, min_length = 1)]
    client_secret: Option<String>,
    /// Asked for in place of the catalog's.
    #[serde(default)]
    scopes: Vec<String>,
    /// The product's own id for it.
    #[schema(min_length = 1)]
    external_ref: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

impl NewValues {
    /// Takes over what the mask names, or tells every path that there is not.
    fn apply(self, mask: &[String], app: &mut ProviderApp) -> Result<(), Problem> {
        let mut issues = Vec::new();
        let Self { client_id, client_secret, scopes, external_ref, metadata } = self;
        let Metadata { auth_query_params, provider_params } = metadata;
        let secret = client_secret.map(Secret::new);
        for (index, path) in mask.iter().enumerate() {
            match (path.as_str(), &client_id) {
                ("clientId", Some(client_id)) => app.client_id.clone_from(client_id),
                ("clientId", None) => {
                    let told = "is missing, and updateMask names it";
                    issues.push(RequestIssue::new(Place::Body, "providerApp.clientId", told));
                }
                ("clientSecret", _) => app.client_secret.clone_from(&secret),
                ("scopes", _) => app.scopes.clone_from(&scopes),
                ("externalRef", _) => app.external_ref.clone_from(&external_ref),
                ("metadata", _) => {
                    app.auth_query_params.clone_from(&auth_query_params);
                    app.provider_params.clone_from(&provider_params);
                }
                ("metadata.authQueryParams", _) => app.auth_query_params.clone_from(&auth_query_params),
                ("metadata.providerParams", _) => app.provider_params.clone_from(&provider_params),
                _ => {
                    let told = "is no path of a provider app that can be changed; there are clientId, clientSecret, scopes, externalRef, \
                                metadata, metadata.authQueryParams and metadata.providerParams";
                    issues.push(RequestIssue::new(Place::Body, format!("updateMask[{index}]"), told));
                }
            }
        }
        if issues.is_empty() { Ok(()) } else { Err(invalid(issues)) }
    }
}

/// Shows a registration.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/provider-apps/{providerAppId}", operation_id = "getProviderApp",
    tag = "connections", responses((status = 200, body = shape::ShownApp))
)]
pub(super) async fn show(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<shape::ShownApp>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(shape::provider_app(&api.project, &find(opened(&api)?, &id)?)))
}

/// Changes a registration.
///
/// Connections that were made with it are refreshed with what it holds then.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/provider-apps/{providerAppId}", operation_id = "updateProviderApp",
    tag = "connections", request_body = UpdateRequest, responses((status = 200, body = shape::ShownApp))
)]
pub(super) async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<shape::ShownApp>, Problem> {
    check_project(&api, &project)?;
    let connections = opened(&api)?;
    let mut app = find(connections, &id)?;
    request.provider_app.apply(&request.update_mask, &mut app)?;
    let mut others = connections.apps().into_iter().filter(|other| other.id != app.id);
    if others.any(|other| other.provider == app.provider && other.client_id == app.client_id) {
        let detail = format!("{} has a provider app of the clientId {:?} already", app.provider, app.client_id);
        return Err(refused("providerApp.clientId", detail));
    }
    let put = connections.clone();
    let changed = connections.to_the_end(async move { put.put_app(app).await }).await?;
    tracing::info!(event = "provider_app.changed", provider_app = %changed.id);
    Ok(Json(shape::provider_app(&api.project, &changed)))
}

fn find(connections: &Connections, id: &str) -> Result<ProviderApp, Problem> {
    let found = connections.apps().into_iter().find(|app| app.id == id);
    found.ok_or_else(|| not_found(format!("there is no provider app {id:?}")))
}

/// Deletes a registration.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/provider-apps/{providerAppId}", operation_id = "deleteProviderApp",
    tag = "connections", responses((status = 204, description = "Deleted"))
)]
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    opened(&api)?.delete_app(&id).await?;
    tracing::info!(event = "provider_app.deleted", provider_app = %id);
    Ok(StatusCode::NO_CONTENT)
}
