//! SOQL: a lexer, a grammar by recursive descent, names and types checked against the objects there are, and the run over the records.
//!
//! What is refused is refused in Salesforce's words, with the line, a caret, row and column.

mod aggregate;
mod answer;
mod ast;
mod bind;
mod condition;
mod fault;
mod filter;
mod lexer;
mod parser;
mod period;
mod plan;
mod run;
mod scope;

pub(super) use self::{
    answer::{Found, Records, Style, Whole, found},
    plan::Plan,
    scope::Scope,
};
use super::error::{ApiError, Code};

const QUERY_CHARS_MAX: usize = 100_000;

/// Reads a query and finds everything that it names.
///
/// # Errors
/// What Salesforce says to a query that it does not understand.
pub(super) fn plan(query: &str, scope: Scope<'_>) -> Result<Plan, ApiError> {
    if query.len() > QUERY_CHARS_MAX {
        let why = format!("SOQL statements cannot be longer than {QUERY_CHARS_MAX} characters.");
        return Err(ApiError::new(Code::MalformedQuery, why));
    }
    let binder = bind::Binder { scope };
    let planned = parser::parse(query).and_then(|parsed| {
        let entity = binder.from(&parsed)?;
        binder.plan(&parsed, entity)
    });
    planned.map_err(|fault| fault.told(query))
}
