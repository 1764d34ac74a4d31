//! Renewing tokens: one request for all who wait, and what it gave is durable before anybody uses it.
//!
//! What cannot be avoided: a provider that replaces refresh tokens has replaced ours when its answer is sent. If this process dies
//! between that and the write below, the new one is lost, and only a person can connect again. The row says that a refresh was
//! under way, so the refusal that follows says why; most providers let the former token serve once more for this reason.

use std::{sync::Arc, time::Duration};

use ampline_core::{
    oauth::{Lifetime, TokenAnswer, TokenError, TokenErrorClass, site, token_request},
    provider::OAuth2,
};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Connection, Credentials, OAuth2Credentials, Tokens, credentials::Registration, room, sealed::Purpose};
use crate::{
    clock,
    connection::credentials::Kept,
    project::{CredentialNews, ProjectError},
    secrets::Secret,
    token_endpoint,
};

/// How long to wait before asking a store again that could not keep tokens.
const SAVE_RETRY: Duration = Duration::from_secs(2);
/// How often a store is asked to keep tokens. They exist in no other place, so this is as long as somebody may need to make room.
const SAVES_MAX: u32 = 1_800;

/// What is asked, with everything as it stood then.
struct Asked {
    oauth2: OAuth2,
    token_url: String,
    base_url_template: String,
    credentials: OAuth2Credentials,
    registration: Registration,
    generation: u64,
}

impl Connection {
    /// Begins a refresh, unless one is under way; the channel tells its end.
    pub(super) fn begin_refresh(self: &Arc<Self>) -> watch::Receiver<()> {
        let mut state = self.state();
        if let Some(end) = &state.refreshing {
            return end.clone();
        }
        let (ended, end) = watch::channel(());
        state.refreshing = Some(end.clone());
        let this = self.clone();
        self.room.spawn(async move {
            let over = Over { connection: &this, ended };
            this.refresh().await;
            drop(over);
        });
        end
    }

    async fn refresh(&self) {
        let asked = match self.asked() {
            Ok(asked) => asked,
            Err(reason) => return self.failed(TokenErrorClass::Transient, None, reason).await,
        };
        let sent_at = self.room.clock.now();
        if asked.credentials.may_rotate()
            && let Err(error) = self.write_down_beginning(&asked, sent_at).await
        {
            // A store that cannot take a mark could not take the tokens either.
            return self.failed(TokenErrorClass::Transient, None, error.to_string()).await;
        }
        match self.ask(&asked).await {
            Ok(answer) => self.take(asked, answer, sent_at).await,
            Err(error) => self.failed_with(&asked, error).await,
        }
    }

    fn asked(&self) -> Result<Asked, String> {
        let state = self.state();
        let Credentials::OAuth2(credentials) = &state.credentials else { return Err("it has no tokens".to_owned()) };
        let oauth2 = state.oauth2_of(&self.room)?.clone();
        let registration = state.registration(&self.room).ok_or("its provider app is gone: make one, and connect again")?;
        let token_url = state.filled(registration.token_url.as_ref().unwrap_or(&oauth2.token_url))?;
        let base_url_template = state.info(&self.room)?.base_url.clone();
        let credentials = credentials.as_ref().clone();
        Ok(Asked { oauth2, token_url, base_url_template, credentials, registration, generation: state.generation })
    }

    async fn ask(&self, asked: &Asked) -> Result<TokenAnswer, TokenError> {
        let grant = asked.credentials.grant(&asked.registration.scopes);
        let grant = grant.ok_or_else(|| TokenError::transient("there is no refresh token"))?;
        let request = token_request(&asked.oauth2, &asked.token_url, asked.registration.client(), grant);
        let request = request.map_err(TokenError::transient)?;
        let field = asked.oauth2.workspace_field.as_deref();
        token_endpoint::ask(&self.room.http, request, field, &self.secrets()).await
    }

    async fn write_down_beginning(&self, asked: &Asked, now: Timestamp) -> Result<(), ProjectError> {
        let _saving = self.saving.lock().await;
        if self.state().generation != asked.generation {
            return Ok(());
        }
        let since = asked.credentials.refreshing_since.or(Some(now));
        self.save(OAuth2Credentials { refreshing_since: since, ..asked.credentials.clone() }, CredentialNews::Same).await?;
        if let Credentials::OAuth2(oauth2) = &mut self.state().credentials {
            // Stays until tokens come: should this refresh get no answer, the next one may be refused because of it.
            oauth2.refreshing_since = since;
        }
        Ok(())
    }

