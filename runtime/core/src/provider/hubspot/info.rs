//! What the catalog says of HubSpot.

use std::{collections::BTreeMap, time::Duration};

use crate::provider::{AuthScheme, Grant, OAuth2, ProviderInfo, RateLimit};

pub(super) fn info() -> ProviderInfo {
    let oauth = OAuth2 {
        grant: Grant::AuthorizationCode,
        auth_url: "https://app.hubspot.com/oauth/authorize".to_owned(),
        token_url: "https://api.hubapi.com/oauth/v1/token".to_owned(),
        scopes: vec!["oauth".to_owned()],
        scope_separator: " ".to_owned(),
        auth_url_params: BTreeMap::new(),
        token_params: BTreeMap::new(),
        client_auth_basic: false,
        workspace_field: None,
    };
    ProviderInfo {
        name: "hubspot".to_owned(),
        display_name: "HubSpot".to_owned(),
        base_url: "https://api.hubapi.com".to_owned(),
        auth: AuthScheme::OAuth2(Box::new(oauth)),
        // The smallest plan's limit for one app and account.
        rate_limit: Some(RateLimit { requests: 100, per: Duration::from_secs(10), concurrent: None }),
        modules: vec!["crm".to_owned()],
        docs_url: Some("https://developers.hubspot.com/docs/api-reference".to_owned()),
        inputs: Vec::new(),
    }
}
