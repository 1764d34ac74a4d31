//! The public keys that users' tokens are checked by: a part of the keys that are held in memory.

use std::sync::Arc;

use super::{
    keys::{Changed, KeyError, Keys},
    public_key::PublicKey,
};
use crate::project::JwtKeyRecord;

/// Public keys for tokens that a project may have.
const JWT_KEYS_MAX: usize = 50;

/// A public key as it is held.
pub(super) struct TokenKey {
    pub(super) record: JwtKeyRecord,
    /// Nothing where what is stored cannot be read.
    pub(super) key: Option<PublicKey>,
}

impl TokenKey {
    pub(super) fn new(record: JwtKeyRecord) -> Arc<Self> {
        let key = PublicKey::parse(&record.public_key_pem);
        if let Err(error) = &key {
            tracing::error!(event = "jwt_key.unreadable", kid = %record.id, %error, "no token of this key is believed");
        }
        Arc::new(Self { key: key.ok(), record })
    }
}

impl Keys {
    /// Makes a public key known; its id is the `kid` of its tokens.
    pub(crate) async fn create_jwt(&self, label: String, public_key_pem: String) -> Result<JwtKeyRecord, KeyError> {
        PublicKey::parse(&public_key_pem)?;
        let (id, now) = (uuid::Uuid::now_v7().to_string(), self.now());
        let record = JwtKeyRecord { id, label, public_key_pem, active: true, create_time: now, update_time: now };
        let _changing = self.changing.lock().await;
        if self.held().jwt.len() >= JWT_KEYS_MAX {
            return Err(KeyError::TooMany(format!("a project has at most {JWT_KEYS_MAX} JWT keys; delete some first")));
        }
        self.put_jwt(record.clone()).await?;
        tracing::info!(event = "jwt_key.made", kid = %record.id, label = record.label);
        Ok(record)
    }

    /// Changes label and activity of a public key.
    pub(crate) async fn change_jwt(&self, id: &str, changed: Changed) -> Result<JwtKeyRecord, KeyError> {
        let _changing = self.changing.lock().await;
        let before = self.find_jwt(id)?;
        let after = JwtKeyRecord {
            label: changed.label.unwrap_or_else(|| before.label.clone()),
            active: changed.active.unwrap_or(before.active),
            update_time: self.now(),
            ..before
        };
        self.put_jwt(after.clone()).await?;
        tracing::info!(event = "jwt_key.changed", kid = id, active = after.active);
        Ok(after)
    }

    /// Deletes a public key: its tokens open nothing any more.
    pub(crate) async fn delete_jwt(&self, id: &str) -> Result<(), KeyError> {
        let _changing = self.changing.lock().await;
        self.find_jwt(id)?;
        self.store.delete_jwt_key(id).await?;
        self.hold(|held| held.jwt.retain(|one| one.record.id != id));
        tracing::info!(event = "jwt_key.deleted", kid = id);
        Ok(())
    }

    /// Every public key, the oldest first.
    pub(crate) fn all_jwt(&self) -> Vec<JwtKeyRecord> {
        self.held().jwt.iter().map(|one| one.record.clone()).collect()
    }

    /// One public key.
    pub(crate) fn find_jwt(&self, id: &str) -> Result<JwtKeyRecord, KeyError> {
        let found = self.held().jwt.iter().find(|one| one.record.id == id).map(|one| one.record.clone());
        found.ok_or_else(|| KeyError::NotFound("JWT key", id.to_owned()))
    }

    async fn put_jwt(&self, record: JwtKeyRecord) -> Result<(), KeyError> {
        self.store.put_jwt_key(record.clone()).await?;
        self.hold(|held| {
            let one = TokenKey::new(record);
            match held.jwt.iter_mut().find(|other| other.record.id == one.record.id) {
                Some(place) => *place = one,
                None => held.jwt.push(one),
            }
        });
        Ok(())
    }
}
