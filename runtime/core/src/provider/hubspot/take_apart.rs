//! A page of records in one go: each byte of it is looked at once. What cannot be read so, for whatever reason, is left to
//! `answer`, which goes step by step and can say why.

use std::{collections::HashMap, fmt};

use bytes::Bytes;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::{
    answer::{Answer, Paging},
    record::assemble,
};
use crate::{
    plan::ReadPlan,
    provider::{
        Record,
        piece::{lower_case, slice},
    },
};

/// For how many members beside the properties there is room from the beginning; HubSpot writes five or six.
const BESIDE: usize = 8;

/// A record, its properties apart from what stands beside them; names lower-cased.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) root: Vec<(SmolStr, &'a RawValue)>,
    pub(super) properties: Option<Properties>,
    pub(super) associations: Option<&'a RawValue>,
    /// Behind the quote that opens the first name, and behind the last value, as places of the body.
    span: Option<(usize, Option<usize>)>,
}

/// Properties in their final form.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) fields: Vec<(SmolStr, Bytes)>,
    marks: u64,
}

impl Properties {
    /// Whether there is one of this name.
    pub(super) fn have(&self, name: &str) -> bool {
        self.marks & mark(name) != 0 && self.fields.iter().any(|(property, _)| property == name)
    }
}

/// One bit of a name: of most names it shows that they are not among others.
fn mark(name: &str) -> u64 {
    let (first, last) = (name.bytes().next().unwrap_or(0), name.bytes().next_back().unwrap_or(0));
    1 << ((usize::from(first) * 7 + usize::from(last) * 3 + name.len()) % 64)
}

/// The names of the members that came so far, lower-cased: each record mostly has those of the one before, in the same order.
#[derive(Default)]
pub(super) struct Names {
    known: Vec<(Box<str>, SmolStr)>,
    /// Where each stands, for those that come out of turn.
    places: HashMap<Box<str>, usize>,
    next: usize,
    /// How many properties the record before had.
    properties: usize,
}

impl Names {
    /// How many are remembered; what a record has beyond them is made anew.
    const KNOWN_MAX: usize = 2_000;

    fn lower_case(&mut self, name: &str) -> SmolStr {
        let place = match self.known.get(self.next) {
            Some((known, _)) if **known == *name => self.next,
            _ => match self.places.get(name) {
                Some(place) => *place,
                None if self.known.len() < Self::KNOWN_MAX => {
                    self.places.insert(name.into(), self.known.len());
                    self.known.push((name.into(), lower_case(name.into())));
                    self.known.len() - 1
                }
                None => return lower_case(name.into()),
            },
        };
        self.next = place + 1;
        self.known[place].1.clone()
    }
}

/// Where a piece lies in the body.
fn place(body: &Bytes, piece: &str) -> Option<usize> {
    piece.as_ptr().addr().checked_sub(body.as_ptr().addr()).filter(|place| place + piece.len() <= body.len())
}

/// Takes a record apart.
pub(super) struct TakeApart<'n, 'b> {
    pub(super) names: &'n mut Names,
    pub(super) body: &'b Bytes,
}

impl<'de> DeserializeSeed<'de> for TakeApart<'_, '_> {
    type Value = Parts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TakeApart<'_, '_> {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { names, body } = self;
        let mut parts = Parts { root: Vec::with_capacity(BESIDE), ..Parts::default() };
        let (mut first, mut end) = (None, None);
        while let Some((name, at)) = map.next_key_seed(Name { names: &mut *names, body })? {
            first.get_or_insert(at);
            let mut value =
                || map.next_value::<&RawValue>().inspect(|value| end = place(body, value.get()).map(|at| at + value.get().len()));
            match name {
                Named::Properties => {
                    let (properties, behind) = map.next_value_seed(TakeProperties { names: &mut *names, body })?;
                    (parts.properties, end) = (Some(properties), behind);
                }
                Named::Associations => parts.associations = Some(value()?).filter(|value| value.get() != "null"),
                Named::Other(name) => parts.root.push((name, value()?)),
            }
        }
        parts.span = first.flatten().map(|first| (first, end));
        Ok(parts)
    }
}

enum Named {
    Properties,
    Associations,
    Other(SmolStr),
}

