//! Providers, without I/O: what to ask next, and what an answer says.

mod error;
mod hubspot;

use bytes::Bytes;
pub use error::{ReadError, ReadErrorClass};
use http::{Request, Response};
use jiff::Timestamp;

use crate::{cursor::Run, plan::ReadPlan};

/// What a provider's API looks like. Requests carry path and query only: the engine adds the base URL and the credentials.
pub trait Provider: Send + Sync {
    /// Where the API lives, unless the connection says otherwise; without a trailing slash.
    fn base_url(&self) -> &'static str;

    /// The request for the next page of `run`.
    fn request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes>;

    /// What the answer to [`Provider::request`] says.
    fn page(&self, plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError>;

    /// A request that tells how many records the run will read; nothing where the first page says so, or nobody does.
    fn count_request(&self, _plan: &ReadPlan, _run: &Run) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::count_request`] says.
    fn count(&self, _response: &Response<Bytes>) -> Result<Option<u64>, ReadError> {
        Ok(None)
    }

    /// A request for the names of all fields, where the plan wants all and the provider must be told them one by one.
    /// The caller adds the names to `plan.fields.requested` before it asks for the first page.
    fn field_names_request(&self, _plan: &ReadPlan) -> Option<Request<Bytes>> {
        None
    }

    /// What the answer to [`Provider::field_names_request`] says.
    fn field_names(&self, _response: &Response<Bytes>) -> Result<Vec<String>, ReadError> {
        Ok(Vec::new())
    }
}

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
    pub fields: Vec<(String, Bytes)>,
}

/// The provider of this catalog name.
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    match name {
        "hubspot" => Some(&hubspot::HubSpot),
        _ => None,
    }
}

/// Catalog names of the providers that can be read, sorted.
pub const NAMES: &[&str] = &["hubspot"];
