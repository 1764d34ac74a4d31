//! A connection: where a provider's API is, and what authorises us there.

use ampline_core::provider::RateLimit;
use http::{HeaderValue, header::AUTHORIZATION};

use crate::secrets::Secret;

/// A customer's credentials at a provider.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Stable id.
    pub id: String,
    /// Catalog name of the provider.
    pub provider: String,
    /// The API's address, without a trailing slash.
    pub base_url: String,
    /// Sent as `Authorization: Bearer …`.
    pub access_token: Secret,
    /// The provider's workspace, where there is one.
    pub workspace: Option<String>,
    /// How much may be asked through it, where that is not what the catalog says.
    pub rate_limit: Option<RateLimit>,
}

impl Connection {
    /// The same request with an absolute address and the credentials; the reason where the two do not make a request.
    pub(crate) fn authorise(&self, request: http::Request<bytes::Bytes>) -> Result<reqwest::Request, String> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.base_url.trim_end_matches('/'));
        let url = url.parse().map_err(|error| format!("the base URL of connection {} is not valid: {error}", self.id))?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        let mut token = HeaderValue::from_str(&format!("Bearer {}", self.access_token.reveal()))
            .map_err(|_| format!("the access token of connection {} has characters that no header can carry", self.id))?;
        token.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, token);
        *request.body_mut() = (!body.is_empty()).then(|| body.into());
        Ok(request)
    }
}
