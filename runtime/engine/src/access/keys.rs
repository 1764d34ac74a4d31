//! The keys that are known, held in memory so that a request costs no query: made, shown, changed, revoked.
//!
//! A change is durable before it is held, and held before it is answered: a revoked key opens nothing from the answer on.

use std::sync::{
    Arc, PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

use super::{
    Caller, PublicKeyError,
    jwt_keys::TokenKey,
    secret::{self, Digest},
    sessions::Sessions,
    token::{Token, TokenError},
};
use crate::{
    clock::Clock,
    project::{ApiKeyRecord, JwtKeyRecord, KeyScope, ProjectError, ProjectStore},
    secrets::Secret,
};

/// API keys that a project may have.
const API_KEYS_MAX: usize = 500;
/// The record of the key that the command line of this machine finds in the data folder.
const LOCAL: &str = "local";
/// Nothing was used.
const NEVER: i64 = i64::MIN;

/// Why a key could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("there is no {0} {1:?}")]
    NotFound(&'static str, String),
    #[error("{0}")]
    TooMany(String),
    #[error("{0}")]
    PublicKey(#[from] PublicKeyError),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("{0}")]
    Store(#[from] ProjectError),
}

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the key is not valid")]
    Unknown,
    #[error("the key was revoked")]
    Revoked,
    #[error("the key has expired")]
    Expired,
    #[error("the session is over")]
    Session,
    #[error("{0}")]
    Token(#[from] TokenError),
}

/// A key to be made.
pub(crate) struct NewKey {
    pub(crate) label: String,
    pub(crate) scopes: Vec<KeyScope>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// What of a key is changed; nothing = stays.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub(crate) label: Option<String>,
    pub(crate) scopes: Option<Vec<KeyScope>>,
    pub(crate) active: Option<bool>,
}

/// All keys.
pub(crate) struct Keys {
    pub(super) store: Arc<ProjectStore>,
    clock: Arc<dyn Clock>,
    /// Held for the length of a change, so that what is stored and what is held agree.
    pub(super) changing: tokio::sync::Mutex<()>,
    held: RwLock<Held>,
    pub(super) sessions: Sessions,
}

#[derive(Clone, Default)]
pub(super) struct Held {
    api: Vec<Arc<Known>>,
    pub(super) jwt: Vec<Arc<TokenKey>>,
}

impl Held {
    fn of(api: Vec<ApiKeyRecord>, jwt: Vec<JwtKeyRecord>) -> Self {
        Self { api: api.into_iter().map(Known::new).collect(), jwt: jwt.into_iter().map(TokenKey::new).collect() }
    }
}

/// A key, and when it was used since that was last stored: microseconds since 1970.
struct Known {
    record: ApiKeyRecord,
    used_at_us: AtomicI64,
}

impl Known {
    fn new(record: ApiKeyRecord) -> Arc<Self> {
        Arc::new(Self { record, used_at_us: AtomicI64::new(NEVER) })
    }

    /// The record with its last use.
    fn told(&self) -> ApiKeyRecord {
        let used = self.used();
        ApiKeyRecord { last_used_at: used.or(self.record.last_used_at), ..self.record.clone() }
    }

    fn used(&self) -> Option<Timestamp> {
        let used_at_us = self.used_at_us.load(Ordering::Relaxed);
        (used_at_us != NEVER).then(|| Timestamp::from_microsecond(used_at_us).ok()).flatten()
    }
}

/// Whether a key opens anything at this time.
pub(crate) fn is_active(record: &ApiKeyRecord, now: Timestamp) -> bool {
    record.revoked_at.is_none() && record.expires_at.is_none_or(|at| now < at)
}

impl Keys {
    /// The keys of a store.
    pub(crate) async fn load(store: Arc<ProjectStore>, clock: Arc<dyn Clock>) -> Result<Arc<Self>, ProjectError> {
        let (api, jwt) = (store.api_keys().await?, store.jwt_keys().await?);
        let sessions = Sessions::of(store.sessions(clock.now()).await?);
        Ok(Self::holding(store, clock, Held::of(api, jwt), sessions))
    }

    /// These keys, which are those of the store, where no browser is signed in.
    #[cfg(test)]
    pub(crate) fn new(
        store: Arc<ProjectStore>,
        clock: Arc<dyn Clock>,
        api: Vec<ApiKeyRecord>,
        jwt: Vec<JwtKeyRecord>,
    ) -> Arc<Self> {
        Self::holding(store, clock, Held::of(api, jwt), Sessions::default())
    }

    fn holding(store: Arc<ProjectStore>, clock: Arc<dyn Clock>, held: Held, sessions: Sessions) -> Arc<Self> {
        Arc::new(Self { store, clock, changing: tokio::sync::Mutex::default(), held: RwLock::new(held), sessions })
    }

    /// The time, as precisely as the store keeps it.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Who shows this key.
    pub(crate) fn by_key(&self, shown: &[u8]) -> Result<Caller, Refused> {
        self.used(&*self.known(shown)?)
    }

    /// The id of this key, if it opens anything.
    pub(crate) fn id_of(&self, shown: &[u8]) -> Result<String, Refused> {
        let known = self.known(shown)?;
        self.used(&known)?;
        Ok(known.record.id.clone())
    }

    /// The caller that the key of this id makes.
    pub(super) fn by_id(&self, id: &str) -> Result<Caller, Refused> {
        let known = self.held().api.iter().find(|known| known.record.id == id).cloned();
        self.used(&*known.ok_or(Refused::Unknown)?)
    }

    fn known(&self, shown: &[u8]) -> Result<Arc<Known>, Refused> {
        let digest = Digest::of(shown);
        // All are compared, whichever it is.
        let mut found = None;
        let held = self.held();
        for known in &held.api {
            if digest.equals(&known.record.digest) {
                found = Some(known);
            }
        }
        found.cloned().ok_or(Refused::Unknown)
    }

    /// The caller that a key makes, at this time; the time is kept.
    fn used(&self, known: &Known) -> Result<Caller, Refused> {
        let now = self.now();
        if known.record.revoked_at.is_some() {
            return Err(Refused::Revoked);
        }
        if !is_active(&known.record, now) {
            return Err(Refused::Expired);
        }
        known.used_at_us.store(now.as_microsecond(), Ordering::Relaxed);
        Ok(Caller::Key { scopes: known.record.scopes.clone(), label: known.record.label.clone() })
    }

    /// Whom this token vouches for.
    pub(crate) fn by_token(&self, text: &str) -> Result<Caller, Refused> {
        let token = Token::parse(text)?;
        let found = self.held().jwt.iter().find(|one| one.record.id == token.key_id && one.record.active).cloned();
        let key = found.as_ref().and_then(|one| one.key.as_ref()).ok_or(TokenError::UnknownKey)?;
        Ok(Caller::User(token.verify(key, self.now().as_second())?))
    }

    /// Makes a key. This is the only time that it is told.
    pub(crate) async fn create(&self, new: NewKey) -> Result<(ApiKeyRecord, Secret), KeyError> {
        let key = secret::generate()?;
        let record = self.record(uuid::Uuid::now_v7().to_string(), new, &key);
        let _changing = self.changing.lock().await;
        if self.held().api.len() >= API_KEYS_MAX {
            return Err(KeyError::TooMany(format!("a project has at most {API_KEYS_MAX} API keys; delete some first")));
        }
        self.put(record.clone()).await?;
        tracing::info!(event = "api_key.made", id = %record.id, label = record.label);
        Ok((record, key))
    }

    fn record(&self, id: String, new: NewKey, key: &Secret) -> ApiKeyRecord {
        let now = self.now();
        ApiKeyRecord {
            id,
            label: new.label,
            scopes: new.scopes,
            digest: Digest::of(key.reveal().as_bytes()).0,
            hint: secret::hint(key),
            create_time: now,
            update_time: now,
            last_used_at: None,
            expires_at: new.expires_at,
            revoked_at: None,
        }
    }

    /// Whether the key that the data folder holds may still be used: not once it was revoked.
    pub(crate) fn local_is_active(&self) -> Option<bool> {
        let held = self.held();
        held.api.iter().find(|known| known.record.id == LOCAL).map(|known| is_active(&known.record, self.now()))
    }

    /// Lets the key that the data folder holds in, in place of the one that it held before.
    pub(crate) async fn admit_local(&self, key: &Secret) -> Result<(), KeyError> {
        let _changing = self.changing.lock().await;
        let digest = Digest::of(key.reveal().as_bytes());
        let known = self.held().api.iter().find(|known| known.record.id == LOCAL).cloned();
        if known.is_some_and(|known| digest.equals(&known.record.digest) && known.record.revoked_at.is_none()) {
            return Ok(());
        }
        let new = NewKey { label: "command line of this machine".to_owned(), scopes: vec![KeyScope::Full], expires_at: None };
        self.put(self.record(LOCAL.to_owned(), new, key)).await
    }

    /// Changes a key.
    pub(crate) async fn change(&self, id: &str, changed: Changed) -> Result<ApiKeyRecord, KeyError> {
        let _changing = self.changing.lock().await;
        let before = self.find(id)?;
        let now = self.now();
        let revoked_at = match changed.active {
            None => before.revoked_at,
            Some(true) => None,
            Some(false) => before.revoked_at.or(Some(now)),
        };
        if revoked_at.is_some() != before.revoked_at.is_some() {
            tracing::info!(event = if revoked_at.is_some() { "api_key.revoked" } else { "api_key.restored" }, id);
        }
        let after = ApiKeyRecord {
            label: changed.label.unwrap_or_else(|| before.label.clone()),
            scopes: changed.scopes.unwrap_or_else(|| before.scopes.clone()),
            revoked_at,
            update_time: now,
            ..before
        };
        self.put(after.clone()).await?;
        Ok(after)
    }

    /// Deletes a key. The record of the data folder's own key stays, revoked: without it the next start would let that key in again.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), KeyError> {
        if id == LOCAL {
            self.change(id, Changed { active: Some(false), ..Changed::default() }).await?;
            return Ok(());
        }
        let _changing = self.changing.lock().await;
        self.find(id)?;
        self.store.delete_api_key(id).await?;
        self.hold(|held| held.api.retain(|known| known.record.id != id));
        self.sessions.end_those_of(id);
        tracing::info!(event = "api_key.deleted", id);
        Ok(())
    }

    /// Every key, the oldest first.
    pub(crate) fn all(&self) -> Vec<ApiKeyRecord> {
        self.held().api.iter().map(|known| known.told()).collect()
    }

    /// One key.
    pub(crate) fn find(&self, id: &str) -> Result<ApiKeyRecord, KeyError> {
        let found = self.held().api.iter().find(|known| known.record.id == id).map(|known| known.told());
        found.ok_or_else(|| KeyError::NotFound("API key", id.to_owned()))
    }

    /// Keeps when keys were last used.
    pub(crate) async fn keep_used(&self) -> Result<(), ProjectError> {
        let used: Vec<(String, Timestamp)> = {
            let held = self.held();
            let newer = |known: &Arc<Known>| known.used().filter(|at| known.record.last_used_at.is_none_or(|kept| kept < *at));
            held.api.iter().filter_map(|known| Some((known.record.id.clone(), newer(known)?))).collect()
        };
        if used.is_empty() {
            return Ok(());
        }
        let _changing = self.changing.lock().await;
        self.store.api_keys_used(used.clone()).await?;
        self.hold(|held| {
            for known in &mut held.api {
                let Some((_, at)) = used.iter().find(|(id, _)| *id == known.record.id) else { continue };
                let record = ApiKeyRecord { last_used_at: Some(*at), ..known.record.clone() };
                let used_at_us = AtomicI64::new(known.used_at_us.load(Ordering::Relaxed));
                *known = Arc::new(Known { record, used_at_us });
            }
        });
        Ok(())
    }

    /// Keeps a key and holds it. One that is revoked, or another than before, ends its sessions: here as in the store.
    async fn put(&self, record: ApiKeyRecord) -> Result<(), KeyError> {
        self.store.put_api_key(record.clone()).await?;
        let is_the_same =
            self.held().api.iter().any(|known| known.record.id == record.id && known.record.digest == record.digest);
        if record.revoked_at.is_some() || !is_the_same {
            self.sessions.end_those_of(&record.id);
        }
        self.hold(|held| {
            let known = Known::new(record);
            match held.api.iter_mut().find(|other| other.record.id == known.record.id) {
                Some(place) => *place = known,
                None => held.api.push(known),
            }
        });
        Ok(())
    }

    pub(super) fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.held.write().unwrap_or_else(PoisonError::into_inner));
    }
}
