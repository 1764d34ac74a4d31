//! Templates: JMESPath over a message's metadata, time and data, for object keys, partition keys and any other text.
//!
//! One engine for checks when a destination is made, for previews and for deliveries.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::message::Metadata;

/// What a rendered text is for; it decides what a good one is, and what becomes of a template that gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Key of an S3 object.
    ObjectKey,
    /// Partition key of a Kinesis record.
    PartitionKey,
    /// Any text.
    Text,
}

/// One fault of an expression, or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where in the expression, in characters from 0, if it has a place.
    pub position: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the template cannot be used.
    pub fatal: bool,
}

impl std::fmt::Display for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some(position) => write!(f, "at character {}: {}", position + 1, self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What a template is rendered over.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The closed set of names.
    pub metadata: &'a Metadata,
    /// When the event happened; the same at every attempt.
    pub time: Timestamp,
    /// The message as JSON.
    pub data: &'a [u8],
}

/// A text, and what an operator should know of how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// That it is a fall-back, and why.
    pub note: Option<String>,
}

/// A compiled template.
#[derive(Debug, Clone)]
pub struct Template {
    purpose: Purpose,
    expression: jmespath::Expression<'static>,
}

impl Template {
    /// Compiles an expression; all faults where it cannot be used.
    pub fn compile(purpose: Purpose, expression: &str) -> Result<Self, Vec<Issue>> {
        let fault = |error: jmespath::JmespathError| {
            vec![Issue { position: Some(error.offset), message: error.reason.to_string(), fatal: true }]
        };
        Ok(Self { purpose, expression: jmespath::compile(expression).map_err(fault)? })
    }

    /// The text for a message; an error is for a person to read and comes again with the same message.
    pub fn render(&self, context: &Context<'_>) -> Result<Rendered, String> {
        let data: Value = serde_json::from_slice(context.data).map_err(|error| format!("the message is not JSON: {error}"))?;
        let input = json!({"metadata": context.metadata, "time": {"rfc3339": context.time.to_string()}, "data": data});
        let input = jmespath::Variable::try_from(input).map_err(|error| error.to_string())?;
        let found = self.expression.search(input).map_err(|error| error.reason.to_string());
        let fallback = |note: String| Rendered { text: context.metadata.event_id.clone(), note: Some(note) };
        match found.map(|found| found.as_string().cloned().unwrap_or_default()) {
            Ok(text) if !text.is_empty() => Ok(Rendered { text, note: None }),
            Ok(_) if self.purpose == Purpose::PartitionKey => Ok(fallback("the template gives nothing".to_owned())),
            Ok(_) => Err("the template gives nothing for this message".to_owned()),
            Err(reason) if self.purpose == Purpose::PartitionKey => Ok(fallback(reason)),
            Err(reason) => Err(reason),
        }
    }
}

/// Every fault and warning that can be known without a message.
pub fn check(purpose: Purpose, expression: &str) -> Vec<Issue> {
    Template::compile(purpose, expression).err().unwrap_or_default()
}
