//! Which keys stand where and what they hold: the manifest format as a table. The checker reads by it, what is said about unknown
//! keys comes from it, and so does the JSON Schema for editors.

mod legacy;
mod today;

pub(super) use legacy::*;
pub(super) use today::*;

/// A mapping of the format and the keys it may have.
#[derive(Debug)]
pub(super) struct Keys {
    /// In the schema.
    pub(super) id: &'static str,
    /// For people: "a read object".
    pub(super) name: &'static str,
    pub(super) keys: &'static [Key],
    /// The mapping it stands in.
    pub(super) parent: Option<&'static Keys>,
    /// Other keys are allowed and kept.
    pub(super) open: bool,
    /// Of each of these groups at least one key must be there.
    pub(super) needed: &'static [&'static [&'static str]],
}

/// A key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    /// What it means, for whoever writes it.
    pub(super) means: &'static str,
    /// Of a key of the form of 2023 or of a draft: what is written today.
    pub(super) today: Option<&'static str>,
    /// Where that is the same under another name: the name.
    pub(super) renamed: Option<&'static str>,
}

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    Text,
    /// Text in one of the forms that the pattern (ECMA 262) matches.
    TextLike {
        pattern: &'static str,
        example: &'static str,
    },
    /// `true` or `false`; left out, the second.
    Flag {
        default: bool,
    },
    /// A whole number of the range.
    Count {
        min: u32,
        max: Option<u32>,
    },
    /// One of some words.
    Words(&'static [&'static str]),
    Mapping(&'static Keys),
    List(&'static Keys),
    /// A list of fields, perhaps without a value.
    Fields,
    Texts,
    /// A list of actions, which differ by their type.
    Actions,
}

impl Keys {
    const fn new(id: &'static str, name: &'static str, parent: &'static Keys, keys: &'static [Key]) -> Self {
        Self { id, name, keys, parent: Some(parent), open: false, needed: &[] }
    }

    const fn needs(self, needed: &'static [&'static [&'static str]]) -> Self {
        Self { needed, ..self }
    }

    /// The key as it should be spelled, if this mapping may have it. Case does not matter, as in the official program.
    pub(super) fn find(&self, key: &str) -> Option<&'static Key> {
        self.keys
            .iter()
            .find(|known| known.name == key)
            .or_else(|| self.keys.iter().find(|known| known.name.eq_ignore_ascii_case(key)))
    }

    /// The names of today's form, and with `legacy` those of older forms.
    pub(super) fn names(&self, legacy: bool) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(move |key| legacy || key.today.is_none()).map(|key| key.name)
    }
}

impl Key {
    const fn new(name: &'static str, holds: Holds, means: &'static str) -> Self {
        Self { name, holds, means, today: None, renamed: None }
    }

    const fn legacy(name: &'static str, holds: Holds, today: &'static str) -> Self {
        Self { name, holds, means: "", today: Some(today), renamed: None }
    }

    const fn renamed(name: &'static str, holds: Holds, to: &'static str, today: &'static str) -> Self {
        Self { renamed: Some(to), ..Self::legacy(name, holds, today) }
    }

    /// The mapping beneath it; of a list: of its items.
    pub(super) fn child(&self) -> Option<&'static Keys> {
        match self.holds {
            Holds::Mapping(keys) | Holds::List(keys) => Some(keys),
            Holds::Fields => Some(&FIELD),
            _ => None,
        }
    }
}
