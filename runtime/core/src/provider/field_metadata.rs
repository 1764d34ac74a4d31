//! What a provider says of an object's fields, in the terms of the contract (`FieldMetadata`).

use serde::{Deserialize, Serialize};

/// One field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldMetadata {
    /// The provider's name, as written.
    pub field_name: String,
    /// Shown to people; the name where the provider has no label.
    pub display_name: String,
    /// The kind of value; nothing where the provider does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_type: Option<ValueType>,
    /// The provider's own word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_type: Option<String>,
    /// Whether it cannot be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// Whether the customer made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_custom: Option<bool>,
    /// Whether a record cannot be made without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_required: Option<bool>,
    /// Objects that it refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_to: Vec<String>,
    /// The values to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<FieldValue>,
}

/// One value to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldValue {
    /// As records hold it.
    pub value: String,
    /// Shown to people.
    pub display_value: String,
}

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueType {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// One of several.
    SingleSelect,
    /// Some of several.
    MultiSelect,
    /// A day.
    Date,
    /// A point in time.
    #[serde(rename = "datetime")]
    DateTime,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Another record's id.
    Reference,
    /// Anything else.
    Other,
}

impl FieldMetadata {
    /// A field of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        let field_name = name.into();
        Self {
            display_name: field_name.clone(),
            field_name,
            value_type: None,
            provider_type: None,
            read_only: None,
            is_custom: None,
            is_required: None,
            reference_to: Vec::new(),
            values: Vec::new(),
        }
    }
}
