//! A read's turn in one of the places for running reads: it gives the place up between two pages when others wait for one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// How long a read keeps its place while others wait; between two pages it may be longer by one page.
const TURN: Duration = Duration::from_secs(10);

/// One turn.
pub(crate) struct Turn {
    began: Instant,
    /// Others wait for a place.
    crowded: Arc<AtomicBool>,
    /// The read was paused, or is no longer configured.
    called_off: AtomicBool,
}

impl Turn {
    pub(crate) fn new(crowded: Arc<AtomicBool>) -> Self {
        Self { began: Instant::now(), crowded, called_off: AtomicBool::new(false) }
    }

    /// Ends the turn before the next page.
    pub(crate) fn call_off(&self) {
        self.called_off.store(true, Ordering::Relaxed);
    }

    /// Whether the place must be given up.
    pub(super) fn is_over(&self) -> bool {
        let crowded = self.crowded.load(Ordering::Relaxed);
        self.called_off.load(Ordering::Relaxed) || (crowded && self.began.elapsed() >= TURN)
    }
}
