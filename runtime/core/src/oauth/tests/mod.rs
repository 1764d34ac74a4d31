//! No doubles: requests and answers are written out. Oracles: the examples of RFC 6749, RFC 6750 and RFC 7636, and the answers that
//! HubSpot, Salesforce, GitHub and Slack document.

mod answers;
mod lifetimes;
mod requests;

use std::collections::BTreeMap;

use crate::provider::{Grant, OAuth2};

fn oauth2() -> OAuth2 {
    OAuth2 {
        grant: Grant::AuthorizationCode,
        auth_url: "https://provider.example/authorize".to_owned(),
        token_url: "https://provider.example/token".to_owned(),
        scopes: Vec::new(),
        scope_separator: " ".to_owned(),
        auth_url_params: BTreeMap::new(),
        token_params: BTreeMap::new(),
        client_auth_basic: false,
        workspace_field: None,
    }
}
