//! The product's registrations at providers. Their secrets come in and never go out.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    body::{Body, invalid},
    opened, shape,
};
use crate::{
    api::{Shared, problem::Problem, status::check_project},
    connection::{Connections, ProviderApp},
    secrets::Secret,
};

/// `GET /v1/projects/{project}/provider-apps`
pub(super) async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(opened(&api)?.apps().iter().map(|app| shape::provider_app(&api.project, app)).collect()))
}

/// `POST /v1/projects/{project}/provider-apps`
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let mut body = Body::parse(&bytes)?;
    let mut app = ProviderApp {
        id: Connections::new_id(),
        provider: body.text("provider")?,
        client_id: body.text("clientId")?,
        client_secret: body.optional("clientSecret")?.map(Secret::new),
        scopes: body.texts("scopes")?,
        external_ref: body.optional("externalRef")?,
        auth_query_params: BTreeMap::new(),
        provider_params: BTreeMap::new(),
        auth_url: None,
        token_url: None,
        base_url: None,
        is_declared: false,
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
    };
    if let Some(mut metadata) = body.object("metadata")? {
        app.auth_query_params = texts(metadata.values("authQueryParams")?);
        app.provider_params = texts(metadata.values("providerParams")?);
        metadata.done()?;
    }
    body.done()?;
    let connections = opened(&api)?;
    if connections.apps().iter().any(|other| other.provider == app.provider && other.client_id == app.client_id) {
        return Err(invalid(format!("{} has a provider app of the clientId {:?} already", app.provider, app.client_id)));
    }
    let put = connections.clone();
    let made = connections.to_the_end(async move { put.put_app(app).await }).await?;
    tracing::info!(event = "provider_app.made", provider_app = %made.id, provider = %made.provider);
    Ok((StatusCode::CREATED, Json(shape::provider_app(&api.project, &made))))
}

pub(super) fn texts(values: Map<String, Value>) -> BTreeMap<String, String> {
    values.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

/// `DELETE /v1/projects/{project}/provider-apps/{app}`
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    opened(&api)?.delete_app(&id).await?;
    tracing::info!(event = "provider_app.deleted", provider_app = %id);
    Ok(StatusCode::NO_CONTENT)
}