    /// Keeps what was given, then lets it be used.
    async fn take(&self, asked: Asked, answer: TokenAnswer, sent_at: Timestamp) {
        let before = asked.credentials.tokens.as_ref();
        let refresh = answer.refresh_token.map(Secret::new).or_else(|| before.and_then(|tokens| tokens.refresh.clone()));
        let lifetime = answer.expires_in.map(|life| Lifetime::new(sent_at, life));
        let tokens = Tokens { access: Some(Secret::new(answer.access_token)), refresh, lifetime };
        let mut renewed =
            OAuth2Credentials { tokens: Some(tokens), refreshing_since: None, gone: None, ..asked.credentials.clone() };
        let named = answer.workspace.map(|named| site(&named, &asked.base_url_template));
        let saving = self.saving.lock().await;
        if self.state().generation != asked.generation {
            tracing::info!(connection = %self.id, "the connection was renewed by a person while its tokens were refreshed");
            return;
        }
        if let Some(site) = named {
            renewed.base_url = site.base_url.or(renewed.base_url);
            let mut state = self.state();
            state.record.workspace = state.record.workspace.take().or(site.workspace);
        }
        if !self.save_at_last(&renewed).await {
            return;
        }
        self.state().renew(Credentials::OAuth2(Box::new(renewed)), self.room.clock.now(), clock::chance());
        drop(saving);
        tracing::info!(event = "connection.refreshed", connection = %self.id, provider = %self.provider);
    }

    /// Asks the store until it keeps them: they exist nowhere else.
    async fn save_at_last(&self, renewed: &OAuth2Credentials) -> bool {
        for _ in 0..SAVES_MAX {
            match self.save(renewed.clone(), CredentialNews::Refreshed).await {
                Ok(()) => return true,
                Err(error) => {
                    tracing::error!(event = "connection.unsaved", connection = %self.id, %error,
                        "refreshed tokens cannot be kept, and are not used before they are; trying again");
                }
            }
            tokio::time::sleep(SAVE_RETRY).await;
        }
        false
    }

    /// Encrypts and keeps credentials. The caller holds `saving`.
    async fn save(&self, credentials: OAuth2Credentials, news: CredentialNews) -> Result<(), ProjectError> {
        let (seed, record) = {
            let state = self.state();
            (state.seed.clone(), state.record.clone())
        };
        let kept = Kept { seed, credentials: Credentials::OAuth2(Box::new(credentials)) };
        let sealed = self.room.seal(Purpose::Connection, &self.id, &kept)?;
        self.room.apply(vec![room::put(&record, Some(sealed), news)]).await
    }

    async fn failed_with(&self, asked: &Asked, error: TokenError) {
        let mut reason = error.message;
        if let (TokenErrorClass::Reconnect, Some(since)) = (error.class, asked.credentials.refreshing_since) {
            reason = format!(
                "{reason}; a refresh that began at {since} was cut off before its tokens were kept, and a refresh token that the \
                 provider may have given then is lost: connect again"
            );
        }
        if error.class == TokenErrorClass::Reconnect {
            let _saving = self.saving.lock().await;
            if self.state().generation != asked.generation {
                return;
            }
            let gone = OAuth2Credentials { gone: Some(reason.clone()), ..asked.credentials.clone() };
            if let Err(error) = self.save(gone, CredentialNews::Same).await {
                tracing::warn!(connection = %self.id, %error, "cannot write down that the grant is gone");
            }
        }
        self.failed(error.class, error.retry_after, reason).await;
    }

    async fn failed(&self, class: TokenErrorClass, asked: Option<Duration>, reason: String) {
        if class == TokenErrorClass::Reconnect {
            return self.mark_bad(reason).await;
        }
        let is_refused = class == TokenErrorClass::Client;
        let again_at = self.state().back_off(is_refused, asked, reason.clone(), self.room.clock.now());
        tracing::warn!(event = "connection.refresh_failed", connection = %self.id, provider = %self.provider, reason, %again_at);
        if is_refused && let Err(error) = self.write_status().await {
            tracing::warn!(connection = %self.id, %error, "cannot write down that the connection does not work");
        }
    }
}

/// The end of a refresh, also of one that broke off: whoever waits looks again.
struct Over<'c> {
    connection: &'c Connection,
    ended: watch::Sender<()>,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.connection.state().refreshing = None;
        // Nobody may wait any more.
        let _ = self.ended.send(());
    }
}
