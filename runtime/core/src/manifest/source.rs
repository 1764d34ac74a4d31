//! Bytes to text: the size limit and the encoding.

use super::{issue::Issue, rule, tree::Place};

/// The largest manifest that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;

const UTF_8_BOM: &[u8] = b"\xef\xbb\xbf";

/// How many bytes a byte-order mark takes at the beginning.
pub(super) fn mark_bytes(source: &[u8]) -> usize {
    if source.starts_with(UTF_8_BOM) { UTF_8_BOM.len() } else { 0 }
}

/// The text of a manifest, without a byte-order mark.
pub(crate) fn decode(source: &[u8]) -> Result<&str, Issue> {
    if source.len() > FILE_BYTES_MAX {
        let message = format!("the file is larger than {FILE_BYTES_MAX} bytes (1 MiB), which is the most that is read");
        return Err(Issue::error(rule::YAML_LIMIT, "$", Place::START, message)
            .suggest("an amp.yaml is a few kilobytes; is this the right file?"));
    }
    if let Some(name) = foreign_encoding(source) {
        let message = format!("the file is encoded as {name}, and only UTF-8 is read");
        return Err(Issue::error(rule::ENCODING, "$", Place::START, message).suggest("save it as UTF-8"));
    }
    let source = source.strip_prefix(UTF_8_BOM).unwrap_or(source);
    let text = str::from_utf8(source).map_err(|error| not_utf_8(source, error.valid_up_to()))?;
    match text.char_indices().find(|(_, char)| *char < ' ' && !matches!(char, '\t' | '\n' | '\r')) {
        None => Ok(text),
        Some((offset, char)) => {
            let name =
                if char == '\0' { "a NUL byte".to_owned() } else { format!("the control character U+{:04X}", u32::from(char)) };
            let message = format!("{name} at byte {offset} cannot stand in YAML");
            Err(Issue::error(rule::ENCODING, "$", place(&text[..offset]), message)
                .suggest("remove it, or write it as an escape in double quotes"))
        }
    }
}

/// UTF-16 and UTF-32 by their byte-order mark or, as YAML 1.2 section 5.2 says, by the NULs around a first ASCII character.
fn foreign_encoding(source: &[u8]) -> Option<&'static str> {
    match source {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=0x7f, ..] => Some("UTF-32 (big-endian)"),
        [0xff, 0xfe, 0, 0, ..] | [1..=0x7f, 0, 0, 0, ..] => Some("UTF-32 (little-endian)"),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, ..] => Some("UTF-16 (big-endian)"),
        [0xff, 0xfe, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some("UTF-16 (little-endian)"),
        _ => None,
    }
}

fn not_utf_8(source: &[u8], offset: usize) -> Issue {
    let (before, rest) = source.split_at(offset);
    let byte = rest.first().copied().unwrap_or_default();
    let message = format!("byte {offset} (0x{byte:02X}) is not UTF-8");
    let place = place(str::from_utf8(before).unwrap_or_default());
    Issue::error(rule::ENCODING, "$", place, message).suggest("save the file as UTF-8")
}

/// The place right after `before`.
fn place(before: &str) -> Place {
    let breaks = before.matches('\n').count();
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    Place { line: count(breaks) + 1, column: count(last_line.chars().count()) + 1 }
}

/// Counts of things in a file fit: it has at most [`FILE_BYTES_MAX`] bytes.
fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
