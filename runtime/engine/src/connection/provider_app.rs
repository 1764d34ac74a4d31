//! The product's registrations at providers: what consent is asked for with, and what tokens are refreshed with.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::credentials::Registration;
use crate::{project::ProviderAppRecord, secrets::Secret};

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
    /// In place of the provider's own address, for connections of this registration; the operator's word, in ampline.toml alone.
    pub(crate) base_url: Option<String>,
    /// Whether ampline.toml declares it: it is changed and deleted there.
    pub(crate) is_declared: bool,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// When it last changed.
    pub(crate) update_time: Timestamp,
}

impl ProviderApp {
    /// As the store keeps it, its secret decrypted.
    pub(super) fn kept(record: ProviderAppRecord, client_secret: Option<Secret>) -> Self {
        Self {
            id: record.id,
            provider: record.provider,
            client_id: record.client_id,
            client_secret,
            scopes: record.scopes,
            external_ref: record.external_ref,
            auth_query_params: record.auth_query_params,
            provider_params: record.provider_params,
            auth_url: None,
            token_url: None,
            base_url: None,
            is_declared: false,
            create_time: record.create_time,
            update_time: record.update_time,
        }
    }

    /// For the store; its secret comes encrypted.
    pub(super) fn record(&self, sealed: Option<Vec<u8>>) -> ProviderAppRecord {
        ProviderAppRecord {
            id: self.id.clone(),
            provider: self.provider.clone(),
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            external_ref: self.external_ref.clone(),
            auth_query_params: self.auth_query_params.clone(),
            provider_params: self.provider_params.clone(),
            create_time: self.create_time,
            update_time: self.update_time,
            sealed,
        }
    }

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
