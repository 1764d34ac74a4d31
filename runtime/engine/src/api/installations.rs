//! Installations: who uses which integration, and what they chose.

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ETAG, IF_MATCH},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Api, Shared, client_origin,
    problem::{Problem, bad_request, invalid, not_found},
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::{
    Edited, InstallationFilter, InstallationRecord, Installed, Issue, NamedParty, NewInstallation, Operation, PAGE_MAX, Sampling,
    masked, object_path, patched,
};

/// Which installations, and from where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    group_ref: Option<String>,
    /// The last installation of the page before: a list ends with fewer than [`PAGE_MAX`].
    page_token: Option<String>,
}

/// How a choice is taken in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct How {
    /// Whether the provider is not asked for a sample of what is chosen.
    skip_sampling: bool,
}

fn sampling(query: Result<Query<How>, QueryRejection>) -> Result<Sampling, Problem> {
    let Query(how) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    Ok(if how.skip_sampling { Sampling::Skipped } else { Sampling::Asked })
}

/// A request for an installation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateRequest {
    group_ref: String,
    group_name: Option<String>,
    consumer_ref: Option<String>,
    consumer_name: Option<String>,
    connection_id: Option<String>,
    config: ConfigRequest,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigRequest {
    content: Value,
    created_by: Option<String>,
}

/// New values and which of them count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PatchRequest {
    update_mask: Vec<String>,
    installation: Value,
}

/// A JSON Patch of one object's configuration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ObjectPatch {
    group_ref: Option<String>,
    installation_id: Option<String>,
    action: Action,
    changes: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Read,
    Subscribe,
    Write,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Subscribe => "subscribe",
            Self::Write => "write",
        }
    }
}

/// `GET /v1/projects/{project}/installations?groupRef=…&pageToken=…`: at most [`PAGE_MAX`], by id.
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    page(&api, None, query).await
}

/// `GET /v1/projects/{project}/integrations/{integration}/installations?groupRef=…&pageToken=…`
pub(super) async fn list_of(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&integration).await?;
    page(&api, Some(integration.id), query).await
}

async fn page(
    api: &Api,
    integration_id: Option<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    let Query(wanted) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let filter = InstallationFilter { integration_id, group_ref: wanted.group_ref, ..InstallationFilter::default() };
    let found = api.projects.installations(filter, wanted.page_token.as_deref().unwrap_or_default(), PAGE_MAX).await?;
    Ok(Json(found.iter().map(|one| shapes::installation(&api.project, one)).collect()))
}

/// `POST /v1/projects/{project}/integrations/{integration}/installations?skipSampling=true`
pub(super) async fn create(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    query: Result<Query<How>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<CreateRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let consumer = request.consumer_ref.map(|reference| NamedParty { reference, name: request.consumer_name });
    let new = NewInstallation {
        integration,
        group: NamedParty { reference: request.group_ref, name: request.group_name },
        consumer,
        connection: request.connection_id,
        content: request.config.content,
        created_by: request.config.created_by,
        origin: client_origin(&headers),
    };
    let (projects, sampling) = (api.projects.clone(), sampling(query)?);
    let installed = to_the_end(async move { projects.create(new, sampling).await }).await?;
    Ok((StatusCode::CREATED, tagged(&api, &installed)).into_response())
}

/// `GET /v1/projects/{project}/integrations/{integration}/installations/{installation}`
pub(super) async fn show(State(api): Shared, Path(path): Path<(String, String, String)>) -> Result<Response, Problem> {
    let installed = find(&api, &path).await?;
    Ok(tagged(&api, &installed))
}

/// `GET /v1/projects/{project}/installations/{installation}`: for those who know its id alone.
pub(super) async fn show_any(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    Ok(tagged(&api, &api.projects.installation(&id).await?))
}

