//! Templates: JMESPath over a message's metadata, time and data, for object keys, partition keys and any other text.
//!
//! One engine for checks when a destination is made, for previews and for deliveries. A straight line: `scan` and `syntax` (the
//! crate's parser) → `inspect` (what shows without a message) → `evaluate` over `value`s that are parsed as far as they are reached →
//! `rules` of the purpose. No expression and no message makes it panic, recurse without end or take more than a set amount of work.
//!
//! Nothing that a template can name changes between the attempts of a delivery, so that a retry renders the same text.

mod evaluate;
mod fault;
mod functions;
mod inspect;
mod json;
mod names;
mod number;
mod print;
mod rules;
pub mod sample;
mod scan;
mod syntax;
mod time;
mod value;
mod written;

use std::sync::Arc;

use jiff::Timestamp;
use jmespath::ast::Ast;

pub use rules::{OBJECT_KEY_BYTES_MAX, PARTITION_KEY_CHARS_MAX};

use self::{
    evaluate::Evaluation,
    value::{Kind, Text, Value},
};
use crate::message::Metadata;

/// The key of an S3 object where its destination has no template: the event's time and id.
pub const DEFAULT_OBJECT_KEY: &str = r#"join('', [time.rfc3339_nano, '_', metadata."event-id", '.json'])"#;

/// The partition key of a Kinesis record where its destination has no template: the event id, which spreads evenly.
pub const DEFAULT_PARTITION_KEY: &str = r#"metadata."event-id""#;

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
    /// The message as JSON, parsed only as far as a template looks into it.
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

/// A compiled template; cheap to clone.
#[derive(Debug, Clone)]
pub struct Template {
    purpose: Purpose,
    tree: Arc<Ast>,
}

impl Template {
    /// Compiles an expression; all faults where it cannot be used.
    pub fn compile(purpose: Purpose, expression: &str) -> Result<Self, Vec<Issue>> {
        let (tree, mut issues) = checked(purpose, expression);
        issues.retain(|issue| issue.fatal);
        match tree {
            Some(tree) if issues.is_empty() => Ok(Self { purpose, tree: Arc::new(tree) }),
            _ => Err(issues),
        }
    }

    /// The text for a message; an error is for a person to read and comes again with the same message.
    pub fn render(&self, context: &Context<'_>) -> Result<Rendered, String> {
        let evaluated = match std::str::from_utf8(context.data) {
            Ok(data) => evaluated(self.purpose, &self.tree, &root(context, data), "for this message"),
            Err(error) => Evaluated::Nothing(format!("the message is not UTF-8: {error}")),
        };
        match evaluated {
            Evaluated::Text(text) => Ok(Rendered { text, note: None }),
            Evaluated::Nothing(reason) if self.purpose == Purpose::PartitionKey => {
                let note = format!("the event id is the partition key, because {reason}");
                Ok(Rendered { text: context.metadata.event_id.clone(), note: Some(note) })
            }
            Evaluated::Nothing(reason) | Evaluated::Bad(reason) => Err(reason),
        }
    }
}

/// What comes of an expression and one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// The rendered text; nothing where there is none.
    pub text: Option<String>,
    /// That the text is a fall-back, and why.
    pub note: Option<String>,
    /// Every fault and warning; that of the message first.
    pub issues: Vec<Issue>,
}

/// Checks an expression and renders it over a message, for who writes one.
pub fn preview(purpose: Purpose, expression: &str, context: &Context<'_>) -> Preview {
    let mut preview = Preview { issues: check(purpose, expression), ..Preview::default() };
    let Ok(template) = Template::compile(purpose, expression) else { return preview };
    match template.render(context) {
        Ok(rendered) => (preview.text, preview.note) = (Some(rendered.text), rendered.note),
        Err(message) => preview.issues.insert(0, Issue { position: None, message, fatal: true }),
    }
    preview
}

/// Every fault and warning that can be known without a message, the faults first.
pub fn check(purpose: Purpose, expression: &str) -> Vec<Issue> {
    checked(purpose, expression).1
}

fn checked(purpose: Purpose, expression: &str) -> (Option<Ast>, Vec<Issue>) {
    let tree = match syntax::parse(expression) {
        Ok(tree) => tree,
        Err(issues) => return (None, issues),
    };
    let (mut issues, reach) = inspect::inspect(purpose, expression, &tree);
    if reach.is_constant() && !issues.iter().any(|issue| issue.fatal) {
        let fate = match evaluated(purpose, &tree, &Value::Null, "for every message") {
            Evaluated::Text(_) => None,
            Evaluated::Nothing(reason) => Some((reason, purpose != Purpose::PartitionKey)),
            Evaluated::Bad(reason) => Some((reason, true)),
        };
        issues.extend(fate.map(|(reason, fatal)| Issue { position: None, message: reason, fatal }));
        issues.sort_by_key(|issue| !issue.fatal);
    }
    (Some(tree), issues)
}

/// What came of an evaluation.
enum Evaluated {
    /// A text that is good for the purpose.
    Text(String),
    /// No text, and why.
    Nothing(String),
    /// A text that breaks a rule of the purpose, and which.
    Bad(String),
}

/// `whose`: of which messages it is the text, for a reason.
fn evaluated<'a>(purpose: Purpose, tree: &'a Ast, root: &Value<'a>, whose: &str) -> Evaluated {
    let mut evaluation = Evaluation::new();
    let text = evaluation.value(tree, root).and_then(|value| match value {
        Value::Null => Ok(Err("is null")),
        Value::Expression(_) => Ok(Err("is an expression (`&…`), not a value,")),
        Value::Text(text) if text.is_empty() => Ok(Err("is empty")),
        Value::Text(text) => Ok(Ok(text.to_string())),
        value => evaluation.json(&value).map(Ok),
    });
    match text {
        Ok(Ok(text)) => match rules::fault(purpose, &text) {
            None => Evaluated::Text(text),
            Some(reason) => Evaluated::Bad(reason),
        },
        Ok(Err(lack)) => Evaluated::Nothing(format!("{} {lack} {whose}", inspect::named(tree))),
        Err(fault) => Evaluated::Nothing(fault.to_string()),
    }
}

/// The namespaces of a message.
fn root<'a>(context: &Context<'a>, data: &'a str) -> Value<'a> {
    let metadata = context.metadata;
    let text = |text: &'a str| Value::Text(Text::Borrowed(text));
    let metadata = [
        ("projectId", text(&metadata.project_id)),
        ("installationId", text(&metadata.installation_id)),
        ("connectionId", text(&metadata.connection_id)),
        ("destinationId", text(&metadata.destination_id)),
        (names::OPERATION_ID, metadata.operation_id.as_deref().map_or(Value::Null, text)),
        ("objectName", text(&metadata.object_name)),
        (names::EVENT_ID, text(&metadata.event_id)),
        ("timestamp", text(&metadata.timestamp)),
        ("topic", text(&metadata.topic)),
    ];
    let member = |(name, value)| (Text::Borrowed(name), value);
    let time = time::texts(context.time).map(|(name, text)| member((name, Value::text(text))));
    // A message that is a bare text or number needs no looking into; one that is blank is no JSON.
    let data = Value::written(data);
    let data = if matches!(data.kind(), Kind::List | Kind::Object) { data } else { data.opened().cloned().unwrap_or(data) };
    Value::object(vec![
        member(("metadata", Value::object(metadata.map(member).to_vec()))),
        member(("time", Value::object(time.to_vec()))),
        member(("data", data)),
    ])
}

#[cfg(test)]
mod tests;
