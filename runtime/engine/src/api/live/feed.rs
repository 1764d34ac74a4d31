//! One look at the journal's changes for all who follow them: rows are loaded and written once, remembered for a while, and handed on.
//!
//! Nothing runs while nobody follows.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ampline_core::plan::ReadKey;
use axum::response::sse::Event;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch},
    time::{Instant, sleep_until, timeout},
};
use uuid::Uuid;

use crate::{
    api::{Api, operations, problem::Problem, status},
    journal::{Changed, DestinationState, Listening},
};

/// Who may follow at one time.
const FOLLOWERS_MAX: usize = 64;
/// Events that a follower may be behind.
const BEHIND_MAX: usize = 256;
/// Events that are remembered for those who come back, and their bytes.
const REMEMBERED_MAX: usize = 1_000;
const REMEMBERED_BYTES_MAX: usize = 8 << 20;
/// The least time between two looks.
const EVERY: Duration = Duration::from_millis(100);
/// How long to wait for a change before seeing whether anybody still follows.
const QUIET: Duration = Duration::from_secs(5);

impl Default for Feed {
    /// Of a runtime that does not run: streams end at once.
    fn default() -> Self {
        Self::new(watch::channel(true).1)
    }
}

/// What an event is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Deliveries,
    Operations,
    Reads,
    Destinations,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Deliveries, Self::Operations, Self::Reads, Self::Destinations];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deliveries => "deliveries",
            Self::Operations => "operations",
            Self::Reads => "reads",
            Self::Destinations => "destinations",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An event, written.
#[derive(Debug)]
pub(super) struct Told {
    /// Its place; nothing where it is only of one follower.
    place: Option<(Uuid, u64)>,
    /// Nothing for `lagged`, which everybody hears.
    pub(super) kind: Option<Kind>,
    data: String,
}

impl Told {
    /// So many changes are not told.
    pub(super) fn lagged(place: Option<(Uuid, u64)>, missed: u64) -> Self {
        Self { place, kind: None, data: format!(r#"{{"missed":{missed}}}"#) }
    }

    pub(super) fn event(&self) -> Event {
        let event = Event::default().event(self.kind.map_or("lagged", Kind::name)).data(&self.data);
        match self.place {
            Some((boot, number)) => event.id(format!("{boot}-{number}")),
            None => event,
        }
    }
}

/// What is told to all who follow.
pub(crate) struct Feed {
    /// Ids of events of another process lead nowhere.
    boot: Uuid,
    places: Arc<Semaphore>,
    sender: broadcast::Sender<Arc<Told>>,
    told: Mutex<Remembered>,
    stop: watch::Receiver<bool>,
}

#[derive(Default)]
struct Remembered {
    /// The number of the latest event.
    latest: u64,
    recent: VecDeque<Arc<Told>>,
    bytes: usize,
    /// Whether somebody looks for changes.
    looking: bool,
}

/// One who follows.
pub(super) struct Follower {
    /// What was told since the last that was heard.
    pub(super) behind: Vec<Arc<Told>>,
    pub(super) next: broadcast::Receiver<Arc<Told>>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) following: Following,
}

/// Keeps a place, and changes noted.
pub(super) struct Following {
    _place: OwnedSemaphorePermit,
    _listening: Listening,
}

impl Feed {
    /// Ends all streams once `stop` turns true.
    pub(crate) fn new(stop: watch::Receiver<bool>) -> Self {
        let (sender, _) = broadcast::channel(BEHIND_MAX);
        let places = Arc::new(Semaphore::new(FOLLOWERS_MAX));
        Self { boot: Uuid::now_v7(), places, sender, told: Mutex::default(), stop }
    }

    /// Follows from now on, or behind the event that was heard last; nothing where too many do.
    pub(super) fn follow(api: &Arc<Api>, last: Option<&str>) -> Option<Follower> {
        let feed = &api.feed;
        let place = feed.places.clone().try_acquire_owned().ok()?;
        let following = Following { _place: place, _listening: api.journal.changes().listen() };
        // Under the lock, so that no event is in both or in neither.
        let mut told = feed.told();
        let next = feed.sender.subscribe();
        let behind = last.map_or_else(Vec::new, |last| told.behind(feed.boot, last));
        if !std::mem::replace(&mut told.looking, true) {
            tokio::spawn(look(api.clone()));
        }
        drop(told);
        Some(Follower { behind, next, stop: feed.stop.clone(), following })
    }

