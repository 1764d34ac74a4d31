//! Secrets taken out of texts that others wrote: of what receivers echo, before a sink sees it, and of what sinks say.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::Secret;
use crate::percent::encoded;

/// What stands in place of a secret.
const REDACTED: &[u8] = b"[secret]";
/// Shorter values are found everywhere by accident; taking them out would tell more than it hides.
const REDACTED_BYTES_MIN: usize = 4;

/// Texts that must not come back, longest first.
#[derive(Clone, Default)]
pub struct Redaction(Vec<Secret>);

impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} secrets]", self.0.len())
    }
}

impl FromIterator<Secret> for Redaction {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        let mut all: Vec<Secret> = secrets.into_iter().filter(|one| one.reveal().len() >= REDACTED_BYTES_MIN).collect();
        all.sort_by(|a, b| b.reveal().len().cmp(&a.reveal().len()).then_with(|| a.reveal().cmp(b.reveal())));
        all.dedup();
        Self(all)
    }
}

impl Redaction {
    /// The secrets themselves, to be taken out together with others.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        self.0.iter().cloned()
    }

    /// Whether there is nothing to take out.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the secrets out of what was said; `cut` says that it was cut, perhaps in the middle of one.
    pub(crate) fn bytes(&self, mut said: Vec<u8>, cut: bool) -> Vec<u8> {
        for needle in self.0.iter().map(|needle| needle.reveal().as_bytes()) {
            said = without(said, needle);
            if cut {
                let begun = (REDACTED_BYTES_MIN..needle.len()).rev().find(|len| said.ends_with(&needle[..*len]));
                said.truncate(said.len() - begun.unwrap_or(0));
            }
        }
        said
    }

    /// Takes the secrets out of a text.
    pub(crate) fn text(&self, said: String) -> String {
        if self.0.iter().any(|needle| said.contains(needle.reveal())) {
            return String::from_utf8_lossy(&self.bytes(said.into_bytes(), false)).into_owned();
        }
        said
    }
}

/// A secret and the forms in which receivers commonly repeat it: within JSON, within an address, in base64.
pub(super) fn forms(secret: &Secret) -> Vec<Secret> {
    let text = secret.reveal();
    let quoted = serde_json::Value::from(text).to_string();
    let percent = encoded(text);
    vec![
        secret.clone(),
        Secret::new(quoted.get(1..quoted.len() - 1).unwrap_or_default()),
        Secret::new(percent.replace("%20", "+")),
        Secret::new(percent),
        Secret::new(BASE64_STANDARD.encode(text)),
    ]
}

fn without(said: Vec<u8>, needle: &[u8]) -> Vec<u8> {
    if !said.windows(needle.len()).any(|window| window == needle) {
        return said;
    }
    let (mut out, mut rest) = (Vec::with_capacity(said.len()), said.as_slice());
    while let Some(at) = rest.windows(needle.len()).position(|window| window == needle) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(REDACTED);
        rest = &rest[at + needle.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_the_forms_in_which_it_is_repeated() {
        let secret = Secret::new(r#"pa"ss/wo rd+1"#);
        let redaction: Redaction = forms(&secret).into_iter().collect();
        for said in
            [r#"pa"ss/wo rd+1"#, r#"pa\"ss/wo rd+1"#, "pa%22ss%2Fwo+rd%2B1", "pa%22ss%2Fwo%20rd%2B1", "cGEic3Mvd28gcmQrMQ=="]
        {
            assert_eq!(redaction.text(format!("<{said}>")), "<[secret]>", "{said}");
        }
        assert_eq!(redaction.text("nothing of it".to_owned()), "nothing of it");
    }
}
