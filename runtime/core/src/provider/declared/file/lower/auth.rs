//! How requests are authorised.

use std::collections::BTreeMap;

use http::HeaderName;

use super::{COMBINATION, VALUE, address, quote};
use crate::{
    manifest::issue::Report,
    provider::{ApiKeyPlace, AuthScheme, Grant, OAuth2, declared::file::block::Block},
};

/// Keys of `auth` and the type that they belong to.
const OWNERS: [(&str, &str); 12] = [
    ("header", "apiKey"),
    ("prefix", "apiKey"),
    ("query", "apiKey"),
    ("grant", "oauth2"),
    ("authURL", "oauth2"),
    ("tokenURL", "oauth2"),
    ("scopes", "oauth2"),
    ("scopeSeparator", "oauth2"),
    ("authURLParams", "oauth2"),
    ("tokenParams", "oauth2"),
    ("clientAuthBasic", "oauth2"),
    ("workspaceField", "oauth2"),
];

pub(super) fn auth(provider: &Block<'_>, report: &mut Report) -> Option<AuthScheme> {
    if !provider.has("auth") {
        return Some(AuthScheme::None);
    }
    let block = provider.block("auth")?;
    let kind = block.text("type")?;
    for (key, owner) in OWNERS {
        if block.has(key) && owner != kind {
            let message = format!("`{key}` belongs to `type: {owner}`, not to `{kind}`");
            report.add(block.error_at(key, COMBINATION, message).suggest("remove it, or change the type"));
        }
    }
    match kind {
        "basic" => Some(AuthScheme::Basic),
        "apiKey" => api_key(block, report).map(AuthScheme::ApiKey),
        "oauth2" => oauth2(block, report).map(|oauth| AuthScheme::OAuth2(Box::new(oauth))),
        _ => Some(AuthScheme::None),
    }
}

fn api_key(block: &Block<'_>, report: &mut Report) -> Option<ApiKeyPlace> {
    match (block.text("header"), block.text("query")) {
        (Some(name), None) => {
            let prefix = block.text("prefix").unwrap_or_default();
            let is_sound = name.parse::<HeaderName>().is_ok() && prefix.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            if !is_sound {
                let message = format!("{} is not a header that can be sent", quote(name));
                report.add(
                    block
                        .error_at("header", VALUE, message)
                        .suggest("write it like `X-Api-Key`, and the prefix in visible ASCII"),
                );
                return None;
            }
            Some(ApiKeyPlace::Header { name: name.to_owned(), prefix: prefix.to_owned() })
        }
        (None, Some(name)) => Some(ApiKeyPlace::Query { name: name.to_owned() }),
        _ => {
            let issue = block.error(COMBINATION, "an API key travels in either a header or the query");
            report.add(issue.suggest("give one of `header: …` and `query: …`"));
            None
        }
    }
}

fn oauth2(block: &Block<'_>, report: &mut Report) -> Option<OAuth2> {
    let grant = match block.text("grant") {
        Some("clientCredentials") => Grant::ClientCredentials,
        Some("password") => Grant::Password,
        _ => Grant::AuthorizationCode,
    };
    let mut needed = vec!["tokenURL"];
    if grant == Grant::AuthorizationCode {
        needed.push("authURL");
    }
    for key in needed.into_iter().filter(|key| !block.has(key)) {
        report.add(
            block.error(COMBINATION, format!("`{key}` is missing for this grant")).suggest(format!("add `{key}: https://…`")),
        );
    }
    let auth_url = address::url(block, "authURL", report).unwrap_or_default();
    let map =
        |key| block.pairs(key).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>();
    Some(OAuth2 {
        grant,
        auth_url,
        scopes: block.texts("scopes").iter().map(|&scope| scope.to_owned()).collect(),
        scope_separator: block.text("scopeSeparator").unwrap_or(" ").to_owned(),
        auth_url_params: map("authURLParams"),
        token_params: map("tokenParams"),
        client_auth_basic: block.flag("clientAuthBasic").unwrap_or_default(),
        workspace_field: block.text("workspaceField").map(str::to_owned),
        token_url: address::url(block, "tokenURL", report)?,
    })
}
