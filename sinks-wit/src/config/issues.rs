//! The faults of a configuration as they are found, each with the place at which it was found.

use std::fmt::Display;

use crate::ConfigIssue;

/// Every fault so far, and the place at hand.
#[derive(Debug, Default)]
pub struct Issues {
    /// A JSON Pointer (RFC 6901).
    place: String,
    found: Vec<ConfigIssue>,
}

impl Issues {
    /// Keeps a fault of the place at hand that makes the configuration useless. The message goes on from the place's name and says
    /// the remedy: "must be https: …".
    pub fn fault(&mut self, message: impl Display) {
        self.keep(message, true);
    }

    /// Keeps a fault of the place at hand that the sink can work with.
    pub fn warning(&mut self, message: impl Display) {
        self.keep(message, false);
    }

    /// Does something with a member of the place at hand, an item's index or a key, as the place.
    pub fn within<T>(&mut self, name: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.place.len();
        self.place.push('/');
        self.place.push_str(&name.replace('~', "~0").replace('/', "~1"));
        let done = then(self);
        self.place.truncate(here);
        done
    }

    pub(crate) fn found(self) -> Vec<ConfigIssue> {
        self.found
    }

    fn keep(&mut self, message: impl Display, fatal: bool) {
        self.found.push(ConfigIssue { pointer: self.place.clone(), message: message.to_string(), fatal });
    }
}
