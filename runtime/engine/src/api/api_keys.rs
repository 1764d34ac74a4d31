//! The keys that clients show: made, shown once, listed, changed, revoked. Only digests are kept, so no list can give a key away.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Body, IdempotencyKey, Path, Query},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    status::check_project,
};
use crate::{
    access::{self, Changed, KeyError, NewKey},
    project::{ApiKeyRecord, KeyScope},
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list, create)).add(routes!(show, update, delete))
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        let told = error.to_string();
        match error {
            KeyError::NotFound(..) => not_found(told),
            KeyError::TooMany(_) => Self::new(StatusCode::CONFLICT, told),
            KeyError::PublicKey(_) => invalid(vec![RequestIssue::new(Place::Body, "publicKeyPem", told)]),
            KeyError::Store(error) => error.into(),
            KeyError::Random(_) => {
                tracing::error!(error = told, "no key can be made");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the system gives no random numbers; the runtime's log says why")
            }
        }
    }
}

/// Which keys.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct Wanted {
    /// Only those that open something now.
    pub(super) active: bool,
}

/// A key, as far as it may be told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
struct Shown {
    /// Names the key in this API; no secret.
    id: String,
    /// The key itself in the answer that made it, and never again: how it begins in all others.
    key: String,
    /// The project's id.
    project_id: String,
    /// What people call it.
    label: String,
    /// What it may be used for.
    scopes: Vec<KeyScope>,
    /// Whether it opens anything now.
    active: bool,
    /// When it was made.
    create_time: Timestamp,
    /// When it last changed.
    update_time: Timestamp,
    /// When it was last shown; to within some minutes after a crash of the runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_time: Option<Timestamp>,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expire_time: Option<Timestamp>,
    /// Since when it is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoke_time: Option<Timestamp>,
}

impl Shown {
    fn new(api: &Api, record: ApiKeyRecord) -> Self {
        Self {
            active: access::is_active(&record, api.clock.now()),
            id: record.id,
            key: record.hint,
            project_id: api.project.clone(),
            label: record.label,
            scopes: record.scopes,
            create_time: record.create_time,
            update_time: record.update_time,
            last_used_time: record.last_used_at,
            expire_time: record.expires_at,
            revoke_time: record.revoked_at,
        }
    }
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateApiKeyRequest)]
struct CreateRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    label: String,
    /// What it may be used for; `full` where it is left out.
    #[serde(default = "everything")]
    #[schema(min_items = 1, max_items = 4)]
    scopes: Vec<KeyScope>,
    /// Until when it holds; for ever where it is left out.
    expire_time: Option<Timestamp>,
}

fn everything() -> Vec<KeyScope> {
    vec![KeyScope::Full]
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateApiKeyRequest)]
struct UpdateRequest {
    /// Which members of `apiKey` count.
    #[schema(min_items = 1, max_items = 3)]
    update_mask: Vec<Mask>,
    api_key: NewValues,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeyMask)]
enum Mask {
    Active,
    Label,
    Scopes,
}

/// A key's members that can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ApiKeyValues)]
struct NewValues {
    /// Whether it opens anything: false revokes it, at once.
    active: Option<bool>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    label: Option<String>,
    /// What it may be used for.
    #[schema(min_items = 1, max_items = 4)]
    scopes: Option<Vec<KeyScope>>,
}

/// Lists the keys, the oldest first. A key itself is never told again.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/api-keys", operation_id = "listApiKeys", tag = "keys", params(Wanted),
    responses((status = 200, body = [Shown]))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Shown>>, Problem> {
    check_project(&api, &project)?;
    let all = api.keys.all().into_iter().map(|record| Shown::new(&api, record));
    Ok(Json(all.filter(|one| one.active || !wanted.active).collect()))
}

/// Makes a key. This answer alone tells it.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/api-keys", operation_id = "createApiKey", tag = "keys",
    params(IdempotencyKey), request_body = CreateRequest, responses((status = 201, body = Shown))
)]
async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    check_project(&api, &project)?;
    let CreateRequest { label, scopes, expire_time } = request;
    if expire_time.is_some_and(|at| at <= api.clock.now()) {
        let issue = RequestIssue::new(Place::Body, "expireTime", "is over already: give a time to come, or leave it out");
        return Err(invalid(vec![issue]));
    }
    let (keys, new) = (api.keys.clone(), NewKey { label, scopes: sorted(scopes), expires_at: expire_time });
    let (record, key) = to_the_end(async move { keys.create(new).await }).await?;
    let shown = Shown { key: key.reveal().to_owned(), ..Shown::new(&api, record) };
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Each scope once.
fn sorted(mut scopes: Vec<KeyScope>) -> Vec<KeyScope> {
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Shows a key, but not the key itself.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/api-keys/{apiKeyId}", operation_id = "getApiKey", tag = "keys",
    responses((status = 200, body = Shown))
)]
async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Shown>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(Shown::new(&api, api.keys.find(&id)?)))
}

/// Gives a key another label or other scopes, revokes it or takes that back.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/api-keys/{apiKeyId}", operation_id = "updateApiKey", tag = "keys",
    request_body = UpdateRequest, responses((status = 200, body = Shown))
)]
async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<Shown>, Problem> {
    check_project(&api, &project)?;
    let UpdateRequest { update_mask, api_key: NewValues { active, label, scopes } } = request;
    let mut missing = Vec::new();
    let changed = Changed {
        active: masked(&update_mask, Mask::Active, active, "apiKey.active", &mut missing),
        label: masked(&update_mask, Mask::Label, label, "apiKey.label", &mut missing),
        scopes: masked(&update_mask, Mask::Scopes, scopes.map(sorted), "apiKey.scopes", &mut missing),
    };
    if !missing.is_empty() {
        return Err(invalid(missing));
    }
    let keys = api.keys.clone();
    let record = to_the_end(async move { keys.change(&id, changed).await }).await?;
    Ok(Json(Shown::new(&api, record)))
}

/// A value that a mask names; an issue where the mask names it and it is not given.
pub(super) fn masked<M: PartialEq, T>(
    masks: &[M],
    mask: M,
    value: Option<T>,
    name: &str,
    missing: &mut Vec<RequestIssue>,
) -> Option<T> {
    if !masks.contains(&mask) {
        return None;
    }
    if value.is_none() {
        missing.push(RequestIssue::new(Place::Body, name, "is named by updateMask and has no value"));
    }
    value
}

/// Deletes a key: it opens nothing any more, at once.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/api-keys/{apiKeyId}", operation_id = "deleteApiKey", tag = "keys",
    responses((status = 204, description = "Deleted"))
)]
async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let keys = api.keys.clone();
    to_the_end(async move { keys.delete(&id).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Carries a change out to its end, whether or not whoever asked still waits: what is durable must be held in memory, too.
pub(super) async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, KeyError>> + Send + 'static,
) -> Result<T, Problem> {
    let broke_off = |error| KeyError::Store(crate::project::ProjectError::Store(format!("a change broke off: {error}")));
    Ok(tokio::spawn(change).await.map_err(broke_off)??)
}
