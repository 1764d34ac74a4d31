//! Group commit: requests queue, one thread takes all that wait, runs them in one transaction and answers them after its one sync.
//!
//! The thread is taken from the runtime's blocking pool while there is work: a paused test clock stands still meanwhile.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    slice,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Fault, StoreFailed, Synchronous,
    checkpoint::Checkpoints,
    connect::{close, set_synchronous},
    file_lock::FileLock,
    lock,
    log_sync::LogSync,
};
use crate::metrics;

/// Requests that wait or run; more wait outside the queue.
const QUEUE_MAX: u32 = 256;
/// Requests that share a transaction, so that none waits for long.
const GROUP_MAX: usize = 64;

/// How long a want of room is told of after the last write that met it, whatever succeeded since: a small write finds room between
/// two that do not. Whoever met it tries again sooner, and so shows whether it lasts.
const TROUBLE_LASTS: Duration = Duration::from_secs(20);

/// The one who writes.
pub(super) struct Writer {
    queue: Mutex<Queue>,
    /// When a write last failed for want of room, and in which words.
    trouble: Mutex<Option<(Instant, String)>>,
    room: Arc<Semaphore>,
    file: Mutex<Option<OpenFile>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    draining: bool,
}

/// What an answer says of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// What was written survives what the store's options say.
    Durable,
    /// Power loss may take what was written for a moment longer, unless something that was written later was answered as durable.
    Ordered,
}

/// What closing lets go of, in this order.
struct OpenFile {
    connection: Connection,
    /// What durable commits survive, and how the connection commits at present.
    synchronous: (Synchronous, Synchronous),
    checkpoints: Checkpoints,
    log: Arc<LogSync>,
    _lock: FileLock,
}

/// One request, without its types.
trait Job: Send {
    fn promise(&self) -> Answer;
    /// Does the work inside the transaction; whether that may be committed.
    fn run(&mut self, connection: &Connection) -> bool;
    /// The transaction failed as a whole.
    fn fail(&mut self, error: &rusqlite::Error);
    /// Why it failed, if that was for want of room.
    fn full(&self) -> Option<&str>;
    /// The transaction is over: tells the one who asked.
    fn answer(self: Box<Self>);
}

struct Request<W, C, T, R> {
    promise: Answer,
    work: W,
    committed: C,
    outcome: Option<Result<T, Fault<R>>>,
    reply: oneshot::Sender<Result<T, Fault<R>>>,
    _room: OwnedSemaphorePermit,
}

