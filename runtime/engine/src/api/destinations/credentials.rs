//! The named credentials of a destination: bound, listed and taken away, each by itself. Their values only go in.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::super::{
    Shared, client_origin,
    document::Routes,
    extract::{Body, Path},
    problem::{Problem, not_found},
    status::check_project,
    to_the_end,
};
use crate::destination::{
    DestinationEdit,
    grants::{CredentialBinding, GivenCredential, GivenGrants},
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(put, delete))
}

/// A credential with its name, and without its value.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NamedCredential {
    /// What the sink asks for.
    name: String,
    /// How it is sent, and where it may go.
    binding: CredentialBinding,
}

/// Lists the credentials of a destination by name.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/credentials",
    operation_id = "listDestinationCredentials", tag = "destinations", responses((status = 200, body = [NamedCredential]))
)]
async fn list(
    State(api): Shared,
    Path((project, destination)): Path<(String, String)>,
) -> Result<Json<Vec<NamedCredential>>, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&destination).await?;
    Ok(Json(record.grants.credentials.into_iter().map(|(name, binding)| NamedCredential { name, binding }).collect()))
}

/// Binds a credential to origins, in place of the one of its name.
///
/// The host adds it to requests of the destination's sink that name it and go to one of these origins. The value is never shown again,
/// and how and where it is sent changes only together with it.
#[utoipa::path(
    put, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/credentials/{credentialName}",
    operation_id = "putDestinationCredential", tag = "destinations", request_body = GivenCredential,
    responses((status = 200, body = NamedCredential))
)]
async fn put(
    State(api): Shared,
    Path((project, destination, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    Body(given): Body<GivenCredential>,
) -> Result<Json<NamedCredential>, Problem> {
    check_project(&api, &project)?;
    let credentials = BTreeMap::from([(name.clone(), given)]);
    let edit = edit(&name, GivenGrants { credentials, ..GivenGrants::default() });
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    let changed = to_the_end(async move { projects.update_destination(&destination, None, edit, false, origin).await }).await?;
    let binding = changed.grants.credentials.get(&name).cloned();
    binding.map(|binding| Json(NamedCredential { name, binding })).ok_or_else(|| not_found("the credential is gone again"))
}

/// Takes a credential away. Requests that name it are denied from now on.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/credentials/{credentialName}",
    operation_id = "deleteDestinationCredential", tag = "destinations", responses((status = 204, description = "It is gone."))
)]
async fn delete(
    State(api): Shared,
    Path((project, destination, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.destination(&destination).await?;
    if !record.grants.credentials.contains_key(&name) {
        return Err(not_found(format!("the destination {:?} has no credential {name:?}", record.name)));
    }
    let edit = edit(&name, GivenGrants::default());
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    to_the_end(async move { projects.update_destination(&record.id, None, edit, false, origin).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn edit(name: &str, grants: GivenGrants) -> DestinationEdit {
    DestinationEdit { paths: vec![format!("grants.credentials.{name}")], grants, ..DestinationEdit::default() }
}
