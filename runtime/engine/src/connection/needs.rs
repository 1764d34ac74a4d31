//! What the addresses of a provider need of a connection, and whether it says so.

use ampline_core::provider::{AuthScheme, ProviderInfo};
use serde_json::{Map, Value};

use super::{ClientOf, Connections, Credentials, RegistryError};

/// What a connection needs values for.
#[derive(Debug, Default)]
pub(super) struct Needs<'a> {
    /// Addresses that are asked before any token answer.
    pub(super) addresses: Vec<&'a str>,
    /// Whether the provider's own address is asked.
    pub(super) base_url: bool,
    /// Whether the token answer names the workspace.
    pub(super) answered: bool,
}

impl Needs<'_> {
    /// Refuses what is missing, every input by its name.
    pub(super) fn check(
        &self,
        info: &ProviderInfo,
        workspace: Option<&str>,
        metadata: &Map<String, Value>,
    ) -> Result<(), RegistryError> {
        let value = |key: &str| match key {
            "workspace" if workspace.is_some() => workspace.map(str::to_owned),
            key => metadata.get(key).and_then(Value::as_str).map(str::to_owned),
        };
        let base_url = |answered: bool| (self.base_url && self.answered == answered).then_some(info.base_url.as_str());
        let before: Vec<&str> = self.addresses.iter().copied().chain(base_url(false)).collect();
        let later: Vec<&str> = base_url(true).into_iter().collect();
        let answered = |key: &str| value(key).or_else(|| (key == "workspace").then(|| "answered".to_owned()));
        let checked = info.check_inputs(&before, value).and_then(|()| info.check_inputs(&later, answered));
        checked.map_err(|missing| RegistryError::Refused(missing.to_string()))
    }
}

impl Connections {
    /// Whether a connection says what the provider's addresses need, as far as the token answer or another address does not.
    pub(super) fn check_inputs(
        &self,
        info: &ProviderInfo,
        credentials: &Credentials,
        (workspace, metadata): (Option<&str>, &Map<String, Value>),
        has_base_url: bool,
    ) -> Result<(), RegistryError> {
        let mut needs = Needs { base_url: !has_base_url, ..Needs::default() };
        if let (Credentials::OAuth2(oauth2), AuthScheme::OAuth2(theirs)) = (credentials, &info.auth) {
            let app = if let ClientOf::App(id) = &oauth2.client { self.room.app(id) } else { None };
            needs.base_url &= oauth2.base_url.is_none() && app.as_ref().is_none_or(|app| app.base_url.is_none());
            needs.answered = theirs.workspace_field.is_some();
            if oauth2.is_renewable() && app.is_none_or(|app| app.token_url.is_none()) {
                needs.addresses.push(&theirs.token_url);
            }
        }
        needs.check(info, workspace, metadata)
    }
}
