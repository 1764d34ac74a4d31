//! What Salesforce says of an object's fields.

use bytes::Bytes;
use serde::Deserialize;

use crate::provider::{FieldMetadata, FieldValue, ReadError, ValueType, piece};

#[derive(Deserialize)]
struct Described {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(default)]
    label: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    custom: bool,
    #[serde(default)]
    nillable: bool,
    #[serde(default)]
    defaulted_on_create: bool,
    #[serde(default)]
    createable: bool,
    #[serde(default)]
    updateable: bool,
    #[serde(default)]
    reference_to: Vec<String>,
    #[serde(default)]
    picklist_values: Vec<PicklistValue>,
}

#[derive(Deserialize)]
struct PicklistValue {
    value: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    active: bool,
}

/// The fields that can be read. Left out are files (a query gives a link in their place) and compounds (addresses, places, …), whose
/// parts are fields of their own; a compound that is named is read all the same.
pub(super) fn fields(body: &Bytes) -> Result<Vec<FieldMetadata>, ReadError> {
    let Described { fields } = piece::parse(body)?;
    Ok(fields
        .into_iter()
        .filter(|field| !matches!(field.kind.as_str(), "base64" | "address" | "location" | "complexvalue"))
        .map(metadata)
        .collect())
}

fn metadata(field: Field) -> FieldMetadata {
    let is_writable = field.createable || field.updateable;
    let values = field.picklist_values.into_iter().filter(|value| value.active);
    FieldMetadata {
        display_name: if field.label.is_empty() { field.name.clone() } else { field.label },
        value_type: Some(value_type(&field.kind)),
        read_only: Some(!is_writable),
        is_custom: Some(field.custom),
        is_required: Some(field.createable && !field.nillable && !field.defaulted_on_create),
        reference_to: field.reference_to,
        values: values
            .map(|value| FieldValue { display_value: value.label.unwrap_or_else(|| value.value.clone()), value: value.value })
            .collect(),
        provider_type: Some(field.kind),
        field_name: field.name,
    }
}

fn value_type(kind: &str) -> ValueType {
    match kind {
        "string" | "textarea" | "phone" | "url" | "email" | "id" | "encryptedstring" => ValueType::String,
        "boolean" => ValueType::Boolean,
        "picklist" | "combobox" => ValueType::SingleSelect,
        "multipicklist" => ValueType::MultiSelect,
        "date" => ValueType::Date,
        "datetime" => ValueType::DateTime,
        "int" | "long" => ValueType::Int,
        "double" | "currency" | "percent" => ValueType::Float,
        "reference" => ValueType::Reference,
        _ => ValueType::Other,
    }
}
