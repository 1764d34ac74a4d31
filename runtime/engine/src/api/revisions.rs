//! Revisions of integrations, and what a customer's account makes of one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ampline_core::manifest::{Backfill, Field, ReadObject};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared, client_origin,
    document::Routes,
    extract::{Body, IdempotencyKey, Path, Query},
    integrations::HowToDeploy,
    manifest_shape,
    object_metadata::{self, Asked, FieldMetadata},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    shapes,
    source::{self, Source},
    status::check_project,
    to_the_end,
};
use crate::project::IntegrationRevision;

/// Objects whose fields are asked for at once.
const ASKED_AT_ONCE: usize = 4;
/// Until all answers must be there; less than what a request may take.
const ANSWERS_MAX: Duration = Duration::from_secs(25);

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list, create)).add(routes!(show)).add(routes!(hydrate))
}

/// Lists the revisions of an integration, the latest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions",
    operation_id = "listIntegrationRevisions", tag = "integrations", responses((status = 200, body = [shapes::Revision]))
)]
async fn list(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<Json<Vec<shapes::Revision>>, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&name).await?;
    let all = api.projects.store().integration_revisions(&integration.id).await?;
    Ok(Json(all.iter().map(shapes::revision).collect()))
}

/// Adds a revision to an integration.
///
/// The manifest holds this integration alone. What says the same as the latest revision adds none, and the latest is the answer.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions",
    operation_id = "createIntegrationRevision", tag = "integrations", params(HowToDeploy, IdempotencyKey), request_body = Source,
    responses((status = 201, body = shapes::Revision))
)]
async fn create(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(how): Query<HowToDeploy>,
    headers: HeaderMap,
    Body(source): Body<Source>,
) -> Result<(StatusCode, Json<shapes::Revision>), Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&name).await?;
    let manifest = source::manifest(&api, source).await?;
    let given = &source::only_integration(&manifest)?.name;
    if *given != integration.name {
        let detail = format!("is of the integration {given:?}, not of {:?}", integration.name);
        return Err(invalid(vec![
            RequestIssue::new(Place::Body, "name", detail).remedy("a name never changes: deploy it as a new one"),
        ]));
    }
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    to_the_end(async move { projects.deploy(&manifest, origin, how.destructive).await.map(drop) }).await?;
    let latest = api.projects.integration(&integration.id).await?.latest;
    Ok((StatusCode::CREATED, Json(shapes::revision(&latest))))
}

/// Shows a revision.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions/{revisionId}",
    operation_id = "getIntegrationRevision", tag = "integrations", responses((status = 200, body = shapes::Revision))
)]
async fn show(
    State(api): Shared,
    Path((project, name, revision)): Path<(String, String, String)>,
) -> Result<Json<shapes::Revision>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(shapes::revision(&found(&api, &name, &revision).await?)))
}

async fn found(api: &Api, integration: &str, revision: &str) -> Result<IntegrationRevision, Problem> {
    let integration = api.projects.integration(integration).await?;
    let all = api.projects.store().integration_revisions(&integration.id).await?;
    let found = all.into_iter().find(|one| one.id == revision);
    found.ok_or_else(|| not_found(format!("the integration {:?} has no revision {revision:?}", integration.name)))
}

/// Whose account is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WithConnection {
    /// A connection for the integration's provider.
    connection_id: String,
}

/// A revision with what a customer's account has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HydratedRevision {
    id: String,
    /// Of the manifest.
    spec_version: String,
    /// When it was deployed.
    create_time: Timestamp,
    content: HydratedIntegration,
}

/// An integration with what a customer's account has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HydratedIntegration {
    name: String,
    /// Shown to people.
    display_name: String,
    /// Of the provider catalog.
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    read: Option<HydratedRead>,
    /// As amp.yaml writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    write: Option<Value>,
    /// As amp.yaml writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    proxy: Option<Value>,
}

/// The objects that are read.
#[derive(Debug, Serialize, ToSchema)]
struct HydratedRead {
    objects: Vec<HydratedObject>,
}

/// An object that is read, with the fields that the customer's account has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HydratedObject {
    /// The provider's name.
    object_name: String,
    /// Shown to people.
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    map_to_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    map_to_display_name: Option<String>,
    /// Name of the destination.
    destination: String,
    /// When it is read; empty where only when triggered.
    schedule: String,
    /// Fields that every installation reads.
    required_fields: Vec<HydratedField>,
    /// Fields that a customer may choose.
    optional_fields: Vec<HydratedField>,
    /// `all`: a customer may choose any field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    optional_fields_auto: Option<&'static str>,
    /// Every field of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    all_fields: Option<Vec<HydratedField>>,
    /// What the provider says of them, by their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    all_fields_metadata: Option<BTreeMap<String, FieldMetadata>>,
    /// As amp.yaml writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    backfill: Option<Value>,
    /// Why the account's fields are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

