//! Reads the members of a configuration one by one and keeps every fault, each with a JSON Pointer and a remedy.

use std::{fmt::Display, ops::RangeInclusive};

use serde_json::{Map, Value};

use super::{Field, Issues, Rules};
use crate::ConfigIssue;

/// The fields of a configuration object. Ask for each field that the sink knows: one that nobody asked for is a fault.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
    issues: Issues,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self::of(object, Issues::default())
    }

    /// The fields of an object further in, whose place `issues` knows.
    pub(crate) fn of(object: &'a Map<String, Value>, issues: Issues) -> Self {
        Self { object, known: Vec::new(), issues }
    }

    /// A member of a type that reads itself; `default` is what an absent one means. Used by `#[derive(Config)]`.
    #[doc(hidden)]
    pub fn member<T: Field>(&mut self, name: &'static str, rules: &Rules, default: Option<fn() -> T>) -> Option<T> {
        self.known.push(name);
        if let Some(value) = self.object.get(name) {
            return self.issues.within(name, |issues| T::read(value, rules, issues));
        }
        let meant = default.map(|default| default()).or_else(T::absent);
        if meant.is_none() {
            self.fault([name], "is missing");
        }
        meant
    }

    /// Under which of its two names a field is there: `name`, unless only `older` is. A fault where both are and differ.
    pub fn spelling(&mut self, name: &'static str, older: &'static str) -> &'static str {
        self.known.push(older);
        let (new, old) = (self.object.get(name), self.object.get(older));
        if new.is_some() && old.is_some() && new != old {
            self.fault([older], format_args!("differs from {name}, which is the same field: leave one out"));
        }
        if new.is_none() && old.is_some() { older } else { name }
    }

    /// A text; a fault where it is absent.
    pub fn required_text(&mut self, name: &'static str) -> Option<&'a str> {
        if !self.object.contains_key(name) {
            self.known.push(name);
            self.fault([name], "is missing");
            return None;
        }
        self.text(name)
    }

    /// A text, if it is there.
    pub fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.field(name, "must be a text", Value::as_str)
    }

    /// A whole number within `range`, if it is there.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let expected = format!("must be a whole number from {} to {}", range.start(), range.end());
        self.field(name, &expected, |value| value.as_u64().filter(|number| range.contains(number)))
    }

    /// A truth value, if it is there.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.field(name, "must be true or false", Value::as_bool)
    }

    /// An object whose values are texts, in its order; empty where it is absent.
    pub fn texts(&mut self, name: &'static str) -> Vec<(&'a str, &'a str)> {
        let Some(object) = self.field(name, "must be an object of texts", Value::as_object) else { return Vec::new() };
        let mut texts = Vec::with_capacity(object.len());
        for (key, value) in object {
            match value.as_str() {
                Some(text) => texts.push((key.as_str(), text)),
                None => self.fault([name, key], "must be a text"),
            }
        }
        texts
    }

    /// Keeps a fault that makes the configuration useless. `path` leads to the place; `message` goes on from its name and
    /// says the remedy: "must be https: …".
    pub fn fault<'p>(&mut self, path: impl IntoIterator<Item = &'p str>, message: impl Display) {
        self.issue(path, message, true);
    }

    /// Keeps a fault that the sink can work with.
    pub fn warning<'p>(&mut self, path: impl IntoIterator<Item = &'p str>, message: impl Display) {
        self.issue(path, message, false);
    }

    fn issue<'p>(&mut self, path: impl IntoIterator<Item = &'p str>, message: impl Display, fatal: bool) {
        fn at<'p>(issues: &mut Issues, mut path: impl Iterator<Item = &'p str>, tell: &mut dyn FnMut(&mut Issues)) {
            match path.next() {
                Some(name) => issues.within(name, |issues| at(issues, path, tell)),
                None => tell(issues),
            }
        }
        at(&mut self.issues, path.into_iter(), &mut |issues| {
            if fatal { issues.fault(&message) } else { issues.warning(&message) }
        });
    }

    fn field<T>(&mut self, name: &'static str, expected: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        self.known.push(name);
        let read = read(self.object.get(name)?);
        if read.is_none() {
            self.fault([name], expected);
        }
        read
    }

    /// Every fault, with those of fields that nobody asked for.
    pub(crate) fn finish(self) -> Vec<ConfigIssue> {
        self.issues().found()
    }

    /// What was found, with the fields that nobody asked for.
    pub(crate) fn issues(mut self) -> Issues {
        let mut names: Vec<&str> = Vec::with_capacity(self.known.len());
        for name in &self.known {
            if !names.contains(name) {
                names.push(name);
            }
        }
        for name in self.object.keys().filter(|name| !self.known.contains(&name.as_str())) {
            let message = format!("is not known: there are {}", names.join(", "));
            self.issues.within(name, |issues| issues.fault(message));
        }
        self.issues
    }
}
