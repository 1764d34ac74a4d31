//! Who may ask: access tokens, refresh tokens, authorization codes, and the errors of OAuth.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::ORGANISATION;
use crate::seed::{mix, named};

/// A code that was not used by then (in milliseconds) is worth nothing.
const CODE_MS_MAX: i64 = 15 * 60_000;

/// The one client and the one user that the emulator knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The consumer key.
    pub client_id: String,
    /// The consumer secret.
    pub client_secret: String,
    /// Where codes may be sent; anywhere when empty.
    pub redirect_uris: Vec<String>,
    /// The user's name.
    pub username: String,
    /// The user's password, to which clients append the security token.
    pub password: String,
    /// May stand behind the password.
    pub security_token: String,
}

impl Default for Credentials {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            client_id: text("3MVG9emulator.client"),
            client_secret: text("emulator-client-secret"),
            redirect_uris: Vec::new(),
            username: text("reader@emulator.example"),
            password: text("emulator-password"),
            security_token: text("emulatorSecurityToken"),
        }
    }
}

impl Credentials {
    pub(super) fn is_user(&self, username: &str, password: &str) -> bool {
        let bare = password.strip_suffix(self.security_token.as_str()).unwrap_or(password);
        username == self.username && (password == self.password || bare == self.password)
    }
}

/// What the authorization page was asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
}

/// An error of OAuth: its name and its description.
pub(super) type Refused = (&'static str, &'static str);

pub(super) const BAD_CLIENT: Refused = ("invalid_client", "invalid client credentials");
pub(super) const NO_CLIENT: Refused = ("invalid_client_id", "client identifier invalid");
pub(super) const BAD_LOGIN: Refused = ("invalid_grant", "authentication failure");
const BAD_CODE: Refused = ("invalid_grant", "invalid authorization code");
const OLD_CODE: Refused = ("invalid_grant", "expired authorization code");
const BAD_REDIRECT: Refused = ("redirect_uri_mismatch", "redirect_uri must match configuration");
const BAD_VERIFIER: Refused = ("invalid_grant", "invalid code verifier");
const BAD_REFRESH: Refused = ("invalid_grant", "expired access/refresh token");

/// A pair of tokens on its way to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) scope: String,
}

/// All tokens.
#[derive(Debug)]
pub(super) struct Sessions {
    /// By access token: until when it is good (Unix milliseconds), and the refresh token it came from.
    access: HashMap<String, (i64, Option<String>)>,
    /// By refresh token: its scope.
    refresh: HashMap<String, String>,
    codes: HashMap<String, (i64, Asked)>,
    /// How often each kind of grant gave a token.
    pub(super) grants: BTreeMap<String, u64>,
    seed: u64,
    made: u64,
}

impl Sessions {
    /// With one access token and one refresh token that are good already.
    pub(super) fn new(seed: u64, access_token: &str, refresh_token: &str) -> Self {
        let access = HashMap::from([(access_token.to_owned(), (i64::MAX, Some(refresh_token.to_owned())))]);
        let refresh = HashMap::from([(refresh_token.to_owned(), "api refresh_token".to_owned())]);
        Self { access, refresh, codes: HashMap::new(), grants: BTreeMap::new(), seed: named(seed, "sessions"), made: 0 }
    }

    pub(super) fn is_good(&self, access_token: &str, now_ms: i64) -> bool {
        self.access.get(access_token).is_some_and(|(until_ms, _)| *until_ms > now_ms)
    }

    /// Ends all access tokens; refresh tokens stay good.
    pub(super) fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Ends all refresh tokens: a person has to connect anew.
    pub(super) fn revoke_refresh(&mut self) {
        self.refresh.clear();
    }

    /// Ends a token, and with a refresh token all that came from it; false for one that is none.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let was_refresh = self.refresh.remove(token).is_some();
        if was_refresh {
            self.access.retain(|_, (_, from)| from.as_deref() != Some(token));
        }
        self.access.remove(token).is_some() || was_refresh
    }

    /// A code for the client to fetch its tokens with.
    pub(super) fn code(&mut self, asked: Asked, now_ms: i64) -> String {
        let code = format!("aPrx{}", self.fresh());
        self.codes.insert(code.clone(), (now_ms + CODE_MS_MAX, asked));
        code
    }

    /// Trades a code in; it is gone afterwards, also where the rest is wrong.
    pub(super) fn trade(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now_ms: i64,
        lasts_ms: Option<i64>,
    ) -> Result<Granted, Refused> {
        let (until_ms, asked) = self.codes.remove(code).ok_or(BAD_CODE)?;
        if until_ms <= now_ms {
            return Err(OLD_CODE);
        }
        if asked.redirect_uri != redirect_uri {
            return Err(BAD_REDIRECT);
        }
        if let Some(challenge) = asked.challenge {
            let given = verifier.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
            if given != Some(challenge) {
                return Err(BAD_VERIFIER);
            }
        }
        let refresh_token = format!("5Aep861{}", self.fresh());
        self.refresh.insert(refresh_token.clone(), asked.scope.clone());
        Ok(self.grant("authorization_code", Some(refresh_token), asked.scope, now_ms, lasts_ms))
    }

    /// A new access token for a refresh token. One that rotates is replaced, and what it gave before ends.
    pub(super) fn renew(
        &mut self,
        refresh_token: &str,
        rotates: bool,
        now_ms: i64,
        lasts_ms: Option<i64>,
    ) -> Result<Granted, Refused> {
        let scope = self.refresh.get(refresh_token).cloned().ok_or(BAD_REFRESH)?;
        if !rotates {
            let granted = self.grant("refresh_token", Some(refresh_token.to_owned()), scope, now_ms, lasts_ms);
            return Ok(Granted { refresh_token: None, ..granted });
        }
        self.revoke(refresh_token);
        let next = format!("5Aep861{}", self.fresh());
        self.refresh.insert(next.clone(), scope.clone());
        Ok(self.grant("refresh_token", Some(next), scope, now_ms, lasts_ms))
    }

    /// A new access token, counted under the kind of its grant.
    pub(super) fn grant(
        &mut self,
        kind: &str,
        refresh_token: Option<String>,
        scope: String,
        now_ms: i64,
        lasts_ms: Option<i64>,
    ) -> Granted {
        *self.grants.entry(kind.to_owned()).or_default() += 1;
        let access_token = format!("{}!{}", &ORGANISATION[..15], self.fresh());
        let until_ms = lasts_ms.map_or(i64::MAX, |lasts_ms| now_ms.saturating_add(lasts_ms));
        self.access.insert(access_token.clone(), (until_ms, refresh_token.clone()));
        Granted { access_token, refresh_token, scope }
    }

    /// Letters that were not given before.
    fn fresh(&mut self) -> String {
        self.made += 1;
        let bits = mix(self.seed ^ self.made);
        format!("AQ{bits:016x}.{:016x}", mix(bits))
    }
}