/// A field, or a concept whose field the customer chooses (it has no `fieldName`).
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HydratedField {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field_name: Option<String>,
    /// Shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    map_to_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    map_to_display_name: Option<String>,
    /// Used where the customer chose none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    default: Option<String>,
    /// Shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    prompt: Option<String>,
}

/// Shows a revision with what a customer's account has.
///
/// The provider is asked with the connection's credentials. Where it does not answer for an object, that object's `error` says why.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions/{revisionId}:hydrate",
    operation_id = "hydrateIntegrationRevision", tag = "integrations", params(WithConnection),
    responses((status = 200, body = HydratedRevision))
)]
async fn hydrate(
    State(api): Shared,
    Path((project, name, revision)): Path<(String, String, String)>,
    Query(query): Query<WithConnection>,
) -> Result<Json<HydratedRevision>, Problem> {
    check_project(&api, &project)?;
    let revision = found(&api, &name, &revision).await?;
    let asked = Arc::new(object_metadata::by_connection(&api, &query.connection_id, &revision.content.provider).await?);
    let deadline = tokio::time::Instant::now() + ANSWERS_MAX;
    let objects: Vec<HydratedObject> = stream::iter(revision.content.read.clone())
        .map(|object| hydrated(asked.clone(), object, deadline))
        .buffered(ASKED_AT_ONCE)
        .collect()
        .await;
    let mut written = manifest_shape::content(&revision.content);
    let content = HydratedIntegration {
        display_name: revision.content.display_name.clone().unwrap_or_else(|| revision.content.name.clone()),
        name: revision.content.name.clone(),
        provider: revision.content.provider.clone(),
        read: (!objects.is_empty()).then_some(HydratedRead { objects }),
        write: written.remove("write"),
        proxy: written.remove("proxy"),
    };
    let IntegrationRevision { id, spec_version, create_time, .. } = revision;
    Ok(Json(HydratedRevision { id, spec_version, create_time, content }))
}

async fn hydrated(asked: Arc<Asked>, object: ReadObject, deadline: tokio::time::Instant) -> HydratedObject {
    let (fields, error) = match tokio::time::timeout_at(deadline, asked.fields(&object.object_name)).await {
        Ok(Ok(fields)) => (Some(fields), None),
        Ok(Err(error)) => (None, Some(error.to_string())),
        Err(_) => (None, Some("the provider did not answer in time: ask for this object alone".to_owned())),
    };
    let labels: BTreeMap<String, &str> =
        fields.iter().flatten().map(|field| (field.field_name.to_lowercase(), field.display_name.as_str())).collect();
    let shown = |fields: &[Field]| fields.iter().map(|field| hydrated_field(field, &labels)).collect();
    let all = fields.as_deref().map(|all| all.iter().map(|field| plain(&field.field_name, &field.display_name)).collect());
    HydratedObject {
        display_name: object.map_to_display_name.clone().unwrap_or_else(|| object.object_name.clone()),
        required_fields: shown(&object.required_fields),
        optional_fields: shown(&object.optional_fields),
        optional_fields_auto: object.optional_fields_auto.then_some("all"),
        all_fields: all,
        backfill: (object.backfill != Backfill::None).then(|| backfill(&object)),
        error,
        all_fields_metadata: fields.map(object_metadata::by_name),
        object_name: object.object_name,
        map_to_name: object.map_to_name,
        map_to_display_name: object.map_to_display_name,
        destination: object.destination,
        schedule: object.schedule.unwrap_or_default(),
    }
}

fn backfill(object: &ReadObject) -> Value {
    let written: Map<String, Value> = manifest_shape::read_object(object);
    written.get("backfill").cloned().unwrap_or_default()
}

fn plain(name: &str, display_name: &str) -> HydratedField {
    HydratedField { field_name: Some(name.to_owned()), display_name: Some(display_name.to_owned()), ..HydratedField::default() }
}

fn hydrated_field(field: &Field, labels: &BTreeMap<String, &str>) -> HydratedField {
    match field.clone() {
        Field::Existent { field_name, map_to_name, map_to_display_name } => HydratedField {
            map_to_name,
            map_to_display_name,
            ..plain(&field_name, labels.get(&field_name.to_lowercase()).unwrap_or(&field_name.as_str()))
        },
        Field::Mapping { map_to_name, map_to_display_name, default, prompt } => {
            HydratedField { map_to_name: Some(map_to_name), map_to_display_name, default, prompt, ..HydratedField::default() }
        }
    }
}
