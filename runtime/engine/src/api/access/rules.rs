//! The one table of what lesser keys and customers' users may ask.

use axum::http::{Method, Uri};

use super::credentials::pairs;
use crate::percent::decoded;

/// How a request that a page may send says whose things it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Nobody's: what the product offers to all.
    Everyone,
    /// By a `groupRef`, `installationId` or `connectionId` in its query or its body.
    Named,
    /// By the installation in its path.
    Installation,
    /// By the connection in its path.
    Connection,
}

/// What a request needs besides the scope `full`, which is always enough.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// Whether `read` is enough.
    pub(super) read: bool,
    /// Whether `store` is enough.
    pub(super) store: bool,
    /// Whether `frontend` is enough, and whose things it is about: the second is the id from the path.
    pub(super) frontend: Option<(About, String)>,
}

/// Queries that make a GET show secrets or change something.
const MORE_THAN_READING: [&str; 5] = ["includeCreds", "includeRefreshToken", "includeSecrets", "rotate", "refresh"];

/// The hosted store's paths; `*` is one segment.
const STORE: [&str; 2] = ["/projects/*/*/groups/*", "/projects/*/*/groups/*/items/*"];

/// What pages may ask. `*` is one segment, `@` the one with the id that [`About`] speaks of. Paths are as the router knows them: a
/// verb behind a parameter is a segment of its own.
const FRONTEND: &[(&str, &str, About)] = &[
    ("GET", "/v1/projects/*", About::Everyone),
    ("GET", "/v1/projects/*/integrations", About::Everyone),
    ("GET", "/v1/projects/*/integrations/*", About::Everyone),
    ("GET", "/v1/projects/*/integrations/*/revisions", About::Everyone),
    ("GET", "/v1/projects/*/integrations/*/revisions/*/:hydrate", About::Named),
    ("GET", "/v1/projects/*/provider-apps", About::Everyone),
    ("GET", "/v1/projects/*/installations", About::Named),
    ("GET", "/v1/projects/*/installations/@", About::Installation),
    ("GET", "/v1/projects/*/integrations/*/installations", About::Named),
    ("POST", "/v1/projects/*/integrations/*/installations", About::Named),
    ("GET", "/v1/projects/*/integrations/*/installations/@", About::Installation),
    ("PATCH", "/v1/projects/*/integrations/*/installations/@", About::Installation),
    ("DELETE", "/v1/projects/*/integrations/*/installations/@", About::Installation),
    ("PATCH", "/v1/projects/*/integrations/*/objects/*/config-content", About::Named),
    ("GET", "/v1/projects/*/integrations/*/objects/*/metadata", About::Named),
    ("GET", "/v1/projects/*/providers/*/objects/*/metadata", About::Named),
    ("GET", "/v1/projects/*/connections", About::Named),
    ("POST", "/v1/projects/*/connections:generate", About::Named),
    ("GET", "/v1/projects/*/connections/@", About::Connection),
    ("DELETE", "/v1/projects/*/connections/@", About::Connection),
    ("PATCH", "/v1/projects/*/connections/@/:oauth-update", About::Connection),
    ("POST", "/v1/projects/*/oauth-connect", About::Named),
    ("POST", "/v1/oauth-connect", About::Named),
];

/// What a request needs.
pub(super) fn need(method: &Method, uri: &Uri) -> Need {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let asks_more = uri.query().is_some_and(|query| pairs(query).any(|(name, _)| MORE_THAN_READING.contains(&name.as_str())));
    if asks_more {
        return Need { read: false, store: false, frontend: None };
    }
    let frontend = FRONTEND.iter().find_map(|(allowed, pattern, about)| {
        let id = (*method == *allowed).then(|| matched(pattern, uri.path())).flatten()?;
        Some((*about, id))
    });
    let is_get = *method == Method::GET;
    let store = is_get && STORE.iter().any(|pattern| matched(pattern, uri.path()).is_some());
    Need { read: is_get, store, frontend }
}

/// The decoded id of a path that fits a pattern; empty where the pattern asks for none.
fn matched(pattern: &str, path: &str) -> Option<String> {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    let mut id = String::new();
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Some(id),
            (Some("*"), Some(found)) if !found.is_empty() => {}
            (Some("@"), Some(found)) if !found.is_empty() => id = String::from_utf8(decoded(found)).ok()?,
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `read store frontend`, with the id where the path has one.
    fn check(asked: &str, expected: &str) {
        let (method, uri) = asked.split_once(' ').unwrap();
        let uri: Uri = uri.parse().unwrap();
        let need = need(&method.parse().unwrap(), &uri);
        let mut told = Vec::new();
        told.extend(need.read.then_some("read".to_owned()));
        told.extend(need.store.then_some("store".to_owned()));
        told.extend(need.frontend.map(|(about, id)| format!("{about:?}({id})")));
        assert_eq!(told.join(" "), expected, "{asked}");
    }

    #[test]
    fn lesser_keys_may_what_the_table_says_and_nothing_else() {
        for (asked, expected) in [
            ("GET /v1/projects/p/status", "read"),
            ("HEAD /v1/projects/p/status", "read"),
            ("POST /v1/projects/p/reads:run", ""),
            ("DELETE /v1/projects/p/anything", ""),
            ("GET /projects/p/contacts/groups/acme", "read store"),
            ("HEAD /projects/p/contacts/groups/acme/items/1%2F2", "read store"),
            ("DELETE /projects/p/contacts/groups/acme/items/1", ""),
            ("GET /v1/projects/p/integrations", "read Everyone()"),
            ("GET /v1/projects/p/integrations/", "read"),
            ("GET /v1//projects/p/integrations", "read"),
            ("POST /v1/projects/p/integrations/i/installations", "Named()"),
            ("PATCH /v1/projects/p/integrations/i/installations/a%2Fb%3A1", "Installation(a/b:1)"),
            ("PUT /v1/projects/p/integrations/i/installations/x", ""),
            ("GET /v1/projects/p/connections/c?x=1", "read Connection(c)"),
            ("GET /v1/projects/p/connections/c?includeCreds=false", ""),
            ("GET /v1/projects/p/connections/c?a=1&include%43reds=true", ""),
            ("GET /v1/projects/p/destinations/d?includeSecrets=true&rotate=true", ""),
            ("GET /v1/projects/p/destinations/d/credentials", "read"),
            ("PUT /v1/projects/p/destinations/d/credentials/c", ""),
            ("PATCH /v1/projects/p/connections/c%3Ad/:oauth-update", "Connection(c:d)"),
            ("PATCH /v1/projects/p/connections//:oauth-update", ""),
            ("PATCH /v1/projects/p/connections/c", ""),
            ("POST /v1/projects/p/connections/c/:refresh", ""),
            ("POST /v1/projects/p/connections:generate", "Named()"),
            ("GET /v1/projects/p/api-keys", "read"),
            ("POST /v1/projects/p/api-keys", ""),
        ] {
            check(asked, expected);
        }
    }
}
