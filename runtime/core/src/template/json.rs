//! Values as compact JSON: members in their order, numbers in their one form.

use super::{
    evaluate::{Evaluation, opened},
    fault::Fault,
    value::{List, Members, Value},
    written,
};

impl Evaluation {
    /// A value as compact JSON.
    pub(super) fn json(&mut self, value: &Value<'_>) -> Result<String, Fault> {
        let mut out = String::new();
        self.push_json(value, &mut out)?;
        Ok(out)
    }

    fn push_json(&mut self, value: &Value<'_>, out: &mut String) -> Result<(), Fault> {
        self.work(1)?;
        let before = out.len();
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::Text(text) => {
                self.search(text)?;
                push_text(text, out);
            }
            Value::Expression(_) => out.push_str("\"expref\""),
            Value::Written(written) => {
                // Only a text that was looked into is known to be JSON.
                opened(value)?;
                self.make(written.text.len())?;
                written::push_compact(written.text, out);
                return Ok(());
            }
            Value::List(elements) => return self.push_list(elements, out),
            Value::Object(members) => return self.push_object(members, out),
        }
        self.make(out.len() - before)
    }

    fn push_list(&mut self, elements: &List<'_>, out: &mut String) -> Result<(), Fault> {
        self.make(2)?;
        out.push('[');
        for (place, element) in elements.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            self.push_json(element, out)?;
        }
        out.push(']');
        Ok(())
    }

    fn push_object(&mut self, members: &Members<'_>, out: &mut String) -> Result<(), Fault> {
        self.make(2)?;
        out.push('{');
        for (place, (name, value)) in members.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            self.make(name.len())?;
            push_text(name, out);
            out.push(':');
            self.push_json(value, out)?;
        }
        out.push('}');
        Ok(())
    }
}

fn push_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