/// A name beside the properties, and where it lies if it lies in the body as it is.
struct Name<'n, 'b> {
    names: &'n mut Names,
    body: &'b Bytes,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = (Named, Option<usize>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_, '_> {
    type Value = (Named, Option<usize>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let named = match name {
            "properties" => Named::Properties,
            "associations" => Named::Associations,
            _ => Named::Other(self.names.lower_case(name)),
        };
        Ok((named, None))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        let at = place(self.body, name);
        self.visit_str(name).map(|(named, _)| (named, at))
    }
}

/// The properties, and the place behind the brace that closes them, where they show it.
struct TakeProperties<'n, 'b> {
    names: &'n mut Names,
    body: &'b Bytes,
}

impl<'de> DeserializeSeed<'de> for TakeProperties<'_, '_> {
    type Value = (Properties, Option<usize>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TakeProperties<'_, '_> {
    type Value = (Properties, Option<usize>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { names, body } = self;
        // Room for what stands beside them, which is put in front.
        let mut properties = Properties { fields: Vec::with_capacity(names.properties + BESIDE), marks: 0 };
        let mut last = None;
        while let Some(name) = map.next_key_seed(Property(&mut *names))? {
            let value: &RawValue = map.next_value()?;
            properties.marks |= mark(&name);
            properties.fields.push((name, slice(body, value)));
            last = Some(value.get());
        }
        names.properties = properties.fields.len();
        let end = last.and_then(|last| place(body, last).map(|at| at + last.len())).and_then(|end| closed(body, end));
        Ok((properties, end))
    }
}

/// The name of a property.
struct Property<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for Property<'_> {
    type Value = SmolStr;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Property<'_> {
    type Value = SmolStr;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.lower_case(name))
    }
}

/// Behind the brace that closes an object whose last value ends here.
fn closed(body: &[u8], end: usize) -> Option<usize> {
    let behind = body.get(end..)?;
    let space = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    (behind.get(space) == Some(&b'}')).then_some(end + space + 1)
}

impl Parts<'_> {
    /// The record's own text: between its braces and the names and values next to them is nothing but space.
    fn text(&self, body: &Bytes) -> Option<Bytes> {
        let (first, last) = self.span?;
        let before = body.get(..first.checked_sub(1)?)?;
        let start = before.iter().rposition(|byte| !byte.is_ascii_whitespace()).filter(|at| before[*at] == b'{')?;
        Some(body.slice(start..closed(body, last?)?))
    }
}

/// Reads a page, if it is as pages are.
pub(super) fn page<'a>(plan: &ReadPlan, body: &'a Bytes, with_associations: bool) -> Option<Answer<'a>> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let answer = Page { plan, body, with_associations }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| answer)
}

#[derive(Clone, Copy)]
struct Page<'p> {
    plan: &'p ReadPlan,
    body: &'p Bytes,
    with_associations: bool,
}

impl<'de> DeserializeSeed<'de> for Page<'_> {
    type Value = Answer<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Page<'_> {
    type Value = Answer<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut records, mut paging, mut total) = (None, None::<Option<Paging<'de>>>, None::<Option<u64>>);
        while let Some(name) = map.next_key::<&str>()? {
            let again = match name {
                "results" => records.replace(map.next_value_seed(Records(self))?).is_some(),
                "paging" => paging.replace(map.next_value()?).is_some(),
                "total" => total.replace(map.next_value()?).is_some(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    false
                }
            };
            if again {
                return Err(A::Error::custom("a member comes twice"));
            }
        }
        let records = records.ok_or_else(|| A::Error::missing_field("results"))?;
        Ok(Answer { records, next: paging.flatten().and_then(|paging| paging.next), total: total.flatten() })
    }
}

struct Records<'p>(Page<'p>);

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = Vec<Record>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let Page { plan, body, with_associations } = self.0;
        let (mut records, mut names) = (Vec::new(), Names::default());
        while let Some(parts) = all.next_element_seed(TakeApart { names: &mut names, body })? {
            let text = parts.text(body).ok_or_else(|| A::Error::custom("a record does not show where it lies"))?;
            records.push(assemble(plan, parts, text, body, with_associations).map_err(A::Error::custom)?);
        }
        Ok(records)
    }
}