/// `GET …/installations/{installation}/revisions`: of its configuration, the latest first.
pub(super) async fn revisions(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<Vec<Value>>, Problem> {
    let installed = find(&api, &path).await?;
    let all = api.projects.config_revisions(&installed.record.id).await?;
    Ok(Json(all.iter().map(shapes::config).collect()))
}

/// `PATCH …/installations/{installation}?skipSampling=true`: `{updateMask, installation}`. With `If-Match` only where nothing changed since.
pub(super) async fn update(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    query: Result<Query<How>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<PatchRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let id = find(&api, &path).await?.record.id;
    let edit =
        move |record: &InstallationRecord| masked(record.config.content.to_value(), &request.update_mask, &request.installation);
    let (projects, expected, sampling) = (api.projects.clone(), expected(&headers)?, sampling(query)?);
    let installed = to_the_end(async move { projects.update(&id, expected, edit, sampling).await }).await?;
    Ok(tagged(&api, &installed))
}

/// `DELETE …/installations/{installation}`
pub(super) async fn delete(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = find(&api, &path).await?.record.id;
    let (projects, expected) = (api.projects.clone(), expected(&headers)?);
    to_the_end(async move { projects.delete(&id, expected).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH /v1/projects/{project}/integrations/{integration}/objects/{object}/config-content`: a JSON Patch of one object's part.
pub(super) async fn patch_object(
    State(api): Shared,
    Path((project, integration, object)): Path<(String, String, String)>,
    query: Result<Query<How>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<ObjectPatch>, JsonRejection>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let id = meant(&api, &integration, &request).await?;
    let action = request.action.name();
    let edit = move |record: &InstallationRecord| {
        let mut content = record.config.content.to_value();
        let path = if action == "read" { object_path(&object) } else { format!("config.content.{action}.objects.{object}") };
        let before = content.get(action).and_then(|action| action.get("objects")).and_then(|objects| objects.get(&object));
        let Some(before) = before else {
            let message = "is not configured: add it with PATCH of the installation first".to_owned();
            return Err(vec![Issue { path, message }]);
        };
        let after = patched(before.clone(), &request.changes).map_err(|issue| vec![issue])?;
        content[action]["objects"][&object] = after;
        Ok(Edited { content: Some(content), touched: vec![path], ..Edited::default() })
    };
    let (projects, expected, sampling) = (api.projects.clone(), expected(&headers)?, sampling(query)?);
    let installed = to_the_end(async move { projects.update(&id, expected, edit, sampling).await }).await?;
    Ok(tagged(&api, &installed))
}

/// The installation that an object's patch means.
async fn meant(api: &Api, integration: &str, request: &ObjectPatch) -> Result<String, Problem> {
    let integration = api.projects.integration(integration).await?;
    match (&request.installation_id, &request.group_ref) {
        (Some(id), _) => {
            let installed = api.projects.installation(id).await?;
            let same = installed.record.integration_id == integration.id;
            if same { Ok(installed.record.id) } else { Err(unknown(id, &integration.name)) }
        }
        (None, Some(group)) => {
            let filter = InstallationFilter {
                integration_id: Some(integration.id),
                group_ref: Some(group.clone()),
                ..InstallationFilter::default()
            };
            let found = api.projects.store().installations(filter, "", 1).await?.into_iter().next();
            let none = || not_found(format!("the group {group:?} has not installed {:?}", integration.name));
            found.map(|record| record.id).ok_or_else(none)
        }
        (None, None) => Err(invalid(vec![Issue {
            path: "groupRef".to_owned(),
            message: "give groupRef or installationId: one of the two says whose configuration it is".to_owned(),
        }])),
    }
}

/// The installation at a path, which names its integration as well.
pub(super) async fn find(api: &Api, (project, integration, id): &(String, String, String)) -> Result<Installed, Problem> {
    check_project(api, project)?;
    let installed = api.projects.installation(id).await?;
    let record = &installed.record;
    if *integration == record.integration_id || *integration == record.integration {
        Ok(installed)
    } else {
        Err(unknown(id, integration))
    }
}

fn unknown(id: &str, integration: &str) -> Problem {
    not_found(format!("the integration {integration:?} has no installation {id:?}"))
}

/// An installation under the tag of its configuration's revision.
fn tagged(api: &Api, installed: &Installed) -> Response {
    let mut response = Json(shapes::installation(&api.project, installed)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&json!(installed.record.config.id).to_string()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// The revision that a change builds on; nothing where the client does not mind.
fn expected(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let wrong = || bad_request("If-Match is not an entity tag like \"0199…\", as ETag gave it");
    tag.map(|tag| Some(tag.to_owned())).ok_or_else(wrong)
}
