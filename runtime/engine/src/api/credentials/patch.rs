//! `PATCH` of connections and provider apps: what the mask names is changed, and nothing else.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    find,
    given::{self, AuthorizationCode, BasicAuth, ClientCredentials, Given, MetadataValue, PasswordCredentials, refused},
    opened,
    provider_apps::Metadata,
    shape::{self, Wanted},
};
use crate::{
    api::{
        Api, Shared,
        extract::{Body, Path},
        problem::Problem,
        shapes,
        status::check_project,
    },
    connection::{Connection, NewConnection, ProviderApp, RegistryError},
    secrets::Secret,
};

/// What a mask may name of a provider app.
const APP_MASKS: &str =
    "clientId, clientSecret, scopes, externalRef, metadata, metadata.authQueryParams, metadata.providerParams";

/// A mask and the values that it is about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateConnectionRequest)]
pub(super) struct ConnectionPatch {
    /// `providerWorkspaceRef`, `providerMetadata`, `providerMetadata.<name>`, and one of the ways to authorise. What a mask names and
    /// `connection` lacks is taken away.
    #[schema(min_items = 1, max_items = 100)]
    update_mask: Vec<String>,
    connection: ConnectionValues,
}

/// New values of a connection; only those count that the mask names.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConnectionValues {
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

/// Refuses masks that name nothing that can be changed.
fn check(masks: &[String], known: impl Fn(&str) -> bool, all: &str) -> Result<(), Problem> {
    if masks.is_empty() {
        return Err(refused("updateMask", format!("names nothing to change; there are: {all}")));
    }
    match masks.iter().position(|mask| !known(mask)) {
        Some(place) => {
            let detail = format!("nothing can be changed by the mask {:?}; there are: {all}", masks[place]);
            Err(refused(&format!("updateMask[{place}]"), detail))
        }
        None => Ok(()),
    }
}

/// The name in `providerMetadata.name`.
fn input(mask: &str) -> Option<&str> {
    mask.strip_prefix("providerMetadata.").filter(|name| !name.is_empty())
}

fn is_way(mask: &str) -> bool {
    given::WAYS.split(", ").any(|way| way == mask)
}

/// The inputs afterwards.
fn inputs(masks: &[String], before: Map<String, Value>, new: BTreeMap<String, MetadataValue>) -> Map<String, Value> {
    let new = given::metadata(new);
    let mut after = if masks.iter().any(|mask| mask == "providerMetadata") { new.clone() } else { before };
    for name in masks.iter().filter_map(|mask| input(mask)) {
        match new.get(name) {
            Some(value) => drop(after.insert(name.to_owned(), value.clone())),
            None => drop(after.remove(name)),
        }
    }
    after
}

/// Changes what the mask names of a connection: its workspace, its inputs, its credentials.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}", operation_id = "updateConnection",
    tag = "connections", request_body = ConnectionPatch, responses((status = 200, body = shapes::Connection))
)]
pub(super) async fn connection(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(ConnectionPatch { update_mask: masks, connection: new }): Body<ConnectionPatch>,
) -> Result<Json<shapes::Connection>, Problem> {
    let one = find(&api, &project, &id)?;
    let all = format!("providerWorkspaceRef, providerMetadata, providerMetadata.NAME, {}", given::WAYS);
    let known = |mask: &str| matches!(mask, "providerWorkspaceRef" | "providerMetadata") || input(mask).is_some() || is_way(mask);
    check(&masks, known, &all)?;
    if one.record().origin.file().is_some() {
        return Err(RegistryError::Declared { what: "connection", id: one.id.clone() }.into());
    }
    let changed = change(&api, one, &masks, new).await?;
    api.projects.credentials_changed(&changed.id).await?;
    tracing::info!(event = "connection.changed", connection = %changed.id, provider = %changed.provider, masks = masks.join(","));
    Ok(Json(shape::connection(&api.project, &changed, Wanted::default())))
}

