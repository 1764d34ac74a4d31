//! A JSON Schema as it is put together: keywords in the order in which they were said.

use serde_json::Value;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A JSON Schema, or a part of one.
///
/// ```
/// use ampline_sink::Schema;
///
/// let port = Schema::of("integer").with("minimum", 1).with("maximum", 65_535);
/// assert_eq!(port.to_string(), r#"{"type":"integer","minimum":1,"maximum":65535}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Each keyword with its value as JSON.
    keywords: Vec<(&'static str, String)>,
}

impl Schema {
    /// What is of a type of JSON's: `string`, `integer`, `object`, …
    pub fn of(kind: &str) -> Self {
        Self::words("type", kind)
    }

    /// What one keyword says, whatever its type.
    pub fn words(keyword: &'static str, value: &str) -> Self {
        Self { keywords: Vec::new() }.with(keyword, value)
    }

    /// With a keyword more.
    #[must_use]
    pub fn with(self, keyword: &'static str, value: impl Into<Value>) -> Self {
        self.with_json(keyword, value.into().to_string())
    }

    /// With a keyword more whose value is a schema.
    #[must_use]
    pub fn with_schema(self, keyword: &'static str, schema: &Self) -> Self {
        self.with_json(keyword, schema.to_string())
    }

    /// With a keyword more, where there is a value for it.
    #[must_use]
    pub fn with_some(self, keyword: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(keyword, value),
            None => self,
        }
    }

    fn with_json(mut self, keyword: &'static str, json: String) -> Self {
        self.keywords.push((keyword, json));
        self
    }

    /// An object that has these members and no others. Used by `#[derive(Config)]`.
    #[doc(hidden)]
    pub fn object(members: &[(&'static str, Self, bool)]) -> Self {
        let properties: Vec<_> = members.iter().map(|(name, schema, _)| (*name, schema.to_string())).collect();
        let required: Vec<_> = members.iter().filter(|(.., required)| *required).map(|(name, ..)| *name).collect();
        let schema = Self::of("object");
        let schema = if required.is_empty() { schema } else { schema.with("required", required) };
        schema.with("additionalProperties", false).with_json("properties", json_object(&properties))
    }

    /// With a title and a description in front, where there are any.
    #[doc(hidden)]
    #[must_use]
    pub fn titled(self, title: &str, description: &str) -> Self {
        let words = [("title", title), ("description", description)];
        let said = words.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, json_text(text)));
        Self { keywords: said.chain(self.keywords).collect() }
    }

    /// As a document of its own.
    #[doc(hidden)]
    pub fn document(mut self) -> String {
        self.keywords.insert(0, ("$schema", json_text(DRAFT)));
        self.to_string()
    }
}

impl std::fmt::Display for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&json_object(&self.keywords))
    }
}

fn json_object(members: &[(&str, String)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, json)| format!("{}:{json}", json_text(name))).collect();
    format!("{{{}}}", members.join(","))
}

fn json_text(text: &str) -> String {
    Value::from(text).to_string()
}
