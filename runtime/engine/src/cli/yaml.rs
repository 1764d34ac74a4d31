//! JSON values as YAML 1.2 in block style. Texts are quoted as JSON does wherever a reader of YAML might take them for something else.

use serde_json::Value;

/// A value as a document, without the last line's end.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value, 0);
    out.trim_end().to_owned()
}

/// Writes a value from where a line stands; what is nested is indented by `depth` steps.
fn put(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                begin(out, index, depth);
                out.push_str("- ");
                put(out, item, depth + 1);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            for (index, (key, member)) in members.iter().enumerate() {
                begin(out, index, depth);
                out.push_str(&scalar(key));
                out.push(':');
                let is_nested = matches!(member, Value::Array(items) if !items.is_empty())
                    || matches!(member, Value::Object(members) if !members.is_empty());
                if is_nested {
                    out.push('\n');
                    indent(out, depth + 1);
                    put(out, member, depth + 1);
                } else {
                    out.push(' ');
                    put(out, member, depth + 1);
                }
            }
        }
        Value::String(text) => line(out, &scalar(text)),
        // Empty collections, numbers, truth values and null are written as in JSON, which YAML 1.2 includes.
        other => line(out, &other.to_string()),
    }
}

/// The first entry stands where the line stands, the others on lines of their own.
fn begin(out: &mut String, index: usize, depth: usize) {
    if index > 0 {
        indent(out, depth);
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A text, plain where that is safe.
fn scalar(text: &str) -> String {
    let mut bytes = text.bytes();
    let is_plain = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'/')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// As in JSON; besides what JSON escapes, what YAML takes for a line's end or does not print.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for one in json.chars() {
        match one {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => out.push_str(&format!("\\u{:04x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_in_block_style() {
        for (value, expected) in [
            (json!(null), "null"),
            (json!([]), "[]"),
            (json!({ "a": {}, "b": [] }), "a: {}\nb: []"),
            (json!([1, "x", [2, 3], { "k": "v", "l": [true] }]), "- 1\n- x\n- - 2\n  - 3\n- k: v\n  l:\n    - true"),
            (
                json!({ "on": "yes", "a b": "1.5", "t": "2026-01-01T00:00:00Z" }),
                "a b: \"1.5\"\n\"on\": \"yes\"\nt: \"2026-01-01T00:00:00Z\"",
            ),
            (json!({ "text": "two\nlines: #\u{85}\t" }), "text: \"two\\nlines: #\\u0085\\t\""),
        ] {
            let expected = expected.replace("a b:", "\"a b\":");
            assert_eq!(text(&value), expected, "{value}");
        }
    }
}
