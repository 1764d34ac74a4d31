//! Providers that are declared rather than written: a YAML file says what to ask and how to read the answer.
//!
//! `file` reads it, every problem with its place and remedy; `request` asks; `refusal`, `answer` and `next` read what comes back.

mod answer;
mod file;
mod link;
mod model;
mod next;
mod path;
mod position;
mod refusal;
mod request;
#[cfg(test)]
mod tests;
mod time;

use std::{fmt, sync::Arc};

use bytes::Bytes;
pub use file::{FILE_BYTES_MAX, check, schema};
use http::{Request, Response};
use model::{Definition, Object};

use super::{FieldMetadata, Provider, ProviderInfo, ProviderPage, ReadError, ReadErrorClass, Record};
use crate::{
    cursor::Run,
    manifest::{Issue, closest},
    plan::ReadPlan,
};

/// What came of checking a provider's file.
pub struct Checked {
    /// There exactly if no issue is an error.
    pub provider: Option<Arc<dyn Provider>>,
    /// In the order of their places.
    pub issues: Vec<Issue>,
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.provider.as_ref().map(|provider| &provider.info().name);
        f.debug_struct("Checked").field("provider", &name).field("issues", &self.issues).finish()
    }
}

/// A provider as its file declares it.
#[derive(Debug)]
struct Declared {
    definition: Definition,
}

impl Declared {
    fn object(&self, name: &str) -> Result<&Object, ReadError> {
        self.definition.object(name).ok_or_else(|| ReadError::new(ReadErrorClass::NotFound, self.no_object(name)))
    }

    fn no_object(&self, name: &str) -> String {
        let provider = &self.definition.info.name;
        let names = || self.definition.objects.keys().map(String::as_str);
        match closest(name, names()) {
            Some(near) => format!("provider {provider} has no object {name:?}: did you mean {near:?}?"),
            None => format!("provider {provider} has no object {name:?}; there are: {}", names().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl Provider for Declared {
    fn info(&self) -> &ProviderInfo {
        &self.definition.info
    }

    fn objects(&self) -> Option<Vec<&str>> {
        self.definition.any_object.is_none().then(|| self.definition.objects.keys().map(String::as_str).collect())
    }

    fn unsupported(&self, plan: &ReadPlan) -> Option<String> {
        let name = &plan.key.object_name;
        self.definition.object(name).is_none().then(|| self.no_object(name))
    }

    fn request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        match self.definition.object(&plan.key.object_name) {
            Some(object) => request::page(&self.definition, object, plan, run, None),
            None => request::unknown(&self.definition, plan),
        }
    }

    fn sample_request(&self, plan: &ReadPlan, run: &Run) -> Request<Bytes> {
        match self.definition.object(&plan.key.object_name) {
            Some(object) => request::page(&self.definition, object, plan, run, Some(1)),
            None => request::unknown(&self.definition, plan),
        }
    }

    fn page(&self, plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError> {
        let object = self.object(&plan.key.object_name)?;
        refusal::accepted(&self.definition, response, run.position.is_some())?;
        answer::page(&self.definition, object, plan, run, response)
    }

    fn fields_request(&self, object_name: &str) -> Option<Request<Bytes>> {
        request::fields(&self.definition, self.definition.object(object_name)?, object_name)
    }

    fn fields(&self, response: &Response<Bytes>) -> Result<Vec<FieldMetadata>, ReadError> {
        let body = refusal::accepted(&self.definition, response, false)?;
        self.definition.fields.as_ref().map_or(Ok(Vec::new()), |fields| answer::fields(fields, body))
    }

    fn records_request(&self, plan: &ReadPlan, ids: &[String]) -> Option<Request<Bytes>> {
        request::by_id(&self.definition, self.definition.object(&plan.key.object_name)?, plan, ids)
    }

    fn records(&self, plan: &ReadPlan, response: &Response<Bytes>) -> Result<Vec<Record>, ReadError> {
        let object = self.object(&plan.key.object_name)?;
        let Some(by_id) = &object.by_id else { return Ok(Vec::new()) };
        match refusal::accepted(&self.definition, response, false) {
            // One that is gone.
            Err(error) if error.class == ReadErrorClass::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
            Ok(body) => answer::by_id(object, plan, &by_id.records, body),
        }
    }
}
