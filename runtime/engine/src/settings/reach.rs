//! How destinations are reached: allowed networks, authorities to trust, and what of a destination's URL and headers is secret and
//! must be taken out of its configuration before a sink sees it.

use std::{collections::BTreeMap, net::IpAddr, path::Path, sync::Arc};

use reqwest::{Certificate, Url};
use serde_json::{Map, Value};

use super::{
    SecretSource,
    credentials::{PASSWORD, USERNAME},
};
use crate::{
    network::{AddressPolicy, CidrError},
    secrets::{RequestHeaders, Secret, read},
};

/// The public internet and the networks that are allowed besides; the place of the first that is none.
pub(super) fn addresses(allow: &[String]) -> Result<AddressPolicy, (usize, CidrError)> {
    let networks = allow.iter().enumerate().map(|(index, text)| text.parse().map_err(|error| (index, error)));
    networks.collect::<Result<_, _>>().map(AddressPolicy::Public)
}

/// The certificates of a file, checked; none without a file.
pub(super) fn authorities(file: Option<&Path>) -> Result<Vec<u8>, String> {
    let Some(path) = file else { return Ok(Vec::new()) };
    let pem = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if !found.is_empty() => Ok(pem),
        Ok(_) => Err(format!("{} holds no certificate in PEM form (BEGIN CERTIFICATE)", path.display())),
        Err(error) => Err(format!("{} holds a certificate that cannot be read: {error}", path.display())),
    }
}

/// Takes user information out of a destination's `url` and reads its secret headers; nothing where there are none of both, and no user
/// among its secrets. The error is a key and a message.
pub(super) fn request_headers(
    config: &mut toml::Table,
    named: &BTreeMap<String, SecretSource>,
    secrets: &BTreeMap<String, Secret>,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Arc<RequestHeaders>>, (&'static str, String)> {
    let text = config.get("url").and_then(toml::Value::as_str);
    let authority = text.and_then(|text| text.split("://").nth(1)).and_then(|rest| rest.split(['/', '?', '#']).next());
    let has_user = authority.is_some_and(|authority| authority.contains('@'));
    let is_stored = secrets.contains_key(USERNAME);
    if !has_user && !is_stored && named.is_empty() {
        return Ok(None);
    }
    if has_user && is_stored {
        return Err((".secrets", "the url names a user as well: leave one of both out".to_owned()));
    }
    // The text is not repeated: it may hold a password.
    let url = text.ok_or_else(|| (".secret_headers", "only a destination with a `url` sends headers".to_owned()))?;
    let url = Url::parse(url).map_err(|error| (".url", format!("is no address like https://example.com/hook: {error}")))?;
    let mut values = BTreeMap::new();
    for (name, source) in named {
        let value = read(source, env).map_err(|message| (".secret_headers", format!("{name}: {message}")))?;
        values.insert(name.as_str(), value);
    }
    let plain = config.get("headers").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
    for name in plain {
        if named.keys().any(|secret| secret.eq_ignore_ascii_case(name)) {
            return Err((".secret_headers", format!("{name} is among `headers` as well: leave it out there")));
        }
        if (has_user || is_stored) && name.eq_ignore_ascii_case("authorization") {
            return Err((".url", "its user information becomes an Authorization header, which `headers` sets too".to_owned()));
        }
    }
    let made = RequestHeaders::new(&as_user(url.clone(), secrets), values.iter().map(|(name, value)| (*name, value)));
    let made = made.map_err(|fault| (".secret_headers", fault.to_string()))?;
    if has_user {
        config.insert("url".to_owned(), bare(url).into());
    }
    Ok(Some(Arc::new(made)))
}

/// The address with the user that secrets name.
pub(crate) fn as_user(mut url: Url, secrets: &BTreeMap<String, Secret>) -> Url {
    if let Some(user) = secrets.get(USERNAME) {
        // Neither fails for an address of http or https.
        let _ = url.set_username(user.reveal());
        let _ = url.set_password(secrets.get(PASSWORD).map(Secret::reveal));
    }
    url
}

/// The address without its user information.
pub(crate) fn bare(mut url: Url) -> String {
    // Neither fails for a URL that had user information.
    let _ = (url.set_username(""), url.set_password(None));
    url.into()
}

/// Plain http to an address that the operator allowed by its network needs no further leave.
pub(crate) fn permit_plain_http(kind: &str, config: &mut Map<String, Value>, policy: &AddressPolicy) {
    let url = config.get("url").and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
    let Some(url) = url.filter(|url| kind == "webhook" && url.scheme() == "http") else { return };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    if host.parse::<IpAddr>().is_ok_and(|address| policy.names(address)) {
        config.entry("allowHttp").or_insert(true.into());
    }
}
