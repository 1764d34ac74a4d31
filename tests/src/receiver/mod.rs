//! A webhook receiver for tests: takes POST requests anywhere, notes what came, checks signatures, and answers as it is told.

mod control;
mod handler;
pub mod log;
mod records;
mod seen;
pub mod signature;

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

pub use self::{
    records::Carried,
    seen::{Counts, Event, Received, RecordSeen, Seen},
    signature::Flaw,
};
use crate::{
    faults::{Rule, Rules},
    loopback::{Gate, Server},
};

/// How a receiver starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen, on the loopback; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Signing secrets (`whsec_…`); a request must be signed with one of them. Not checked when there is none.
    pub secrets: Vec<String>,
    /// Keeps every request whole; without it only ids, times and counts.
    pub keep_requests: bool,
    /// Reads the messages for the records they carry.
    pub read_records: bool,
    /// Appends a line for each request to this file.
    pub log: Option<PathBuf>,
    /// Threads.
    pub workers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            secrets: Vec::new(),
            keep_requests: true,
            read_records: true,
            log: None,
            workers: 1,
        }
    }
}

/// What requests get when no rule strikes them.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// 200.
    #[default]
    Up,
    /// What the rule says; see [`Mode::down`].
    Answer(Rule),
    /// No connection: the port is closed.
    Refuse,
}

impl Mode {
    /// 503 to everything.
    pub fn down() -> Self {
        Self::Answer(Rule { times: None, ..Rule::status(0, 503) })
    }
}

#[derive(Debug)]
struct Shared {
    options: Options,
    keys: signature::Keys,
    log: Option<File>,
    gate: Arc<Gate>,
    rules: Mutex<(Rules, Option<Rule>)>,
    seen: Mutex<Seen>,
    /// Told of each request noted.
    arrived: Notify,
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rules(&self) -> MutexGuard<'_, (Rules, Option<Rule>)> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn set_mode(&self, mode: Mode) {
        let (standing, is_open) = match mode {
            Mode::Up => (None, true),
            Mode::Answer(rule) => (Some(rule), true),
            Mode::Refuse => (None, false),
        };
        self.rules().1 = standing;
        if is_open { self.gate.open().await } else { self.gate.close().await }
    }

    async fn wait_until(&self, limit: Duration, is_enough: impl Fn(&Seen) -> bool) -> Result<(), String> {
        let waiting = async {
            loop {
                let next = self.arrived.notified();
                if is_enough(&self.seen()) {
                    return;
                }
                next.await;
            }
        };
        let outcome = timeout(limit, waiting).await;
        outcome.map_err(|_| format!("waited {limit:?} for the receiver; it has {:?}", self.seen().counts))
    }
}

/// A running receiver; it stops on drop.
pub struct Receiver {
    server: Server,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Starts one; it answers when this returns.
    ///
    /// # Errors
    /// When its port or its log file cannot be had, or a secret is not one.
    pub fn start(options: Options) -> io::Result<Self> {
        let keys = signature::Keys::of(&options.secrets).map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        let log = options.log.as_deref().map(log::open).transpose()?;
        let gate = Gate::bind(options.listen)?;
        let workers = options.workers;
        let shared = Arc::new(Shared {
            options,
            keys,
            log,
            gate: Arc::clone(&gate),
            rules: Mutex::default(),
            seen: Mutex::default(),
            arrived: Notify::new(),
        });
        let server = Server::start(gate, workers, handler::router(Arc::clone(&shared)))?;
        Ok(Self { server, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// A URL that ends here, with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}", self.address(), path.trim_start_matches('/'))
    }

    /// What arrived so far. Requests wait while this is held.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen()
    }

    /// Totals so far.
    pub fn counts(&self) -> Counts {
        self.seen().counts.clone()
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        *self.seen() = Seen::default();
    }

    /// Adds a rule; rules go before the mode.
    pub fn fault(&self, rule: Rule) {
        self.shared.rules().0.push(rule);
    }

    /// Forgets all rules.
    pub fn clear_faults(&self) {
        self.shared.rules().0.clear();
    }

    /// Sets what requests get from now on; when this returns, the port is open or closed accordingly.
    pub async fn set_mode(&self, mode: Mode) {
        self.shared.set_mode(mode).await;
    }

    /// Waits until enough has arrived; looks again at each request.
    ///
    /// # Errors
    /// After `limit`, with what has arrived instead.
    pub async fn wait_until(&self, limit: Duration, is_enough: impl Fn(&Seen) -> bool) -> Result<(), String> {
        self.shared.wait_until(limit, is_enough).await
    }
}
