//! The product's registrations at providers: what consent is asked for with, and what tokens are refreshed with.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::credentials::Registration;
use crate::secrets::Secret;

/// A registration at a provider.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProviderApp {
    /// Stable id.
    pub(crate) id: String,
    /// Catalog name.
    pub(crate) provider: String,
    /// The registration's id there.
    pub(crate) client_id: String,
    /// Its password there; nothing for a public client.
    pub(crate) client_secret: Option<Secret>,
    /// Asked for in place of the catalog's.
    pub(crate) scopes: Vec<String>,
    /// The product's own id for it.
    pub(crate) external_ref: Option<String>,
    /// Further parameters of the consent address.
    pub(crate) auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    pub(crate) provider_params: BTreeMap<String, String>,
    /// In place of the catalog's consent address; the operator's word, in ampline.toml alone.
    pub(crate) auth_url: Option<String>,
    /// In place of the catalog's token address; the operator's word, in ampline.toml alone.
    pub(crate) token_url: Option<String>,
    /// Whether ampline.toml declares it: it is changed and deleted there.
    pub(crate) is_declared: bool,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// When it last changed.
    pub(crate) update_time: Timestamp,
}

impl ProviderApp {
    /// Ready to ask with.
    pub(crate) fn registration(&self) -> Registration {
        Registration {
            id: self.client_id.clone(),
            secret: self.client_secret.clone(),
            scopes: self.scopes.clone(),
            token_url: self.token_url.clone(),
        }
    }
}
