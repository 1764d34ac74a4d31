//! A record's data: `{"data": <the message>, "metadata": {…}}`, with the message in its url form where the record would be too large.

use ampline_sink::Part;
use serde_json::Value;

const HEAD: &[u8] = br#"{"data":"#;

/// What goes around a message, and in which form the message goes.
pub(crate) struct Framed {
    place: u32,
    by_link: bool,
    tail: Vec<u8>,
}

impl Framed {
    /// For the message at `place`, which has `size` bytes; `bytes_max` counts the data and the partition key.
    pub(crate) fn new(bytes_max: u64, place: u32, size: u64, partition_key: &str, metadata: &[(String, String)]) -> Self {
        let tail = tail(metadata);
        let bytes = HEAD.len() as u64 + size + tail.len() as u64 + partition_key.len() as u64;
        // Should the url form be too large as well, the host, which makes it, rejects the record.
        Self { place, by_link: bytes > bytes_max, tail }
    }

    /// The data's parts, in order.
    pub(crate) fn parts(&self) -> [Part<'_>; 3] {
        let message = if self.by_link { Part::Link(self.place) } else { Part::Message(self.place) };
        [Part::Bytes(HEAD), message, Part::Bytes(&self.tail)]
    }
}

fn tail(metadata: &[(String, String)]) -> Vec<u8> {
    let text = |text: &str| Value::from(text).to_string();
    let members: Vec<_> = metadata.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    format!(r#","metadata":{{{}}}}}"#, members.join(",")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data with `M` in place of the message and `L` in place of its url form.
    fn shown(framed: &Framed) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Part::Message(_) => "M".to_owned(),
            Part::Link(_) => "L".to_owned(),
            Part::Data(_) => panic!("a record's data"),
        };
        framed.parts().iter().map(part).collect()
    }

    #[test]
    fn data_and_metadata_are_json() {
        let metadata = [("event-id", "e1"), ("objectName", "a\"b\\c\n\u{1}é")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let json: Value = serde_json::from_str(&shown(&Framed::new(1 << 20, 3, 1, "k", &metadata)).replace('M', "{}")).unwrap();
        assert_eq!(json, serde_json::json!({"data": {}, "metadata": {"event-id": "e1", "objectName": "a\"b\\c\n\u{1}é"}}));
        assert_eq!(shown(&Framed::new(1 << 20, 0, 1, "k", &[])), r#"{"data":M,"metadata":{}}"#);
    }

    #[test]
    fn the_limit_counts_every_byte_and_the_key() {
        let around = r#"{"data":,"metadata":{}}"#.len() as u64;
        for (size, key, form) in [
            (1_024 - around - 1, "k", 'M'),
            (1_024 - around, "k", 'L'),
            (1_024 - around - 256, &*"k".repeat(256), 'M'),
            (1_024 - around - 255, &*"k".repeat(256), 'L'),
            (u64::from(u32::MAX), "k", 'L'),
        ] {
            assert!(shown(&Framed::new(1_024, 0, size, key, &[])).contains(form), "{size} {}", key.len());
        }
    }
}
