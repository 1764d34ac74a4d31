//! `templates`: JMESPath over the messages of the batch at hand, by the engine of the core.

use ampline_core::template::{self, Context, Template};

use super::{Host, cut};
use crate::sink::wasm::bindings::ampline::sink::{
    templates::{self, Purpose, Rendered},
    types::ConfigIssue,
};

/// What is kept of a reason or a note.
const REASON_BYTES_MAX: usize = 1 << 10;

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
        let template = match Template::compile(purpose.into(), &expression) {
            Ok(template) => template,
            Err(issues) => {
                let reasons: Vec<_> = issues.iter().map(ToString::to_string).collect();
                return Ok(indexes.iter().map(|_| Err(cut(reasons.join("; "), REASON_BYTES_MAX))).collect());
            }
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

impl From<Purpose> for template::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::ObjectKey => Self::ObjectKey,
            Purpose::PartitionKey => Self::PartitionKey,
            Purpose::Text => Self::Text,
        }
    }
}
