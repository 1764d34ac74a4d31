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
        problem::{Problem, not_found},
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
pub(super) struct Metadata {
    /// Further parameters of the consent address.
    #[serde(default)]
    pub(super) auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    #[serde(default)]
    pub(super) provider_params: BTreeMap<String, String>,
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
