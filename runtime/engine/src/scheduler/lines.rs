//! Reads that are due and wait for a place, in fair order: providers take turns, then their connections, then the reads of one
//! connection in the order in which they fell due. Every step costs the same however many wait.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Names a read in the queue.
pub(super) type Slot = usize;

/// Whose read it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) provider: Arc<str>,
    pub(super) connection: Arc<str>,
    /// Reads of the connection that may run at once, where the provider bears only so many requests.
    pub(super) at_once_max: Option<usize>,
}

/// The lines before a bounded number of places.
pub(super) struct Lines {
    places: usize,
    running: usize,
    waiting: usize,
    providers: Vec<Provider>,
    /// The provider whose turn is next.
    turn: usize,
}

struct Provider {
    name: Arc<str>,
    running: usize,
    lines: HashMap<Arc<str>, Line>,
    /// Connections with a read that may run now, each once; the next in turn first.
    ring: VecDeque<Arc<str>>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Slot>,
    running: usize,
    at_once_max: usize,
    in_ring: bool,
}

impl Lines {
    pub(super) fn new(places: usize) -> Self {
        Self { places: places.max(1), running: 0, waiting: 0, providers: Vec::new(), turn: 0 }
    }

    /// Half of the places: what one customer's slow provider can hold at most.
    fn connection_max(&self) -> usize {
        (self.places / 2).max(1)
    }

    /// All but a quarter of the places: what a provider that hangs can hold at most.
    fn provider_max(&self) -> usize {
        (self.places - self.places / 4).max(1)
    }

    /// Whether a read waits, for a place or for its turn within its connection.
    pub(super) fn anyone_waits(&self) -> bool {
        self.waiting > 0
    }

    /// Lines a read up behind those of its connection.
    pub(super) fn push(&mut self, owner: &Owner, slot: Slot) {
        let most = self.connection_max();
        let place = self.provider(owner);
        let provider = &mut self.providers[place];
        let line = provider.lines.entry(owner.connection.clone()).or_default();
        line.at_once_max = owner.at_once_max.unwrap_or(most).clamp(1, most);
        line.waiting.push_back(slot);
        self.waiting += 1;
        provider.enter(&owner.connection);
    }

    /// The next read to run; it counts as running until [`Lines::ended`]. Nothing where none waits or none may run.
    pub(super) fn take(&mut self) -> Option<Slot> {
        if self.running >= self.places {
            return None;
        }
        let most = self.provider_max();
        for step in 0..self.providers.len() {
            let place = (self.turn + step) % self.providers.len();
            let provider = &mut self.providers[place];
            if provider.running >= most {
                continue;
            }
            let Some(connection) = provider.ring.pop_front() else { continue };
            let Some(line) = provider.lines.get_mut(&connection) else { continue };
            line.in_ring = false;
            let Some(slot) = line.waiting.pop_front() else { continue };
            line.running += 1;
            provider.running += 1;
            self.running += 1;
            self.waiting -= 1;
            provider.enter(&connection);
            self.turn = place + 1;
            return Some(slot);
        }
        None
    }

    /// Takes a read out of its line.
    pub(super) fn withdraw(&mut self, owner: &Owner, slot: Slot) {
        let place = self.provider(owner);
        let Some(line) = self.providers[place].lines.get_mut(&owner.connection) else { return };
        let before = line.waiting.len();
        line.waiting.retain(|other| *other != slot);
        self.waiting -= before - line.waiting.len();
    }

    /// Gives the place of a taken read back.
    pub(super) fn ended(&mut self, owner: &Owner) {
        let place = self.provider(owner);
        let provider = &mut self.providers[place];
        self.running = self.running.saturating_sub(1);
        provider.running = provider.running.saturating_sub(1);
        let Some(line) = provider.lines.get_mut(&owner.connection) else { return };
        line.running = line.running.saturating_sub(1);
        if line.running == 0 && line.waiting.is_empty() {
            provider.lines.remove(&owner.connection);
        } else {
            provider.enter(&owner.connection);
        }
    }

