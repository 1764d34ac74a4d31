//! All connections and provider apps of the project: opened from the store and from ampline.toml, made, renewed and deleted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ampline_core::provider::Catalog;
use serde_json::{Map, Value};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    Connection, Credentials, Declared, ProviderApp,
    credentials::Kept,
    room::{self, Room},
    sealed::{DataKey, Purpose},
    state::State,
};
use crate::{
    clock::{self, Clock},
    project::{ConnectionRecord, ConnectionStatus, Origin, Party, ProjectError, ProjectStore},
    secrets::{MasterKey, Secret},
};

/// Why something was not made, renewed or deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    /// There is none.
    #[error("there is no {what} {id:?}")]
    Unknown {
        /// `connection`, `provider app`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// It may not be so.
    #[error("{0}")]
    Refused(String),
    /// A file says otherwise.
    #[error("{what} {id:?} is declared in ampline.toml: change it there")]
    Declared {
        /// `connection`, `provider app`.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] ProjectError),
}

/// A connection to be made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewConnection {
    pub(crate) id: String,
    pub(crate) provider: String,
    pub(crate) group: Party,
    pub(crate) consumer: Option<Party>,
    pub(crate) workspace: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) credentials: Credentials,
    pub(crate) origin: Origin,
}

/// All connections and provider apps.
pub(crate) struct Connections {
    pub(super) room: Arc<Room>,
    by_id: RwLock<BTreeMap<String, Arc<Connection>>>,
    /// Held by whoever makes or deletes one.
    pub(super) changing: tokio::sync::Mutex<()>,
}

impl Connections {
    /// None yet.
    pub(crate) fn new(
        store: Arc<ProjectStore>,
        key: MasterKey,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        catalog: Catalog,
    ) -> Self {
        let room = Arc::new(Room::new(store, DataKey::new(key), http, clock, catalog));
        Self { room, by_id: RwLock::default(), changing: tokio::sync::Mutex::default() }
    }

    /// Encrypts an answer of the API for the row of this id; nothing where there is no chance to be had.
    pub(crate) fn seal_answer(&self, id: &str, answer: &impl serde::Serialize) -> Option<Vec<u8>> {
        self.room.key.seal(Purpose::Answer, id, answer).ok()
    }

    /// Decrypts an answer of the API; nothing where it does not open.
    pub(crate) fn open_answer<T: serde::de::DeserializeOwned>(&self, id: &str, sealed: &[u8]) -> Option<T> {
        let opened = self.room.key.open(Purpose::Answer, id, sealed);
        opened.inspect_err(|reason| tracing::warn!(%reason, "an answer that was kept for an Idempotency-Key cannot be read")).ok()
    }

    /// Opens what the store holds. A connection whose credentials do not open is there all the same, and says why it does not work.
    pub(crate) async fn load(&self) -> Result<(), ProjectError> {
        let room = &self.room;
        let (records, sealed) = (room.store.connections().await?, room.store.all_sealed().await?);
        let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
        for record in &records {
            let state = opened(room, record, sealed.get(&record.id).map(Vec::as_slice), &ids);
            self.insert(connection(room, state));
        }
        for record in room.store.provider_apps().await? {
            let secret = record.sealed.as_ref().map(|sealed| room.key.open(Purpose::ProviderApp, &record.id, sealed)).transpose();
            if let Err(reason) = &secret {
                tracing::error!(provider_app = %record.id, %reason, "the secret of a provider app cannot be read");
            }
            let secret: Option<String> = secret.unwrap_or_default();
            let app = ProviderApp::kept(record, secret.map(Secret::new));
            room.apps.write().unwrap_or_else(PoisonError::into_inner).insert(app.id.clone(), app);
        }
        Ok(())
    }

