//! HubSpot CRM v3 objects.
//!
//! A full history is listed; whatever has a time filter is searched. Searches never page by offset, which ends at 10,000 records
//! and shifts when records go: each asks for the ids behind the last one seen.

mod answer;
mod position;
mod refusal;
mod request;

use bytes::Bytes;
use http::{Request, Response};

use super::{Provider, ProviderPage, ReadError};
use crate::{cursor::Run, plan::ReadPlan};

/// HubSpot.
pub(super) struct HubSpot;

impl Provider for HubSpot {
    fn base_url(&self) -> &'static str {
        "https://api.hubapi.com"
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

    fn field_names_request(&self, plan: &ReadPlan) -> Option<Request<Bytes>> {
        plan.fields.all.then(|| request::field_names(plan))
    }

    fn field_names(&self, response: &Response<Bytes>) -> Result<Vec<String>, ReadError> {
        answer::field_names(refusal::accepted(response, false)?)
    }
}

#[cfg(test)]
mod tests;
