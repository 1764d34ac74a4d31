//! The state of the desk: which runtime it is at, how that stands, and who is told of changes. Knows no window.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ampline::cli::{profiles, reach};
use serde::Serialize;
use tokio::sync::{broadcast, watch};

use crate::{
    files::{Changed, Files},
    folder::Folder,
    local::{Local, State},
    memory::{Choice, Memory},
    relay::Relay,
    trouble::Troubles,
};

/// Changes that a page may lag behind before it is told all anew.
const CHANGES_MAX: usize = 64;

/// What its folders are called, as in `tauri.conf.json`.
const IDENTIFIER: &str = "dev.ampline.desk";

/// Where the desk keeps things.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The folder of all that a start needs to know of another.
    pub(crate) data: PathBuf,
    /// What it remembers.
    pub(crate) memory: PathBuf,
    /// The folder of its own runtime.
    pub(crate) own: PathBuf,
}

impl Places {
    /// Those of the person whose environment this is; nothing where it names no home.
    pub(crate) fn of_person() -> Option<Self> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let or_home = |name: &str, below: &str| set(name).or_else(|| Some(set("HOME")?.join(below)));
        let data = or_home("XDG_DATA_HOME", ".local/share")?.join(IDENTIFIER);
        let memory = or_home("XDG_CONFIG_HOME", ".config")?.join(IDENTIFIER).join("desk.json");
        Some(Self { memory, own: data.join("runtime"), data })
    }
}

/// How the desk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Standing {
    choice: Choice,
    /// How the runtime of this machine stands; nothing where one elsewhere is chosen.
    local: Option<State>,
    /// Why the runtime elsewhere cannot be asked, where that is so.
    trouble: Option<String>,
    /// How many things need a person.
    troubles: usize,
}

/// What pages are told of without asking.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub(crate) enum Change {
    /// Another runtime, or another state of it.
    Standing(Standing),
    /// A person has chosen this in a menu.
    Menu(&'static str),
    /// Somebody else has changed or deleted a file that is open.
    File(Changed),
    /// A person wants this file opened.
    Open(PathBuf),
}

/// The desk.
pub(crate) struct Desk {
    pub(crate) relay: Relay,
    pub(crate) files: Files,
    places: Places,
    memory: Mutex<Memory>,
    seat: Mutex<Seat>,
    changes: broadcast::Sender<Change>,
    troubles: watch::Sender<Troubles>,
    /// Counts the pages that were there before this one.
    pages: watch::Sender<u64>,
    /// What pages hold that is not saved.
    edited: Mutex<Vec<String>>,
    /// Files that were named before a page could be told.
    waiting: Mutex<Vec<PathBuf>>,
}

#[derive(Default)]
struct Seat {
    local: Option<Arc<Local>>,
    trouble: Option<String>,
}

impl Desk {
    /// As it was left.
    pub(crate) fn open(places: Places) -> Arc<Self> {
        let memory = Memory::load(&places.memory);
        let files = Files::default();
        for path in &memory.recent {
            files.allow(path);
        }
        Arc::new(Self {
            relay: Relay::new(),
            files,
            places,
            memory: Mutex::new(memory),
            seat: Mutex::default(),
            changes: broadcast::Sender::new(CHANGES_MAX),
            troubles: watch::Sender::new(Troubles::new()),
            pages: watch::Sender::new(0),
            edited: Mutex::default(),
            waiting: Mutex::default(),
        })
    }

    /// What happens from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Changes when the page that is there now is gone.
    pub(crate) fn page(&self) -> watch::Receiver<u64> {
        self.pages.subscribe()
    }

    /// A page is gone: what it has begun is nobody's now.
    pub(crate) fn page_gone(&self) {
        self.relay.cancel_all();
        self.edited().clear();
        self.pages.send_modify(|count| *count += 1);
    }

    /// Tells whoever listens; nobody is fine.
    pub(crate) fn tell(&self, change: Change) {
        drop(self.changes.send(change));
    }

    pub(crate) fn standing(&self) -> Standing {
        let choice = self.memory().choice.clone();
        let seat = self.seat();
        let local = seat.local.as_ref().filter(|_| !matches!(choice, Choice::Profile { .. }));
        Standing {
            local: local.map(|local| local.state().borrow().clone()),
            trouble: seat.trouble.clone(),
            troubles: self.troubles.borrow().len(),
            choice,
        }
    }

    pub(crate) fn tell_standing(&self) {
        self.tell(Change::Standing(self.standing()));
    }

    /// Goes to the runtime that was chosen last, and starts it where it is of this machine.
    pub(crate) async fn sit_down(self: &Arc<Self>) -> Result<(), String> {
        let choice = self.memory().choice.clone();
        self.go_to(choice).await
    }

    /// Goes to another runtime and remembers it.
    pub(crate) async fn choose(self: &Arc<Self>, choice: Choice) -> Result<(), String> {
        if let Choice::Folder { path } = &choice {
            Folder::chosen(path.clone())?;
        }
        self.remember(|memory| memory.choice = choice.clone());
        self.go_to(choice).await
    }

