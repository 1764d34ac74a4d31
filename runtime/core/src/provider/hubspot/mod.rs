//! HubSpot CRM v3 objects.
//!
//! A full history is listed; whatever has a time filter is searched. Searches never page by offset, which ends at 10,000 records
//! and shifts when records go: each asks for the ids behind the last one seen.

mod answer;
mod info;
mod position;
mod refusal;
mod request;

use bytes::Bytes;
use http::{Request, Response};

use super::{FieldMetadata, Provider, ProviderInfo, ProviderPage, ReadError};
use crate::{cursor::Run, plan::ReadPlan};

/// HubSpot.
pub(super) struct HubSpot {
    info: ProviderInfo,
}

impl HubSpot {
    pub(super) fn new() -> Self {
        Self { info: info::info() }
    }
}

impl Provider for HubSpot {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        request::page(plan, run)
    }

    fn page(&self, plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError> {
        answer::page(&request::Page::of(plan, run), run, refusal::accepted(response, run.position.is_some())?)
    }

    fn count_request(&self, plan: &ReadPlan, run: &Run) -> Option<Request<Bytes>> {
        request::count(plan, run)
    }

    fn count(&self, response: &Response<Bytes>) -> Result<Option<u64>, ReadError> {
        answer::count(refusal::accepted(response, false)?)
    }

    fn fields_request(&self, object_name: &str) -> Option<Request<Bytes>> {
        Some(request::properties_of(object_name))
    }

    fn fields(&self, response: &Response<Bytes>) -> Result<Vec<FieldMetadata>, ReadError> {
        answer::field_names(refusal::accepted(response, false)?)
    }

    fn health_request(&self) -> Option<Request<Bytes>> {
        Some(request::account())
    }

    fn health(&self, response: &Response<Bytes>) -> Result<(), ReadError> {
        refusal::accepted(response, false).map(drop)
    }

    fn must_name_fields(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