    fn told(&self) -> MutexGuard<'_, Remembered> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, write: impl FnOnce((Uuid, u64)) -> Told) {
        let mut told = self.told();
        told.latest += 1;
        let one = Arc::new(write((self.boot, told.latest)));
        told.bytes += one.data.len();
        told.recent.push_back(one.clone());
        while told.recent.len() > REMEMBERED_MAX || told.bytes > REMEMBERED_BYTES_MAX {
            let Some(oldest) = told.recent.pop_front() else { break };
            told.bytes -= oldest.data.len();
        }
        // Whoever follows may have left.
        let _ = self.sender.send(one);
    }

    fn tell_rows<T: Serialize>(&self, kind: Kind, rows: &[T]) {
        if rows.is_empty() {
            return;
        }
        match serde_json::to_string(rows) {
            Ok(data) => self.tell(|place| Told { place: Some(place), kind: Some(kind), data }),
            Err(error) => tracing::error!(%error, "what happened cannot be told"),
        }
    }
}

impl Remembered {
    /// What was told since; a gap is told where it is not remembered any more.
    fn behind(&self, boot: Uuid, last: &str) -> Vec<Arc<Told>> {
        let number = last.strip_prefix(&format!("{boot}-")).and_then(|number| number.parse::<u64>().ok());
        let oldest = self.latest - self.recent.len() as u64;
        match number {
            Some(number) if number >= oldest => {
                self.recent.iter().skip(usize::try_from(number - oldest).unwrap_or(usize::MAX)).cloned().collect()
            }
            Some(number) => vec![Told::lagged(None, self.latest - number).into()],
            None => vec![Told::lagged(None, self.latest).into()],
        }
    }
}

/// Looks for changes until nobody follows any more.
async fn look(api: Arc<Api>) {
    let (changes, mut stop) = (api.journal.changes(), api.feed.stop.clone());
    let mut shown = HashMap::new();
    while !*stop.borrow() {
        let waited = tokio::select! {
            waited = timeout(QUIET, changes.wait()) => waited,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        if waited.is_err() {
            let mut told = api.feed.told();
            if api.feed.sender.receiver_count() == 0 {
                told.looking = false;
                return;
            }
            continue;
        }
        let next = Instant::now() + EVERY;
        if let Err(problem) = told(&api, changes.take(), &mut shown).await {
            tracing::warn!(?problem, "what happened could not be looked up");
            api.feed.tell(|place| Told::lagged(Some(place), 1));
        }
        sleep_until(next).await;
    }
    api.feed.told().looking = false;
}

/// Loads what changed as it stands now. `shown` is how destinations stood when they were last told of.
async fn told(api: &Api, changed: Changed, shown: &mut HashMap<String, DestinationState>) -> Result<(), Problem> {
    let Changed { deliveries, operations, reads, destinations, missed } = changed;
    let feed = &api.feed;
    if missed > 0 {
        feed.tell(|place| Told::lagged(Some(place), missed));
    }
    feed.tell_rows(Kind::Deliveries, &api.journal.deliveries_of(deliveries.into_iter().collect()).await?);
    feed.tell_rows(Kind::Operations, &operations::some(api, operations).await?);
    feed.tell_rows(Kind::Reads, &reads_of(api, reads).await?);
    if destinations {
        let all = api.journal.destinations().await?;
        let news: Vec<_> = all.into_iter().filter(|state| shown.get(&state.name) != Some(state)).collect();
        feed.tell_rows(Kind::Destinations, &news);
        shown.extend(news.into_iter().map(|state| (state.name.clone(), state)));
    }
    Ok(())
}

async fn reads_of(api: &Api, keys: HashSet<ReadKey>) -> Result<Vec<status::ReadStatus>, Problem> {
    let installations: HashSet<&String> = keys.iter().map(|key| &key.installation_id).collect();
    let mut found = Vec::new();
    for installation in installations {
        let states = api.journal.reads_of(installation).await?;
        let changed = states.into_iter().filter(|state| keys.contains(&state.key));
        found.extend(
            changed.map(|state| status::read_status(api, state.key.clone(), api.board.next_run(&state.key), Some(state))),
        );
    }
    Ok(found)
}
