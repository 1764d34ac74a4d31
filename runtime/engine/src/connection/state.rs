//! How a connection stands, and what that means for who wants to use it. Decides; does nothing itself.

use std::time::Duration;

use ampline_core::{
    oauth::Lifetime,
    provider::{AuthScheme, OAuth2, ProviderInfo, ReadError, ReadErrorClass, fill},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{Access, ClientOf, Credentials, OAuth2Credentials, authorise::Proof, credentials::Registration, room::Room};
use crate::{
    project::{ConnectionRecord, ConnectionStatus},
    secrets::Secret,
};

/// The first wait after a refresh that failed; it doubles.
const BACKOFF_MIN: Duration = Duration::from_secs(2);
/// The longest such wait.
const BACKOFF_MAX: Duration = Duration::from_secs(300);

/// Secrets that are remembered after they went, to be taken out of what providers say.
const FORMER_MAX: usize = 6;
/// The longest that a provider's own wish delays a refresh.
const PATIENCE_MAX: Duration = Duration::from_secs(3_600);

/// How a connection stands.
pub(super) struct State {
    pub(super) record: ConnectionRecord,
    pub(super) credentials: Credentials,
    /// The digest of the file's words, where a file gave them.
    pub(super) seed: Option<String>,
    /// Counts up with every change of the credentials.
    pub(super) generation: u64,
    /// Why nobody may use them, where that is so.
    pub(super) bad: Option<String>,
    pub(super) backoff: Option<Backoff>,
    /// The generation whose refusal is the reason for the refresh that comes next, or is under way.
    pub(super) refused: Option<u64>,
    /// Came of a refusal, and was not accepted yet: should it be refused as well, a third would not help.
    pub(super) unproven: Option<u64>,
    /// Tells the end of the refresh that is under way.
    pub(super) refreshing: Option<watch::Receiver<()>>,
    /// Secrets that were in use before these: answers to requests under way may repeat them.
    pub(super) former: Vec<Secret>,
    /// Spreads the renewals of tokens that were given together.
    pub(super) chance: f64,
}

/// After refreshes that failed and may succeed later.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    until: Timestamp,
    tries: u32,
    /// The provider refused the product's registration: an operator must repair that.
    is_refused: bool,
    reason: String,
}

impl Backoff {
    fn error(&self, now: Timestamp) -> ReadError {
        let message = format!("the connection's tokens cannot be refreshed now: {}", self.reason);
        let class = if self.is_refused { ReadErrorClass::BadCredentials } else { ReadErrorClass::Transient };
        let wait = Duration::try_from(self.until.duration_since(now)).ok();
        ReadError { retry_after: wait, ..ReadError::new(class, message) }
    }
}

/// What follows for who wants to use the connection.
pub(super) enum Next {
    Use(Access),
    Fail(ReadError),
    /// The token has ended and only a person can give another.
    Ended(String),
    Wait(watch::Receiver<()>),
    Refresh,
}

impl State {
    pub(super) fn new(record: ConnectionRecord, credentials: Credentials, seed: Option<String>, chance: f64) -> Self {
        Self {
            record,
            credentials,
            seed,
            generation: 1,
            bad: None,
            backoff: None,
            refused: None,
            unproven: None,
            refreshing: None,
            former: Vec::new(),
            chance,
        }
    }

    /// What follows now. `refused` is the generation that the provider did not accept.
    pub(super) fn next(&mut self, room: &Room, refused: Option<u64>, now: Timestamp) -> Next {
        if let Some(reason) = self.bad.as_ref().or(self.record.disabled_reason.as_ref()) {
            return Next::Fail(ReadError::new(ReadErrorClass::BadCredentials, reason.clone()));
        }
        let is_fresh = refused.is_none_or(|refused| self.generation > refused);
        let Credentials::OAuth2(oauth2) = &self.credentials else { return self.in_use(room) };
        let lifetime = oauth2.tokens.as_ref().and_then(|tokens| tokens.lifetime);
        let is_due = oauth2.access_token().is_none() || lifetime.is_some_and(|life: Lifetime| life.is_due(now, self.chance));
        let serves = oauth2.access_token().is_some() && is_fresh && !lifetime.is_some_and(|life| life.has_ended(now));
        if serves && !is_due {
            return self.in_use(room);
        }
        if !oauth2.is_renewable() {
            return if serves { self.in_use(room) } else { Next::Ended(NO_REFRESH_TOKEN.to_owned()) };
        }
        if let Some(end) = &self.refreshing {
            return Next::Wait(end.clone());
        }
        match &self.backoff {
            Some(backoff) if now < backoff.until && serves => self.in_use(room),
            Some(backoff) if now < backoff.until => Next::Fail(backoff.error(now)),
            _ => {
                self.refused = refused.filter(|_| !is_fresh);
                Next::Refresh
            }
        }
    }

    fn in_use(&self, room: &Room) -> Next {
        match self.access(room) {
            Ok(access) => Next::Use(access),
            Err(reason) => {
                Next::Fail(ReadError::new(ReadErrorClass::BadRequest, format!("connection {}: {reason}", self.record.id)))
            }
        }
    }

    fn access(&self, room: &Room) -> Result<Access, String> {
        let info = self.info(room)?;
        let proof = Proof::new(&self.credentials, &info.auth)?.ok_or("it has no token yet")?;
        Ok(Access { generation: self.generation, base_url: self.base_url(room, info)?, proof })
    }

    /// Whether new tokens can be had without a person.
    pub(super) fn is_renewable(&self) -> bool {
        matches!(&self.credentials, Credentials::OAuth2(oauth2) if oauth2.is_renewable())
    }

