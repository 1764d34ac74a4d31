//! Answers with records in them, written straight from the store.

use std::collections::BTreeSet;

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::hubspot::{
    error::ApiError,
    record::{Answered, View},
    schema::ObjectType,
};

/// A list of records, with its total (search) and what comes next.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    pub(super) results: Vec<Answered<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paging: Option<Paging>,
}

#[derive(Serialize)]
pub(super) struct Paging {
    next: Next,
}

#[derive(Serialize)]
struct Next {
    after: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl Paging {
    pub(super) fn next(after: String, link: Option<String>) -> Self {
        Self { next: Next { after, link } }
    }
}

/// The properties an answer carries: those asked for, or the type's defaults, and those that always come. Unknown ones are left out.
pub(super) fn selected(object: &ObjectType, asked: Option<&[String]>) -> Vec<String> {
    let always = object.always().map(str::to_owned);
    let mut names: BTreeSet<String> = match asked {
        Some(asked) if !asked.is_empty() => asked.iter().filter(|name| object.properties.contains_key(*name)).cloned().collect(),
        _ => object.defaults.iter().map(|name| (*name).to_owned()).collect(),
    };
    names.extend(always);
    names.into_iter().collect()
}

pub(super) fn answered<'a>(views: impl IntoIterator<Item = View<'a>>, properties: &'a [String]) -> Vec<Answered<'a>> {
    views.into_iter().map(|view| Answered { view, properties, associations: None }).collect()
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"))], bytes).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::invalid(format!("Invalid input JSON: {error}")))
}

/// Values to write, as a client sends them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Write {
    pub(super) id: String,
    properties: serde_json::Map<String, serde_json::Value>,
}

impl Write {
    /// The values as they are stored: text, or nothing where cleared.
    pub(super) fn values(self, object: &ObjectType) -> Result<crate::hubspot::Properties, ApiError> {
        let value = |(name, value): (String, serde_json::Value)| {
            let refuse = |why: &str| Err(ApiError::invalid(format!("Property values were not valid: property \"{name}\" {why}")));
            if !object.properties.contains_key(&name) {
                return refuse("does not exist");
            }
            if object.is_read_only(&name) {
                return refuse("is a read only property");
            }
            let text = match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) if text.is_empty() => None,
                serde_json::Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
            Ok((name, text))
        };
        self.properties.into_iter().map(value).collect()
    }
}
