//! `[api]` of ampline.toml: how the listener is secured, and which pages may ask.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use super::Problem;

/// Connections at the same time, unless said otherwise.
const CONNECTIONS_MAX_DEFAULT: usize = 1_024;
/// Wrong keys of one address that are answered like any other, unless said otherwise.
const WRONG_KEYS_MAX_DEFAULT: u32 = 10;
/// Most connections that may be asked for.
const CONNECTIONS_MAX: usize = 100_000;

/// How the API is served.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiSettings {
    /// Origins (`https://app.example.com`) whose pages may ask; none unless configured.
    pub allowed_origins: Vec<String>,
    /// Connections at the same time; further ones wait their turn.
    pub connections_max: usize,
    /// Wrong keys and tokens that one address may show before it has to wait, ten a minute from then on; 0 = any number.
    pub wrong_keys_max: u32,
    /// Serves HTTPS where it is given.
    pub tls: Option<TlsSettings>,
    /// Lets the API be served without TLS on other addresses than the loopback: for a proxy in front that speaks TLS, or a
    /// container whose ports are published on the loopback alone.
    pub allow_plain_http: bool,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            connections_max: CONNECTIONS_MAX_DEFAULT,
            wrong_keys_max: WRONG_KEYS_MAX_DEFAULT,
            tls: None,
            allow_plain_http: false,
        }
    }
}

/// Files in PEM form. They are read again when they change, and on SIGHUP.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The certificate, and behind it those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl ApiSettings {
    /// All that only the file says.
    pub(super) fn lasting(&self) -> (&[String], usize, u32, Option<&TlsSettings>) {
        (&self.allowed_origins, self.connections_max, self.wrong_keys_max, self.tls.as_ref())
    }

    /// Everything that cannot work.
    pub(super) fn problems(&self, listen: SocketAddr) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |place: String, message: String| problems.push(Problem { place, message });
        if !(1..=CONNECTIONS_MAX).contains(&self.connections_max) {
            report("api.connections_max".to_owned(), format!("give a number between 1 and {CONNECTIONS_MAX}"));
        }
        for (index, origin) in self.allowed_origins.iter().enumerate() {
            if let Some(reason) = origin_fault(origin) {
                report(format!("api.allowed_origins[{index}]"), format!("{origin:?} {reason}"));
            }
        }
        if self.tls.is_none() && !self.allow_plain_http && !listen.ip().to_canonical().is_loopback() {
            report(
                "runtime.listen".to_owned(),
                format!(
                    "{listen} is reached from other machines, and without TLS every key would cross the network readable: give \
                     [api] tls = {{ certificate = \"…\", key = \"…\" }}, or say [api] allow_plain_http = true \
                     (`--allow-plain-http`) where a proxy in front speaks TLS or the network is private"
                ),
            );
        }
        problems
    }
}

/// What is wrong with an origin as browsers send it.
fn origin_fault(origin: &str) -> Option<&'static str> {
    if origin == "*" {
        return Some("would let every page on the internet ask; name the origins of your own pages");
    }
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let is_host = |rest: &str| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]_".contains(&byte))
    };
    (!rest.is_some_and(is_host))
        .then_some("is no origin as browsers send it: scheme, host and port in lower case, like https://app.example.com")
}
