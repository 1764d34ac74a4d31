//! All connections and provider apps of the project: opened from the store and from ampline.toml, made, renewed and deleted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ampline_core::provider::Catalog;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Connection, ConnectionRecord, ConnectionStatus, ConnectionStore, Credentials, Declared, Origin, Party, ProviderApp, StoreError,
    credentials::Kept,
    room::Room,
    sealed::{DataKey, Purpose},
    state::State,
};
use crate::{
    clock::{self, Clock},
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
    Store(#[from] StoreError),
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
    changing: tokio::sync::Mutex<()>,
}

impl Connections {
    /// Opens what the store holds. A connection whose credentials do not open is there all the same, and says why it does not work.
    pub(crate) async fn open(
        store: Arc<dyn ConnectionStore>,
        key: MasterKey,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        catalog: Catalog,
    ) -> Result<Self, StoreError> {
        let room = Arc::new(Room::new(store, DataKey::new(key), http, clock, catalog));
        let rows = room.store.connections().await?;
        let ids: Vec<&str> = rows.iter().map(|(record, _)| record.id.as_str()).collect();
        let states = rows.iter().map(|(record, sealed)| opened(&room, record, sealed.as_deref(), &ids)).collect::<Vec<_>>();
        let by_id = states.into_iter().map(|state| (state.record.id.clone(), connection(&room, state))).collect();
        let mut apps = BTreeMap::new();
        for (mut app, sealed) in room.store.apps().await? {
            if let Some(sealed) = sealed {
                match room.key.open::<String>(Purpose::ProviderApp, &app.id, &sealed) {
                    Ok(secret) => app.client_secret = Some(Secret::new(secret)),
                    Err(reason) => tracing::error!(provider_app = %app.id, %reason, "the secret of a provider app cannot be read"),
                }
            }
            apps.insert(app.id.clone(), app);
        }
        *room.apps.write().unwrap_or_else(PoisonError::into_inner) = apps;
        Ok(Self { room, by_id: RwLock::new(by_id), changing: tokio::sync::Mutex::default() })
    }

    /// Takes in what ampline.toml declares, at a start or when it changed: a declaration that says what it said before leaves the
    /// tokens that were refreshed since. Connections of `file` that it declares no longer may not be used any more.
    pub(crate) async fn declare(
        &self,
        file: &str,
        apps: Vec<ProviderApp>,
        declared: Vec<Declared>,
    ) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        {
            let mut known = self.room.apps.write().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, app| !app.is_declared);
            known.extend(apps.into_iter().map(|app| (app.id.clone(), app)));
        }
        let origin = Origin::File(file.to_owned());
        for gone in self.list().into_iter().filter(|one| !declared.iter().any(|declared| declared.id == one.id)) {
            if gone.record().origin == origin {
                gone.disable(Some(NOT_DECLARED.to_owned())).await?;
            }
        }
        for one in declared {
            self.declare_one(&origin, one).await?;
        }
        Ok(())
    }

    async fn declare_one(&self, origin: &Origin, declared: Declared) -> Result<(), StoreError> {
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
            Some(known) if is_same => known.relabel(record).await,
            Some(known) => known.replace(record, declared.credentials, Some(seed)).await,
            None => {
                let made = connection(&self.room, State::new(record, declared.credentials, Some(seed), clock::chance()));
                made.write().await?;
                self.insert(made);
                Ok(())
            }
        }
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
        let _changing = self.changing.lock().await;
        let now = self.room.clock.now();
        let known = self.get(&new.id);
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
        made.write().await?;
        self.insert(made.clone());
        Ok(made)
    }

    /// Deletes a connection that no installation uses and no file declares.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), RegistryError> {
        let _changing = self.changing.lock().await;
        let one = self.find(id)?;
        let record = one.record();
        if matches!(record.origin, Origin::File(_)) && record.disabled_reason.is_none() {
            return Err(RegistryError::Declared { what: "connection", id: id.to_owned() });
        }
        self.room.store.delete(&one.id).await?;
        one.state().is_bad_now("the connection was deleted");
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).remove(&one.id);
        Ok(())
    }

    /// All provider apps, by id.
    pub(crate) fn apps(&self) -> Vec<ProviderApp> {
        self.room.apps.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Makes a provider app. Durable when this returns.
    pub(crate) async fn put_app(&self, mut app: ProviderApp) -> Result<ProviderApp, RegistryError> {
        if self.room.catalog.get(&app.provider).is_none() {
            return Err(RegistryError::Refused(self.room.catalog.unknown(&app.provider)));
        }
        let now = self.room.clock.now();
        (app.create_time, app.update_time) = (now, now);
        let seal = |secret: &Secret| self.room.key.seal(Purpose::ProviderApp, &app.id, &secret.reveal());
        let sealed = app.client_secret.as_ref().map(seal).transpose();
        let sealed = sealed.map_err(|error| StoreError::Failed(format!("the machine gave no random numbers: {error}")))?;
        self.room.store.put_app(app.clone(), sealed).await?;
        self.room.apps.write().unwrap_or_else(PoisonError::into_inner).insert(app.id.clone(), app.clone());
        Ok(app)
    }

    /// Deletes a provider app. Connections that were made with it work until their tokens end.
    pub(crate) async fn delete_app(&self, id: &str) -> Result<(), RegistryError> {
        let app = self.room.app(id).ok_or_else(|| RegistryError::Unknown { what: "provider app", id: id.to_owned() })?;
        if app.is_declared {
            return Err(RegistryError::Declared { what: "provider app", id: id.to_owned() });
        }
        self.room.store.delete_app(id).await?;
        self.room.apps.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// The catalog that connections are checked against.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.room.catalog
    }

    /// The client that providers are asked with.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.room.http
    }

    /// Waits for refreshes under way, then closes the store.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        self.room.quiet().await;
        self.room.store.close().await
    }
}

