//! A person's consent: the address that is shown, and the answer that the provider sends the person back with.
//!
//! The state in the address is of chance, may be answered once and for ten minutes, and is nowhere kept but as its digest; what was
//! asked for and the proof key lie encrypted beside it.

use std::sync::Arc;

use ampline_core::{
    oauth::{AuthorizationRequest, Lifetime, ProofKey, RANDOM_BYTES, TokenGrant, authorization_url, site, token_request},
    provider::{AuthScheme, Grant, OAuth2},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    ClientOf, Connection, Connections, Credentials, How, NewConnection, OAuth2Credentials, ProviderApp, RegistryError, Tokens,
    needs::Needs, sealed::Purpose, state::filled,
};
use crate::{
    project::{Origin, Party, PendingAuthorization, ProjectError},
    secrets::Secret,
    token_endpoint,
};

/// Where providers send people back to.
pub(crate) const CALLBACK_PATH: &str = "/callbacks/v1/oauth";
/// How long a person has.
pub(crate) const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// Longest text of a provider's refusal that is passed on, in characters.
const WORDS_CHARS_MAX: usize = 300;

/// What a person is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConsentRequest {
    pub(crate) provider: String,
    /// The only one of the provider where it is left out.
    pub(crate) provider_app: Option<String>,
    pub(crate) group: Party,
    pub(crate) consumer: Option<Party>,
    pub(crate) workspace: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    /// A connection to renew; a new one, or the group's own at this provider, where it is left out.
    pub(crate) connection: Option<String>,
    pub(crate) origin: Origin,
}

/// Where to send the person, and which connection comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) url: String,
    pub(crate) connection: String,
    pub(crate) expires_at: Timestamp,
}

/// Why no connection came of an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    /// Not one that is under way.
    #[error("this link was used already, or is older than ten minutes: begin again")]
    Unknown,
    /// The provider's word, or the person's.
    #[error("the provider says: {0}")]
    Denied(String),
    /// The code did not become tokens.
    #[error("the consent could not be completed: {0}")]
    Exchange(String),
    /// It could not be kept.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<ProjectError> for ConsentError {
    fn from(error: ProjectError) -> Self {
        Self::Registry(error.into())
    }
}

/// What the provider sends a person back with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ConsentAnswer {
    pub(crate) state: String,
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
}

/// What was asked for, as it is kept until the answer.
#[derive(Serialize, Deserialize)]
struct Asked {
    connection: String,
    provider: String,
    app: String,
    redirect_uri: String,
    verifier: String,
    group: (String, String),
    consumer: Option<(String, String)>,
    workspace: Option<String>,
    metadata: Map<String, Value>,
    is_command: bool,
}

impl Connections {
    /// Begins an authorisation. `redirect_uri` is this runtime's own callback, which the provider must know.
    pub(crate) async fn begin_consent(&self, request: ConsentRequest, redirect_uri: String) -> Result<Consent, RegistryError> {
        let oauth2 = self.oauth2_of(&request.provider)?;
        let app = self.app_for(&request)?;
        let metadata = with_params(&app, request.metadata);
        let template = app.auth_url.as_ref().unwrap_or(&oauth2.auth_url);
        let token_url = app.token_url.as_ref().unwrap_or(&oauth2.token_url);
        let base_url = app.base_url.is_none();
        // Nobody shall consent to what cannot work.
        let needs = Needs { addresses: vec![template, token_url], base_url, answered: oauth2.workspace_field.is_some() };
        let catalog = &self.room.catalog;
        let info = catalog.get(&request.provider).map(|provider| provider.info());
        info.map_or(Ok(()), |info| needs.check(info, request.workspace.as_deref(), &metadata))?;
        let auth_url = filled(template, request.workspace.as_deref(), &metadata).map_err(RegistryError::Refused)?;
        let (state, proof_key) = (random()?, ProofKey::new(&random()?));
        let state = BASE64_URL_SAFE_NO_PAD.encode(state);
        let connection = match request.connection {
            Some(id) => self.renewable(&id, &request.provider)?.id.clone(),
            None => self.connection_of(&request.provider, &request.group).map_or_else(Self::new_id, |known| known.id.clone()),
        };
        let address = AuthorizationRequest {
            auth_url: &auth_url,
            client_id: &app.client_id,
            redirect_uri: &redirect_uri,
            state: &state,
            scopes: &app.scopes,
            params: &app.auth_query_params,
            proof_key: &proof_key,
        };
        let url = authorization_url(&oauth2, &address);
        let party = |party: Party| (party.reference, party.name);
        let asked = Asked {
            connection: connection.clone(),
            provider: request.provider,
            app: app.id,
            verifier: proof_key.verifier().to_owned(),
            redirect_uri,
            group: party(request.group),
            consumer: request.consumer.map(party),
            workspace: request.workspace,
            metadata,
            is_command: request.origin == Origin::Command,
        };
        let now = self.room.clock.now();
        let expires_at = now.saturating_add(ANSWER_WITHIN).unwrap_or(Timestamp::MAX);
        let digest = Sha256::digest(&state).to_vec();
        let sealed = self.room.seal(Purpose::Authorization, &BASE64_URL_SAFE_NO_PAD.encode(&digest), &asked)?;
        let pending = PendingAuthorization { state_digest: digest, sealed, expires_at };
        self.room.store.begin_authorization(pending, now).await?;
        Ok(Consent { url, connection, expires_at })
    }

