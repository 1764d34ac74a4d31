//! What HubSpot says of an object's properties.

use bytes::Bytes;
use serde::Deserialize;

use crate::provider::{FieldMetadata, FieldValue, ReadError, ValueType, piece};

#[derive(Deserialize)]
struct Properties {
    results: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    name: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    field_type: Option<String>,
    #[serde(default)]
    hubspot_defined: Option<bool>,
    #[serde(default)]
    calculated: bool,
    #[serde(default)]
    referenced_object_type: Option<String>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    modification_metadata: Option<Modification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Modification {
    #[serde(default)]
    read_only_value: bool,
}

#[derive(Deserialize)]
struct Choice {
    value: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    hidden: bool,
}

pub(super) fn fields(body: &Bytes) -> Result<Vec<FieldMetadata>, ReadError> {
    let Properties { results } = piece::parse(body)?;
    Ok(results.into_iter().map(metadata).collect())
}

fn metadata(property: Property) -> FieldMetadata {
    let choices = property.options.into_iter().filter(|choice| !choice.hidden);
    let value = |choice: Choice| FieldValue {
        display_value: choice.label.filter(|label| !label.is_empty()).unwrap_or_else(|| choice.value.clone()),
        value: choice.value,
    };
    FieldMetadata {
        display_name: property.label.filter(|label| !label.is_empty()).unwrap_or_else(|| property.name.clone()),
        value_type: property.kind.as_deref().map(|kind| match property.referenced_object_type {
            Some(_) => ValueType::Reference,
            None => value_type(kind, property.field_type.as_deref().unwrap_or_default()),
        }),
        provider_type: property.kind,
        read_only: property.modification_metadata.map(|told| told.read_only_value || property.calculated),
        is_custom: property.hubspot_defined.map(|is_hubspots| !is_hubspots),
        // HubSpot demands fields of forms and pipelines, not of objects.
        is_required: None,
        reference_to: property.referenced_object_type.into_iter().collect(),
        values: choices.map(value).collect(),
        field_name: property.name,
    }
}

fn value_type(kind: &str, field_type: &str) -> ValueType {
    match (kind, field_type) {
        ("string" | "phone_number", _) => ValueType::String,
        ("bool", _) | ("enumeration", "booleancheckbox") => ValueType::Boolean,
        ("enumeration", "checkbox") => ValueType::MultiSelect,
        ("enumeration", _) => ValueType::SingleSelect,
        ("date", _) => ValueType::Date,
        ("datetime", _) => ValueType::DateTime,
        ("number", _) => ValueType::Float,
        _ => ValueType::Other,
    }
}