const NOT_DECLARED: &str = "ampline.toml declares it no longer";

fn connection(room: &Arc<Room>, state: State) -> Arc<Connection> {
    let (id, provider) = (state.record.id.clone(), state.record.provider.clone());
    Arc::new(Connection { id, provider, room: room.clone(), state: Mutex::new(state), saving: tokio::sync::Mutex::default() })
}

/// A row's state; what its credentials say, or why they do not open.
fn opened(room: &Room, record: &ConnectionRecord, sealed: Option<&[u8]>, ids: &[&str]) -> State {
    let found = sealed.map(|sealed| {
        room.key.open_or_trace::<Kept>(Purpose::Connection, &record.id, sealed, ids.iter().copied())
    });
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
    async fn replace(&self, record: ConnectionRecord, credentials: Credentials, seed: Option<String>) -> Result<(), StoreError> {
        let _saving = self.saving.lock().await;
        let kept = Kept { seed, credentials };
        self.room.store.put(record.clone(), self.seal(&record, &kept)?).await?;
        let mut state = self.state();
        let former: Vec<Secret> = state.credentials.secrets().into_iter().cloned().collect();
        let generation = state.generation + 1;
        *state = State { generation, former, ..State::new(record, kept.credentials, kept.seed, clock::chance()) };
        Ok(())
    }

    /// The same credentials under changed words.
    async fn relabel(&self, record: ConnectionRecord) -> Result<(), StoreError> {
        let _saving = self.saving.lock().await;
        let kept = {
            let mut state = self.state();
            state.record = record.clone();
            Kept { seed: state.seed.clone(), credentials: state.credentials.clone() }
        };
        self.room.store.put(record.clone(), self.seal(&record, &kept)?).await
    }

    /// Writes down what a new connection is.
    async fn write(&self) -> Result<(), StoreError> {
        self.relabel(self.record()).await
    }

    async fn disable(&self, reason: Option<String>) -> Result<(), StoreError> {
        let record = ConnectionRecord { disabled_reason: reason, update_time: self.room.clock.now(), ..self.record() };
        self.relabel(record).await
    }

    /// Encrypted, as the store keeps it. Secrets that a file names stay where they are: only tokens, which change, are kept.
    fn seal(&self, record: &ConnectionRecord, kept: &Kept) -> Result<Option<Vec<u8>>, StoreError> {
        let is_elsewhere = matches!(record.origin, Origin::File(_)) && !matches!(kept.credentials, Credentials::OAuth2(_));
        if is_elsewhere {
            return Ok(None);
        }
        let sealed = self.room.key.seal(Purpose::Connection, &self.id, kept);
        Ok(Some(sealed.map_err(|error| StoreError::Failed(format!("the machine gave no random numbers: {error}")))?))
    }
}

/// A new connection's id.
pub(super) fn new_id() -> String {
    Uuid::now_v7().to_string()
}
