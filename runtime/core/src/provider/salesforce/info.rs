//! What the catalog says of Salesforce.

use std::{collections::BTreeMap, time::Duration};

use crate::provider::{AuthScheme, Grant, Input, OAuth2, ProviderInfo, RateLimit};

/// The API's path with its version, which is written down here and nowhere else.
pub(super) const API_PATH: &str = "/services/data/v60.0";

/// The module that is read, also where none is named.
pub(super) const CRM: &str = "crm";

pub(super) fn info() -> ProviderInfo {
    let oauth = OAuth2 {
        grant: Grant::AuthorizationCode,
        auth_url: "https://{{.workspace}}.my.salesforce.com/services/oauth2/authorize".to_owned(),
        token_url: "https://{{.workspace}}.my.salesforce.com/services/oauth2/token".to_owned(),
        scopes: vec!["api".to_owned(), "refresh_token".to_owned()],
        scope_separator: " ".to_owned(),
        auth_url_params: BTreeMap::new(),
        token_params: BTreeMap::new(),
        client_auth_basic: false,
        workspace_field: Some("instance_url".to_owned()),
    };
    ProviderInfo {
        name: "salesforce".to_owned(),
        display_name: "Salesforce".to_owned(),
        base_url: "https://{{.workspace}}.my.salesforce.com".to_owned(),
        auth: AuthScheme::OAuth2(Box::new(oauth)),
        // Salesforce counts by the day, per organisation and edition. What it limits besides is long requests at the same time: 25, and
        // 5 in developer editions.
        rate_limit: Some(RateLimit { requests: 20, per: Duration::from_secs(1), concurrent: Some(5) }),
        modules: vec![CRM.to_owned(), "account-engagement".to_owned()],
        docs_url: Some("https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm".to_owned()),
        inputs: vec![Input {
            name: "workspace".to_owned(),
            display_name: "Subdomain".to_owned(),
            documentation: "what stands before .my.salesforce.com in the address of the organisation".to_owned(),
        }],
    }
}
