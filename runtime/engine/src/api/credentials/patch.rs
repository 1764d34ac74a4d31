//! `PATCH` of connections and provider apps: what the mask names is changed, and nothing else.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    body::{Body, invalid},
    given, opened,
    provider_apps::texts,
    shape::{self, Wanted},
};
use crate::{
    api::{Api, Shared, problem::Problem, status::check_project},
    connection::{Connection, NewConnection, RegistryError},
    secrets::Secret,
};

/// What a mask may name of a provider app.
const APP_MASKS: &str =
    "clientId, clientSecret, scopes, externalRef, metadata, metadata.authQueryParams, metadata.providerParams";

/// The mask and the new values of a body.
fn masked(bytes: &Bytes, what: &str, known: impl Fn(&str) -> bool, all: &str) -> Result<(Vec<String>, Body), Problem> {
    let mut body = Body::parse(bytes)?;
    let masks = body.texts("updateMask")?;
    let values = body.object(what)?.ok_or_else(|| invalid(format!("{what} is missing")))?;
    body.done()?;
    if masks.is_empty() {
        return Err(invalid(format!("updateMask names nothing to change; there are: {all}")));
    }
    match masks.iter().position(|mask| !known(mask)) {
        Some(place) => {
            Err(invalid(format!("updateMask[{place}]: nothing can be changed by the mask {:?}; there are: {all}", masks[place])))
        }
        None => Ok((masks, values)),
    }
}

/// The name in `providerMetadata.name`.
fn input(mask: &str) -> Option<&str> {
    mask.strip_prefix("providerMetadata.").filter(|name| !name.is_empty())
}

fn is_way(mask: &str) -> bool {
    given::WAYS.split(", ").any(|way| way == mask)
}

/// `PATCH …/connections/{connection}`: `{updateMask, connection}`.
pub(super) async fn connection(api: &Api, one: Arc<Connection>, bytes: &Bytes) -> Result<Response, Problem> {
    let all = format!("providerWorkspaceRef, providerMetadata, providerMetadata.NAME, {}", given::WAYS);
    let known = |mask: &str| matches!(mask, "providerWorkspaceRef" | "providerMetadata") || input(mask).is_some() || is_way(mask);
    let (masks, mut new) = masked(bytes, "connection", known, &all)?;
    let record = one.record();
    if record.origin.file().is_some() {
        return Err(RegistryError::Declared { what: "connection", id: one.id.clone() }.into());
    }
    let has = |name: &str| masks.iter().any(|mask| mask == name);
    let (given_workspace, given_metadata) = (new.optional("providerWorkspaceRef")?, new.values("providerMetadata")?);
    let workspace = if has("providerWorkspaceRef") { given_workspace } else { record.workspace };
    let mut metadata = if has("providerMetadata") { given_metadata.clone() } else { record.metadata };
    for name in masks.iter().filter_map(|mask| input(mask)) {
        match given_metadata.get(name) {
            Some(value) => drop(metadata.insert(name.to_owned(), value.clone())),
            None => drop(metadata.remove(name)),
        }
    }
    let connections = opened(api)?.clone();
    let changed = if masks.iter().any(|mask| is_way(mask)) {
        new.keep(|name| has(name) || name == "providerAppId");
        let credentials = given::credentials(&mut new, &one.provider, &connections, api.clock.now())?;
        let group = record.group.ok_or_else(|| invalid("the connection is no group's"))?;
        let new = NewConnection {
            id: one.id.clone(),
            provider: record.provider,
            group,
            consumer: record.consumer,
            workspace,
            metadata,
            credentials,
            origin: record.origin,
        };
        let put = connections.clone();
        connections.to_the_end(async move { put.put(new).await }).await?
    } else {
        let (change, id) = (connections.clone(), one.id.clone());
        connections.to_the_end(async move { change.relabel(&id, workspace, metadata).await }).await?
    };
    api.projects.credentials_changed(&changed.id).await?;
    tracing::info!(event = "connection.changed", connection = %changed.id, provider = %changed.provider, masks = masks.join(","));
    Ok(Json(shape::connection(&api.project, &changed, Wanted::default())).into_response())
}

/// `PATCH /v1/projects/{project}/provider-apps/{app}`: `{updateMask, providerApp}`.
pub(super) async fn provider_app(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let known = |mask: &str| APP_MASKS.split(", ").any(|known| known == mask);
    let (masks, mut new) = masked(&bytes, "providerApp", known, APP_MASKS)?;
    let connections = opened(&api)?.clone();
    let mut app = connections.app(&id)?;
    let has = |name: &str| masks.iter().any(|mask| mask == name);
    if has("clientId") {
        app.client_id = new.text("clientId")?;
    }
    if has("clientSecret") {
        app.client_secret = new.optional("clientSecret")?.map(Secret::new);
    }
    if has("scopes") {
        app.scopes = new.texts("scopes")?;
    }
    if has("externalRef") {
        app.external_ref = new.optional("externalRef")?;
    }
    let mut metadata = new.object("metadata")?;
    let mut params = |name: &str| metadata.as_mut().map_or(Ok(Default::default()), |metadata| metadata.values(name)).map(texts);
    let (auth, provider) = (params("authQueryParams")?, params("providerParams")?);
    if has("metadata") || has("metadata.authQueryParams") {
        app.auth_query_params = auth;
    }
    if has("metadata") || has("metadata.providerParams") {
        app.provider_params = provider;
    }
    let is_taken = |other: &crate::connection::ProviderApp| {
        other.id != app.id && other.provider == app.provider && other.client_id == app.client_id
    };
    if connections.apps().iter().any(is_taken) {
        return Err(invalid(format!("{} has a provider app of the clientId {:?} already", app.provider, app.client_id)));
    }
    let change = connections.clone();
    let changed = connections.to_the_end(async move { change.change_app(app).await }).await?;
    tracing::info!(event = "provider_app.changed", provider_app = %changed.id, provider = %changed.provider, masks = masks.join(","));
    Ok(Json(shape::provider_app(&api.project, &changed)))
}
