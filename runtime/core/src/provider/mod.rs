//! Providers, without I/O: what to ask next, and what an answer says.

mod catalog;
#[cfg(test)]
mod damage;
mod declared;
mod error;
mod field_metadata;
mod hubspot;
mod info;
mod inputs;
mod percent;
mod piece;
mod salesforce;

use bytes::Bytes;
pub use catalog::{Added, Catalog};
pub use declared::{
    Checked as CheckedProvider, FILE_BYTES_MAX as PROVIDER_FILE_BYTES_MAX, check as check_provider, schema as provider_schema,
};
pub use error::{ReadError, ReadErrorClass};
pub(crate) use error::{clip, retry_after, snippet};
pub use field_metadata::{FieldMetadata, FieldValue, ValueType};
use http::{Request, Response};
pub use info::{ApiKeyPlace, AuthScheme, CustomAuth, Grant, Input, OAuth2, ProviderInfo, RateLimit, Unfilled, fill, fill_text};
pub use inputs::MissingInputs;
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::{cursor::Run, plan::ReadPlan};

/// What a provider's API looks like. Requests carry path and query only: the engine adds the base URL and the credentials.
/// What cannot be asked of a provider is a method that keeps its default.
pub trait Provider: Send + Sync + 'static {
    /// What the catalog says of it.
    fn info(&self) -> &ProviderInfo;

    /// Names of the objects that can be read; nothing where that is the customer's matter (custom objects).
    fn objects(&self) -> Option<Vec<&str>> {
        None
    }

    /// Why a plan cannot be read from this provider, with a remedy; nothing where it can as far as is known.
    fn unsupported(&self, _plan: &ReadPlan) -> Option<String> {
        None
    }

    /// The request for the next page of `run`. A run with a `since` may be answered with records that changed earlier (a provider
    /// without a filter of time): [`Provider::page`] leaves those out.
    fn request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes>;

    /// What the answer to [`Provider::request`] says.
    fn page(&self, plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError>;

    /// The same as the first [`Provider::request`] for one record, to see whether the plan can be read at all; its answer goes to
    /// [`Provider::page`]. A provider that cannot be asked for so few answers with its smallest page.
    fn sample_request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        self.request(plan, run)
    }

    /// Whether [`Provider::request`] asks for what meets the plan's filters only; else the caller leaves out what does not meet them.
    fn filters(&self) -> bool {
        false
    }

    /// Requests that complete a page (associations that the page itself does not carry); each answer goes to [`Provider::completed`]
    /// along with its request.
    fn completing_requests(&self, _plan: &ReadPlan, _records: &[Record]) -> Vec<Request<Bytes>> {
        Vec::new()
    }

    /// Puts what the answer to one of [`Provider::completing_requests`], or to what followed from one, says into the page's records.
    fn completed(
        &self,
        _plan: &ReadPlan,
        _records: &mut [Record],
        _request: &Request<Bytes>,
        _response: &Response<Bytes>,
    ) -> Result<Completed, ReadError> {
        Ok(Completed::default())
    }

    /// A request that tells how many records the run will read; nothing where the first page says so, or nobody does.
    fn count_request(&self, _plan: &ReadPlan, _run: &Run) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::count_request`] says.
    fn count(&self, _response: &Response<Bytes>) -> Result<Option<u64>, ReadError> {
        Ok(None)
    }

    /// A request for the fields of an object (for people who choose, and for plans that want all fields where the provider must be
    /// told them one by one); nothing where the provider has no such description.
    fn fields_request(&self, _object_name: &str) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::fields_request`] says.
    fn fields(&self, _response: &Response<Bytes>) -> Result<Vec<FieldMetadata>, ReadError> {
        Ok(Vec::new())
    }

    /// Whether a plan that wants all fields must be told their names: the caller then adds those of [`Provider::fields`] to
    /// `plan.fields.requested` before it asks for the first page.
    fn must_name_fields(&self) -> bool {
        false
    }

    /// A request that any sound credentials may make, to see whether they are; nothing where there is none.
    fn health_request(&self) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::health_request`] says: nothing, or why the credentials do not serve.
    fn health(&self, response: &Response<Bytes>) -> Result<(), ReadError> {
        if response.status().is_success() { Ok(()) } else { Err(ReadError::of_status(response)) }
    }

    /// Requests for these records as they are now, by id (at most [`RECORDS_BY_ID_MAX`] ids); nothing where the provider cannot be
    /// asked so.
    fn records_request(&self, _plan: &ReadPlan, _ids: &[String]) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::records_request`] says; ids that are gone are left out.
    fn records(&self, _plan: &ReadPlan, _response: &Response<Bytes>) -> Result<Vec<Record>, ReadError> {
        Ok(Vec::new())
    }

    /// A request for the objects that the customer made, of which events say the id alone; nothing where events call objects as
    /// manifests do.
    fn custom_objects_request(&self) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::custom_objects_request`] says.
    fn custom_objects(&self, _response: &Response<Bytes>) -> Result<Vec<CustomObject>, ReadError> {
        Ok(Vec::new())
    }
}

/// Requests for all of these records, in as few as the provider takes; nothing where it cannot be asked for even one of them.
pub fn records_requests(provider: &dyn Provider, plan: &ReadPlan, ids: &[String]) -> Option<Vec<Request<Bytes>>> {
    let mut requests = Vec::new();
    let mut parts: Vec<&[String]> = ids.chunks(RECORDS_BY_ID_MAX).rev().collect();
    while let Some(part) = parts.pop() {
        match provider.records_request(plan, part) {
            Some(request) => requests.push(request),
            None if part.len() < 2 => return None,
            // One at a time is what every provider takes that can be asked for records at all.
            None => parts.extend(part.chunks(part.len().div_ceil(2)).rev()),
        }
    }
    Some(requests)
}

/// What came of an answer that completes a page.
#[derive(Debug, Default)]
pub struct Completed {
    /// What must be asked besides.
    pub next: Option<Request<Bytes>>,
    /// What is left out for good because a bound was met, in words for the operation's log.
    pub cut: Option<String>,
}

/// Most associations of one record with one object that are followed.
pub const ASSOCIATIONS_MAX: usize = 10_000;

/// An object that a customer made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomObject {
    /// As events call it.
    pub id: String,
    /// As manifests may call it.
    pub names: Vec<String>,
}

/// Where the request went whose answer this is: the connection's base URL. The engine puts it into the answer's extensions, so that
/// links to a next page can be held to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentTo(pub String);

/// Most records that are asked for by id in one request.
pub const RECORDS_BY_ID_MAX: usize = 100;

/// One page of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderPage {
    /// In the provider's order.
    pub records: Vec<Record>,
    /// The position behind this page; nothing where this is the last.
    pub next: Option<String>,
    /// How many records the run will have read in the end, where the answer says so.
    pub total: Option<u64>,
}

/// One record, untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The provider's primary key.
    pub id: String,
    /// When it last changed, where the provider says so.
    pub modified_at: Option<Timestamp>,
    /// Whether it was deleted at the provider.
    pub deleted: bool,
    /// Its JSON text, byte for byte: a slice of the response.
    pub raw: Bytes,
    /// Its fields: lower-cased name, JSON text of the value (a slice of `raw`).
    pub fields: Vec<(SmolStr, Bytes)>,
    /// Associated records by the name of the association: JSON text of the contract's list of `Association`.
    pub associations: Vec<(String, Bytes)>,
}