    /// Takes the provider's answer: an answer that fits is used up, whatever becomes of it.
    pub(crate) async fn end_consent(&self, answer: ConsentAnswer) -> Result<Arc<Connection>, ConsentError> {
        let digest = Sha256::digest(&answer.state).to_vec();
        let pending = self.room.store.take_authorization(digest.clone()).await.map_err(RegistryError::from)?;
        let pending = pending.filter(|pending| is_same(&pending.state_digest, &digest)).ok_or(ConsentError::Unknown)?;
        if self.room.clock.now() >= pending.expires_at {
            return Err(ConsentError::Unknown);
        }
        let id = BASE64_URL_SAFE_NO_PAD.encode(&digest);
        let asked: Asked = self.room.key.open(Purpose::Authorization, &id, &pending.sealed).map_err(|_| ConsentError::Unknown)?;
        if let Some(error) = answer.error {
            let words = answer.error_description.map_or(error.clone(), |words| format!("{error}: {words}"));
            // Anybody may write them; they go into a page and a line of the log.
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            return Err(ConsentError::Denied(words.chars().take(WORDS_CHARS_MAX).map(plain).collect()));
        }
        let code = answer.code.filter(|code| !code.is_empty());
        let code = Secret::new(code.ok_or_else(|| ConsentError::Denied("neither a code nor a reason".to_owned()))?);
        let (credentials, workspace) = self.exchange(&asked, &code).await.map_err(ConsentError::Exchange)?;
        let party = |(reference, name)| Party { reference, name };
        let new = NewConnection {
            id: asked.connection,
            provider: asked.provider,
            group: party(asked.group),
            consumer: asked.consumer.map(party),
            workspace,
            metadata: asked.metadata,
            credentials: Credentials::OAuth2(Box::new(credentials)),
            origin: if asked.is_command { Origin::Command } else { Origin::Api },
        };
        let connection = self.put(new).await?;
        tracing::info!(event = "connection.connected", connection = %connection.id, provider = %connection.provider);
        Ok(connection)
    }

    async fn exchange(&self, asked: &Asked, code: &Secret) -> Result<(OAuth2Credentials, Option<String>), String> {
        let app = self.room.app(&asked.app).ok_or("its provider app was deleted meanwhile")?;
        let oauth2 = self.oauth2_of(&asked.provider).map_err(|error| error.to_string())?;
        let template = app.token_url.as_ref().unwrap_or(&oauth2.token_url);
        let token_url = filled(template, asked.workspace.as_deref(), &asked.metadata)?;
        let proof_key = ProofKey::from_verifier(asked.verifier.clone()).ok_or("its proof key is damaged")?;
        let registration = app.registration();
        let grant =
            TokenGrant::AuthorizationCode { code: code.reveal(), redirect_uri: &asked.redirect_uri, proof_key: &proof_key };
        let request = token_request(&oauth2, &token_url, registration.client(), grant)?;
        let sent_at = self.room.clock.now();
        let secrets = registration.secret.iter().cloned().chain([code.clone(), Secret::new(asked.verifier.clone())]);
        let secrets: Vec<Secret> = secrets.collect();
        let answer = token_endpoint::ask(&self.room.http, request, oauth2.workspace_field.as_deref(), &secrets).await;
        let answer = answer.map_err(|error| error.message)?;
        let mut credentials = OAuth2Credentials::new(How::AuthorizationCode, ClientOf::App(app.id));
        let base_url = self.room.catalog.get(&asked.provider).map(|provider| provider.info().base_url.clone());
        let named = answer.workspace.map(|named| site(&named, base_url.as_deref().unwrap_or_default()));
        let (found, elsewhere) = named.map_or((None, None), |site| (site.workspace, site.base_url));
        credentials.base_url = elsewhere;
        credentials.tokens = Some(Tokens {
            access: Some(Secret::new(answer.access_token)),
            refresh: answer.refresh_token.map(Secret::new),
            lifetime: answer.expires_in.map(|life| Lifetime::new(sent_at, life)),
        });
        Ok((credentials, found.or_else(|| asked.workspace.clone())))
    }

