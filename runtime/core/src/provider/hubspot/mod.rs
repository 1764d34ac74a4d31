//! HubSpot CRM v3 objects, custom ones included, and owners.
//!
//! A full history is listed; whatever has a time or a condition is searched. Searches never page by offset, which ends at 10,000 records
//! and shifts when records go: each asks for the ids behind the last one seen. A run that must tell of deleted records ends with the list
//! of archived ones. What does not fit into a page's request, or does not come with its answer, is asked for in batches.

mod answer;
mod associations;
mod info;
mod object;
mod position;
mod properties;
mod record;
mod refusal;
mod request;
mod schemas;
mod search;
mod selection;
mod take_apart;

use bytes::Bytes;
use http::{Request, Response};

use self::{
    associations::Rest,
    object::Interface,
    refusal::{accepted, accepted_batch},
    request::Input,
};
use super::{
    ASSOCIATIONS_MAX, Completed, CustomObject, FieldMetadata, Provider, ProviderInfo, ProviderPage, RECORDS_BY_ID_MAX, ReadError,
    Record,
};
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
        answer::refuse(plan)?;
        answer::page(plan, run, accepted(response, run.position.is_some())?)
    }

    fn sample_request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        request::sample(plan, run)
    }

    fn filters(&self) -> bool {
        true
    }

    /// First the associations, each object in one request; then the properties that the page could not carry.
    fn completing_requests(&self, plan: &ReadPlan, records: &[Record]) -> Vec<Request<Bytes>> {
        let of_associations = associations::lacking(plan, records).map(|to| {
            let lacking = records.iter().filter(|record| associations::lacks(record, to));
            request::associations(plan, to, lacking.map(|record| Input::new(&record.id, None)))
        });
        let live: Vec<_> = records.iter().filter(|record| !record.deleted).map(|record| record.id.as_str()).collect();
        let batches = if selection::is_completed_later(plan) { live.as_slice() } else { &[] };
        let of_properties = batches.chunks(RECORDS_BY_ID_MAX).map(|ids| request::batch_read(plan, ids.iter().copied()));
        of_associations.chain(of_properties).collect()
    }

    fn completed(
        &self,
        plan: &ReadPlan,
        records: &mut [Record],
        request: &Request<Bytes>,
        response: &Response<Bytes>,
    ) -> Result<Completed, ReadError> {
        let body = accepted_batch(response)?;
        let Some((association, asked)) = request::asked_associations(plan, request) else {
            return body.map_or(Ok(()), |body| answer::complete(plan, records, body)).map(|()| Completed::default());
        };
        let none = Bytes::from_static(br#"{"results":[]}"#);
        let Rest { more, cut } = associations::complete(association, records, &asked, body.unwrap_or(&none))?;
        let inputs = more.iter().map(|(id, after)| Input::new(id, Some(after)));
        let next = (!more.is_empty()).then(|| request::associations(plan, association, inputs));
        let told =
            |ids: String| format!("more than {ASSOCIATIONS_MAX} {association} of a record: the rest is left out, of {ids}");
        Ok(Completed { next, cut: (!cut.is_empty()).then(|| told(cut.join(", "))) })
    }

    fn count_request(&self, plan: &ReadPlan, run: &Run) -> Option<Request<Bytes>> {
        request::count(plan, run)
    }

    fn count(&self, response: &Response<Bytes>) -> Result<Option<u64>, ReadError> {
        answer::count(accepted(response, false)?)
    }

    /// Owners have no properties: all there is of them comes with every answer.
    fn fields_request(&self, object_name: &str) -> Option<Request<Bytes>> {
        (Interface::of(object_name) == Interface::Objects).then(|| request::properties_of(object_name))
    }

    fn fields(&self, response: &Response<Bytes>) -> Result<Vec<FieldMetadata>, ReadError> {
        properties::fields(accepted(response, false)?)
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

    fn records_request(&self, plan: &ReadPlan, ids: &[String]) -> Option<Request<Bytes>> {
        let is_object = Interface::of(&plan.key.object_name) == Interface::Objects && !ids.is_empty();
        is_object.then(|| request::batch_read(plan, ids.iter().take(RECORDS_BY_ID_MAX).map(String::as_str)))
    }

    fn records(&self, plan: &ReadPlan, response: &Response<Bytes>) -> Result<Vec<Record>, ReadError> {
        accepted_batch(response)?.map_or(Ok(Vec::new()), |body| answer::records(plan, body))
    }

    fn custom_objects_request(&self) -> Option<Request<Bytes>> {
        Some(request::schemas())
    }

    fn custom_objects(&self, response: &Response<Bytes>) -> Result<Vec<CustomObject>, ReadError> {
        schemas::custom_objects(accepted(response, false)?)
    }
}

#[cfg(test)]
mod tests;