impl<W, C, T, R> Job for Request<W, C, T, R>
where
    W: FnMut(&Connection) -> Result<T, Fault<R>> + Send,
    C: FnOnce(&T) + Send,
    T: Send,
    R: Send,
{
    fn promise(&self) -> Answer {
        self.promise
    }

    fn run(&mut self, connection: &Connection) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)))
            .unwrap_or_else(|_| Err(StoreFailed("a defect: the request panicked, see the log".to_owned()).into()));
        self.outcome.insert(outcome).is_ok()
    }

    fn fail(&mut self, error: &rusqlite::Error) {
        self.outcome = Some(Err(Fault::of(error)));
    }

    fn full(&self) -> Option<&str> {
        match &self.outcome {
            Some(Err(Fault::Full(StoreFailed(why)))) => Some(why),
            _ => None,
        }
    }

    fn answer(self: Box<Self>) {
        let Some(outcome) = self.outcome else { return };
        if let Ok(value) = &outcome {
            (self.committed)(value);
        }
        // Whoever asked may have gone; what was committed stays committed.
        let _ = self.reply.send(outcome);
    }
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        synchronous: Synchronous,
        checkpoints: Checkpoints,
        log: Arc<LogSync>,
        lock: FileLock,
    ) -> Arc<Self> {
        let synchronous = (synchronous, synchronous);
        Arc::new(Self {
            queue: Mutex::default(),
            trouble: Mutex::default(),
            room: Arc::new(Semaphore::new(QUEUE_MAX as usize)),
            file: Mutex::new(Some(OpenFile { connection, synchronous, checkpoints, log, _lock: lock })),
        })
    }

    pub(super) async fn write<T, R>(
        self: &Arc<Self>,
        promise: Answer,
        work: impl FnMut(&Connection) -> Result<T, Fault<R>> + Send + 'static,
        committed: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, Fault<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let closed = || StoreFailed("the store is closed".to_owned());
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        self.submit(Box::new(Request { promise, work, committed, outcome: None, reply, _room: room }));
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    fn submit(self: &Arc<Self>, job: Box<dyn Job>) {
        let mut queue = lock(&self.queue);
        queue.jobs.push_back(job);
        if !queue.draining {
            queue.draining = true;
            drop(queue);
            let turn = Turn(Arc::clone(self));
            tokio::task::spawn_blocking(move || {
                let turn = turn;
                turn.0.drain();
            });
        }
    }

    fn drain(&self) {
        loop {
            let mut file = lock(&self.file);
            let mut group = {
                let mut queue = lock(&self.queue);
                let count = queue.jobs.len().min(GROUP_MAX);
                if count == 0 {
                    queue.draining = false;
                    return;
                }
                queue.jobs.drain(..count).collect::<Vec<_>>()
            };
            if let Some(file) = file.as_mut() {
                let began = Instant::now();
                file.run(&mut group);
                metrics::STORE_COMMIT_SECONDS.observe(&[], [began.elapsed()]);
                metrics::STORE_WRITES.add(&[], group.len() as u64);
                if let Some(why) = group.iter().find_map(|job| job.full()) {
                    *lock(&self.trouble) = Some((Instant::now(), why.to_owned()));
                    // The log may hold room that a fold frees for what comes next.
                    file.checkpoints.fold_now();
                }
                group.into_iter().for_each(Job::answer);
                file.checkpoints.after_commit(&file.connection);
            }
        }
    }

    pub(super) fn trouble(&self, now: Instant) -> Option<String> {
        let trouble = lock(&self.trouble);
        let lasts = |at: Instant| now.saturating_duration_since(at) < TROUBLE_LASTS;
        trouble.as_ref().filter(|(at, _)| lasts(*at)).map(|(_, why)| why.clone())
    }

    pub(super) async fn close(self: &Arc<Self>) -> Result<(), StoreFailed> {
        let Ok(_all) = self.room.acquire_many(QUEUE_MAX).await else { return Ok(()) };
        self.room.close();
        let this = Arc::clone(self);
        let closing = tokio::task::spawn_blocking(move || {
            let Some(OpenFile { connection, checkpoints, _lock, .. }) = lock(&this.file).take() else { return Ok(()) };
            checkpoints.close();
            close(connection)
        });
        Ok(closing.await.map_err(|e| StoreFailed(format!("closing broke off: {e}")))??)
    }
}

/// The turn to drain the queue. Dropped with work left (the runtime ended before, or a hook panicked), the next request takes it.
struct Turn(Arc<Writer>);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = lock(&self.0.queue);
        if !queue.jobs.is_empty() {
            queue.draining = false;
        }
    }
}

impl OpenFile {
    /// One transaction for all; if one fails, each gets its own, so that only those fail that must.
    fn run(&mut self, group: &mut [Box<dyn Job>]) {
        if let Err(error) = self.prepare_for(group) {
            return group.iter_mut().for_each(|job| job.fail(&error));
        }
        if !transaction(&self.connection, group) && group.len() > 1 {
            for job in group {
                transaction(&self.connection, slice::from_mut(job));
            }
        }
        let (durable, present) = self.synchronous;
        if present != durable {
            self.log.owe();
        }
    }

    /// Lets commits wait for the disk only where one of the group is to be answered as durable.
    fn prepare_for(&mut self, group: &[Box<dyn Job>]) -> rusqlite::Result<()> {
        let (durable, present) = &mut self.synchronous;
        let needed = if group.iter().any(|job| job.promise() == Answer::Durable) { *durable } else { Synchronous::Normal };
        if *present != needed {
            set_synchronous(&self.connection, needed)?;
            *present = needed;
        }
        Ok(())
    }
}

