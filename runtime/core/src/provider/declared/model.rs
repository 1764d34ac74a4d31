//! A provider as its file declares it, in types that cannot be wrong.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::{
    path::JsonPath,
    time::{Resolution, TimeFormat},
};
use crate::provider::{ProviderInfo, ReadErrorClass};

/// A provider.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) info: ProviderInfo,
    /// Sent with every request.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) errors: Errors,
    /// How descriptions of fields are read.
    pub(super) fields: Option<Fields>,
    /// By name.
    pub(super) objects: BTreeMap<String, Object>,
    /// For names that are not among those.
    pub(super) any_object: Option<Object>,
}

impl Definition {
    /// The object of this name.
    pub(super) fn object(&self, name: &str) -> Option<&Object> {
        self.objects.get(name).or(self.any_object.as_ref())
    }
}

/// What can be read.
#[derive(Debug)]
pub(super) struct Object {
    /// Beneath the base URL; `{{.object}}` stands for the name.
    pub(super) path: String,
    pub(super) method: Method,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// Where the records are.
    pub(super) records: JsonPath,
    /// They are the values of a mapping.
    pub(super) keyed: bool,
    /// Where the record is within an item.
    pub(super) unwrap: JsonPath,
    /// At least one.
    pub(super) id: Vec<JsonPath>,
    pub(super) updated_at: Option<UpdatedAt>,
    pub(super) deleted: Option<Mark>,
    pub(super) field_root: Option<JsonPath>,
    pub(super) since: Option<Bound>,
    pub(super) until: Option<Bound>,
    /// Sorted by the last change, newest first.
    pub(super) newest_first: bool,
    pub(super) total: Option<JsonPath>,
    pub(super) paging: Paging,
    pub(super) page_size: Option<(Slot, u32)>,
    /// The request that describes its fields.
    pub(super) fields_path: Option<String>,
    pub(super) by_id: Option<ById>,
}

/// Where a value is put into a request.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    Query(String),
    Body(JsonPath),
}

/// When a record last changed.
#[derive(Debug)]
pub(super) struct UpdatedAt {
    pub(super) path: JsonPath,
    pub(super) format: TimeFormat,
    /// What the provider rounds it down to.
    pub(super) resolution: Resolution,
}

/// What marks something.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) path: JsonPath,
    /// Nothing: any value but `false`.
    pub(super) equals: Option<Value>,
}

/// A filter of time.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) slot: Slot,
    /// Holds `{{.time}}`.
    pub(super) value: Value,
    pub(super) format: TimeFormat,
    pub(super) resolution: Resolution,
    pub(super) inclusive: bool,
    /// Sent where there is no bound.
    pub(super) otherwise: Option<Value>,
}

/// How the next page is asked for.
#[derive(Debug)]
pub(super) enum Paging {
    None,
    /// By a token of the answer.
    Cursor {
        next: JsonPath,
        slot: Slot,
        more: More,
        /// The token may stay the same; a page without records is the last.
        until_empty: bool,
    },
    /// By something of the last record.
    LastRecord {
        path: JsonPath,
        slot: Slot,
        more: More,
    },
    /// By an address that the answer holds.
    NextLink {
        next: JsonPath,
        more: More,
    },
    /// By an address in the header `Link`.
    LinkHeader,
    /// By the number of records before it.
    Offset {
        slot: Slot,
        more: More,
    },
    /// By its number.
    PageNumber {
        slot: Slot,
        start: u64,
        more: More,
    },
}

/// How an answer says whether there is more.
#[derive(Debug)]
pub(super) enum More {
    /// Not at all.
    Unsaid,
    /// `true`: there is.
    While(JsonPath),
    /// `true`: there is not.
    Until(JsonPath),
    /// So many pages there are.
    Pages(JsonPath),
}

/// How an answer describes fields.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) records: JsonPath,
    pub(super) name: JsonPath,
    pub(super) label: Option<JsonPath>,
    pub(super) kind: Option<JsonPath>,
    pub(super) custom: Option<Mark>,
    pub(super) read_only: Option<Mark>,
}

/// The request for records by their ids.
#[derive(Debug)]
pub(super) struct ById {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) records: JsonPath,
    /// Several at once.
    pub(super) several: bool,
}

/// What refusals mean.
#[derive(Debug, Default)]
pub(super) struct Errors {
    /// Where the provider's words are: the first that is there.
    pub(super) message: Vec<JsonPath>,
    pub(super) retry_after: Option<RetryAfter>,
    /// The first that fits counts.
    pub(super) rules: Vec<ErrorRule>,
}

/// Where something stands in an answer.
#[derive(Debug)]
pub(super) enum Source {
    Header(HeaderName),
    Body(JsonPath),
}

/// Where the wait stands that the provider asks for.
#[derive(Debug)]
pub(super) struct RetryAfter {
    pub(super) source: Source,
    /// In milliseconds rather than seconds.
    pub(super) milliseconds: bool,
    /// The time when it ends rather than a span.
    pub(super) until: bool,
}

/// An answer that means something else than its status.
#[derive(Debug)]
pub(super) struct ErrorRule {
    /// Any where there is none.
    pub(super) statuses: Vec<u16>,
    pub(super) test: Option<(Source, TextTest)>,
    pub(super) class: ReadErrorClass,
}

/// What a text must be.
#[derive(Debug)]
pub(super) enum TextTest {
    Present,
    Equals(String),
    Contains(String),
}
