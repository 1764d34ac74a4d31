//! A query as it is written, before anybody asks whether its objects and fields exist.

use jiff::civil::Date;

use super::period::Period;

/// A query, or a part of one that is a query itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) select: Vec<Item>,
    /// The object or the relationship, and where it is named.
    pub(super) from: (String, usize),
    /// Another name for it.
    pub(super) alias: Option<String>,
    pub(super) filter: Option<Condition>,
    pub(super) group: Vec<Path>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

/// What is selected.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// A field, with an alias where somebody dared.
    Field(Path, Option<String>),
    /// `FIELDS(…)`.
    Fields(Group, usize),
    /// A query over children.
    Children(Box<Query>),
    /// `COUNT()`.
    Count(usize),
    /// An aggregate of a field.
    Aggregate { function: Function, of: Path, alias: Option<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    All,
    Standard,
    Custom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

/// A field, by way of relationships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) names: Vec<String>,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Compare { path: Path, operator: Operator, with: Operand },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
    Like,
    In,
    NotIn,
    Includes,
    Excludes,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    One(Literal),
    Many(Vec<Literal>),
    Query(Box<Query>),
}

/// A value that a query names, and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Literal {
    pub(super) value: Value,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Text(String),
    Number(f64),
    Boolean(bool),
    Date(Date),
    /// Unix milliseconds.
    Instant(i64),
    Period(Period),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) by: Path,
    pub(super) is_descending: bool,
    pub(super) are_nulls_last: bool,
}