async fn change(api: &Api, one: Arc<Connection>, masks: &[String], new: ConnectionValues) -> Result<Arc<Connection>, Problem> {
    let record = one.record();
    let has = |name: &str| masks.iter().any(|mask| mask == name);
    let workspace = if has("providerWorkspaceRef") { new.provider_workspace_ref } else { record.workspace };
    let metadata = inputs(masks, record.metadata, new.provider_metadata);
    let connections = opened(api)?.clone();
    if !masks.iter().any(|mask| is_way(mask)) {
        let (change, id) = (connections.clone(), one.id.clone());
        return Ok(connections.to_the_end(async move { change.relabel(&id, workspace, metadata).await }).await?);
    }
    let given = Given {
        access_token: new.access_token.filter(|_| has("accessToken")),
        api_key: new.api_key.filter(|_| has("apiKey")),
        basic_auth: new.basic_auth.filter(|_| has("basicAuth")),
        custom_auth: new.custom_auth.filter(|_| has("customAuth")),
        oauth2_authorization_code: new.oauth2_authorization_code.filter(|_| has("oauth2AuthorizationCode")),
        oauth2_client_credentials: new.oauth2_client_credentials.filter(|_| has("oauth2ClientCredentials")),
        oauth2_password_credentials: new.oauth2_password_credentials.filter(|_| has("oauth2PasswordCredentials")),
        provider_app_id: new.provider_app_id,
    };
    let credentials = given.credentials(&one.provider, &connections, api.clock.now())?;
    let new = NewConnection {
        id: one.id.clone(),
        provider: record.provider,
        group: record.group.ok_or_else(|| refused("", "the connection is no group's"))?,
        consumer: record.consumer,
        workspace,
        metadata,
        credentials,
        origin: record.origin,
    };
    let put = connections.clone();
    Ok(connections.to_the_end(async move { put.put(new).await }).await?)
}

/// A mask and the values that it is about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateProviderAppRequest)]
pub(super) struct AppPatch {
    /// `clientId`, `clientSecret`, `scopes`, `externalRef`, `metadata`, `metadata.authQueryParams`, `metadata.providerParams`. What a
    /// mask names and `providerApp` lacks is taken away.
    #[schema(min_items = 1, max_items = 100)]
    update_mask: Vec<String>,
    provider_app: AppValues,
}

/// New values of a provider app; only those count that the mask names.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProviderAppValues)]
pub(super) struct AppValues {
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
    metadata: Option<Metadata>,
}

/// Changes what the mask names of a registration.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/provider-apps/{providerAppId}", operation_id = "updateProviderApp",
    tag = "connections", request_body = AppPatch, responses((status = 200, body = shape::ShownApp))
)]
pub(super) async fn provider_app(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(AppPatch { update_mask: masks, provider_app: new }): Body<AppPatch>,
) -> Result<Json<shape::ShownApp>, Problem> {
    check_project(&api, &project)?;
    check(&masks, |mask| APP_MASKS.split(", ").any(|known| known == mask), APP_MASKS)?;
    let connections = opened(&api)?.clone();
    let app = masked_app(connections.app(&id)?, &masks, new)?;
    let is_taken = |other: &ProviderApp| other.id != app.id && other.provider == app.provider && other.client_id == app.client_id;
    if connections.apps().iter().any(is_taken) {
        let detail = format!("{} has a provider app of the clientId {:?} already", app.provider, app.client_id);
        return Err(refused("providerApp.clientId", detail));
    }
    let change = connections.clone();
    let changed = connections.to_the_end(async move { change.change_app(app).await }).await?;
    tracing::info!(event = "provider_app.changed", provider_app = %changed.id, provider = %changed.provider, masks = masks.join(","));
    Ok(Json(shape::provider_app(&api.project, &changed)))
}

fn masked_app(mut app: ProviderApp, masks: &[String], new: AppValues) -> Result<ProviderApp, Problem> {
    let has = |name: &str| masks.iter().any(|mask| mask == name);
    if has("clientId") {
        app.client_id = new.client_id.ok_or_else(|| refused("providerApp.clientId", "is missing, and no app is without one"))?;
    }
    if has("clientSecret") {
        app.client_secret = new.client_secret.map(Secret::new);
    }
    if has("scopes") {
        app.scopes = new.scopes;
    }
    if has("externalRef") {
        app.external_ref = new.external_ref;
    }
    let Metadata { auth_query_params, provider_params } = new.metadata.unwrap_or_default();
    if has("metadata") || has("metadata.authQueryParams") {
        app.auth_query_params = auth_query_params;
    }
    if has("metadata") || has("metadata.providerParams") {
        app.provider_params = provider_params;
    }
    Ok(app)
}
