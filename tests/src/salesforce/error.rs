//! Failures in the shape Salesforce gives them: `[{"message", "errorCode", "fields"?}]`.

use std::fmt;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::faults::{Answer, Rule};

/// Error codes that the emulator gives, each with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// No token, or none that is good: refresh it.
    InvalidSessionId,
    /// The daily allowance of requests is used up.
    RequestLimitExceeded,
    /// No such path or record.
    NotFound,
    /// The record is in the recycle bin.
    EntityIsDeleted,
    /// A field that is not there, or a value not of its type.
    InvalidField,
    /// An object or relationship that is not there.
    InvalidType,
    /// The query is against the grammar.
    MalformedQuery,
    /// An operator that the field's type does not have, or an id that is none.
    InvalidQueryFilterOperator,
    /// A page that is no longer to be had: begin again.
    InvalidQueryLocator,
    /// A number that is too large.
    NumberOutsideValidRange,
    /// An id that cannot be one.
    MalformedId,
    /// The body is not what it should be.
    JsonParserError,
    /// A field that clients may not write.
    InvalidFieldForInsertUpdate,
    /// A record without what its type demands.
    RequiredFieldMissing,
    /// More ids than one request may name.
    ExceededIdLimit,
    /// The query took too long.
    QueryTimeout,
    /// Somebody else holds the record.
    UnableToLockRow,
    /// Salesforce is down or restarting.
    ServerUnavailable,
    /// The method does not go with the path.
    MethodNotAllowed,
}

impl Code {
    fn parts(self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidSessionId => (StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID"),
            Self::RequestLimitExceeded => (StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::EntityIsDeleted => (StatusCode::NOT_FOUND, "ENTITY_IS_DELETED"),
            Self::InvalidField => (StatusCode::BAD_REQUEST, "INVALID_FIELD"),
            Self::InvalidType => (StatusCode::BAD_REQUEST, "INVALID_TYPE"),
            Self::MalformedQuery => (StatusCode::BAD_REQUEST, "MALFORMED_QUERY"),
            Self::InvalidQueryFilterOperator => (StatusCode::BAD_REQUEST, "INVALID_QUERY_FILTER_OPERATOR"),
            Self::InvalidQueryLocator => (StatusCode::BAD_REQUEST, "INVALID_QUERY_LOCATOR"),
            Self::NumberOutsideValidRange => (StatusCode::BAD_REQUEST, "NUMBER_OUTSIDE_VALID_RANGE"),
            Self::MalformedId => (StatusCode::BAD_REQUEST, "MALFORMED_ID"),
            Self::JsonParserError => (StatusCode::BAD_REQUEST, "JSON_PARSER_ERROR"),
            Self::InvalidFieldForInsertUpdate => (StatusCode::BAD_REQUEST, "INVALID_FIELD_FOR_INSERT_UPDATE"),
            Self::RequiredFieldMissing => (StatusCode::BAD_REQUEST, "REQUIRED_FIELD_MISSING"),
            Self::ExceededIdLimit => (StatusCode::BAD_REQUEST, "EXCEEDED_ID_LIMIT"),
            Self::QueryTimeout => (StatusCode::BAD_REQUEST, "QUERY_TIMEOUT"),
            Self::UnableToLockRow => (StatusCode::BAD_REQUEST, "UNABLE_TO_LOCK_ROW"),
            Self::ServerUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVER_UNAVAILABLE"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        }
    }

    /// What Salesforce says with it where nothing more is known.
    fn words(self) -> &'static str {
        match self {
            Self::InvalidSessionId => "Session expired or invalid",
            Self::RequestLimitExceeded => "TotalRequests Limit exceeded.",
            Self::EntityIsDeleted => "entity is deleted",
            Self::InvalidQueryLocator => "invalid query locator",
            Self::QueryTimeout => "Your query request was running for too long.",
            Self::UnableToLockRow => "unable to obtain exclusive access to this record or 1 records",
            Self::ServerUnavailable => "Server is temporarily unavailable. Please try again later.",
            Self::ExceededIdLimit => "record limit reached. cannot submit more than 2000 records into this call",
            _ => "The requested resource does not exist",
        }
    }
}

/// A failure as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Its class.
    pub code: Code,
    /// What went wrong.
    pub message: String,
    /// The fields it is about, where Salesforce names them.
    pub fields: Vec<String>,
}

impl ApiError {
    /// A failure with a text of its own.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new() }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.code.parts().0
    }

    /// The `errorCode`.
    pub fn name(&self) -> &'static str {
        self.code.parts().1
    }

    /// A field that an object does not have, in a request that is no query.
    pub(super) fn no_such_column(field: &str, entity: &str) -> Self {
        Self::new(Code::InvalidField, format!("No such column '{field}' on sobject of type {entity}"))
    }

    /// The element of a list of errors.
    pub(super) fn element(&self) -> Value {
        let mut element = json!({"message": self.message, "errorCode": self.name()});
        if !self.fields.is_empty() {
            element["fields"] = json!(self.fields);
        }
        element
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::new(code, code.words())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.message)
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), Json(json!([self.element()]))).into_response()
    }
}

/// The rule that refuses the next `times` requests with `code`, in Salesforce's words.
pub fn refusal(times: u64, code: Code) -> Rule {
    let error = ApiError::from(code);
    Rule::answer(
        times,
        Answer::Status {
            status: error.status().as_u16(),
            retry_after: None,
            body: Some(json!([error.element()]).to_string()),
            content_type: Some("application/json;charset=UTF-8".into()),
        },
    )
}
