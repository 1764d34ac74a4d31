//! What all connections share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ampline_core::provider::Catalog;
use tokio::task::JoinSet;

use super::{ConnectionStore, ProviderApp, sealed::DataKey};
use crate::clock::Clock;

/// What all connections share.
pub(super) struct Room {
    pub(super) store: Arc<dyn ConnectionStore>,
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
        store: Arc<dyn ConnectionStore>,
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
