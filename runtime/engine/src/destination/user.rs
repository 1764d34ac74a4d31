//! Whom a webhook's requests are from: user information of its URL, kept as the secrets `username` and `password`, and sent as Basic
//! authentication to the URL's own origin alone.

use std::{collections::BTreeMap, sync::Arc};

use reqwest::Url;
use serde_json::{Map, Value};

use super::resolved::WEBHOOK;
use crate::{
    percent::decoded,
    secrets::{RequestHeaders, Secret},
    settings::{PASSWORD, USERNAME, as_user, bare},
};

fn url(metadata: &Map<String, Value>) -> Option<Url> {
    Url::parse(metadata.get("url")?.as_str()?).ok()
}

/// Takes the user out of the address and into the secrets, in place of another. Whether there was one.
pub(super) fn take(kind: &str, metadata: &mut Map<String, Value>, secrets: &mut BTreeMap<String, Secret>) -> bool {
    let named = |url: &Url| kind == WEBHOOK && !(url.username().is_empty() && url.password().is_none());
    let Some(url) = url(metadata).filter(named) else { return false };
    for (name, value) in [(USERNAME, url.username()), (PASSWORD, url.password().unwrap_or_default())] {
        if value.is_empty() {
            secrets.remove(name);
        } else {
            secrets.insert(name.to_owned(), Secret::new(String::from_utf8_lossy(&decoded(value))));
        }
    }
    metadata.insert("url".to_owned(), bare(url).into());
    true
}

/// What stands in the way of authenticating so.
pub(super) fn fault(kind: &str, metadata: &Map<String, Value>, secrets: &BTreeMap<String, Secret>) -> Option<&'static str> {
    let headers = metadata.get("headers").and_then(Value::as_object);
    let sets = headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("authorization")));
    (kind == WEBHOOK && sets && secrets.contains_key(USERNAME))
        .then_some("sets Authorization, which the user of the destination becomes as well: leave one of both out")
}

/// The header that the user becomes.
pub(super) fn header(
    kind: &str,
    metadata: &Map<String, Value>,
    secrets: &BTreeMap<String, Secret>,
) -> Option<Arc<RequestHeaders>> {
    let url = url(metadata).filter(|_| kind == WEBHOOK && secrets.contains_key(USERNAME))?;
    // It fails for no user: base64 can stand in every header.
    RequestHeaders::new(&as_user(url, secrets), []).ok().map(Arc::new)
}

/// Whether requests go where they went, so that a user that was meant for there may stay.
pub(crate) fn stays(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let origin = |metadata| url(metadata).map(|url| url.origin().ascii_serialization());
    origin(before) == origin(after)
}
