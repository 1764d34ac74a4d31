//! What a provider says of its objects' fields, as a customer's account has them.

use std::{collections::BTreeMap, sync::Arc};

use ampline_core::provider::{self, Provider, RateLimit, ReadErrorClass};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Path, Query},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    status::check_project,
};
use crate::{
    connection::Connection,
    fields::{Account, FieldReader, FieldsError},
    project::ConnectionRecord,
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(of_integration)).add(routes!(of_provider))
}

/// Whose account is asked, and for which fields.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// The product's own id of the customer's team.
    group_ref: String,
    /// Leave out fields that cannot be written.
    #[serde(default)]
    exclude_read_only: bool,
}

/// What a provider says of an object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ObjectMetadata {
    /// The provider's name.
    name: String,
    /// The name that the manifest maps it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mapped_object_name: Option<String>,
    /// Shown to people.
    display_name: String,
    /// By their names.
    fields: BTreeMap<String, FieldMetadata>,
}

/// Kinds of values.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum ValueType {
    String,
    Boolean,
    SingleSelect,
    MultiSelect,
    Date,
    Datetime,
    Int,
    Float,
    Reference,
    Other,
}

/// What a provider says of a field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldMetadata {
    /// The provider's name, as written.
    field_name: String,
    /// Shown to people; the name where the provider has no label.
    display_name: String,
    /// The kind of value; left out where the provider does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    value_type: Option<ValueType>,
    /// The provider's own word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    provider_type: Option<String>,
    /// Whether it cannot be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    read_only: Option<bool>,
    /// Whether the customer made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_custom: Option<bool>,
    /// Whether a record cannot be made without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_required: Option<bool>,
    /// Objects that it refers to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reference_to: Vec<String>,
    /// The values to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    values: Vec<FieldValue>,
}

/// One value to choose from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FieldValue {
    /// As records hold it.
    value: String,
    /// Shown to people.
    display_value: String,
}

/// Shows the fields of an object of an integration, as a customer's account has them.
///
/// The provider is asked with the credentials of the group's installation, else of a connection that it has for the provider.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}/metadata",
    operation_id = "getObjectMetadataOfIntegration", tag = "integrations", params(Whose),
    responses((status = 200, body = ObjectMetadata), (status = 502, description = "The provider does not answer, or refuses."))
)]
async fn of_integration(
    State(api): Shared,
    Path((project, integration, object)): Path<(String, String, String)>,
    Query(whose): Query<Whose>,
) -> Result<Json<ObjectMetadata>, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&integration).await?;
    let content = &integration.latest.content;
    let read = content.read.iter().find(|one| one.object_name == object);
    let read = read.or_else(|| content.read.iter().find(|one| one.map_to_name.as_deref() == Some(object.as_str())));
    let name = read.map_or(object, |read| read.object_name.clone());
    let record = api.projects.connection_of(&whose.group_ref, &content.provider, Some(&integration.id)).await?;
    let metadata = asked(&api, &record)?.object(name, whose.exclude_read_only).await?;
    Ok(Json(ObjectMetadata { mapped_object_name: read.and_then(|read| read.map_to_name.clone()), ..metadata }))
}

/// Shows the fields of a provider's object, as a customer's account has them.
///
/// The provider is asked with the credentials of a connection that the group has for it; of several, one that works.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/providers/{provider}/objects/{objectName}/metadata",
    operation_id = "getObjectMetadataOfProvider", tag = "integrations", params(Whose),
    responses((status = 200, body = ObjectMetadata), (status = 502, description = "The provider does not answer, or refuses."))
)]
async fn of_provider(
    State(api): Shared,
    Path((project, provider, object)): Path<(String, String, String)>,
    Query(whose): Query<Whose>,
) -> Result<Json<ObjectMetadata>, Problem> {
    check_project(&api, &project)?;
    let record = api.projects.connection_of(&whose.group_ref, &provider, None).await?;
    Ok(Json(asked(&api, &record)?.object(object, whose.exclude_read_only).await?))
}

/// Somebody's account, to be asked.
pub(super) struct Asked {
    reader: FieldReader,
    provider: Arc<dyn Provider>,
    connection: Arc<Connection>,
    rate_limit: Option<RateLimit>,
}

