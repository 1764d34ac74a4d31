//! Reading beside the writer: a few connections, each serving one read at a time on a thread that may block.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{
    Fault, Options, StoreFailed,
    connect::{Role, connect},
    lock,
};

/// Reads that run at once; more wait for their turn.
const READERS_MAX: u32 = 4;

/// The pool. Connections are opened when first needed.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    path: PathBuf,
    options: Options,
}

impl Readers {
    pub(super) fn new(path: PathBuf, options: Options) -> Self {
        Self { idle: Arc::default(), turns: Arc::new(Semaphore::new(READERS_MAX as usize)), path, options }
    }

    /// Runs `work` inside one read transaction.
    pub(super) async fn read<T, R>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault<R>> + Send + 'static,
    ) -> Result<T, Fault<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| StoreFailed("the store is closed".to_owned()))?;
        let (idle, path, options) = (Arc::clone(&self.idle), self.path.clone(), self.options);
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let free = lock(&idle).pop();
            let connection = match free {
                Some(connection) => connection,
                None => connect(&path, &options, Role::Reader)?,
            };
            connection.prepare_cached("BEGIN")?.execute([])?;
            let result = work(&connection);
            // A connection that cannot end its transaction is dropped, not used again.
            connection.prepare_cached("COMMIT")?.execute([])?;
            lock(&idle).push(connection);
            result
        });
        reading.await.unwrap_or_else(|e| Err(StoreFailed(format!("a read broke off: {e}")).into()))
    }

    /// Waits for the reads that run and refuses any more.
    pub(super) async fn close(&self) {
        drop(self.turns.acquire_many(READERS_MAX).await);
        self.turns.close();
        lock(&self.idle).clear();
    }
}
