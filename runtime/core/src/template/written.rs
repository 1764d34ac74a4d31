//! JSON text, opened level by level: whatever an expression does not reach is passed over, not built.

use std::{collections::HashMap, fmt};

use serde::{
    Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    number::Number,
    value::{Kind, Text, Value},
};

/// A list or an object with more than this is not looked into.
const MEMBERS_MAX: usize = 1 << 20;

/// The type by the first character.
pub(super) fn kind(text: &str) -> Kind {
    match text.trim_start_matches(BLANKS).as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::Text,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        _ => Kind::Null,
    }
}

const BLANKS: [char; 4] = [' ', '\n', '\r', '\t'];

/// One level of a JSON text; all of it is checked on the way.
pub(super) fn open(text: &str) -> Result<Value<'_>, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let opened = match kind(text) {
        Kind::Object => deserializer.deserialize_map(OneLevel),
        Kind::List => deserializer.deserialize_seq(OneLevel),
        _ => <&RawValue as serde::Deserialize>::deserialize(&mut deserializer).map(|raw| element(raw.get())),
    };
    let value = opened.map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}

struct OneLevel;

impl<'de> Visitor<'de> for OneLevel {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = access.next_element::<&RawValue>()? {
            room(elements.len())?;
            elements.push(element(raw.get()));
        }
        Ok(Value::list(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Text<'de>, Value<'de>)> = Vec::new();
        // A name that comes again: the last value counts, at the first place, as in every common reader.
        let mut places: HashMap<&str, usize> = HashMap::new();
        while let Some((name, raw)) = access.next_entry::<&RawValue, &RawValue>()? {
            room(members.len())?;
            let value = element(raw.get());
            match places.get(name.get()) {
                Some(&place) => members[place].1 = value,
                None => {
                    places.insert(name.get(), members.len());
                    members.push((text(name.get()), value));
                }
            }
        }
        Ok(Value::object(members))
    }
}

fn room<E: Error>(len: usize) -> Result<(), E> {
    if len < MEMBERS_MAX {
        Ok(())
    } else {
        Err(E::custom(format_args!("a list or an object has more than {MEMBERS_MAX} members")))
    }
}

/// A value by its sound JSON text.
fn element(json: &str) -> Value<'_> {
    match kind(json) {
        Kind::Text => Value::Text(text(json)),
        Kind::Number => Value::Number(Number::parse(json)),
        Kind::Bool => Value::Bool(json == "true"),
        Kind::Object | Kind::List => Value::written(json),
        Kind::Null | Kind::Expression => Value::Null,
    }
}

/// A text by its sound JSON text, quotes and all.
fn text(json: &str) -> Text<'_> {
    let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Text::Borrowed(inner);
    }
    serde_json::from_str::<String>(json).unwrap_or_else(|_| without_lone_surrogates(inner)).into()
}

/// JSON may escape halves of characters alone (`\ud800`), which no text can hold: each becomes U+FFFD.
fn without_lone_surrogates(inner: &str) -> String {
    let mut units = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        units.extend(rest[..at].encode_utf16());
        let escaped = rest[at + 1..].chars().next().unwrap_or('\\');
        let hex = rest.get(at + 2..at + 6).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match (escaped, hex) {
            ('u', Some(unit)) => units.push(unit),
            ('b', _) => units.push(8),
            ('f', _) => units.push(12),
            ('n', _) => units.push(10),
            ('r', _) => units.push(13),
            ('t', _) => units.push(9),
            (other, _) => units.extend(other.encode_utf16(&mut [0; 2]).iter()),
        }
        rest = &rest[(at + if escaped == 'u' { 6 } else { 1 + escaped.len_utf8() }).min(rest.len())..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

/// A sound JSON text without the blanks between its parts, and with its numbers in the one form; texts stay as they are escaped.
pub(super) fn push_compact(json: &str, out: &mut String) {
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b' ' | b'\n' | b'\r' | b'\t' => at + 1,
            b'"' => end_of_text(bytes, at),
            b'-' | b'0'..=b'9' => end_of(bytes, at, |byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')),
            b'a'..=b'z' => end_of(bytes, at, |byte| byte.is_ascii_lowercase()),
            _ => at + 1,
        };
        match bytes[at] {
            b' ' | b'\n' | b'\r' | b'\t' => {}
            // Digits beyond every float stay as they are written.
            b'-' | b'0'..=b'9' if json[at..end].parse().is_ok_and(f64::is_finite) => {
                out.push_str(&Number::parse(&json[at..end]).to_string());
            }
            _ => out.push_str(json.get(at..end).unwrap_or_default()),
        }
        at = end;
    }
}

fn end_of(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[start..].iter().position(|&byte| !belongs(byte)).map_or(bytes.len(), |length| start + length)
}

fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
