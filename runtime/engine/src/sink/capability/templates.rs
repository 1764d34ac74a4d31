//! `templates`: JMESPath over the messages of the batch at hand, by the engine of the core.

use std::collections::HashMap;

use ampline_core::template::{self, Context, Template};

use super::{Host, cut};
use crate::sink::wasm::bindings::ampline::sink::{
    templates::{self, Purpose, Rendered},
    types::ConfigIssue,
};

/// What is kept of a reason or a note.
const REASON_BYTES_MAX: usize = 1 << 10;

/// Compiled templates that an instance keeps.
const COMPILED_MAX: usize = 16;

impl templates::Host for Host {
    fn check(&mut self, purpose: Purpose, expression: String) -> wasmtime::Result<Vec<ConfigIssue>> {
        self.count_call()?;
        let issue = |issue: template::Issue| ConfigIssue {
            pointer: String::new(),
            message: cut(issue.to_string(), REASON_BYTES_MAX),
            fatal: issue.fatal,
        };
        Ok(template::check(purpose.into(), &expression).into_iter().map(issue).collect())
    }

    fn render(
        &mut self,
        purpose: Purpose,
        expression: String,
        indexes: Vec<u32>,
    ) -> wasmtime::Result<Vec<Result<Rendered, String>>> {
        self.count_call()?;
        let template = match self.templates.compiled(purpose.into(), expression) {
            Ok(template) => template,
            Err(reason) => return Ok(indexes.iter().map(|_| Err(reason.clone())).collect()),
        };
        indexes.into_iter().map(|index| self.rendered(&template, index)).collect()
    }
}

impl Host {
    fn rendered(&self, template: &Template, index: u32) -> wasmtime::Result<Result<Rendered, String>> {
        let envelope = self.envelope_or_trap(index)?;
        let context = Context { metadata: &envelope.metadata, time: envelope.occurred_at, data: &envelope.body };
        let rendered = template.render(&context).map_err(|reason| cut(reason, REASON_BYTES_MAX));
        Ok(rendered.map(|rendered| Rendered { text: rendered.text, note: rendered.note.map(|note| cut(note, REASON_BYTES_MAX)) }))
    }
}

/// Templates of an instance, compiled once: a destination has one or two, and its instance serves it for many batches.
#[derive(Debug, Default)]
pub(super) struct Compiled(HashMap<(template::Purpose, String), Result<Template, String>>);

impl Compiled {
    /// A template, or why it cannot be used.
    fn compiled(&mut self, purpose: template::Purpose, expression: String) -> Result<Template, String> {
        // A sink that makes up expressions as it goes gains nothing here, and takes no more room than this.
        if self.0.len() >= COMPILED_MAX {
            self.0.clear();
        }
        let entry = self.0.entry((purpose, expression)).or_insert_with_key(|(purpose, expression)| {
            Template::compile(*purpose, expression).map_err(|issues| {
                let reasons: Vec<_> = issues.iter().map(ToString::to_string).collect();
                cut(reasons.join("; "), REASON_BYTES_MAX)
            })
        });
        entry.clone()
    }
}

impl From<Purpose> for template::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::ObjectKey => Self::ObjectKey,
            Purpose::PartitionKey => Self::PartitionKey,
            Purpose::Text => Self::Text,
        }
    }
}
