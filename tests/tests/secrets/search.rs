//! Finds secrets in bytes, however they are written: as they are, in base64 at any offset, percent-encoded, in hexadecimal.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

const HEAD_BYTES: usize = 8;

/// What to look for.
#[derive(Default)]
pub(crate) struct Search {
    /// Forms by their first bytes.
    forms: HashMap<[u8; HEAD_BYTES], Vec<(&'static str, Vec<u8>)>>,
}

impl Search {
    /// Adds a secret; `name` is what a finding calls it.
    pub(crate) fn add(&mut self, name: &'static str, secret: &str) {
        assert!(secret.len() >= 12, "{name} is too short to be told from chance");
        for form in forms(secret) {
            if let Some(head) = form.first_chunk() {
                self.forms.entry(*head).or_default().push((name, form));
            }
        }
    }

    /// The secrets that are in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Vec<&'static str> {
        let at = |place: usize| {
            let head: &[u8; HEAD_BYTES] = bytes[place..].first_chunk()?;
            let form = self.forms.get(head)?.iter().find(|(_, form)| bytes[place..].starts_with(form))?;
            Some(form.0)
        };
        let mut found: Vec<_> = (0..bytes.len()).filter_map(at).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent = |keep: &str| -> String {
        let kept = |c: char| c.is_ascii_alphanumeric() || keep.contains(c);
        secret.chars().map(|c| if kept(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) }).collect()
    };
    let mut forms = vec![bytes.to_vec(), hex.clone().into_bytes(), hex.to_uppercase().into_bytes()];
    forms.extend([percent("-._~").into_bytes(), percent("-._~:/=+").into_bytes()]);
    // Within a longer text the same bytes are encoded in three ways; only the characters that no neighbour changes are compared.
    for before in 0..3 {
        let encoded = BASE64_STANDARD_NO_PAD.encode([vec![0; before], bytes.to_vec()].concat());
        let whole = (before + bytes.len()) * 8 / 6;
        let core = encoded[(before * 8).div_ceil(6)..whole].to_owned();
        forms.push(core.replace('+', "-").replace('/', "_").into_bytes());
        forms.push(core.into_bytes());
    }
    forms
}

#[test]
fn a_secret_is_found_in_every_form() {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
    let secret = "s3cr?t/w+th spaces&~";
    let mut search = Search::default();
    search.add("it", secret);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    for text in [
        format!("a {secret} b"),
        hex.to_uppercase(),
        hex,
        "s3cr%3Ft%2Fw%2Bth%20spaces%26~".to_owned(),
        BASE64_STANDARD.encode(secret),
        BASE64_STANDARD.encode(format!("user:{secret}")),
        BASE64_URL_SAFE.encode(format!("x{secret}y")),
        BASE64_STANDARD.encode(format!("xy{secret}z")),
    ] {
        assert_eq!(search.found_in(text.as_bytes()), ["it"], "{text}");
    }
    assert!(search.found_in(b"s3cr?t/w+th space&~").is_empty());
}
