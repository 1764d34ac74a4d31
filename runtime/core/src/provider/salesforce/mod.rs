//! Salesforce's CRM over its REST API: queries, sorted by id.
//!
//! Deleted records come with `queryAll`. A list of fields too long for an address goes into the body of a composite request. The first
//! page of a query tells the total, so that nothing is counted apart. Records by id are queried too: they look as those of a read do.

mod answer;
mod describe;
mod info;
mod name;
mod position;
mod refusal;
mod related;
mod request;
mod soql;

use bytes::Bytes;
use http::{Request, Response};

use self::{related::Related, request::Children};
use super::{Completed, FieldMetadata, Provider, ProviderInfo, ProviderPage, ReadError, Record};
use crate::{cursor::Run, plan::ReadPlan};

/// Salesforce.
pub(super) struct Salesforce {
    info: ProviderInfo,
}

impl Salesforce {
    pub(super) fn new() -> Self {
        Self { info: info::info() }
    }
}

impl Provider for Salesforce {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        request::page(plan, run)
    }

    fn page(&self, plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError> {
        answer::page(plan, run, response)
    }

    fn filters(&self) -> bool {
        true
    }

    fn completing_requests(&self, plan: &ReadPlan, records: &[Record]) -> Vec<Request<Bytes>> {
        let mut requests = Vec::new();
        for association in &plan.associations {
            let Some(related) = Related::of(&plan.key.object_name, association) else { continue };
            for record in records {
                let Some(path) = related.rest(record) else { continue };
                let of = Children { record_id: record.id.clone(), association: association.clone() };
                requests.push(request::children(&path, of));
            }
        }
        requests
    }

    fn completed(
        &self,
        plan: &ReadPlan,
        records: &mut [Record],
        request: &Request<Bytes>,
        response: &Response<Bytes>,
    ) -> Result<Completed, ReadError> {
        match request.extensions().get::<Children>() {
            Some(of) => answer::children(plan, records, of, request.uri().path(), response),
            None => Ok(Completed::default()),
        }
    }

    fn fields_request(&self, object_name: &str) -> Option<Request<Bytes>> {
        Some(request::describe(object_name))
    }

    fn fields(&self, response: &Response<Bytes>) -> Result<Vec<FieldMetadata>, ReadError> {
        describe::fields(&answer::described(response)?)
    }

    fn must_name_fields(&self) -> bool {
        true
    }

    fn records_request(&self, plan: &ReadPlan, ids: &[String]) -> Option<Request<Bytes>> {
        soql::of_ids(plan, ids).ok().map(|query| request::ask(&query))
    }

    fn records(&self, plan: &ReadPlan, response: &Response<Bytes>) -> Result<Vec<Record>, ReadError> {
        answer::records(plan, response)
    }
}

#[cfg(test)]
mod tests;
