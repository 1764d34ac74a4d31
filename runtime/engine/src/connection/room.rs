//! What all connections share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ampline_core::provider::Catalog;
use tokio::task::JoinSet;

use super::{
    ProviderApp,
    sealed::{DataKey, Purpose},
};
use crate::{
    clock::Clock,
    project::{Change, ConnectionDraft, ConnectionRecord, CredentialNews, NamedParty, Party, ProjectError, ProjectStore},
};

/// What all connections share.
pub(super) struct Room {
    pub(super) store: Arc<ProjectStore>,
    pub(super) key: DataKey,
    /// Follows no redirect.
    pub(super) http: reqwest::Client,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) catalog: Catalog,
    /// By id.
    pub(super) apps: RwLock<BTreeMap<String, ProviderApp>>,
    /// Refreshes under way. They do not end with the reads that wait for them, because a token that was given must be kept.
    tasks: Mutex<JoinSet<()>>,
}

impl Room {
    pub(super) fn new(
        store: Arc<ProjectStore>,
        key: DataKey,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        catalog: Catalog,
    ) -> Self {
        Self { store, key, http, clock, catalog, apps: RwLock::default(), tasks: Mutex::default() }
    }

    /// A provider app.
    pub(super) fn app(&self, id: &str) -> Option<ProviderApp> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Writes changes down; durable when this returns.
    pub(super) async fn apply(&self, changes: Vec<Change>) -> Result<(), ProjectError> {
        self.store.apply(changes, self.clock.now()).await.map(drop)
    }

    /// Encrypts a value for the row of this id.
    pub(super) fn seal(&self, purpose: Purpose, id: &str, value: &impl serde::Serialize) -> Result<Vec<u8>, ProjectError> {
        let sealed = self.key.seal(purpose, id, value);
        sealed.map_err(|error| ProjectError::Store(format!("the machine gave no random numbers: {error}")))
    }

    /// Runs what must come to its end.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Waits for what is under way.
    pub(super) async fn quiet(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}

/// Makes or changes a connection; credentials that are left out stay.
pub(super) fn put(record: &ConnectionRecord, sealed: Option<Vec<u8>>, news: CredentialNews) -> Change {
    let party = |party: &Party| NamedParty { reference: party.reference.clone(), name: Some(party.name.clone()) };
    Change::PutConnection(Box::new(ConnectionDraft {
        id: record.id.clone(),
        name: record.name.clone(),
        provider: record.provider.clone(),
        group: record.group.as_ref().map(party),
        consumer: record.consumer.as_ref().map(party),
        workspace: record.workspace.clone(),
        base_url: record.base_url.clone(),
        scheme: record.scheme.clone(),
        metadata: record.metadata.clone(),
        origin: record.origin.clone(),
        sealed,
        news,
    }))
}

/// Writes down whether a connection works.
pub(super) fn status(record: &ConnectionRecord) -> Change {
    Change::ConnectionStatus { id: record.id.clone(), status: record.status, reason: record.status_reason.clone() }
}
