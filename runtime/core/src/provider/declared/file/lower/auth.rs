//! How requests are authorised.

use std::collections::BTreeMap;

use http::HeaderName;

use super::{COMBINATION, VALUE, address, quote};
use crate::{
    manifest::issue::Report,
    provider::{ApiKeyPlace, AuthScheme, CustomAuth, Grant, OAuth2, declared::file::block::Block},
};

/// Keys of `auth` and the type that they belong to.
const OWNERS: [(&str, &str); 15] = [
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
    ("headers", "custom"),
    ("queryParams", "custom"),
    ("inputs", "custom"),
];

/// Most headers and parameters of one scheme.
const PLACES_MAX: usize = 20;
/// Headers that say how a request travels, not whose it is.
const TRAVELLING: [&str; 5] = ["connection", "content-length", "host", "proxy-authorization", "transfer-encoding"];

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
        "custom" => Some(AuthScheme::Custom(Box::new(custom(block, report)))),
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

/// Every place must be one that can be sent, every placeholder an input, and every input must go somewhere.
fn custom(block: &Block<'_>, report: &mut Report) -> CustomAuth {
    let inputs = super::inputs(block);
    let (headers, query) = (block.pairs("headers"), block.pairs("queryParams"));
    if (headers.is_empty() && query.is_empty()) || headers.len() + query.len() > PLACES_MAX {
        let message = format!("custom credentials travel in 1 to {PLACES_MAX} headers and parameters");
        report.add(block.error(COMBINATION, message).suggest("give `headers: {…}` or `queryParams: {…}`"));
    }
    for (name, _) in headers.iter().filter(|(name, _)| !is_header(name)) {
        let message = format!("{} is not a header that credentials can travel in", quote(name));
        report.add(block.error_at("headers", VALUE, message).suggest("write it like `X-Api-Key`"));
    }
    let mut used = Vec::new();
    let mut places = |key: &'static str, pairs: &[(&str, &str)]| {
        let place = |(name, template): &(&str, &str)| {
            let (template, names) = match address::canonical(template) {
                Ok(sound) => sound,
                Err(remedy) => {
                    let message = format!("{} is not a value with placeholders", quote(template));
                    report.add(block.error_at(key, VALUE, message).suggest(remedy));
                    return None;
                }
            };
            for unknown in names.iter().filter(|name| !inputs.iter().any(|input| input.name == **name)) {
                let message = format!("`{unknown}` is no input of `auth`");
                report.add(block.error_at(key, VALUE, message).suggest(format!("add `- name: {unknown}` to its `inputs`")));
            }
            used.extend(names);
            Some(((*name).to_owned(), template))
        };
        pairs.iter().filter_map(place).collect::<Vec<_>>()
    };
    let (headers, query) = (places("headers", headers), places("queryParams", query));
    for idle in inputs.iter().filter(|input| !used.contains(&input.name)) {
        let message = format!("the input {} goes nowhere", quote(&idle.name));
        let remedy = format!("write `{{{{.{}}}}}` into a header or a parameter", idle.name);
        report.add(block.error_at("inputs", COMBINATION, message).suggest(remedy));
    }
    CustomAuth { headers, query, inputs }
}

fn is_header(name: &str) -> bool {
    name.parse::<HeaderName>().is_ok_and(|name| !TRAVELLING.contains(&name.as_str()))
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
