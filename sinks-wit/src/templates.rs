//! JMESPath templates over the messages of the batch at hand: the keys of objects and of partitions.

pub use crate::host::templates::{Purpose, Rendered, render};
use crate::{ConfigIssue, Fields};

/// Every fault and warning of an expression that can be known without a message. Natively, where there is no host to ask,
/// there is none.
pub fn check(purpose: Purpose, expression: &str) -> Vec<ConfigIssue> {
    if cfg!(target_family = "wasm") { crate::bindings::ampline::sink::templates::check(purpose, expression) } else { Vec::new() }
}

impl<'a> Fields<'a> {
    /// A template, if it is there, checked for its purpose.
    pub fn template(&mut self, name: &'static str, purpose: Purpose) -> Option<&'a str> {
        let expression = self.text(name)?;
        for issue in check(purpose, expression) {
            if issue.fatal { self.fault([name], issue.message) } else { self.warning([name], issue.message) }
        }
        Some(expression)
    }
}
