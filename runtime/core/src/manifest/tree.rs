//! A YAML document as a tree in which every node and key knows its place. Aliases and merge keys are already expanded.

use std::rc::Rc;

/// Where something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: u32,
    /// From 1, in characters.
    pub(super) column: u32,
}

impl Place {
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    /// Of an aliased node: where it is defined.
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// Of a scalar: how it is written, where that can be edited.
    pub(super) written: Option<Written>,
    /// Nodes in this subtree, itself and expanded aliases included.
    pub(super) size: usize,
    /// Levels of lists and mappings in this subtree.
    pub(super) height: usize,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Kind {
    Scalar(Scalar),
    List(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// A single value. Numbers keep their text.
#[derive(Debug)]
pub(super) struct Scalar {
    pub(super) text: String,
    pub(super) meaning: Meaning,
    /// Written without quotes.
    pub(super) plain: bool,
}

/// What the core schema of YAML 1.2 takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Null,
    Bool(bool),
    Integer,
    Float,
    Text,
}

/// A scalar that stands in the source letter for letter, on one line: plain, or between quotes without an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
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
pub(super) enum Lead {
    /// Only blanks.
    Indent,
    /// The dash of a list item and one blank.
    Dash,
    /// Something else.
    Other,
}

/// A key with its value. A mapping may hold the same key twice.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Rc<str>,
    pub(super) key_place: Place,
    pub(super) key_written: Option<Written>,
    pub(super) value: Rc<Node>,
}

impl Node {
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(Scalar { meaning: Meaning::Null, .. }))
    }

    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What it is, for people.
    pub(super) fn name(&self) -> &'static str {
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
