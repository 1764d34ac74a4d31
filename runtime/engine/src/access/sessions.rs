//! Sessions of browsers: each stands for the key that opened it, for a while. They are a part of the keys that are held in memory, and
//! kept beside them by digest, so a restart ends none. A key that is revoked, deleted or replaced ends its sessions, for good.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{
    Caller,
    keys::{KeyError, Keys, Refused},
    secret::Digest,
};
use crate::{project::SessionRecord, secrets::Secret};

/// How long one lasts, however much it is used.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// As many are there at once; the one that would end first makes room.
const SESSIONS_MAX: usize = 256;

/// All sessions, found by the digest of what the browser holds.
#[derive(Default)]
pub(super) struct Sessions {
    held: Mutex<HashMap<[u8; 32], SessionRecord>>,
}

impl Keys {
    /// Opens a session of a key; what comes back is told to the browser and kept nowhere. Nothing where the key opens nothing any more.
    pub(crate) async fn open_session(&self, key_id: &str) -> Result<Option<Secret>, KeyError> {
        let (token, digest) = generate()?;
        // Held so that no revocation comes in between and misses it.
        let _changing = self.changing.lock().await;
        if self.by_id(key_id).is_err() {
            return Ok(None);
        }
        let now = self.now();
        let ends_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let session = SessionRecord { digest, key_id: key_id.to_owned(), ends_at };
        let in_place_of = self.sessions.make_room(now);
        self.store.open_session(session.clone(), in_place_of, now).await?;
        self.sessions.held().insert(digest, session);
        Ok(Some(token))
    }

    /// Whom a session stands for.
    pub(crate) fn by_session(&self, token: &str) -> Result<Caller, Refused> {
        let key_id = self.sessions.key_of(token, self.now()).ok_or(Refused::Session)?;
        self.by_id(&key_id).map_err(|_| Refused::Session)
    }

    /// Ends a session, where there is one.
    pub(crate) async fn end_session(&self, token: &str) -> Result<(), KeyError> {
        let digest = digest(token);
        // Whoever made it up writes nothing.
        if self.sessions.held().remove(&digest).is_some() {
            self.store.end_session(digest).await?;
        }
        Ok(())
    }
}

impl Sessions {
    /// Those that are kept.
    pub(super) fn of(kept: Vec<SessionRecord>) -> Self {
        Self { held: Mutex::new(kept.into_iter().map(|session| (session.digest, session)).collect()) }
    }

    /// Ends all that a key opened.
    pub(super) fn end_those_of(&self, key_id: &str) {
        self.held().retain(|_, session| session.key_id != key_id);
    }

    /// Forgets what is over, and one more where there would be too many: that one is told.
    fn make_room(&self, now: Timestamp) -> Option<[u8; 32]> {
        let mut held = self.held();
        held.retain(|_, session| now < session.ends_at);
        if held.len() < SESSIONS_MAX {
            return None;
        }
        let oldest = held.values().min_by_key(|session| session.ends_at).map(|session| session.digest)?;
        held.remove(&oldest);
        Some(oldest)
    }

    fn key_of(&self, token: &str, now: Timestamp) -> Option<String> {
        // Found by a digest, so how long the search takes says nothing of what is held.
        self.held().get(&digest(token)).filter(|session| now < session.ends_at).map(|session| session.key_id.clone())
    }

    fn held(&self) -> MutexGuard<'_, HashMap<[u8; 32], SessionRecord>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a browser will hold, and its digest.
fn generate() -> Result<(Secret, [u8; 32]), getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut())?;
    let token = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let digest = digest(token.reveal());
    Ok((token, digest))
}