/// The account of a connection, which must be for this provider.
pub(super) async fn by_connection(api: &Api, id: &str, provider: &str) -> Result<Asked, Problem> {
    let wrong = |detail: String| invalid(vec![RequestIssue::new(Place::Query, "connectionId", detail)]);
    match api.projects.store().connection(id).await? {
        None => Err(wrong("names no connection".to_owned())),
        Some(record) if record.provider != provider => Err(wrong(format!("is for {}, not for {provider}", record.provider))),
        Some(record) => asked(api, &record),
    }
}

fn asked(api: &Api, record: &ConnectionRecord) -> Result<Asked, Problem> {
    let (Some(reader), Some(connections)) = (&api.fields, &api.connections) else {
        return Err(Problem::new(StatusCode::CONFLICT, "no runtime is running that could ask the provider"));
    };
    let provider = api.projects.catalog().get(&record.provider);
    let provider = provider.ok_or_else(|| not_found(api.projects.catalog().unknown(&record.provider)))?;
    let missing = || Problem::new(StatusCode::CONFLICT, format!("the connection {:?} has no credentials yet", record.id));
    let connection = connections.get(&record.id).ok_or_else(missing)?;
    let rate_limit = api.projects.rate_limit(&record.id, provider.as_ref());
    Ok(Asked { reader: reader.clone(), provider: provider.clone(), connection, rate_limit })
}

impl Asked {
    /// The fields of an object.
    pub(super) async fn fields(&self, object: &str) -> Result<Vec<provider::FieldMetadata>, FieldsError> {
        let account = Account { provider: &self.provider, connection: &self.connection, rate_limit: self.rate_limit };
        self.reader.fields(&account, object).await
    }

    async fn object(&self, name: String, without_read_only: bool) -> Result<ObjectMetadata, Problem> {
        let mut fields = self.fields(&name).await.map_err(|error| refused(&error))?;
        fields.retain(|field| !(without_read_only && field.read_only == Some(true)));
        Ok(ObjectMetadata { mapped_object_name: None, display_name: name.clone(), name, fields: by_name(fields) })
    }
}

fn refused(error: &FieldsError) -> Problem {
    let told = |status| Problem::new(status, error.to_string());
    match error {
        FieldsError::Undescribed(..) => told(StatusCode::NOT_FOUND),
        FieldsError::Provider(cause) => match (cause.class, cause.retry_after) {
            (ReadErrorClass::NotFound, _) => told(StatusCode::NOT_FOUND),
            (_, Some(wait)) => told(StatusCode::SERVICE_UNAVAILABLE).retry_after(wait),
            _ => told(StatusCode::BAD_GATEWAY),
        },
    }
}

/// Fields as the API shows them, by their names.
pub(super) fn by_name(fields: Vec<provider::FieldMetadata>) -> BTreeMap<String, FieldMetadata> {
    fields.into_iter().map(|field| (field.field_name.clone(), shown(field))).collect()
}

fn shown(field: provider::FieldMetadata) -> FieldMetadata {
    let value = |value: provider::FieldValue| FieldValue { value: value.value, display_value: value.display_value };
    FieldMetadata {
        field_name: field.field_name,
        display_name: field.display_name,
        value_type: field.value_type.map(value_type),
        provider_type: field.provider_type,
        read_only: field.read_only,
        is_custom: field.is_custom,
        is_required: field.is_required,
        reference_to: field.reference_to,
        values: field.values.into_iter().map(value).collect(),
    }
}

fn value_type(known: provider::ValueType) -> ValueType {
    match known {
        provider::ValueType::String => ValueType::String,
        provider::ValueType::Boolean => ValueType::Boolean,
        provider::ValueType::SingleSelect => ValueType::SingleSelect,
        provider::ValueType::MultiSelect => ValueType::MultiSelect,
        provider::ValueType::Date => ValueType::Date,
        provider::ValueType::DateTime => ValueType::Datetime,
        provider::ValueType::Int => ValueType::Int,
        provider::ValueType::Float => ValueType::Float,
        provider::ValueType::Reference => ValueType::Reference,
        provider::ValueType::Other => ValueType::Other,
    }
}
