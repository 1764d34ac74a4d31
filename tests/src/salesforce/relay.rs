//! Delivers events to their target from a thread of its own, again and again under the same id until it answers 2xx.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Weak},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::{runtime::Builder, sync::oneshot};

use super::{
    Shared,
    event::{Attempt, Event, Target},
};
use crate::loopback::Client;

/// How many attempts are remembered.
const ATTEMPTS_MAX: usize = 100_000;
/// EventBridge's own limit for a target to answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A running relay; it stops on drop.
pub(super) struct Relay {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    pub(super) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::downgrade(shared);
        let thread = std::thread::Builder::new().name("salesforce-events".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = deliver(&shared) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

async fn deliver(shared: &Weak<Shared>) {
    // The client needs no base: the target's URL is whole.
    let client = Client::new("");
    loop {
        let Some((next, target, wake)) = shared.upgrade().map(|shared| {
            let events = &shared.state().events;
            (first_due(&events.outbox), events.target.clone(), Arc::clone(&events.wake))
        }) else {
            return;
        };
        let Some((event, target)) = next.zip(target) else {
            wake.notified().await;
            continue;
        };
        let wait = event.due.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            let status = post(&client, &target, &event).await;
            settle(shared, &target, &event, status);
        } else {
            // A newer event may be due earlier.
            drop(tokio::time::timeout(wait, wake.notified()).await);
        }
    }
}

/// The event that is due first. It stays where it is until it is settled.
fn first_due(outbox: &VecDeque<Event>) -> Option<Event> {
    outbox.iter().min_by_key(|event| event.due).cloned()
}

async fn post(client: &Client, target: &Target, event: &Event) -> u16 {
    let client = target.headers.iter().fold(client.clone(), |client, (name, value)| client.with(name, value));
    let client = client.with("user-agent", "Amazon/EventBridge/ApiDestinations");
    let answer = tokio::time::timeout(ANSWER_MAX, client.call("POST", &target.url, event.body.clone())).await;
    answer.ok().and_then(Result::ok).map_or(0, |answer| answer.status)
}

fn settle(shared: &Weak<Shared>, target: &Target, event: &Event, status: u16) {
    let Some(shared) = shared.upgrade() else { return };
    let events = &mut shared.state().events;
    // It is gone if the emulator was reset meanwhile.
    let Some(at) = events.outbox.iter().position(|one| one.id == event.id) else { return };
    let number = event.attempts + 1;
    if events.attempts.len() >= ATTEMPTS_MAX {
        events.attempts.pop_front();
    }
    events.attempts.push_back(Attempt { event_id: event.id.clone(), number, status });
    if (200..300).contains(&status) || number >= target.attempts_max {
        events.outbox.remove(at);
    } else if let Some(kept) = events.outbox.get_mut(at) {
        let doubled = target.retry_ms.saturating_mul(1 << event.attempts.min(10));
        kept.attempts = number;
        kept.due = Instant::now() + Duration::from_millis(doubled);
    }
}