    /// Takes in what ampline.toml declares, at a start or when it changed: a declaration that says what it said before leaves the
    /// tokens that were refreshed since. Connections of `file` that it declares no longer may not be used any more. Answers with
    /// those whose credentials are other than before.
    pub(crate) async fn declare(
        &self,
        file: &str,
        apps: Vec<ProviderApp>,
        declared: Vec<Declared>,
    ) -> Result<BTreeSet<String>, ProjectError> {
        let _changing = self.changing.lock().await;
        {
            let mut known = self.room.apps.write().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, app| !app.is_declared);
            known.extend(apps.into_iter().map(|app| (app.id.clone(), app)));
        }
        let origin = Origin::File(file.to_owned());
        for gone in self.list().into_iter().filter(|one| !declared.iter().any(|declared| declared.id == one.id)) {
            if gone.record().origin == origin {
                // The store was told along with all else that the file says.
                gone.state().record.disabled_reason = Some(NOT_DECLARED.to_owned());
            }
        }
        let mut renewed = BTreeSet::new();
        for one in declared {
            let id = one.id.clone();
            if self.declare_one(&origin, one).await? {
                renewed.insert(id);
            }
        }
        Ok(renewed)
    }

    async fn declare_one(&self, origin: &Origin, declared: Declared) -> Result<bool, ProjectError> {
        let now = self.room.clock.now();
        let seed = declared.credentials.digest();
        let known = self.get(&declared.id);
        let before = known.as_ref().map(|known| known.record());
        let is_same = known.as_ref().is_some_and(|known| known.state().seed.as_deref() == Some(&seed));
        // A kept connection's own workspace, which the token answer named, stays where the file names none.
        let learned = before.as_ref().filter(|_| is_same).and_then(|before| before.workspace.clone());
        let record = ConnectionRecord {
            id: declared.id,
            name: Some(declared.name),
            provider: declared.provider,
            group: declared.group,
            consumer: None,
            workspace: declared.workspace.or(learned),
            base_url: declared.base_url,
            scheme: declared.credentials.scheme().to_owned(),
            metadata: declared.metadata,
            status: before.as_ref().filter(|_| is_same).map_or(ConnectionStatus::Created, |before| before.status),
            status_reason: before.as_ref().filter(|_| is_same).and_then(|before| before.status_reason.clone()),
            origin: origin.clone(),
            disabled_reason: None,
            create_time: before.as_ref().map_or(now, |before| before.create_time),
            update_time: now,
        };
        match known {
            Some(known) if is_same => known.relabel(record).await?,
            Some(known) => known.replace(record, declared.credentials, Some(seed)).await?,
            None => {
                let made = connection(&self.room, State::new(record, declared.credentials, Some(seed), clock::chance()));
                made.write_new().await?;
                self.insert(made);
            }
        }
        Ok(!is_same)
    }

    fn insert(&self, connection: Arc<Connection>) {
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).insert(connection.id.clone(), connection);
    }

    /// A connection.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Connection>> {
        self.by_id.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The same; its name in ampline.toml does, too.
    pub(crate) fn find(&self, id_or_name: &str) -> Result<Arc<Connection>, RegistryError> {
        let named = || self.list().into_iter().find(|one| one.record().name.as_deref() == Some(id_or_name));
        let unknown = || RegistryError::Unknown { what: "connection", id: id_or_name.to_owned() };
        self.get(id_or_name).or_else(named).ok_or_else(unknown)
    }

    /// All connections, by id.
    pub(crate) fn list(&self) -> Vec<Arc<Connection>> {
        self.by_id.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Makes a connection, or gives one that there is new credentials. Durable when this returns.
    pub(crate) async fn put(&self, new: NewConnection) -> Result<Arc<Connection>, RegistryError> {
        let catalog = &self.room.catalog;
        let info = catalog.get(&new.provider).ok_or_else(|| RegistryError::Refused(catalog.unknown(&new.provider)))?.info();
        if let Some(misfit) = new.credentials.misfit(&new.provider, &info.auth) {
            return Err(RegistryError::Refused(misfit));
        }
        let known = self.get(&new.id);
        let base_url = known.as_ref().and_then(|known| known.record().base_url);
        let inputs = (new.workspace.as_deref(), &new.metadata);
        self.check_inputs(info, &new.credentials, inputs, base_url.is_some())?;
        let _changing = self.changing.lock().await;
        let now = self.room.clock.now();
        let record = ConnectionRecord {
            id: new.id,
            name: None,
            provider: new.provider,
            group: Some(new.group),
            consumer: new.consumer,
            workspace: new.workspace,
            base_url: None,
            scheme: new.credentials.scheme().to_owned(),
            metadata: new.metadata,
            status: ConnectionStatus::Created,
            status_reason: None,
            origin: new.origin,
            disabled_reason: None,
            create_time: known.as_ref().map_or(now, |known| known.record().create_time),
            update_time: now,
        };
        if let Some(known) = known {
            known.replace(record, new.credentials, None).await?;
            return Ok(known);
        }
        let made = connection(&self.room, State::new(record, new.credentials, None, clock::chance()));
        made.write_new().await?;
        self.insert(made.clone());
        Ok(made)
    }

    /// Gives a connection another workspace and other inputs, and leaves its credentials as they are. Durable when this returns.
    pub(crate) async fn relabel(
        &self,
        id: &str,
        workspace: Option<String>,
        metadata: Map<String, Value>,
    ) -> Result<Arc<Connection>, RegistryError> {
        let known = self.find(id)?;
        let record = known.record();
        if record.origin.file().is_some() {
            return Err(RegistryError::Declared { what: "connection", id: id.to_owned() });
        }
        let catalog = &self.room.catalog;
        let info = catalog.get(&record.provider).ok_or_else(|| RegistryError::Refused(catalog.unknown(&record.provider)))?.info();
        let inputs = (workspace.as_deref(), &metadata);
        self.check_inputs(info, &known.credentials(), inputs, record.base_url.is_some())?;
        let _changing = self.changing.lock().await;
        let now = self.room.clock.now();
        known.relabel(ConnectionRecord { workspace, metadata, update_time: now, ..known.record() }).await?;
        Ok(known)
    }

    /// An id for what is new.
    pub(crate) fn new_id() -> String {
        Uuid::now_v7().to_string()
    }

    /// What people call a provider.
    pub(crate) fn display_name(&self, provider: &str) -> String {
        self.room.catalog.get(provider).map_or(provider, |known| known.info().display_name.as_str()).to_owned()
    }

    /// The catalog that connections are checked against.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.room.catalog
    }

    /// The client that providers are asked with.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.room.http
    }

    /// Carries a change out to its end, whether or not whoever asked still waits: a code is exchanged once, and what came of it must
    /// be kept.
    pub(crate) async fn to_the_end<T, E>(&self, change: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ProjectError> + Send + 'static,
    {
        let (done, end) = oneshot::channel();
        self.room.spawn(async move {
            // Whoever asked may have gone away.
            let _ = done.send(change.await);
        });
        end.await.unwrap_or_else(|_| Err(ProjectError::Store("the change broke off".to_owned()).into()))
    }

    /// Lets go of a connection that was deleted along with its installation.
    pub(crate) fn forget(&self, id: &str) {
        if let Some(gone) = self.by_id.write().unwrap_or_else(PoisonError::into_inner).remove(id) {
            gone.state().is_bad_now(DELETED);
        }
    }

    /// Waits for refreshes under way: what they are given must be kept.
    pub(crate) async fn quiet(&self) {
        self.room.quiet().await;
    }
}

