//! Answers in JSON, bodies in JSON, and which fields of a record were asked for.

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::salesforce::{ApiError, Code, schema::Entity};

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"))], bytes).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::new(Code::JsonParserError, error.to_string()))
}

/// The value of a parameter of a query string; the last one of its name.
pub(super) fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The places of the fields that a request names, without doubles; of all where it names none.
pub(super) fn fields<'a>(entity: &Entity, asked: impl Iterator<Item = &'a str>) -> Result<Vec<usize>, ApiError> {
    let mut places = Vec::new();
    for name in asked.map(str::trim).filter(|name| !name.is_empty()) {
        let place = entity.place(name).ok_or_else(|| ApiError::no_such_column(name, &entity.name))?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(if places.is_empty() { (0..entity.fields.len()).collect() } else { places })
}