    /// Whether later credentials than these are there or are worth a refresh.
    pub(super) fn can_go_beyond(&self, refused: u64) -> bool {
        self.generation > refused || (self.is_renewable() && self.unproven != Some(refused))
    }

    /// Takes in what a refresh gave.
    pub(super) fn renew(&mut self, credentials: Credentials, chance: f64) {
        let mut former: Vec<Secret> = self.credentials.secrets().into_iter().cloned().collect();
        former.append(&mut self.former);
        former.truncate(FORMER_MAX);
        let came_of_refusal = self.refused.take() == Some(self.generation);
        self.generation += 1;
        self.unproven = came_of_refusal.then_some(self.generation);
        (self.former, self.credentials, self.chance) = (former, credentials, chance);
        (self.backoff, self.bad) = (None, None);
    }

    /// Notes that the provider accepts them; says whether that is news.
    pub(super) fn now_works(&mut self, generation: u64) -> bool {
        if self.unproven == Some(generation) {
            self.unproven = None;
        }
        let is_news = self.generation == generation && self.record.status != ConnectionStatus::Working;
        if is_news {
            (self.bad, self.record.status_reason) = (None, None);
            self.record.status = ConnectionStatus::Working;
        }
        is_news
    }

    /// Notes that they do not serve; says whether that is news.
    pub(super) fn is_bad_now(&mut self, reason: &str) -> bool {
        let is_news = self.bad.as_deref() != Some(reason);
        self.bad = Some(reason.to_owned());
        self.record.status = ConnectionStatus::BadCredentials;
        self.record.status_reason = Some(reason.to_owned());
        is_news
    }

    /// Notes that a refresh failed that may succeed later: `is_refused`, once an operator has repaired the registration. Says when
    /// it is tried again.
    pub(super) fn back_off(&mut self, is_refused: bool, asked: Option<Duration>, reason: String, now: Timestamp) -> Timestamp {
        let tries = self.backoff.as_ref().map_or(1, |before| before.tries.saturating_add(1));
        let wait = BACKOFF_MIN.saturating_mul(1 << (tries - 1).min(16)).min(BACKOFF_MAX).mul_f64(0.75 + 0.5 * self.chance);
        let wait = wait.max(asked.unwrap_or_default().min(PATIENCE_MAX));
        let until = now.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX);
        if is_refused {
            self.record.status = ConnectionStatus::BadCredentials;
            self.record.status_reason = Some(reason.clone());
        }
        self.backoff = Some(Backoff { until, tries, is_refused, reason });
        until
    }

    /// What the catalog says of the provider.
    pub(super) fn info<'r>(&self, room: &'r Room) -> Result<&'r ProviderInfo, String> {
        let provider = room.catalog.get(&self.record.provider);
        Ok(provider.ok_or_else(|| room.catalog.unknown(&self.record.provider))?.info())
    }

    /// The provider's OAuth 2.
    pub(super) fn oauth2_of<'r>(&self, room: &'r Room) -> Result<&'r OAuth2, String> {
        match &self.info(room)?.auth {
            AuthScheme::OAuth2(oauth2) => Ok(oauth2),
            AuthScheme::None | AuthScheme::Basic | AuthScheme::ApiKey(_) | AuthScheme::Custom(_) => {
                Err(format!("{} has no OAuth 2", self.record.provider))
            }
        }
    }

    /// Puts the workspace and what else is known in place of an address's placeholders.
    pub(super) fn filled(&self, template: &str) -> Result<String, String> {
        filled(template, self.record.workspace.as_deref(), &self.record.metadata)
    }

    /// By the connection's own word, its registration's, the token answer's, or the catalog's.
    fn base_url(&self, room: &Room, info: &ProviderInfo) -> Result<String, String> {
        let (mut of_app, mut learned) = (None, None);
        if let Credentials::OAuth2(oauth2) = &self.credentials {
            of_app = if let ClientOf::App(id) = &oauth2.client { room.app(id).and_then(|app| app.base_url) } else { None };
            learned = oauth2.base_url.clone();
        }
        self.record.base_url.clone().or(of_app).or(learned).map_or_else(|| self.filled(&info.base_url), Ok)
    }

    /// What tokens are asked for with; nothing where there are none, or the provider app is gone.
    pub(super) fn registration(&self, room: &Room) -> Option<Registration> {
        let Credentials::OAuth2(oauth2) = &self.credentials else { return None };
        registration(oauth2, room)
    }
}

const NO_REFRESH_TOKEN: &str =
    "the access token does not serve any more, and there is no refresh token to get another with: connect again";

/// Puts values in place of an address's placeholders.
pub(super) fn filled(
    template: &str,
    workspace: Option<&str>,
    metadata: &serde_json::Map<String, serde_json::Value>,
) -> Result<String, String> {
    let value = |key: &str| match key {
        "workspace" if workspace.is_some() => workspace.map(str::to_owned),
        key => metadata.get(key).and_then(|value| value.as_str()).map(str::to_owned),
    };
    fill(template, value).map_err(|unfilled| unfilled.to_string())
}

/// The registration that OAuth 2 credentials name, with their own scopes above its.
pub(super) fn registration(oauth2: &OAuth2Credentials, room: &Room) -> Option<Registration> {
    let mut registration = match &oauth2.client {
        ClientOf::App(id) => room.app(id)?.registration(),
        ClientOf::Own { id, secret } => {
            Registration { id: id.clone(), secret: secret.clone(), scopes: Vec::new(), token_url: None }
        }
    };
    if !oauth2.scopes.is_empty() {
        registration.scopes.clone_from(&oauth2.scopes);
    }
    Some(registration)
}
