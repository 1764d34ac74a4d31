//! One delivered field: where its value is found, what stands in its place, and the objects that mapped names make.

use std::{borrow::Cow, collections::HashMap};

use bytes::Bytes;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::entry::{push_member, push_string};
use crate::plan::{FieldPath, ValueMap};

/// A field of every record.
pub(super) struct Column {
    path: FieldPath,
    /// The first step, lower-cased as providers' field names are here.
    source: String,
    translation: Option<Translation>,
    place: usize,
}

impl Column {
    pub(super) fn new(path: &FieldPath, values: Option<&ValueMap>) -> Self {
        let source = path.head().to_lowercase();
        Self { path: path.clone(), source, translation: values.map(Translation::new), place: 0 }
    }

    /// The value as it is delivered; nothing where the record does not have it.
    pub(super) fn value<'r>(&mut self, fields: &'r [(SmolStr, Bytes)]) -> Option<Cow<'r, [u8]>> {
        if fields.get(self.place).is_none_or(|(name, _)| *name != self.source) {
            self.place = fields.iter().position(|(name, _)| *name == self.source)?;
        }
        let value = self.path.within(&fields[self.place].1)?;
        Some(match &self.translation {
            Some(translation) => Cow::Owned(translation.of(&value).into_owned()),
            None => value,
        })
    }
}

/// Values that are delivered as others.
pub(super) struct Translation(HashMap<String, String>);

impl Translation {
    pub(super) fn new(values: &ValueMap) -> Self {
        Self(values.iter().map(|(provider, delivered)| (provider.clone(), delivered.clone())).collect())
    }

    /// The delivered value, in JSON. Each element of a list is looked up by itself; what is not named passes as it is.
    pub(super) fn of<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
        let value = value.trim_ascii();
        if value.first() != Some(&b'[') {
            return self.scalar(value);
        }
        let Ok(elements) = serde_json::from_slice::<Vec<&RawValue>>(value) else { return Cow::Borrowed(value) };
        let mut list = b"[".to_vec();
        for (place, element) in elements.into_iter().enumerate() {
            if place > 0 {
                list.push(b',');
            }
            list.extend_from_slice(&self.scalar(element.get().as_bytes()));
        }
        list.push(b']');
        Cow::Owned(list)
    }

    fn scalar<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
        let delivered = match value.first() {
            Some(b'"') => serde_json::from_slice::<String>(value).ok().and_then(|text| self.0.get(&text)),
            Some(b'{' | b'[' | b'n') | None => None,
            Some(_) => std::str::from_utf8(value).ok().and_then(|text| self.0.get(text)),
        };
        let Some(delivered) = delivered else { return Cow::Borrowed(value) };
        let mut text = Vec::with_capacity(delivered.len() + 2);
        push_string(delivered, &mut text);
        Cow::Owned(text)
    }
}

/// The members of `mappedFields`, or of an object within them.
#[derive(Default)]
pub(super) struct Mapped {
    /// In the order of the plan.
    members: Vec<(Vec<u8>, Node)>,
    /// Where the objects among them stand.
    objects: HashMap<Vec<u8>, usize>,
}

enum Node {
    Value(Column),
    Object(Mapped),
}

impl Mapped {
    pub(super) fn new<'n>(fields: impl Iterator<Item = (&'n FieldPath, Column)>) -> Self {
        let mut mapped = Self::default();
        for (name, column) in fields {
            // A plan holds names alone; anything else is delivered under its text.
            mapped.insert(&name.names().unwrap_or_else(|| vec![name.text()]), column);
        }
        mapped
    }

    fn insert(&mut self, names: &[&str], column: Column) {
        let [name, inner @ ..] = names else { return };
        let mut member = Vec::new();
        push_member(name, &mut member);
        if inner.is_empty() {
            self.members.push((member, Node::Value(column)));
            return;
        }
        let place = *self.objects.entry(member.clone()).or_insert(self.members.len());
        match self.members.get_mut(place) {
            Some((_, Node::Object(object))) => object.insert(inner, column),
            _ => {
                let mut object = Self::default();
                object.insert(inner, column);
                self.members.push((member, Node::Object(object)));
            }
        }
    }

    /// Writes the members that the record has; whether there were any.
    pub(super) fn push(&mut self, fields: &[(SmolStr, Bytes)], into: &mut Vec<u8>) -> bool {
        let mut any = false;
        for (member, node) in &mut self.members {
            let before = into.len();
            if any {
                into.push(b',');
            }
            into.extend_from_slice(member);
            let written = match node {
                Node::Value(column) => column.value(fields).map(|value| into.extend_from_slice(&value)).is_some(),
                Node::Object(object) => {
                    into.push(b'{');
                    let written = object.push(fields, into);
                    into.push(b'}');
                    written
                }
            };
            if written {
                any = true;
            } else {
                into.truncate(before);
            }
        }
        any
    }
}
