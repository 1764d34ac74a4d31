//! What a sink asked of the host, in types that a test can keep: bodies are the bytes that would have gone out.

use serde_json::Value;

use super::Message;
use crate::{Part, Payload, documents::Change, http::Request, objects::Object, sql, streams};

/// A request of [`http::send`](crate::http::send).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// As it was given.
    pub method: String,
    /// As it was given.
    pub url: String,
    /// In their order.
    pub headers: Vec<(String, String)>,
    /// What would have gone out.
    pub body: Vec<u8>,
    /// The name of a credential.
    pub credential: Option<String>,
    /// The id to sign with.
    pub webhook_id: Option<String>,
    /// In milliseconds.
    pub timeout: Option<u64>,
}

impl HttpRequest {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn of(request: &Request<'_>, batch: &[Message]) -> Self {
        Self {
            method: request.method.to_owned(),
            url: request.url.to_owned(),
            headers: owned(request.headers),
            body: bytes(&request.body, batch),
            credential: request.credential.map(str::to_owned),
            webhook_id: request.webhook_id.map(str::to_owned),
            timeout: request.timeout,
        }
    }
}

/// An object of [`objects::put`](crate::objects::put).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// As it was given.
    pub key: String,
    /// What would have been stored.
    pub body: Vec<u8>,
    /// As it was given.
    pub content_type: String,
    /// In their order.
    pub metadata: Vec<(String, String)>,
    /// As it was given.
    pub storage_class: Option<String>,
}

impl StoredObject {
    pub(super) fn of(object: &Object<'_>, batch: &[Message]) -> Self {
        Self {
            key: object.key.to_owned(),
            body: bytes(&object.body, batch),
            content_type: object.content_type.to_owned(),
            metadata: owned(object.metadata),
            storage_class: object.storage_class.map(str::to_owned),
        }
    }
}

/// An entry of [`streams::put_records`](crate::streams::put_records).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRecord {
    /// As it was given.
    pub partition_key: String,
    /// What would have been put.
    pub data: Vec<u8>,
}

impl SentRecord {
    pub(super) fn of(entry: &streams::Entry<'_>, batch: &[Message]) -> Self {
        Self { partition_key: entry.partition_key.to_owned(), data: bytes(&entry.data, batch) }
    }
}

/// A change of [`documents::apply`](crate::documents::apply).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreChange {
    /// As it was given.
    pub endpoint: String,
    /// As it was given.
    pub group: String,
    /// As it was given.
    pub item: String,
    /// In milliseconds since the Unix epoch.
    pub modified_at: u64,
    /// In milliseconds since the Unix epoch.
    pub occurred_at: u64,
    /// What would have been stored; nothing where the item is gone.
    pub document: Option<Vec<u8>>,
}

impl StoreChange {
    pub(super) fn of(change: &Change<'_>, batch: &[Message]) -> Self {
        Self {
            endpoint: change.endpoint.to_owned(),
            group: change.group.to_owned(),
            item: change.item.to_owned(),
            modified_at: change.modified_at,
            occurred_at: change.occurred_at,
            document: change.document.as_ref().map(|document| bytes(document, batch)),
        }
    }
}

/// A statement of [`sql::transact`](crate::sql::transact).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlStatement {
    /// As it was given.
    pub text: String,
    /// In their order.
    pub parameters: Vec<SqlParameter>,
    /// As it was given.
    pub intent: String,
}

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlParameter {
    /// One text.
    Text(String),
    /// One whole number.
    Integer(i64),
    /// An array of texts.
    Texts(Vec<String>),
    /// An array of whole numbers.
    Integers(Vec<i64>),
    /// An array of JSON documents, or SQL's NULL.
    Documents(Vec<Option<Vec<u8>>>),
}

impl SqlStatement {
    pub(super) fn of(statement: &sql::Statement<'_>, batch: &[Message]) -> Self {
        let parameter = |parameter: &sql::Parameter<'_>| match parameter {
            sql::Parameter::Text(text) => SqlParameter::Text((*text).to_owned()),
            sql::Parameter::Integer(number) => SqlParameter::Integer(*number),
            sql::Parameter::Texts(texts) => SqlParameter::Texts(texts.iter().map(ToString::to_string).collect()),
            sql::Parameter::Integers(numbers) => SqlParameter::Integers(numbers.to_vec()),
            sql::Parameter::Documents(documents) => SqlParameter::Documents(
                documents.iter().map(|document| document.as_ref().map(|document| bytes(document, batch))).collect(),
            ),
        };
        Self {
            text: statement.text.to_owned(),
            parameters: statement.parameters.iter().map(parameter).collect(),
            intent: statement.intent.to_owned(),
        }
    }

    /// As many rows as its longest list has items; one where it has no list.
    pub(super) fn rows(&self) -> u64 {
        let items = |parameter: &SqlParameter| match parameter {
            SqlParameter::Text(_) | SqlParameter::Integer(_) => 1,
            SqlParameter::Texts(list) => list.len(),
            SqlParameter::Integers(list) => list.len(),
            SqlParameter::Documents(list) => list.len(),
        };
        self.parameters.iter().map(items).max().unwrap_or(1) as u64
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// # Panics
/// Where a place is named that is not in the batch: the real host traps there.
fn bytes(payload: &Payload<'_>, batch: &[Message]) -> Vec<u8> {
    match payload {
        Payload::Empty => Vec::new(),
        Payload::Message(place) => at(batch, *place).body(),
        Payload::Link(place) => at(batch, *place).link(),
        Payload::Data(record) => data(batch, record),
        Payload::Bytes(bytes) => bytes.to_vec(),
        Payload::Parts(parts) => parts.iter().flat_map(|part| part_bytes(part, batch)).collect(),
    }
}

fn part_bytes(part: &Part<'_>, batch: &[Message]) -> Vec<u8> {
    match part {
        Part::Message(place) => at(batch, *place).body(),
        Part::Link(place) => at(batch, *place).link(),
        Part::Data(record) => data(batch, record),
        Part::Bytes(bytes) => bytes.to_vec(),
    }
}

fn data(batch: &[Message], record: &crate::RecordRef) -> Vec<u8> {
    let Some(data) = at(batch, record.envelope).data(record.index) else {
        panic!("message {} has no record {}: count from 0", record.envelope, record.index)
    };
    data
}

pub(super) fn at(batch: &[Message], place: u32) -> &Message {
    let message = usize::try_from(place).ok().and_then(|place| batch.get(place));
    let Some(message) = message else {
        panic!(
            "the batch has no place {place}: it has {} messages, and places count from 0 (`Host::batch` makes one)",
            batch.len()
        )
    };
    message
}