const DELETED: &str = "the connection was deleted";
const NOT_DECLARED: &str = "ampline.toml declares it no longer";

fn connection(room: &Arc<Room>, state: State) -> Arc<Connection> {
    let (id, provider) = (state.record.id.clone(), state.record.provider.clone());
    Arc::new(Connection { id, provider, room: room.clone(), state: Mutex::new(state), saving: tokio::sync::Mutex::default() })
}

/// A row's state; what its credentials say, or why they do not open.
fn opened(room: &Room, record: &ConnectionRecord, sealed: Option<&[u8]>, ids: &[&str]) -> State {
    let found = sealed.map(|sealed| room.key.open_or_trace::<Kept>(Purpose::Connection, &record.id, sealed, ids.iter().copied()));
    match found {
        None => State::new(record.clone(), Credentials::None, None, clock::chance()),
        Some(Ok(kept)) => {
            let gone = if let Credentials::OAuth2(oauth2) = &kept.credentials { oauth2.gone.clone() } else { None };
            State { bad: gone, ..State::new(record.clone(), kept.credentials, kept.seed, clock::chance()) }
        }
        Some(Err(reason)) => {
            let reason = format!("its stored credentials cannot be read: {reason}");
            tracing::error!(event = "connection.error", connection = %record.id, provider = %record.provider, reason);
            let mut state = State::new(record.clone(), Credentials::None, None, clock::chance());
            state.is_bad_now(&reason);
            state
        }
    }
}

impl Connection {
    /// New credentials, from a person or a file. Durable, and in use, when this returns.
    async fn replace(
        &self,
        record: ConnectionRecord,
        credentials: Credentials,
        seed: Option<String>,
    ) -> Result<(), ProjectError> {
        let _saving = self.saving.lock().await;
        let kept = Kept { seed, credentials };
        self.write(&record, &kept).await?;
        let mut state = self.state();
        let former: Vec<Secret> = state.credentials.secrets().into_iter().cloned().collect();
        let generation = state.generation + 1;
        *state = State { generation, former, ..State::new(record, kept.credentials, kept.seed, clock::chance()) };
        Ok(())
    }

    /// The same credentials under changed words.
    async fn relabel(&self, record: ConnectionRecord) -> Result<(), ProjectError> {
        let _saving = self.saving.lock().await;
        self.state().record = record.clone();
        self.room.apply(vec![room::put(&record, None)]).await
    }

    /// Writes down what it is and how it stands. Secrets that a file names stay where they are: only tokens, which change, are kept.
    async fn write(&self, record: &ConnectionRecord, kept: &Kept) -> Result<(), ProjectError> {
        let is_elsewhere = matches!(record.origin, Origin::File(_)) && !matches!(kept.credentials, Credentials::OAuth2(_));
        let held_tokens = matches!(self.state().credentials, Credentials::OAuth2(_));
        let sealed = match is_elsewhere {
            false => Some(self.room.seal(Purpose::Connection, &self.id, kept)?),
            // Tokens of an earlier declaration are of no use any more.
            true if held_tokens => {
                Some(self.room.seal(Purpose::Connection, &self.id, &Kept { seed: None, credentials: Credentials::None })?)
            }
            true => None,
        };
        self.room.apply(vec![room::put(record, sealed), room::status(record)]).await
    }

    async fn write_new(&self) -> Result<(), ProjectError> {
        let (record, kept) = {
            let state = self.state();
            (state.record.clone(), Kept { seed: state.seed.clone(), credentials: state.credentials.clone() })
        };
        self.write(&record, &kept).await
    }
}
