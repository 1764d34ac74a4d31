//! Installations: who uses which integration, and what they chose.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::ETAG},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared, client_origin,
    document::Routes,
    extract::{Body, IdempotencyKey, IfMatch, Path, Query},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::{
    Edited, InstallationFilter, InstallationRecord, Installed, Issue, NamedParty, NewInstallation, Operation, PAGE_MAX, Sampling,
    masked, object_path, patched,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(list_of, create))
        .add(routes!(show, update, delete))
        .add(routes!(revisions))
        .add(routes!(patch_object))
        .add(routes!(list))
        .add(routes!(show_any))
}

/// Which installations, and from where on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Wanted {
    /// Only those of this group.
    group_ref: Option<String>,
    /// The last installation's id of the page before. A list that holds fewer than 1,000 has come to its end.
    page_token: Option<String>,
}

/// How a choice is taken in.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct How {
    /// Whether the provider is not asked for one record of each object first, which tells of fields and objects that are not there.
    #[param(default = false)]
    skip_sampling: bool,
}

impl How {
    fn sampling(&self) -> Sampling {
        if self.skip_sampling { Sampling::Skipped } else { Sampling::Asked }
    }
}

/// A request for an installation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateInstallationRequest)]
struct CreateRequest {
    /// The product's own id for the customer's team.
    #[schema(min_length = 1, max_length = 255)]
    group_ref: String,
    /// Shown to people.
    #[schema(max_length = 255)]
    group_name: Option<String>,
    /// The product's own id for the person who installs.
    #[schema(max_length = 255)]
    consumer_ref: Option<String>,
    /// Shown to people.
    #[schema(max_length = 255)]
    consumer_name: Option<String>,
    /// The connection to read with; the group's only one for the provider, where it is not given.
    connection_id: Option<String>,
    config: ConfigRequest,
}

/// What a customer chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigRequest {
    /// By action and object, like `{"read": {"objects": {"contacts": {}}}}`. What is left out is filled in from the manifest.
    #[schema(value_type = BTreeMap<String, Value>)]
    content: Value,
    /// Who chose: `consumer:<id>`, …
    created_by: Option<String>,
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateInstallationRequest)]
struct PatchRequest {
    /// `connectionId`, `config.createdBy`, `config.content.read.objects.<object>`, `config.content.write.objects`,
    /// `config.content.subscribe.objects`, `config.content.proxy.enabled`.
    #[schema(max_items = 1000)]
    update_mask: Vec<String>,
    /// The installation, as far as the masks name it.
    #[schema(value_type = BTreeMap<String, Value>)]
    installation: Value,
}

/// A JSON Patch of one object's configuration. One of `groupRef` and `installationId` says whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PatchObjectRequest)]
struct ObjectPatch {
    group_ref: Option<String>,
    installation_id: Option<String>,
    action: Action,
    #[schema(max_items = 1000)]
    changes: Vec<Operation>,
}

/// What an object is configured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
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

type Listed = Result<Json<Vec<shapes::Installation>>, Problem>;

/// Lists the installations of every integration, at most 1,000, by id.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/installations", operation_id = "listInstallationsForProject",
    tag = "installations", params(Wanted), responses((status = 200, body = [shapes::Installation]))
)]
async fn list(State(api): Shared, Path(project): Path<String>, Query(wanted): Query<Wanted>) -> Listed {
    check_project(&api, &project)?;
    page(&api, None, wanted).await
}

/// Lists the installations of an integration, at most 1,000, by id.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations",
    operation_id = "listInstallations", tag = "installations", params(Wanted),
    responses((status = 200, body = [shapes::Installation]))
)]
async fn list_of(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Listed {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&integration).await?;
    page(&api, Some(integration.id), wanted).await
}

async fn page(api: &Api, integration_id: Option<String>, wanted: Wanted) -> Listed {
    let filter = InstallationFilter { integration_id, group_ref: wanted.group_ref, ..InstallationFilter::default() };
    let found = api.projects.installations(filter, wanted.page_token.as_deref().unwrap_or_default(), PAGE_MAX).await?;
    let ids = found.iter().map(|one| one.record.id.clone()).collect();
    let standings = api.journal.standings(ids).await?;
    Ok(Json(found.iter().zip(&standings).map(|(one, standing)| shapes::installation(&api.project, one, standing)).collect()))
}

