//! What a scalar means: the core schema of YAML 1.2 (section 10.3.2), in which `no`, `yes` and `on` are text.

use serde_yaml::{ScalarStyle, Tag};

use super::tree::{Meaning, Scalar};

/// Takes a scalar for what its tag says, else for what its text looks like.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Scalar {
    let plain = style == ScalarStyle::Plain;
    let meaning = match tag {
        Some(tag) if tag.is_yaml_core_schema_tag("str") || (tag.handle().is_empty() && tag.suffix() == "!") => Meaning::Text,
        Some(tag) if tag.is_yaml_core_schema() => plain_meaning(text),
        _ if plain => plain_meaning(text),
        _ => Meaning::Text,
    };
    Scalar { text: text.to_owned(), meaning, plain }
}

fn plain_meaning(text: &str) -> Meaning {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
        "true" | "True" | "TRUE" => Meaning::Bool(true),
        "false" | "False" | "FALSE" => Meaning::Bool(false),
        _ if is_integer(text) => Meaning::Integer,
        _ if is_float(text) => Meaning::Float,
        _ => Meaning::Text,
    }
}

fn is_integer(text: &str) -> bool {
    let all = |digits: &str, is: fn(&char) -> bool| !digits.is_empty() && digits.chars().all(|char| is(&char));
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |char| matches!(char, '0'..='7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, char::is_ascii_hexdigit);
    }
    all(text.strip_prefix(['-', '+']).unwrap_or(text), char::is_ascii_digit)
}

fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    // What Rust reads as a float and YAML does not: `inf`, `infinity`, `nan`.
    unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.')
        && unsigned.contains(|char: char| char.is_ascii_digit())
        && unsigned.parse::<f64>().is_ok()
}
