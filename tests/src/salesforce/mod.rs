//! An emulator of Salesforce's REST API, OAuth, SOAP login and change events: stateful, the same for the same seed, with faults on order.
//!
//! It speaks for Salesforce in tests and benchmarks, so where Salesforce is strict it is strict: SOQL has a grammar, types and
//! Salesforce's own words for what it refuses; instants are whole seconds; `query` never shows deleted records; query locators and
//! access tokens end. Two clients that are not ours judge it, jsforce and simple-salesforce (`tests/salesforce_emulator`).
//!
//! A test starts one with [`Emulator::start`] and points a client at [`Emulator::base_url`], which stands for the login host and for
//! the instance. The access token [`Options::access_token`] is good at once; [`Options::credentials`] are good for every OAuth flow.
//!
//! ```no_run
//! use ampline_tests::salesforce::{Code, Emulator, Options, refusal};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start(Options::default().with("Contact", 5_000).with("Invoice__c", 10))?;
//! // GET {base_url}/services/data/v60.0/query?q=SELECT+Id+FROM+Contact with "authorization: Bearer {access_token}"
//! let city = serde_json::json!({"MailingCity": "Oslo"}).as_object().cloned().unwrap_or_default();
//! emulator.state().change("Contact", 3, &city)?; // add, delete, undelete_these, purge_these, …: new SystemModstamp, new Revision__c
//! emulator.state().advance(60_000); // holds the clock from now on
//! emulator.state().expire_access_tokens(); // 401 INVALID_SESSION_ID until somebody refreshes: state().grants("refresh_token")
//! emulator.state().expire_locators(); // INVALID_QUERY_LOCATOR
//! emulator.fault(refusal(2, Code::UnableToLockRow).on("query")); // endpoints: see `counters`; other faults: `crate::faults`
//! emulator.state().quirks.endless_pages = true; // repeated locators, odd zones, changes after each page: see `Quirks`
//! # Ok(())
//! # }
//! ```
//!
//! From another process the same goes over `/_control/` (see `control.rs`). Not there: Bulk, Composite beyond queries and record collections,
//! Tooling, polymorphic lookups, validation rules, field-level security.

mod control;
mod cursor;
mod datum;
mod describe;
mod error;
mod event;
mod generate;
mod id;
mod org;
mod relay;
mod routes;
mod schema;
mod session;
mod soql;
mod standard;
mod state;
mod store;
mod write;

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

pub use self::{
    error::{ApiError, Code, refusal},
    event::{Attempt, ChangeType, Events, Target},
    id::Id,
    session::Credentials,
    state::{Counters, Drift, Listed, Quirks, State, Written},
};
use crate::{
    faults::Rule,
    loopback::{Gate, Server},
    seed::Large,
};

/// The organisation's id.
const ORGANISATION: &str = "00D5e0000000001EAA";
/// The id of the user that everybody acts as.
const USER: &str = "0055e0000000001AAA";

/// The standard objects that there can be.
const STANDARD: [&str; 5] = ["Account", "Contact", "Lead", "Opportunity", "User"];

/// How an emulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen, on the loopback; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Records depend on it and on nothing else (but for their times, see `clock_ms`).
    pub seed: u64,
    /// How many records of each object there are at the start. Objects that are not named do not exist; `X__c` is a custom one.
    pub objects: BTreeMap<String, u32>,
    /// Custom text fields `Extra_001__c`, … of each object.
    pub extra_fields: u32,
    /// Records that carry a large text, in `Large_Text__c`.
    pub large: Option<Large>,
    /// The records were made over so many days before the start.
    pub history_days: u32,
    /// An access token that is good from the start.
    pub access_token: String,
    /// A refresh token that is good from the start.
    pub refresh_token: String,
    /// The one client and the one user.
    pub credentials: Credentials,
    /// Whether a refresh gives a new refresh token and ends the old one with all that came from it.
    pub rotates_refresh_tokens: bool,
    /// How long access tokens are good that somebody asks for; until they are ended when absent.
    pub access_token_lasts_ms: Option<i64>,
    /// Requests that are allowed in all.
    pub daily_requests_max: u64,
    /// Query locators that can be open at a time.
    pub cursors_max: usize,
    /// The largest page, whatever a client asks for; Salesforce: 2,000, and never under 200.
    pub page_records_max: usize,
    /// How long a change stays invisible to queries.
    pub commit_lag_ms: i64,
    /// What goes wrong.
    pub quirks: Quirks,
    /// Where change events go.
    pub event_target: Option<Target>,
    /// Holds the clock at this time (Unix milliseconds); the system's clock when absent.
    pub clock_ms: Option<i64>,
    /// Threads.
    pub workers: usize,
}

