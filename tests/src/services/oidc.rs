//! oidc-provider: an OAuth 2 server that insists on proof keys, gives each refresh token once, and ends the whole grant when an old
//! one comes again. It is also the person: whoever is sent to it consents.

use std::{collections::BTreeMap, path::Path, process::Command};

use super::Service;
use crate::npm;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm/oidc.mjs");
/// The registration that people consent to.
pub const CLIENT_ID: &str = "ampline";
/// The registration that has credentials of its own.
pub const MACHINE_ID: &str = "machine";
/// More redirects than that lead nowhere.
const REDIRECTS_MAX: u32 = 8;

/// A running server; its grants go with it.
pub struct Oidc {
    service: Service,
    http: reqwest::Client,
}

impl Oidc {
    /// Starts it. People are sent back to `redirect_uri`; access tokens hold for so many seconds.
    ///
    /// # Errors
    /// When it cannot be installed or started; give it to [`crate::requirement::require`].
    pub fn start(client_secret: &str, redirect_uri: &str, life_s: u32) -> Result<Self, String> {
        let packages = npm::packages()?;
        let command = |port| command(packages.folder(), port, client_secret, redirect_uri, life_s);
        let service = Service::start("oidc-provider", command)?;
        // Every reqwest client wants a TLS provider; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The server closes what idles for seconds, as tests do that wait for a token's end; a kept connection would lose that race.
        let http =
            reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { service, http: http.map_err(|error| error.to_string())? })
    }

    /// Where people consent.
    pub fn auth_url(&self) -> String {
        format!("{}/auth", self.service.url())
    }

    /// Where tokens are given.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.service.url())
    }

    /// Consents as a browser does, and says where the person is sent back to.
    ///
    /// # Errors
    /// When the way does not end outside of the server, with what it said last.
    pub async fn consent(&self, url: &str) -> Result<String, String> {
        let (mut url, mut cookies) = (url.to_owned(), BTreeMap::new());
        for _ in 0..REDIRECTS_MAX {
            let sent = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let answer = self.http.get(&url).header("cookie", sent).send().await.map_err(|error| error.to_string())?;
            for set in answer.headers().get_all("set-cookie") {
                let pair = set.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
                cookies.extend(pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            let next = answer.headers().get("location").and_then(|next| next.to_str().ok()).map(str::to_owned);
            let Some(next) = next else { return Err(answer.text().await.unwrap_or_default()) };
            let next = if next.starts_with('/') { format!("{}{next}", self.service.url()) } else { next };
            if !next.starts_with(&self.service.url()) {
                return Ok(next);
            }
            url = next;
        }
        Err("redirected without end".to_owned())
    }

    /// How often each grant was asked for, and what became of it: `refresh_token granted`, `refresh_token invalid_grant`.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn asked(&self) -> Result<BTreeMap<String, u64>, String> {
        let answer = self.http.get(format!("{}/control", self.service.url())).send().await.map_err(|error| error.to_string())?;
        serde_json::from_slice(&answer.bytes().await.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    }

    /// Whether a token of [`MACHINE_ID`] is good.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn holds(&self, token: &str) -> Result<bool, String> {
        let asked = self.http.get(format!("{}/control/holds?{token}", self.service.url())).send().await;
        Ok(asked.map_err(|error| error.to_string())?.text().await.map_err(|error| error.to_string())? == "true")
    }

    /// Ends all grants, as people do who change their mind.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn revoke(&self) -> Result<(), String> {
        let asked = self.http.post(format!("{}/control/revoke", self.service.url())).send().await;
        asked.map(drop).map_err(|error| error.to_string())
    }
}

fn command(packages: &Path, port: u16, client_secret: &str, redirect_uri: &str, life_s: u32) -> Command {
    let mut command = Command::new("node");
    command.arg(SCRIPT).args([port.to_string(), redirect_uri.to_owned(), life_s.to_string()]);
    command.env("AMPLINE_NPM_DIR", packages).env("CLIENT_SECRET", client_secret);
    command
}