fn digest(token: &str) -> [u8; 32] {
    Digest::of(token.as_bytes()).0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        access::{Changed, NewKey},
        clock::Clock,
        project::{KeyScope, ProjectStore},
        sqlite::Options,
    };

    /// A clock that stands where it is put.
    #[derive(Default)]
    struct Hand(Mutex<Timestamp>);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    impl Hand {
        fn set(&self, hours: i64) {
            *self.0.lock().unwrap() = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        }
    }

    struct Stage {
        clock: Arc<Hand>,
        store: Arc<ProjectStore>,
        keys: Arc<Keys>,
        _folder: tempfile::TempDir,
    }

    impl Stage {
        async fn new() -> Self {
            let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(Hand::default()));
            let store = ProjectStore::open(&folder.path().join("project.db"), &Options::default()).unwrap();
            let keys = Keys::load(store.clone(), clock.clone()).await.unwrap();
            Self { clock, store, keys, _folder: folder }
        }

        async fn key(&self, label: &str) -> String {
            let new = NewKey { label: label.to_owned(), scopes: vec![KeyScope::Full], expires_at: None };
            self.keys.create(new).await.unwrap().0.id
        }

        async fn open(&self, key_id: &str) -> String {
            self.keys.open_session(key_id).await.unwrap().unwrap().reveal().to_owned()
        }

        /// What is held says the same as what is kept, and that is said.
        async fn is_open(&self, token: &str) -> bool {
            let reloaded = Keys::load(self.store.clone(), self.clock.clone()).await.unwrap();
            let (held, kept) = (self.keys.by_session(token), reloaded.by_session(token));
            assert_eq!(held, kept);
            assert!(held.is_ok() || held == Err(Refused::Session));
            held.is_ok()
        }

        async fn active(&self, key_id: &str, active: bool) {
            self.keys.change(key_id, Changed { active: Some(active), ..Changed::default() }).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_session_lasts_until_its_end() {
        let stage = Stage::new().await;
        let key = stage.key("k").await;
        let (token, other) = (stage.open(&key).await, stage.open(&key).await);
        stage.clock.set(11);
        assert!(stage.is_open(&token).await);
        assert!(!stage.is_open("another").await);
        stage.keys.end_session(&other).await.unwrap();
        assert!(!stage.is_open(&other).await && stage.is_open(&token).await, "one of two");
        stage.clock.set(12);
        assert!(!stage.is_open(&token).await, "its time is over");
        let _ = stage.open(&key).await;
        stage.clock.set(0);
        assert!(!stage.is_open(&token).await, "it was forgotten");
    }

    #[tokio::test]
    async fn there_is_a_bounded_number_of_them() {
        let stage = Stage::new().await;
        let key = stage.key("k").await;
        let first = stage.open(&key).await;
        stage.clock.set(1);
        for _ in 1..SESSIONS_MAX {
            stage.open(&key).await;
        }
        assert!(stage.is_open(&first).await);
        let last = stage.open(&key).await;
        assert!(!stage.is_open(&first).await && stage.is_open(&last).await, "the oldest made room");
        assert_eq!(stage.keys.sessions.held().len(), SESSIONS_MAX);
        assert_eq!(stage.store.sessions(stage.clock.now()).await.unwrap().len(), SESSIONS_MAX);
    }

    #[tokio::test]
    async fn a_key_ends_its_sessions_for_good() {
        let stage = Stage::new().await;
        let (key, other) = (stage.key("k").await, stage.key("other").await);
        let (token, theirs) = (stage.open(&key).await, stage.open(&other).await);
        stage.keys.change(&key, Changed { label: Some("renamed".to_owned()), ..Changed::default() }).await.unwrap();
        assert!(stage.is_open(&token).await, "another label changes nothing");
        stage.active(&key, false).await;
        assert!(!stage.is_open(&token).await);
        assert!(stage.keys.open_session(&key).await.unwrap().is_none(), "a revoked key opens none");
        stage.active(&key, true).await;
        assert!(!stage.is_open(&token).await, "a key that is let in again brings no session back");
        let again = stage.open(&key).await;
        stage.keys.delete(&key).await.unwrap();
        assert!(!stage.is_open(&again).await && stage.is_open(&theirs).await, "no other key's");
    }

    #[tokio::test]
    async fn another_key_in_the_data_folder_ends_the_sessions_of_the_one_before() {
        let stage = Stage::new().await;
        let admitted = async |key: &str| stage.keys.admit_local(&Secret::new(key)).await.unwrap();
        admitted("amp_one").await;
        let id = stage.keys.id_of(b"amp_one").unwrap();
        let token = stage.open(&id).await;
        admitted("amp_one").await;
        assert!(stage.is_open(&token).await, "every start lets it in");
        admitted("amp_two").await;
        assert!(!stage.is_open(&token).await);
    }
}