impl Default for Options {
    fn default() -> Self {
        let objects = [("Account", 120), ("Contact", 250), ("Lead", 0), ("Opportunity", 0), ("User", 5), ("Invoice__c", 0)];
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            objects: objects.map(|(name, count)| (name.to_owned(), count)).into(),
            extra_fields: 0,
            large: None,
            history_days: 365,
            access_token: "00D5e0000000001!emulator.access".into(),
            refresh_token: "5Aep861emulator.refresh".into(),
            credentials: Credentials::default(),
            rotates_refresh_tokens: false,
            access_token_lasts_ms: None,
            daily_requests_max: 100_000,
            cursors_max: 10,
            page_records_max: 2_000,
            commit_lag_ms: 0,
            quirks: Quirks::default(),
            event_target: None,
            clock_ms: None,
            workers: 1,
        }
    }
}

impl Options {
    /// The same with `count` records of an object at the start.
    #[must_use]
    pub fn with(mut self, object: &str, count: u32) -> Self {
        self.objects.insert(object.to_owned(), count);
        self
    }
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    is_paused: watch::Sender<bool>,
    /// In place of the login host and of the instance.
    base_url: String,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running emulator; it stops on drop.
pub struct Emulator {
    server: Server,
    shared: Arc<Shared>,
    _relay: relay::Relay,
}

impl Emulator {
    /// Starts one; it answers when this returns.
    ///
    /// # Errors
    /// When there is no such object, or its port or its threads cannot be had.
    pub fn start(options: Options) -> io::Result<Self> {
        let unknown = options.objects.keys().find(|name| !STANDARD.contains(&name.as_str()) && !name.ends_with("__c"));
        if let Some(name) = unknown {
            let known = STANDARD.join(", ");
            let why = format!("unknown object {name}; there are {known}, and custom ones whose names end in __c");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let gate = Gate::bind(options.listen)?;
        let workers = options.workers;
        let base_url = format!("http://{}", gate.address());
        let state = Mutex::new(State::new(options));
        let shared = Arc::new(Shared { state, is_paused: watch::Sender::new(false), base_url });
        let relay = relay::Relay::start(&shared)?;
        let server = Server::start(gate, workers, routes::router(Arc::clone(&shared)))?;
        Ok(Self { server, shared, _relay: relay })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// In place of `https://login.salesforce.com` and of `https://{workspace}.my.salesforce.com`.
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Its state, to look at or to change. Requests wait while this is held, and so does a second call of it.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Adds a fault.
    pub fn fault(&self, rule: Rule) {
        self.state().faults.push(rule);
    }

    /// Forgets all faults.
    pub fn forgive(&self) {
        self.state().faults.clear();
    }

    /// Holds all requests back until told otherwise.
    pub fn pause(&self, is_paused: bool) {
        self.shared.is_paused.send_replace(is_paused);
    }

    /// The port, to close and reopen.
    pub fn gate(&self) -> &Arc<Gate> {
        self.server.gate()
    }

    /// How many requests an endpoint answered with a status (`0`: none at all).
    pub fn count(&self, endpoint: &str, status: u16) -> u64 {
        self.state().counters().get(endpoint).and_then(|by_status| by_status.get(&status)).copied().unwrap_or_default()
    }
}