/// Whether all of the group is committed; if not, nothing of it is.
fn transaction(connection: &Connection, group: &mut [Box<dyn Job>]) -> bool {
    let execute = |sql: &str| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    let result = execute("BEGIN IMMEDIATE").and_then(|_| {
        if !group.iter_mut().all(|job| job.run(connection)) {
            return Ok(false);
        }
        execute("COMMIT").map(|_| true)
    });
    let committed = result.unwrap_or_else(|error| {
        group.iter_mut().for_each(|job| job.fail(&error));
        false
    });
    if !connection.is_autocommit() {
        // A failed COMMIT or a refused request leaves the transaction open; some errors have rolled it back already.
        let _ = execute("ROLLBACK");
    }
    committed
}

#[cfg(test)]
mod tests {
    use super::super::{Database, Options, Schema};
    use super::*;

    const NOTES: Schema = Schema { kind: "notebook", application_id: 7, steps: &["CREATE TABLE note (text TEXT)"] };
    /// What a full disk looks like to SQLite, without one.
    const PAGES_MAX: i64 = 40;

    async fn note(database: &Database, text: String) -> Result<usize, Fault<()>> {
        let add = move |db: &Connection| {
            let added = db.prepare_cached("INSERT INTO note VALUES (?1)")?.execute([&text])?;
            assert!(!text.starts_with("panic"), "as asked");
            Ok(added)
        };
        database.write(add, |_| ()).await
    }

    async fn check(texts: Vec<String>, expected_error: &str) {
        let directory = std::env::temp_dir().join(format!("ampline-writer-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&directory).unwrap();
        let full_disk = |db: &Connection| db.pragma_update_and_check(None, "max_page_count", PAGES_MAX, |_| Ok(()));
        let database = Database::open(&directory.join("notes"), &NOTES, &Options::default(), full_disk).unwrap();
        let results = futures_util::future::join_all(texts.into_iter().map(|text| note(&database, text))).await;
        let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        assert!(!failed.is_empty());
        for fault in &failed {
            assert!(
                matches!(fault, Fault::Store(StoreFailed(why)) | Fault::Full(StoreFailed(why)) if why.contains(expected_error)),
                "{fault:?}"
            );
        }
        let count = |db: &Connection| {
            Ok::<usize, Fault<()>>(db.query_row("SELECT count(*) FROM note", [], |row| row.get::<_, u32>(0))? as usize)
        };
        assert_eq!(database.read(count).await.unwrap(), results.len() - failed.len(), "just those that were acknowledged");
        database.close().await.unwrap();
        std::fs::remove_dir_all(directory).unwrap();
    }

    /// A big write fails, a small one succeeds, by turns: that is one want of room, and not one that comes and goes.
    #[tokio::test]
    async fn a_small_write_does_not_end_the_want_of_room() {
        let directory = tempfile::tempdir().unwrap();
        let full_disk = |db: &Connection| db.pragma_update_and_check(None, "max_page_count", PAGES_MAX, |_| Ok(()));
        let database = Database::open(&directory.path().join("notes"), &NOTES, &Options::default(), full_disk).unwrap();
        let trouble_in = |seconds| database.writer.trouble(Instant::now() + Duration::from_secs(seconds));
        note(&database, "small".to_owned()).await.unwrap();
        assert_eq!(trouble_in(0), None);
        for _ in 0..3 {
            note(&database, "large".repeat(1_000_000)).await.unwrap_err();
            note(&database, "small".to_owned()).await.unwrap();
            assert!(trouble_in(15).unwrap().contains("the disk is full"), "whoever met it may try again so late");
            assert_eq!(trouble_in(30), None, "nobody met it again");
        }
    }

    #[tokio::test]
    async fn a_full_disk_and_a_panic_fail_their_requests_and_no_others() {
        check((0..100).map(|n| format!("{n}").repeat(10_000)).collect(), "the disk is full").await;
        check((0..50).map(|n| format!("{}{n}", if n % 7 == 0 { "panic " } else { "" })).collect(), "a defect").await;
    }
}
