//! Values of expressions. What comes from a message stays as it is written until an expression looks into it.

use std::{cell::OnceCell, ops::Deref, rc::Rc};

use jmespath::{Variable, ast::Ast};

use super::{number::Number, written};

/// The types of JMESPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
    Expression,
}

impl Kind {
    /// As the function `type` names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::Text => "string",
            Self::List => "array",
            Self::Object => "object",
            Self::Expression => "expref",
        }
    }

    /// As a sentence has it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Expression => "an expression (`&…`)",
        }
    }
}

/// A text, shared or of the message.
#[derive(Debug, Clone)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

/// The elements of a list.
pub(super) type List<'a> = Rc<Vec<Value<'a>>>;

/// The members of an object in their order, each name once.
pub(super) type Members<'a> = Rc<Vec<(Text<'a>, Value<'a>)>>;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text<'a>),
    List(List<'a>),
    Object(Members<'a>),
    /// JSON text that nothing has looked into yet.
    Written(Rc<Written<'a>>),
    Expression(&'a Ast),
}

/// JSON text, and what it holds once something has looked: one level, whose own lists and objects are [`Value::Written`].
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    opened: OnceCell<Value<'a>>,
}

impl<'a> Value<'a> {
    pub(super) fn written(text: &'a str) -> Self {
        Self::Written(Rc::new(Written { text, opened: OnceCell::new() }))
    }

    pub(super) fn list(elements: Vec<Self>) -> Self {
        Self::List(Rc::new(elements))
    }

    pub(super) fn object(members: Vec<(Text<'a>, Self)>) -> Self {
        Self::Object(Rc::new(members))
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into().into())
    }

    /// The value with its outermost level at hand. An error says why the text is no JSON.
    pub(super) fn opened(&self) -> Result<&Self, String> {
        let Self::Written(written) = self else { return Ok(self) };
        if let Some(value) = written.opened.get() {
            return Ok(value);
        }
        let value = written::open(written.text)?;
        Ok(written.opened.get_or_init(|| value))
    }

    /// The type, without a look inside.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::List(_) => Kind::List,
            Self::Object(_) => Kind::Object,
            Self::Written(written) => written::kind(written.text),
            Self::Expression(_) => Kind::Expression,
        }
    }

    /// A literal of an expression.
    pub(super) fn literal(literal: &'a Variable) -> Self {
        match literal {
            Variable::Null => Self::Null,
            Variable::Bool(value) => Self::Bool(*value),
            Variable::Number(number) => Self::Number(Number::parse(&number.to_string())),
            Variable::String(text) => Self::Text(Text::Borrowed(text)),
            Variable::Array(elements) => Self::list(elements.iter().map(|element| Self::literal(element)).collect()),
            Variable::Object(members) => {
                Self::object(members.iter().map(|(name, value)| (Text::Borrowed(name.as_str()), Self::literal(value))).collect())
            }
            Variable::Expref(expression) => Self::Expression(expression),
        }
    }
}
