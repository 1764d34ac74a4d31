//! Names of fields: a plain name (`email`), or a path in bracket form (`$['address']['city']`, `['a.b']`, `$['tags'][0]`, `$['lines'][*]['sku']`).

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::members::Members;

/// Longest path, in steps; real ones have a handful.
const STEPS_MAX: usize = 32;

/// A field's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    text: String,
    /// What the first step names: a field of the record.
    head: String,
    rest: Vec<Step>,
}

/// One step below a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A member of an object.
    Name(String),
    /// An element of a list.
    Index(usize),
    /// Every element of a list.
    Each,
}

/// Why a name that looks like a path is none, and the path that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) reason: &'static str,
    pub(crate) instead: Option<String>,
}

impl Flaw {
    fn of(reason: &'static str) -> Self {
        Self { reason, instead: None }
    }
}

impl FieldPath {
    /// Reads a plain name or a path.
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        if let Some(dotted) = text.strip_prefix("$.") {
            let is_plain = dotted.split('.').all(|step| !step.is_empty() && !step.contains(['\'', '"', '[', ']', '\\', '*']));
            let steps = || dotted.split('.').map(|step| format!("['{step}']")).collect::<String>();
            return Err(Flaw { reason: "paths are written in bracket form", instead: is_plain.then(|| format!("${}", steps())) });
        }
        let path = text.strip_prefix('$').unwrap_or(text);
        if !path.starts_with('[') {
            return Ok(Self { text: text.to_owned(), head: text.to_owned(), rest: Vec::new() });
        }
        let (first, mut behind) = step(path)?;
        let Step::Name(head) = first else { return Err(Flaw::of("the first step must name a field")) };
        let mut rest = Vec::new();
        while !behind.is_empty() {
            if rest.len() == STEPS_MAX {
                return Err(Flaw::of("it has too many steps"));
            }
            let (one, more) = step(behind)?;
            rest.push(one);
            behind = more;
        }
        Ok(Self { text: text.to_owned(), head, rest })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The record's field that it begins with.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Whether it names a field itself, and nothing within it.
    pub fn is_plain(&self) -> bool {
        self.rest.is_empty()
    }

    /// All names, where every step is one.
    pub fn names(&self) -> Option<Vec<&str>> {
        let rest = self.rest.iter().map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
        std::iter::once(Some(self.head.as_str())).chain(rest).collect()
    }

    /// What lies there in the value of the field; nothing where there is nothing. `[*]` gives a list of what its elements have.
    pub(crate) fn within<'v>(&self, value: &'v Bytes) -> Option<Cow<'v, [u8]>> {
        if self.rest.is_empty() {
            return Some(Cow::Borrowed(value));
        }
        within(&self.rest, serde_json::from_slice(value).ok()?)
    }
}

fn within<'v>(steps: &[Step], value: &'v RawValue) -> Option<Cow<'v, [u8]>> {
    let Some((first, rest)) = steps.split_first() else { return Some(Cow::Borrowed(value.get().as_bytes())) };
    match first {
        Step::Name(name) => {
            let Members(members) = serde_json::from_str(value.get()).ok()?;
            let exact = members.iter().find(|(key, _)| key == name);
            let near = || members.iter().find(|(key, _)| key.to_lowercase() == name.to_lowercase());
            within(rest, exact.or_else(near)?.1)
        }
        Step::Index(index) => within(rest, elements(value)?.get(*index).copied()?),
        Step::Each => {
            let mut list = b"[".to_vec();
            for part in elements(value)?.into_iter().filter_map(|element| within(rest, element)) {
                if list.len() > 1 {
                    list.push(b',');
                }
                list.extend_from_slice(&part);
            }
            list.push(b']');
            Some(Cow::Owned(list))
        }
    }
}

fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

/// Reads one `['name']`, `["name"]`, `[*]` or `[0]`; gives what follows as well.
fn step(text: &str) -> Result<(Step, &str), Flaw> {
    let inner = text.strip_prefix('[').ok_or(Flaw::of("each step stands in brackets"))?;
    if let Some(quote @ ('\'' | '"')) = inner.chars().next() {
        let (name, rest) = inner[1..].split_once(quote).ok_or(Flaw::of("a quotation mark is not closed"))?;
        if name.is_empty() {
            return Err(Flaw::of("a step is empty"));
        }
        let rest = rest.strip_prefix(']').ok_or(Flaw::of("a bracket is not closed"))?;
        return Ok((Step::Name(name.to_owned()), rest));
    }
    let (step, rest) = inner.split_once(']').ok_or(Flaw::of("a bracket is not closed"))?;
    match step {
        "*" => Ok((Step::Each, rest)),
        _ if step.is_empty() || !step.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Flaw::of("names in brackets stand in quotes"))
        }
        _ => step.parse().map(|index| (Step::Index(index), rest)).map_err(|_| Flaw::of("an index is too large")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_names_and_from_mistakes() {
        for name in ["email", "$['a']", "$['a']['b.c']", "$[\"a\"][*]['b']", "['a.b']", "$id", "a.b", "$['a'][0]"] {
            assert!(FieldPath::parse(name).is_ok(), "{name}");
        }
        let deep = format!("$['a']{}", "[0]".repeat(40));
        let wrong = ["$[", "$[]", "$['a'", "$['a", "$['']", "$[a]", "$['a'].b", "$['a']b", "$.a.b", "$[0]", "$[*]", &deep];
        for name in wrong.into_iter().chain(["$['a'][99999999999999999999]"]) {
            assert!(FieldPath::parse(name).is_err(), "{name}");
        }
        assert_eq!(FieldPath::parse("$.a.b").unwrap_err().instead.as_deref(), Some("$['a']['b']"));
    }

    #[test]
    fn what_lies_at_a_path_is_found() {
        let value = Bytes::from_static(
            br#"{"city" : "Kiel","Geo":{"lat":1.50},"lines":[{"sku":1},{},{"sku":"x"}],"none":null,"deep":[[7]]}"#,
        );
        let rows: [(&str, Option<&str>); 12] = [
            ("$['a']['city']", Some("\"Kiel\"")),
            ("$['a']['City']", Some("\"Kiel\"")),
            ("['a'][\"geo\"]['lat']", Some("1.50")),
            ("$['a']['lines'][*]['sku']", Some("[1,\"x\"]")),
            ("$['a']['lines'][2]['sku']", Some("\"x\"")),
            ("$['a']['lines'][1]['sku']", None),
            ("$['a']['lines'][3]", None),
            ("$['a']['none']", Some("null")),
            ("$['a']['none']['x']", None),
            ("$['a']['city']['x']", None),
            ("$['a']['city'][*]", None),
            ("$['a']['deep'][*][0]", Some("[7]")),
        ];
        for (path, expected) in rows {
            let path = FieldPath::parse(path).unwrap();
            let found = path.within(&value).map(|found| String::from_utf8(found.into_owned()).unwrap());
            assert_eq!(found.as_deref(), expected, "{path:?}");
        }
    }
}
