//! A message of a batch, as a test makes it.

use serde_json::{Map, Value};

use super::NOW_MS;
use crate::{Envelope, messages::Entry};

/// A message with its envelope. Made of a body, it has the records of the body's `result`; made of records, it has such a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    id: String,
    group: String,
    attempt: u32,
    metadata: Vec<(String, String)>,
    body: Vec<u8>,
    deleted: Vec<String>,
}

impl Message {
    /// A message with this event id and body.
    pub fn of(id: &str, body: impl Into<Vec<u8>>) -> Self {
        let metadata = [("event-id", id), ("projectId", "project-1"), ("objectName", "contacts")];
        Self {
            id: id.to_owned(),
            group: "group-1".to_owned(),
            attempt: 1,
            metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: body.into(),
            deleted: Vec::new(),
        }
    }

    /// A message with this event id and these records, each a JSON object with an `id`, shaped as the runtime shapes them.
    ///
    /// # Panics
    /// Where a record is not JSON.
    pub fn of_records<'r>(id: &str, records: impl IntoIterator<Item = &'r str>) -> Self {
        let record = |text: &str| match serde_json::from_str::<Value>(text) {
            Ok(fields) => serde_json::json!({ "fields": fields, "raw": fields }),
            Err(error) => panic!("the record {text} is not JSON: {error}"),
        };
        let result: Vec<_> = records.into_iter().map(record).collect();
        let body = serde_json::json!({
            "action": "read",
            "groupRef": "group-1",
            "objectName": "contacts",
            "operationId": "operation-1",
            "operationTime": "2025-10-14T02:58:59Z",
            "projectId": "project-1",
            "provider": "hubspot",
            "resultInfo": { "type": "inline", "numRecords": result.len() },
            "result": result,
        });
        Self::of(id, body.to_string())
    }

    /// For another customer group than `group-1`.
    #[must_use]
    pub fn group(self, group: &str) -> Self {
        Self { group: group.to_owned(), ..self }
    }

    /// At another attempt than the first.
    #[must_use]
    pub fn attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// With a metadatum more, or another one.
    #[must_use]
    pub fn metadatum(mut self, name: &str, value: &str) -> Self {
        self.metadata.retain(|(known, _)| known != name);
        self.metadata.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a record of this id deleted at the provider.
    #[must_use]
    pub fn deleted(mut self, id: &str) -> Self {
        self.deleted.push(id.to_owned());
        self
    }

    /// The event id.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn envelope(&self) -> Envelope {
        Envelope {
            id: self.id.clone(),
            group: self.group.clone(),
            ordering_key: None,
            occurred_at: NOW_MS,
            size: self.body.len() as u64,
            records: u32::try_from(self.results().len()).unwrap_or(u32::MAX),
            attempt: self.attempt,
        }
    }

    pub(super) fn body(&self) -> Vec<u8> {
        self.body.clone()
    }

    pub(super) fn metadata(&self) -> Vec<(String, String)> {
        self.metadata.clone()
    }

    pub(super) fn records(&self) -> Vec<Entry> {
        let id = |entry: &Value| {
            let places = ["/fields/id", "/raw/id", "/id"];
            let id = places.iter().find_map(|place| entry.pointer(place));
            id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).unwrap_or_default()
        };
        let entry = |id: String| Entry { deleted: self.deleted.contains(&id), id, modified_at: NOW_MS };
        self.results().iter().map(|result| entry(id(result))).collect()
    }

    /// The message without its records.
    pub(super) fn link(&self) -> Vec<u8> {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(&self.body) else { return self.body() };
        body.remove("result");
        let records = self.results().len();
        let info = serde_json::json!({ "type": "url", "numRecords": records, "downloadUrl": "https://ampline.example/download" });
        body.insert("resultInfo".to_owned(), info);
        Value::Object(body).to_string().into_bytes()
    }

    /// One record's fields, mapped ones under their mapped names. Nothing where there is no such record.
    pub(super) fn data(&self, index: u32) -> Option<Vec<u8>> {
        let results = self.results();
        let result = results.get(usize::try_from(index).ok()?)?;
        let members = |name: &str| result[name].as_object().cloned().unwrap_or_default();
        let data: Map<_, _> = members("fields").into_iter().chain(members("mappedFields")).collect();
        Some(Value::Object(data).to_string().into_bytes())
    }

    fn results(&self) -> Vec<Value> {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        body["result"].as_array().cloned().unwrap_or_default()
    }
}
