//! HubSpot CRM v3 objects.

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

    fn request(&self, _plan: &ReadPlan, _run: &Run) -> Request<Bytes> {
        Request::new(Bytes::new())
    }

    fn page(&self, _plan: &ReadPlan, _run: &Run, _response: &Response<Bytes>) -> Result<ProviderPage, ReadError> {
        Ok(ProviderPage::default())
    }
}
