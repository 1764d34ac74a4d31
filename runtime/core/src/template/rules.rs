//! What a rendered text must be for its purpose (`delivery.md` section 1).

use super::{Purpose, print::cut};

/// The longest object key, as S3 has it, in bytes of UTF-8.
pub const OBJECT_KEY_BYTES_MAX: usize = 1024;

/// The longest partition key, as Kinesis has it, in Unicode scalar values.
pub const PARTITION_KEY_CHARS_MAX: usize = 256;

/// What is shown of a text that breaks a rule, in characters.
const SHOWN_CHARS_MAX: usize = 120;

/// The rule that a text breaks, and how.
pub(super) fn fault(purpose: Purpose, text: &str) -> Option<String> {
    let broken = match purpose {
        Purpose::ObjectKey => object_key(text),
        Purpose::PartitionKey => partition_key(text),
        Purpose::Text => None,
    }?;
    Some(format!("{broken}: `{}`", cut(text, SHOWN_CHARS_MAX)))
}

fn object_key(key: &str) -> Option<String> {
    if key.len() > OBJECT_KEY_BYTES_MAX {
        return Some(format!("the key has {} bytes of UTF-8, an object key at most {OBJECT_KEY_BYTES_MAX}", key.len()));
    }
    if key.starts_with('/') {
        return Some("an object key does not begin with `/`".to_owned());
    }
    if let Some(segment) = key.split('/').find(|segment| matches!(*segment, "." | "..")) {
        return Some(format!("an object key has no `{segment}` between its slashes"));
    }
    let control = key.chars().find(|char| char.is_control())?;
    Some(format!("an object key has no control characters, but here is U+{:04X}", u32::from(control)))
}

fn partition_key(key: &str) -> Option<String> {
    let chars = key.chars().count();
    (chars > PARTITION_KEY_CHARS_MAX)
        .then(|| format!("the key has {chars} characters, a partition key at most {PARTITION_KEY_CHARS_MAX}"))
}