    fn oauth2_of(&self, provider: &str) -> Result<OAuth2, RegistryError> {
        let catalog = &self.room.catalog;
        let info = catalog.get(provider).ok_or_else(|| RegistryError::Refused(catalog.unknown(provider)))?.info();
        match &info.auth {
            AuthScheme::OAuth2(oauth2) if oauth2.grant == Grant::AuthorizationCode || !oauth2.auth_url.is_empty() => {
                Ok(oauth2.as_ref().clone())
            }
            other => Err(RegistryError::Refused(format!(
                "nobody can consent at {provider}: it is authorised by {}; give that with connections:generate",
                super::expected(other)
            ))),
        }
    }

    fn app_for(&self, request: &ConsentRequest) -> Result<ProviderApp, RegistryError> {
        if let Some(id) = &request.provider_app {
            let app = self.room.app(id).filter(|app| app.provider == request.provider);
            return app.ok_or_else(|| RegistryError::Unknown { what: "provider app", id: id.clone() });
        }
        let mut apps = self.apps();
        apps.retain(|app| app.provider == request.provider);
        let count = apps.len();
        match (apps.pop(), count) {
            (Some(app), 1) => Ok(app),
            (None, _) => Err(RegistryError::Refused(format!(
                "there is no provider app for {0}: register one at {0}, then add [provider_apps.{0}] with client_id and \
                 client_secret to ampline.toml",
                request.provider
            ))),
            (Some(_), _) => Err(RegistryError::Refused(format!(
                "there are {count} provider apps for {}: say which one with providerAppId",
                request.provider
            ))),
        }
    }

    /// A connection that consent may renew.
    fn renewable(&self, id: &str, provider: &str) -> Result<Arc<Connection>, RegistryError> {
        let known = self.find(id)?;
        if known.provider != provider {
            let message = format!("connection {id:?} is for {}, and consent is asked of {provider}", known.provider);
            return Err(RegistryError::Refused(message));
        }
        if matches!(known.record().origin, Origin::File(_)) {
            return Err(RegistryError::Declared { what: "connection", id: id.to_owned() });
        }
        Ok(known)
    }

    /// The group's own connection at a provider that consent made: consent again renews it.
    fn connection_of(&self, provider: &str, group: &Party) -> Option<Arc<Connection>> {
        let mut all = self.list();
        all.retain(|one| {
            let record = one.record();
            let is_theirs = record.group.is_some_and(|known| known.reference == group.reference);
            one.provider == provider && is_theirs && !matches!(record.origin, Origin::File(_))
        });
        all.into_iter().find(|one| one.record().scheme == "oauth2/authorizationCode")
    }
}

/// What the provider's addresses need: the registration's parameters, and above them the connection's.
fn with_params(app: &ProviderApp, metadata: Map<String, Value>) -> Map<String, Value> {
    let params = app.provider_params.iter().map(|(name, value)| (name.clone(), Value::String(value.clone())));
    params.chain(metadata).collect()
}

fn random() -> Result<[u8; RANDOM_BYTES], RegistryError> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(no_chance)?;
    Ok(bytes)
}

fn no_chance(error: getrandom::Error) -> RegistryError {
    ProjectError::Store(format!("the machine gave no random numbers: {error}")).into()
}

/// Compares in a time that tells nothing of where they differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
