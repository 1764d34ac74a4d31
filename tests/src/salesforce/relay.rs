//! Delivers events to their target from a thread of its own, again and again under the same id until it answers 2xx.

use std::{
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
        let Some((next, wake)) = shared.upgrade().map(|shared| {
            let events = &mut shared.state().events;
            (take(&mut events.outbox), Arc::clone(&events.wake))
        }) else {
            return;
        };
        let Some(event) = next else {
            wake.notified().await;
            continue;
        };
        let wait = event.due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            // A newer event may be due earlier.
            drop(tokio::time::timeout(wait, wake.notified()).await);
            give_back(shared, event);
            continue;
        }
        let target = shared.upgrade().and_then(|shared| shared.state().events.target.clone());
        let Some(target) = target else { continue };
        let status = post(&client, &target, &event).await;
        settle(shared, &target, event, status);
    }
}

/// The event that is due first.
fn take(outbox: &mut std::collections::VecDeque<Event>) -> Option<Event> {
    let first = outbox.iter().enumerate().min_by_key(|(at, event)| (event.due, *at)).map(|(at, _)| at)?;
    outbox.remove(first)
}

async fn post(client: &Client, target: &Target, event: &Event) -> u16 {
    let client = target.headers.iter().fold(client.clone(), |client, (name, value)| client.with(name, value));
    let client = client.with("user-agent", "Amazon/EventBridge/ApiDestinations");
    let answer = tokio::time::timeout(ANSWER_MAX, client.call("POST", &target.url, event.body.clone())).await;
    answer.ok().and_then(Result::ok).map_or(0, |answer| answer.status)
}

fn settle(shared: &Weak<Shared>, target: &Target, mut event: Event, status: u16) {
    event.attempts += 1;
    if let Some(shared) = shared.upgrade() {
        let events = &mut shared.state().events;
        if events.attempts.len() >= ATTEMPTS_MAX {
            events.attempts.pop_front();
        }
        events.attempts.push_back(Attempt { event_id: event.id.clone(), number: event.attempts, status });
    }
    if (200..300).contains(&status) || event.attempts >= target.attempts_max {
        return;
    }
    let doubled = target.retry_ms.saturating_mul(1 << (event.attempts - 1).min(10));
    event.due = Instant::now() + Duration::from_millis(doubled);
    give_back(shared, event);
}

fn give_back(shared: &Weak<Shared>, event: Event) {
    if let Some(shared) = shared.upgrade() {
        shared.state().events.outbox.push_back(event);
    }
}
