//! One entry of `result`: a record's fields under the names that the plan gives them, and its raw text.

use bytes::Bytes;

use crate::{plan::FieldSelection, provider::Record};

/// The fields of every entry. Remembers where each stood in the last record, for the next mostly has it in the same place.
pub(super) struct Columns {
    plain: Vec<Column>,
    mapped: Vec<Column>,
    all: bool,
}

struct Column {
    /// Lower-cased, as providers' field names are here.
    source: String,
    /// `"name":`, escaped once.
    member: Vec<u8>,
    place: usize,
}

impl Columns {
    pub(super) fn new(fields: &FieldSelection) -> Self {
        let column = |name: &str, source: &str| {
            let mut member = Vec::new();
            push_member(name, &mut member);
            Column { source: source.to_lowercase(), member, place: 0 }
        };
        Self {
            plain: fields.plain.iter().map(|source| column(&source.to_lowercase(), source)).collect(),
            mapped: fields.mapped.iter().map(|(name, source)| column(name, source)).collect(),
            all: fields.all,
        }
    }

    /// Writes `{"fields":{…},"mappedFields":{…},"raw":…}`; `mappedFields` only where it holds something.
    pub(super) fn push_entry(&mut self, record: &Record, into: &mut Vec<u8>) {
        into.extend_from_slice(br#"{"fields":{"#);
        if self.all {
            self.push_all(&record.fields, into);
        } else {
            push_columns(&mut self.plain, &record.fields, b"", into);
        }
        into.push(b'}');
        if push_columns(&mut self.mapped, &record.fields, br#","mappedFields":{"#, into) {
            into.push(b'}');
        }
        into.extend_from_slice(br#","raw":"#);
        into.extend_from_slice(&record.raw);
        into.push(b'}');
    }

    /// Every field but those that are delivered under another name only.
    fn push_all(&self, fields: &[(String, Bytes)], into: &mut Vec<u8>) {
        let named = |columns: &[Column], name: &str| columns.iter().any(|column| column.source == name);
        let kept = fields.iter().filter(|(name, _)| !named(&self.mapped, name) || named(&self.plain, name));
        for (place, (name, value)) in kept.enumerate() {
            if place > 0 {
                into.push(b',');
            }
            push_member(name, into);
            into.extend_from_slice(value);
        }
    }
}

/// Writes the columns that the record has, `open` before the first, and says whether there were any.
fn push_columns(columns: &mut [Column], fields: &[(String, Bytes)], open: &[u8], into: &mut Vec<u8>) -> bool {
    let mut any = false;
    for column in columns {
        let Some(value) = column.find(fields) else { continue };
        into.extend_from_slice(if any { b"," } else { open });
        into.extend_from_slice(&column.member);
        into.extend_from_slice(value);
        any = true;
    }
    any
}

impl Column {
    fn find<'r>(&mut self, fields: &'r [(String, Bytes)]) -> Option<&'r Bytes> {
        if fields.get(self.place).is_none_or(|(name, _)| *name != self.source) {
            self.place = fields.iter().position(|(name, _)| *name == self.source)?;
        }
        Some(&fields[self.place].1)
    }
}

/// Writes `"name":`.
pub(super) fn push_member(name: &str, into: &mut Vec<u8>) {
    push_string(name, into);
    into.push(b':');
}

/// Writes a JSON string.
pub(super) fn push_string(text: &str, into: &mut Vec<u8>) {
    serde_json::to_writer(into, text).expect("a text has a JSON form, and a vector takes all that is written to it");
}
