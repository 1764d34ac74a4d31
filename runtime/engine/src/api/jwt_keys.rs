//! The public keys that users' tokens are checked by.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Api, Shared,
    api_keys::{Wanted, masked, to_the_end},
    document::Routes,
    extract::{Body, IdempotencyKey, Path, Query},
    problem::{Problem, invalid},
    status::check_project,
};
use crate::{access::Changed, project::JwtKeyRecord};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list, create)).add(routes!(show, update, delete))
}

/// A public key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JwtKey)]
struct Shown {
    /// What tokens name as their `kid`.
    id: String,
    /// The project's id.
    project_id: String,
    /// What people call it.
    label: String,
    /// The kind of the key.
    algorithm: KeyKind,
    /// The key, BEGIN PUBLIC KEY.
    public_key_pem: String,
    /// Whether tokens are believed by it.
    active: bool,
    /// When it was made known.
    create_time: Timestamp,
    /// When it last changed.
    update_time: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = JwtKeyKind)]
enum KeyKind {
    Rsa,
}

impl Shown {
    fn new(api: &Api, record: JwtKeyRecord) -> Self {
        Self {
            id: record.id,
            project_id: api.project.clone(),
            label: record.label,
            algorithm: KeyKind::Rsa,
            public_key_pem: record.public_key_pem,
            active: record.active,
            create_time: record.create_time,
            update_time: record.update_time,
        }
    }
}

/// A public key to be made known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateJwtKeyRequest)]
struct CreateRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    label: String,
    /// How tokens are signed.
    #[serde(rename = "algorithm")]
    _algorithm: Algorithm,
    /// A public key of RSA with 2,048 to 8,192 bits in PEM form, BEGIN PUBLIC KEY.
    #[schema(min_length = 1, max_length = 8192)]
    public_key_pem: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = JwtAlgorithm)]
enum Algorithm {
    Rs256,
}

/// How tokens name the key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedJwtKey)]
struct Created {
    /// Belongs into the header of every token.
    kid: String,
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateJwtKeyRequest)]
struct UpdateRequest {
    /// Which members of `jwtKey` count.
    #[schema(min_items = 1, max_items = 2)]
    update_mask: Vec<Mask>,
    jwt_key: NewValues,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JwtKeyMask)]
enum Mask {
    Active,
    Label,
}

/// A public key's members that can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = JwtKeyValues)]
struct NewValues {
    /// Whether tokens are believed by it.
    active: Option<bool>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    label: Option<String>,
}

/// Lists the public keys, the oldest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/jwt-keys", operation_id = "listJwtKeys", tag = "keys", params(Wanted),
    responses((status = 200, body = [Shown]))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Shown>>, Problem> {
    check_project(&api, &project)?;
    let all = api.keys.all_jwt().into_iter().filter(|record| record.active || !wanted.active);
    Ok(Json(all.map(|record| Shown::new(&api, record)).collect()))
}

/// Makes a public key known. Tokens that it signed, and that name its `kid`, are believed from now on.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/jwt-keys", operation_id = "createJwtKey", tag = "keys",
    params(IdempotencyKey), request_body = CreateRequest, responses((status = 201, body = Created))
)]
async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    check_project(&api, &project)?;
    let keys = api.keys.clone();
    let record = to_the_end(async move { keys.create_jwt(request.label, request.public_key_pem).await }).await?;
    Ok((StatusCode::CREATED, Json(Created { kid: record.id })))
}

/// Shows a public key.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/jwt-keys/{jwtKeyId}", operation_id = "getJwtKey", tag = "keys",
    responses((status = 200, body = Shown))
)]
async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Shown>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(Shown::new(&api, api.keys.find_jwt(&id)?)))
}

/// Gives a public key another label, or switches it off or on: no token of one that is off is believed.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/jwt-keys/{jwtKeyId}", operation_id = "updateJwtKey", tag = "keys",
    request_body = UpdateRequest, responses((status = 200, body = Shown))
)]
async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<Shown>, Problem> {
    check_project(&api, &project)?;
    let UpdateRequest { update_mask, jwt_key: NewValues { active, label } } = request;
    let mut missing = Vec::new();
    let changed = Changed {
        active: masked(&update_mask, Mask::Active, active, "jwtKey.active", &mut missing),
        label: masked(&update_mask, Mask::Label, label, "jwtKey.label", &mut missing),
        scopes: None,
    };
    if !missing.is_empty() {
        return Err(invalid(missing));
    }
    let keys = api.keys.clone();
    let record = to_the_end(async move { keys.change_jwt(&id, changed).await }).await?;
    Ok(Json(Shown::new(&api, record)))
}

/// Deletes a public key: no token of it is believed any more, at once.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/jwt-keys/{jwtKeyId}", operation_id = "deleteJwtKey", tag = "keys",
    responses((status = 204, description = "Deleted"))
)]
async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let keys = api.keys.clone();
    to_the_end(async move { keys.delete_jwt(&id).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}
