//! Bodies with secrets in them, read by hand: a parser's own message may repeat the value that it did not understand.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    api::problem::{Problem, bad_request},
    secrets::Secret,
};

/// An object of the body, its members taken out one by one.
pub(super) struct Body {
    place: String,
    members: Map<String, Value>,
}

/// 422.
pub(super) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)
}

impl Body {
    /// The whole body; none at all counts as an empty object.
    pub(super) fn parse(bytes: &Bytes) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Ok(Self { place: String::new(), members: Map::new() });
        }
        let members = serde_json::from_slice(bytes);
        let members = members.map_err(|error: serde_json::Error| {
            bad_request(format!("the body is not a JSON object (line {}, column {})", error.line(), error.column()))
        })?;
        Ok(Self { place: String::new(), members })
    }

    /// Whether nothing is given, or all is taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn name(&self, member: &str) -> String {
        format!("{}{member}", self.place)
    }

    /// A member that must be a text.
    pub(super) fn text(&mut self, member: &str) -> Result<String, Problem> {
        let name = self.name(member);
        self.optional(member)?.ok_or_else(|| invalid(format!("{name} is missing")))
    }

    /// A member that is a text where it is there.
    pub(super) fn optional(&mut self, member: &str) -> Result<Option<String>, Problem> {
        match self.members.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(invalid(format!("{} is not a text with something in it", self.name(member)))),
        }
    }

    /// A secret that must be there.
    pub(super) fn secret(&mut self, member: &str) -> Result<Secret, Problem> {
        self.text(member).map(Secret::new)
    }

    /// Whether something is given.
    pub(super) fn has(&self, member: &str) -> bool {
        self.members.get(member).is_some_and(|value| !value.is_null())
    }

    /// An object of secrets by name.
    pub(super) fn secrets(&mut self, member: &str) -> Result<BTreeMap<String, Secret>, Problem> {
        let values = self.values(member)?;
        Ok(values.into_iter().filter_map(|(name, value)| Some((name, Secret::new(value.as_str()?)))).collect())
    }

    /// A time in RFC 3339.
    pub(super) fn time(&mut self, member: &str) -> Result<Option<Timestamp>, Problem> {
        let name = self.name(member);
        let text = self.optional(member)?;
        text.map(|text| text.parse().map_err(|_| invalid(format!("{name} is not a time like 2026-01-31T12:00:00Z")))).transpose()
    }

    /// A list of texts; an empty one where it is not there.
    pub(super) fn texts(&mut self, member: &str) -> Result<Vec<String>, Problem> {
        let value = self.members.remove(member).unwrap_or(Value::Array(Vec::new()));
        serde_json::from_value(value).map_err(|_| invalid(format!("{} is not a list of texts", self.name(member))))
    }

    /// A flag.
    pub(super) fn flag(&mut self, member: &str) -> Result<Option<bool>, Problem> {
        let value = self.members.remove(member).unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|_| invalid(format!("{} is neither true nor false", self.name(member))))
    }

    /// An object within, where it is there.
    pub(super) fn object(&mut self, member: &str) -> Result<Option<Self>, Problem> {
        let place = format!("{}.", self.name(member));
        match self.members.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self { place, members })),
            Some(_) => Err(invalid(format!("{} is not an object", self.name(member)))),
        }
    }

    /// An object of texts, where `{"value": text}` stands for its text.
    pub(super) fn values(&mut self, member: &str) -> Result<Map<String, Value>, Problem> {
        let Some(Self { place, members }) = self.object(member)? else { return Ok(Map::new()) };
        let value = |(name, value): (String, Value)| {
            let plain = if let Value::Object(mut object) = value { object.remove("value").unwrap_or_default() } else { value };
            if plain.is_string() { Ok((name, plain)) } else { Err(invalid(format!("{place}{name} is not a text"))) }
        };
        members.into_iter().map(value).collect()
    }

    /// Drops the members that are not wanted.
    pub(super) fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        self.members.retain(|name, _| wanted(name));
    }

    /// The members that are left are not known.
    pub(super) fn done(self) -> Result<(), Problem> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(invalid(format!("nothing is called {}", self.name(unknown)))),
        }
    }
}
