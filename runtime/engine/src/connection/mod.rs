//! Connections: where a provider's API is, and what authorises us there. Tokens are renewed here, once for all who wait.
//!
//! Invariant: credentials leave this room on a request to the provider, or to its token endpoint, and in no other way but the one
//! that an operator asks for by name.

mod apps;
mod authorise;
mod consent;
mod credentials;
mod declared;
pub(crate) mod keep_alive;
mod kept_secret;
mod needs;
mod provider_app;
mod refresh;
mod registry;
mod room;
#[cfg(test)]
pub(crate) mod sample;
mod sealed;
mod state;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ampline_core::provider::{ReadError, ReadErrorClass};
use bytes::Bytes;

pub(crate) use authorise::Access;
pub(crate) use consent::{CALLBACK_PATH, ConsentAnswer, ConsentError, ConsentRequest};
pub(crate) use credentials::{ClientOf, Credentials, How, OAuth2Credentials, Tokens, expected};
pub(crate) use declared::Declared;
pub(crate) use provider_app::ProviderApp;
pub(crate) use registry::{Connections, NewConnection, RegistryError};
pub(crate) use sealed::{DataKey, Purpose};

use room::Room;
use state::{Next, State};

use crate::{
    project::{ConnectionRecord, ProjectError},
    secrets::Secret,
    token_endpoint,
};

/// How long somebody waits for a refresh that another began.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A customer's credentials at a provider, shared by everyone who reads with them.
pub(crate) struct Connection {
    /// Stable id.
    pub(crate) id: String,
    /// Catalog name of the provider.
    pub(crate) provider: String,
    room: Arc<Room>,
    state: Mutex<State>,
    /// Held by whoever writes credentials down, so that an older state never overwrites a newer one.
    saving: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl Connection {
    /// What authorises a request now; tokens that are about to end are renewed first.
    pub(crate) async fn access(self: &Arc<Self>) -> Result<Access, ReadError> {
        self.beyond(None).await
    }

    /// What authorises after the provider refused the credentials of a generation, in its words: later ones, which are there
    /// already or are asked for now. Where there can be none, the connection counts as bad.
    pub(crate) async fn renewed(self: &Arc<Self>, refused: u64, words: &str) -> Result<Access, ReadError> {
        if self.state().can_go_beyond(refused) {
            return self.beyond(Some(refused)).await;
        }
        self.refused(refused, words).await;
        Err(ReadError::new(ReadErrorClass::BadCredentials, words))
    }

    async fn beyond(self: &Arc<Self>, refused: Option<u64>) -> Result<Access, ReadError> {
        let deadline = tokio::time::Instant::now() + WAIT_MAX;
        loop {
            let now = self.room.clock.now();
            let next = self.state().next(&self.room, refused, now);
            let mut end = match next {
                Next::Use(access) => return Ok(access),
                Next::Fail(error) => return Err(error),
                Next::Ended(reason) => {
                    self.mark_bad(reason.clone()).await;
                    return Err(ReadError::new(ReadErrorClass::BadCredentials, reason));
                }
                Next::Wait(end) => end,
                Next::Refresh => self.begin_refresh(),
            };
            // An end that is never told, because the refresh broke off, closes the channel: both mean to look again.
            if tokio::time::timeout_at(deadline, end.changed()).await.is_err() {
                let waited_s = WAIT_MAX.as_secs();
                let message = format!("connection {}: its tokens were not refreshed within {waited_s} s", self.id);
                return Err(ReadError::new(ReadErrorClass::Transient, message));
            }
        }
    }

    /// The provider refused credentials of this generation although they could not be fresher: a person must renew them. Later
    /// ones are not judged by that.
    pub(crate) async fn refused(&self, generation: u64, words: &str) {
        if self.state().generation == generation {
            self.mark_bad(words.to_owned()).await;
        }
    }

    /// The provider accepted credentials of this generation.
    pub(crate) async fn accepted(&self, generation: u64) {
        let is_news = self.state().now_works(generation);
        if is_news && let Err(error) = self.write_status().await {
            tracing::warn!(connection = %self.id, %error, "cannot write down that the connection works");
        }
    }

    /// Stops everything that would use the credentials, until they are renewed.
    async fn mark_bad(&self, reason: String) {
        let is_news = self.state().is_bad_now(&reason);
        if !is_news {
            return;
        }
        tracing::error!(event = "connection.error", connection = %self.id, provider = %self.provider, status = "bad_credentials", reason);
        if let Err(error) = self.write_status().await {
            tracing::warn!(connection = %self.id, %error, "cannot write down that the connection does not work");
        }
    }

    async fn write_status(&self) -> Result<(), ProjectError> {
        let status = room::status(&self.state().record);
        self.room.apply(vec![status]).await
    }

    /// Renews the tokens, whether or not they hold; joins a refresh that is under way. A connection that counts as bad is tried
    /// again.
    pub(crate) async fn refresh_now(self: &Arc<Self>) -> Result<(), ReadError> {
        self.try_again();
        let (generation, is_renewable) = {
            let state = self.state();
            (state.generation, state.is_renewable())
        };
        if !is_renewable {
            let message = "its credentials are not of a kind that is refreshed";
            return Err(ReadError::new(ReadErrorClass::BadRequest, message));
        }
        self.beyond(Some(generation)).await.map(drop)
    }

    /// Lets credentials that were refused be tried once more, as an operator wishes.
    pub(crate) fn try_again(&self) {
        let mut state = self.state();
        (state.bad, state.backoff, state.unproven) = (None, None, None);
    }

    /// What may be told of it.
    pub(crate) fn record(&self) -> ConnectionRecord {
        self.state().record.clone()
    }

    /// The provider's workspace, as far as it is known by now: a token's answer may name it.
    pub(crate) fn workspace(&self) -> Option<String> {
        self.state().record.workspace.clone()
    }

    /// The credentials themselves, for an operator who asks for them.
    pub(crate) fn credentials(&self) -> Credentials {
        self.state().credentials.clone()
    }

    /// An answer without the secrets of this connection, which a provider may repeat in its words.
    pub(crate) fn without_secrets(&self, answer: &Bytes) -> Bytes {
        token_endpoint::without(answer, &self.secrets())
    }

    /// What nobody may read in a message.
    fn secrets(&self) -> Vec<Secret> {
        let state = self.state();
        let app = state.registration(&self.room).and_then(|registration| registration.secret);
        state.credentials.secrets().into_iter().cloned().chain(state.former.iter().cloned()).chain(app).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
