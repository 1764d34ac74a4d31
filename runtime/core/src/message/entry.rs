//! One entry of `result`: a record's fields under the names that the plan gives them, its associations, and its raw text.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use smol_str::SmolStr;

use super::column::{Column, Mapped, Translation};
use crate::{
    plan::{FieldSelection, values_key},
    provider::Record,
};

/// The fields of every entry. Remembers where each stood in the last record, for the next mostly has it in the same place.
pub(super) struct Columns {
    plain: Vec<(Vec<u8>, Column)>,
    mapped: Mapped,
    /// Every field there is, but for those in `renamed`.
    all: Option<All>,
}

/// What holds where every field is delivered.
struct All {
    /// Delivered under another name only; lower-cased.
    renamed: HashSet<String>,
    /// By the field, lower-cased.
    translations: HashMap<String, Translation>,
}

impl Columns {
    pub(super) fn new(fields: &FieldSelection) -> Self {
        let column = |source| Column::new(source, fields.values.get(&values_key(source)));
        let plain = |paths: Vec<_>| paths.into_iter().map(|path| (member(&values_key(path)), column(path))).collect();
        // Where every field is delivered anyway, only what lies within one stands apart.
        let apart = fields.plain.iter().filter(|path| !(fields.all && path.is_plain())).collect();
        Self {
            plain: plain(apart),
            mapped: Mapped::new(fields.mapped.iter().map(|mapped| (&mapped.name, column(&mapped.source)))),
            all: fields.all.then(|| All::new(fields)),
        }
    }

    /// Writes `{"fields":{…},"mappedFields":{…},"associations":{…},"raw":…}`; what holds nothing is left out, but for `fields` and `raw`.
    pub(super) fn push_entry(&mut self, record: &Record, into: &mut Vec<u8>) {
        into.push(b'{');
        self.push_fields(record, into);
        if !record.associations.is_empty() {
            into.extend_from_slice(br#""associations":{"#);
            for (place, (name, list)) in record.associations.iter().enumerate() {
                if place > 0 {
                    into.push(b',');
                }
                push_member(name, into);
                into.extend_from_slice(list);
            }
            into.extend_from_slice(b"},");
        }
        into.extend_from_slice(br#""raw":"#);
        into.extend_from_slice(&record.raw);
        into.push(b'}');
    }

    /// Writes `"fields":{…},` and, where it holds something, `"mappedFields":{…},`.
    pub(super) fn push_fields(&mut self, record: &Record, into: &mut Vec<u8>) {
        into.extend_from_slice(br#""fields":{"#);
        let mut any = self.all.as_ref().is_some_and(|all| all.push(&record.fields, into));
        for (member, column) in &mut self.plain {
            let Some(value) = column.value(&record.fields) else { continue };
            if any {
                into.push(b',');
            }
            into.extend_from_slice(member);
            into.extend_from_slice(&value);
            any = true;
        }
        into.extend_from_slice(b"},");
        let before = into.len();
        into.extend_from_slice(br#""mappedFields":{"#);
        if self.mapped.push(&record.fields, into) {
            into.extend_from_slice(b"},");
        } else {
            into.truncate(before);
        }
    }
}

impl All {
    fn new(fields: &FieldSelection) -> Self {
        let plain: HashSet<String> =
            fields.plain.iter().filter(|path| path.is_plain()).map(|path| path.head().to_lowercase()).collect();
        let sources = fields.mapped.iter().filter(|mapped| mapped.source.is_plain());
        let names = sources.map(|mapped| mapped.source.head().to_lowercase());
        let translations = fields.values.iter().map(|(name, values)| (name.clone(), Translation::new(values)));
        Self { renamed: names.filter(|name| !plain.contains(name)).collect(), translations: translations.collect() }
    }

    /// Writes every field but those that are delivered under another name only; whether there were any.
    fn push(&self, fields: &[(SmolStr, Bytes)], into: &mut Vec<u8>) -> bool {
        let mut any = false;
        for (name, value) in fields.iter().filter(|(name, _)| !self.renamed.contains(name.as_str())) {
            if any {
                into.push(b',');
            }
            push_member(name, into);
            match self.translations.get(name.as_str()) {
                Some(translation) => into.extend_from_slice(&translation.of(value)),
                None => into.extend_from_slice(value),
            }
            any = true;
        }
        any
    }
}

/// `"name":`.
fn member(name: &str) -> Vec<u8> {
    let mut member = Vec::new();
    push_member(name, &mut member);
    member
}

/// Writes `"name":`.
pub(crate) fn push_member(name: &str, into: &mut Vec<u8>) {
    push_string(name, into);
    into.push(b':');
}

/// Writes a JSON string.
pub(super) fn push_string(text: &str, into: &mut Vec<u8>) {
    serde_json::to_writer(into, text).expect("a text has a JSON form, and a vector takes all that is written to it");
}
