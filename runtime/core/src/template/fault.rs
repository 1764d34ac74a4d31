//! Why an expression has no value for a message.

use super::value::Value;

/// One reason, in the words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A function was given what it does not take.
    Type(String),
    /// A value that cannot be, such as a slice in steps of 0.
    Value(String),
    /// A function was given too few or too many arguments.
    Arity(String),
    /// There is no such function.
    Unknown(String),
    /// A limit of this evaluation.
    Limit(String),
    /// The message is no JSON.
    Message(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Type(reason)
        | Self::Value(reason)
        | Self::Arity(reason)
        | Self::Unknown(reason)
        | Self::Limit(reason)
        | Self::Message(reason)) = self;
        f.write_str(reason)
    }
}

/// A value, or why there is none.
pub(super) type Found<'a> = Result<Value<'a>, Fault>;
