//! A YAML document as a tree in which every node and key knows its place. Aliases and merge keys are already expanded.

use std::rc::Rc;

/// Where something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
}

impl Place {
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// A value.
#[derive(Debug)]
pub(crate) struct Node {
    /// Of an aliased node: where it is defined.
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    /// Of a scalar: how it is written, where that can be edited.
    pub(crate) written: Option<Written>,
    /// Nodes in this subtree, itself and expanded aliases included.
    pub(crate) size: usize,
    /// Levels of lists and mappings in this subtree.
    pub(crate) height: usize,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// A single value. Numbers keep their text.
#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) meaning: Meaning,
    /// Written without quotes.
    pub(crate) plain: bool,
}

/// What the core schema of YAML 1.2 takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Null,
    Bool(bool),
    Integer,
    Float,
    Text,
}

/// A scalar that stands in the source letter for letter, on one line: plain, or between quotes without an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Bytes of the source, quotes included.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
    /// Around it.
    pub(super) quote: Option<char>,
    /// It stands under an anchor, so that an edit may change other places as well.
    pub(super) shared: bool,
    /// What stands before it.
    pub(super) lead: Lead,
}

/// What stands before a scalar on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Only blanks.
    Indent,
    /// The dash of a list item and one blank.
    Dash,
    /// Something else.
    Other,
}

/// A key with its value. A mapping may hold the same key twice.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Rc<str>,
    pub(crate) key_place: Place,
    pub(crate) key_written: Option<Written>,
    pub(crate) value: Rc<Node>,
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(Scalar { meaning: Meaning::Null, .. }))
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What it is, for people.
    pub(crate) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::List(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Scalar(scalar) => match scalar.meaning {
                Meaning::Null => "nothing",
                Meaning::Bool(_) => "a boolean",
                Meaning::Integer | Meaning::Float => "a number",
                Meaning::Text => "text",
            },
        }
    }
}