    fn provider(&mut self, owner: &Owner) -> usize {
        if let Some(place) = self.providers.iter().position(|provider| provider.name == owner.provider) {
            return place;
        }
        let name = owner.provider.clone();
        self.providers.push(Provider { name, running: 0, lines: HashMap::new(), ring: VecDeque::new() });
        self.providers.len() - 1
    }
}

impl Provider {
    /// Puts a connection into the ring where one of its reads may run.
    fn enter(&mut self, connection: &Arc<str>) {
        let Some(line) = self.lines.get_mut(connection) else { return };
        if !line.in_ring && !line.waiting.is_empty() && line.running < line.at_once_max {
            line.in_ring = true;
            self.ring.push_back(connection.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(text: &str) -> Owner {
        let (provider, connection) = text.split_once('/').unwrap();
        Owner { provider: provider.into(), connection: connection.into(), at_once_max: None }
    }

    /// Lines up what is named (`provider/connection`), then takes while there are places; `-` ends the oldest running read.
    fn check(places: usize, waiting: &[&str], steps: &str, expected: &[usize]) {
        let mut lines = Lines::new(places);
        for (slot, name) in waiting.iter().enumerate() {
            lines.push(&owner(name), slot);
        }
        let (mut taken, mut running) = (Vec::new(), VecDeque::new());
        for step in steps.chars() {
            match step {
                '-' => {
                    let slot: usize = running.pop_front().unwrap();
                    lines.ended(&owner(waiting[slot]));
                }
                _ => {
                    while let Some(slot) = lines.take() {
                        taken.push(slot);
                        running.push_back(slot);
                    }
                }
            }
        }
        assert_eq!(taken, expected, "{places} places, {waiting:?}, {steps}");
        assert_eq!(lines.anyone_waits(), taken.len() < waiting.len());
    }

    #[test]
    fn connections_take_turns_and_none_takes_all_places() {
        check(2, &["h/a", "h/b"], "t", &[0, 1]);
        check(4, &["h/a", "h/a", "h/a", "h/a", "h/b"], "t", &[0, 4, 1]);
        check(4, &["h/a", "h/a", "h/a", "h/a", "h/b"], "t-t", &[0, 4, 1, 2]);
        check(8, &["h/a"; 10], "t", &[0, 1, 2, 3]);
        check(8, &["h/a"; 10], "t--t", &[0, 1, 2, 3, 4, 5]);
        check(1, &["h/a", "h/a", "h/b", "h/a"], "t-t-t-t", &[0, 2, 1, 3]);
    }

    #[test]
    fn a_provider_that_hangs_leaves_places_to_others() {
        check(4, &["h/a", "h/b", "h/c", "h/d", "s/x"], "t", &[0, 4, 1, 2]);
        check(8, &["h/a", "h/b", "h/c", "h/d", "h/e", "h/f", "h/g", "h/h"], "t", &[0, 1, 2, 3, 4, 5]);
        check(3, &["h/a", "s/x", "h/b", "s/y"], "t-t-t", &[0, 1, 2, 3]);
    }

    #[test]
    fn a_connection_that_bears_little_is_given_little() {
        let mut lines = Lines::new(8);
        let one = Owner { at_once_max: Some(1), ..owner("h/a") };
        for slot in 0..3 {
            lines.push(&one, slot);
        }
        assert_eq!(lines.take(), Some(0));
        assert_eq!(lines.take(), None);
        lines.ended(&one);
        assert_eq!(lines.take(), Some(1));
    }

    #[test]
    fn a_hundred_thousand_go_in_turn() {
        let mut lines = Lines::new(8);
        let owners: Vec<Owner> = (0..100_000).map(|number| owner(&format!("h/{number}"))).collect();
        for (slot, owner) in owners.iter().enumerate() {
            lines.push(owner, slot);
        }
        // A step that looked at all that wait would take minutes.
        for (expected, owner) in owners.iter().enumerate() {
            assert_eq!(lines.take(), Some(expected));
            lines.ended(owner);
        }
    }
}
