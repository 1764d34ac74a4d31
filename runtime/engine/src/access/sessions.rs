//! Sessions of browsers: each stands for the key that opened it, for a while, in memory alone. A revoked key ends its sessions.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::secret::Digest;
use crate::secrets::Secret;

/// How long one lasts, however much it is used.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// As many are there at once; the one that would end first makes room.
const SESSIONS_MAX: usize = 256;

/// All sessions, found by the digest of what the browser holds.
#[derive(Default)]
pub(crate) struct Sessions {
    held: Mutex<HashMap<[u8; 32], Session>>,
}

struct Session {
    key_id: String,
    ends_at: Timestamp,
}

impl Sessions {
    /// Opens one for a key; what comes back is told to the browser and kept nowhere.
    pub(crate) fn open(&self, key_id: String, now: Timestamp) -> Result<Secret, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        let token = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let ends_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let mut held = self.held();
        held.retain(|_, session| now < session.ends_at);
        if held.len() >= SESSIONS_MAX {
            let oldest = held.iter().min_by_key(|(_, session)| session.ends_at).map(|(digest, _)| *digest);
            oldest.map(|digest| held.remove(&digest));
        }
        held.insert(digest(token.reveal()), Session { key_id, ends_at });
        Ok(token)
    }

    /// The key that a session stands for.
    pub(crate) fn key_of(&self, token: &str, now: Timestamp) -> Option<String> {
        // Found by a digest, so how long the search takes says nothing of what is held.
        self.held().get(&digest(token)).filter(|session| now < session.ends_at).map(|session| session.key_id.clone())
    }

    /// Ends a session, where there is one.
    pub(crate) fn end(&self, token: &str) {
        self.held().remove(&digest(token));
    }

    fn held(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Digest::of(token.as_bytes()).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_session_lasts_until_its_end() {
        let sessions = Sessions::default();
        let token = sessions.open("k1".to_owned(), at(0)).unwrap();
        assert_eq!(sessions.key_of(token.reveal(), at(11)).as_deref(), Some("k1"));
        assert_eq!(sessions.key_of(token.reveal(), at(12)), None, "its time is over");
        assert_eq!(sessions.key_of("another", at(0)), None);
        sessions.end(token.reveal());
        assert_eq!(sessions.key_of(token.reveal(), at(0)), None);
    }

    #[test]
    fn there_is_a_bounded_number_of_them() {
        let sessions = Sessions::default();
        let first = sessions.open("first".to_owned(), at(0)).unwrap();
        let others: Vec<Secret> = (0..SESSIONS_MAX).map(|_| sessions.open("other".to_owned(), at(1)).unwrap()).collect();
        assert_eq!(sessions.held().len(), SESSIONS_MAX);
        assert_eq!(sessions.key_of(first.reveal(), at(1)), None, "the oldest made room");
        assert!(others.iter().all(|token| sessions.key_of(token.reveal(), at(1)).is_some()));
    }
}