    async fn go_to(self: &Arc<Self>, choice: Choice) -> Result<(), String> {
        self.relay.lead_to(None);
        self.set_troubles(Troubles::new());
        let gone = match choice {
            Choice::Profile { name } => self.go_elsewhere(name).await,
            Choice::Own => self.go_here(Folder::own(self.places.own.clone())).await,
            Choice::Folder { path } => self.go_here(Folder::chosen(path)).await,
        };
        self.seat().trouble = gone.as_ref().err().cloned();
        self.tell_standing();
        gone
    }

    async fn go_elsewhere(&self, name: String) -> Result<(), String> {
        // A keyring may ask a person.
        let reached = tokio::task::spawn_blocking(move || reach::of_profile(&name)).await;
        let reached = reached.map_err(|error| format!("the keyring could not be asked: {error}"))??;
        self.relay.lead_to(Some(reached));
        Ok(())
    }

    async fn go_here(self: &Arc<Self>, folder: Result<Folder, String>) -> Result<(), String> {
        let folder = folder?;
        let before = self.seat().local.clone();
        if before.as_ref().is_none_or(|local| *local.folder() != folder) {
            if let Some(before) = before {
                before.stop().await;
            }
            let local = Local::new(folder);
            tokio::spawn(self.clone().follow(local.state()));
            self.seat().local = Some(local);
        }
        self.start().await
    }

    /// Tells of each state of a local runtime, and leads nowhere once it has ended.
    async fn follow(self: Arc<Self>, mut state: watch::Receiver<State>) {
        while state.changed().await.is_ok() {
            let is_chosen = !matches!(self.memory().choice, Choice::Profile { .. });
            if is_chosen && !matches!(*state.borrow(), State::Running { .. }) {
                self.relay.lead_to(None);
            }
            self.tell_standing();
        }
    }

    /// Starts the runtime of this machine.
    pub(crate) async fn start(&self) -> Result<(), String> {
        let local = self.chosen_local()?;
        let reached = local.start().await?;
        self.relay.lead_to(Some(reached));
        self.tell_standing();
        Ok(())
    }

    /// Stops the runtime of this machine, if the desk started it.
    pub(crate) async fn stop(&self) -> Result<(), String> {
        let local = self.chosen_local()?;
        self.relay.lead_to(None);
        local.stop().await;
        Ok(())
    }

    /// Stops whatever the desk has started.
    pub(crate) async fn leave(&self) {
        let local = self.seat().local.clone();
        if let Some(local) = local {
            local.stop().await;
        }
    }

    fn chosen_local(&self) -> Result<Arc<Local>, String> {
        if matches!(self.memory().choice, Choice::Profile { .. }) {
            return Err("a runtime elsewhere is not started and stopped from here; choose that of this machine first".to_owned());
        }
        self.seat().local.clone().ok_or_else(|| "no folder with a runtime is open; choose one first".to_owned())
    }

    /// Where the log of the chosen local runtime is.
    pub(crate) fn log(&self) -> Result<PathBuf, String> {
        Ok(Folder::log(&self.chosen_local()?.folder().data()?))
    }

    /// Forgets a profile, and goes back to the desk's own runtime where it was the chosen one.
    pub(crate) async fn forget(self: &Arc<Self>, name: &str) -> Result<(), String> {
        profiles::forget(name)?;
        let was_chosen = self.memory().choice == Choice::Profile { name: name.to_owned() };
        if was_chosen { self.choose(Choice::Own).await } else { Ok(()) }
    }

    /// A person has chosen a file; the path that pages know it by.
    pub(crate) fn opened(&self, path: &std::path::Path) -> PathBuf {
        let path = self.files.allow(path);
        self.remember(|memory| memory.opened(&path));
        path
    }

    /// A person wants a file shown: now, or once a page is there.
    pub(crate) fn show(&self, path: &std::path::Path) {
        let path = self.opened(path);
        if self.changes.receiver_count() == 0 {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        } else {
            self.tell(Change::Open(path));
        }
    }

    /// What was to be shown before a page was there.
    pub(crate) fn take_waiting(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What pages hold that is not saved.
    pub(crate) fn edited(&self) -> MutexGuard<'_, Vec<String>> {
        self.edited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong at the runtime, now and from now on.
    pub(crate) fn troubles(&self) -> watch::Receiver<Troubles> {
        self.troubles.subscribe()
    }

    pub(crate) fn set_troubles(&self, now: Troubles) {
        let changed = self.troubles.send_if_modified(|troubles| {
            let changed = *troubles != now;
            *troubles = now;
            changed
        });
        if changed {
            self.tell_standing();
        }
    }

    fn remember(&self, change: impl FnOnce(&mut Memory)) {
        let mut memory = self.memory();
        change(&mut memory);
        if let Err(error) = memory.store(&self.places.memory) {
            tracing::warn!(%error, "the desk will not remember this at its next start");
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
