//! What customers' own objects are called, by connection: learned when an event names one by an id that nobody knows.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use ampline_core::{provider::CustomObject, subscribe::CustomObjects};
use jiff::{SignedDuration, Timestamp};

/// How long an object counts as none of those that the provider shows us, before it is looked for again.
const MISSING_HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// Connections whose objects are remembered; beyond it all are learned anew.
const CONNECTIONS_MAX: usize = 10_000;
/// Objects of one connection that are remembered as missing.
const MISSING_MAX: usize = 1_000;

/// The objects of all connections.
#[derive(Default)]
pub(crate) struct KnownObjects(RwLock<HashMap<String, Known>>);

#[derive(Default)]
struct Known {
    objects: Arc<CustomObjects>,
    /// Since when an id is known not to be among them.
    missing: HashMap<String, Timestamp>,
}

impl KnownObjects {
    /// The objects of a connection, as far as they were learned.
    pub(super) fn of(&self, connection_id: &str) -> Arc<CustomObjects> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(connection_id).map(|known| known.objects.clone()).unwrap_or_default()
    }

    /// Whether only the provider can say what an object is called.
    pub(super) fn is_open(&self, connection_id: &str, type_id: &str, now: Timestamp) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.get(connection_id) else { return true };
        let missing = known.missing.get(type_id).is_some_and(|since| now.duration_since(*since) < MISSING_HOLDS);
        !known.objects.knows(type_id) && !missing
    }

    /// Takes in what the provider says when it is asked for these ids.
    pub(super) fn learn(&self, connection_id: &str, objects: Vec<CustomObject>, asked: &[String], now: Timestamp) {
        let objects = Arc::new(CustomObjects::new(objects));
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CONNECTIONS_MAX && !all.contains_key(connection_id) {
            all.clear();
        }
        let known = all.entry(connection_id.to_owned()).or_default();
        if known.missing.len() >= MISSING_MAX {
            known.missing.clear();
        }
        let missing = asked.iter().filter(|id| !objects.knows(id)).map(|id| (id.clone(), now));
        known.missing.extend(missing);
        known.objects = objects;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_open_until_the_provider_was_asked_and_missing_for_a_while_only() {
        let known = KnownObjects::default();
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let open = |connection: &str, minutes| ["2-1", "2-2"].map(|id| known.is_open(connection, id, at(minutes)));
        assert_eq!(open("a", 0), [true, true]);
        let car = CustomObject { id: "2-1".to_owned(), names: vec!["car".to_owned()] };
        known.learn("a", vec![car], &["2-1".to_owned(), "2-2".to_owned()], at(0));
        assert_eq!((open("a", 9), open("a", 10), open("b", 9)), ([false, false], [false, true], [true, true]));
        assert!(known.of("a").knows("2-1") && !known.of("b").knows("2-1"));
    }
}