/// Installs an integration for a group.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations",
    operation_id = "createInstallation", tag = "installations", params(How, IdempotencyKey), request_body = CreateRequest,
    responses((status = 201, body = shapes::Installation))
)]
async fn create(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    Query(how): Query<How>,
    headers: HeaderMap,
    Body(request): Body<CreateRequest>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
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
    let (projects, sampling) = (api.projects.clone(), how.sampling());
    let installed = to_the_end(async move { projects.create(new, sampling).await }).await?;
    Ok((StatusCode::CREATED, tagged(&api, &installed).await?).into_response())
}

/// Shows an installation.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}",
    operation_id = "getInstallation", tag = "installations", responses((status = 200, body = shapes::Installation))
)]
async fn show(State(api): Shared, Path(path): Path<(String, String, String)>) -> Result<Response, Problem> {
    let installed = find(&api, &path).await?;
    tagged(&api, &installed).await
}

/// Shows an installation to who knows its id alone.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/installations/{installationId}", operation_id = "getInstallationOfProject",
    tag = "installations", responses((status = 200, body = shapes::Installation))
)]
async fn show_any(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    tagged(&api, &api.projects.installation(&id).await?).await
}

/// Lists the configurations that an installation had, the latest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/revisions",
    operation_id = "listInstallationRevisions", tag = "installations", responses((status = 200, body = [shapes::Config]))
)]
async fn revisions(State(api): Shared, Path(path): Path<(String, String, String)>) -> Result<Json<Vec<shapes::Config>>, Problem> {
    let installed = find(&api, &path).await?;
    let all = api.projects.config_revisions(&installed.record.id).await?;
    Ok(Json(all.iter().map(shapes::config).collect()))
}

/// Changes what the masks name.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}",
    operation_id = "updateInstallation", tag = "installations", params(How, IfMatch), request_body = PatchRequest,
    responses((status = 200, body = shapes::Installation))
)]
async fn update(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    Query(how): Query<How>,
    IfMatch { if_match }: IfMatch,
    Body(request): Body<PatchRequest>,
) -> Result<Response, Problem> {
    let id = find(&api, &path).await?.record.id;
    let edit =
        move |record: &InstallationRecord| masked(record.config.content.to_value(), &request.update_mask, &request.installation);
    let (projects, sampling) = (api.projects.clone(), how.sampling());
    let installed = to_the_end(async move { projects.update(&id, if_match, edit, sampling).await }).await?;
    tagged(&api, &installed).await
}

/// Deletes an installation, and its connection where nothing else uses that.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}",
    operation_id = "deleteInstallation", tag = "installations", params(IfMatch),
    responses((status = 204, description = "Deleted"))
)]
async fn delete(
    State(api): Shared,
    Path(path): Path<(String, String, String)>,
    IfMatch { if_match }: IfMatch,
) -> Result<StatusCode, Problem> {
    let id = find(&api, &path).await?.record.id;
    let projects = api.projects.clone();
    to_the_end(async move { projects.delete(&id, if_match).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes one object's part of an installation's configuration by a JSON Patch.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}/config-content",
    operation_id = "patchObjectConfigContent", tag = "installations", params(How, IfMatch), request_body = ObjectPatch,
    responses((status = 200, body = shapes::Installation))
)]
async fn patch_object(
    State(api): Shared,
    Path((project, integration, object)): Path<(String, String, String)>,
    Query(how): Query<How>,
    IfMatch { if_match }: IfMatch,
    Body(request): Body<ObjectPatch>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
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
    let (projects, sampling) = (api.projects.clone(), how.sampling());
    let installed = to_the_end(async move { projects.update(&id, if_match, edit, sampling).await }).await?;
    tagged(&api, &installed).await
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
        (None, None) => {
            let detail = "give groupRef or installationId: one of the two says whose configuration it is";
            Err(invalid(vec![RequestIssue::new(Place::Body, "groupRef", detail)]))
        }
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
async fn tagged(api: &Api, installed: &Installed) -> Result<Response, Problem> {
    let standing = api.journal.standings(vec![installed.record.id.clone()]).await?.pop().unwrap_or_default();
    let mut response = Json(shapes::installation(&api.project, installed, &standing)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&json!(installed.record.config.id).to_string()) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}
