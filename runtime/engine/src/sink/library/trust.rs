//! Whose sinks are trusted: Ed25519 signatures over a component's bytes, checked against the keys that the operator names.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::signature::{ED25519, UnparsedPublicKey};

/// What stands before the 32 bytes of an Ed25519 key in a public key as PEM files hold it (RFC 8410).
const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const SIGNATURE_BYTES: usize = 64;

/// The keys whose signatures count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Whether a sink without a signature of one of them is refused.
    required: bool,
    keys: Vec<(String, [u8; 32])>,
}

impl Trust {
    /// Keys by name, each as the base64 of a PEM file holds it (`MCowBQYDK2VwAyEA…`), or the whole file.
    ///
    /// # Errors
    /// What is wrong, with the name of the key that it is about where it is about one.
    pub fn new<'a>(
        required: bool,
        keys: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Result<Self, Vec<(Option<String>, String)>> {
        let (mut faults, mut read) = (Vec::new(), Vec::new());
        for (name, text) in keys {
            match key(text) {
                Some(key) => read.push((name.clone(), key)),
                None => faults.push((
                    Some(name.clone()),
                    "is no Ed25519 public key; write what `openssl pkey -in key.pem -pubout` prints between its BEGIN and END lines".to_owned(),
                )),
            }
        }
        if required && read.is_empty() && faults.is_empty() {
            faults.push((None, "signatures are required but no key is trusted: name one under [sinks.trusted_keys]".to_owned()));
        }
        if faults.is_empty() { Ok(Self { required, keys: read }) } else { Err(faults) }
    }

    /// The name of the key that signed these bytes; nothing for what is not signed and need not be.
    pub(super) fn signer(&self, bytes: &[u8], signature: Option<&[u8]>) -> Result<Option<String>, String> {
        let Some(signature) = signature else {
            if self.required {
                return Err(format!(
                    "it is not signed, and this runtime takes signed sinks only: have it signed by {} \
                     (`openssl pkeyutl -sign -rawin -inkey key.pem -in sink.wasm -out sink.wasm.sig`) and give the signature (`--signature FILE`)",
                    self.names()
                ));
            }
            return Ok(None);
        };
        if signature.len() != SIGNATURE_BYTES {
            return Err(format!("its signature has {} bytes, and one of Ed25519 has {SIGNATURE_BYTES}", signature.len()));
        }
        let fits = |(_, key): &&(String, [u8; 32])| UnparsedPublicKey::new(&ED25519, key).verify(bytes, signature).is_ok();
        let signer = self.keys.iter().find(fits).map(|(name, _)| name.clone());
        signer.map(Some).ok_or_else(|| {
            format!("its signature fits no key that is trusted ({}): it was signed by another, or for other bytes", self.names())
        })
    }

    fn names(&self) -> String {
        match self.keys.as_slice() {
            [] => "none is named under [sinks.trusted_keys]".to_owned(),
            keys => keys.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        }
    }
}

fn key(text: &str) -> Option<[u8; 32]> {
    let encoded: String = text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
    let bytes = BASE64_STANDARD.decode(encoded).ok()?;
    bytes.strip_prefix(&PREFIX)?.try_into().ok()
}

/// A signature as files hold it: its 64 bytes, or their base64.
pub(crate) fn signature(file: &[u8]) -> Option<Vec<u8>> {
    if file.len() == SIGNATURE_BYTES {
        return Some(file.to_vec());
    }
    let text: String = std::str::from_utf8(file).ok()?.split_whitespace().collect();
    BASE64_STANDARD.decode(text).ok().filter(|bytes| bytes.len() == SIGNATURE_BYTES)
}

#[cfg(test)]
mod tests {
    //! Oracle: the first test of RFC 8032, section 7.1.

    use super::*;

    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    const SIGNATURE: &str = "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";

    fn pem_body() -> String {
        BASE64_STANDARD.encode([&PREFIX[..], &BASE64_STANDARD.decode(KEY).unwrap()].concat())
    }

    fn check(required: bool, bytes: &[u8], signature: Option<&[u8]>, expected: Result<Option<&str>, &str>) {
        let trust = Trust::new(required, [(&"acme".to_owned(), &pem_body())]).unwrap();
        match (trust.signer(bytes, signature), expected) {
            (Ok(signer), Ok(expected)) => assert_eq!(signer.as_deref(), expected),
            (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}"),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn what_is_signed_by_a_trusted_key_is_told_from_what_is_not() {
        let signature = signature(SIGNATURE.as_bytes()).unwrap();
        check(true, b"", Some(&signature), Ok(Some("acme")));
        check(false, b"", Some(&signature), Ok(Some("acme")));
        check(false, b"", None, Ok(None));
        check(true, b"", None, Err("have it signed by acme"));
        check(false, b"other", Some(&signature), Err("fits no key that is trusted (acme)"));
        check(false, b"", Some(&signature[1..]), Err("has 63 bytes"));
    }

    #[test]
    fn keys_are_read_or_named() {
        let whole = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", pem_body());
        assert!(Trust::new(true, [(&"acme".to_owned(), &whole)]).is_ok());
        for (required, keys, words) in [
            (false, vec![("acme".to_owned(), KEY.to_owned())], "no Ed25519 public key"),
            (false, vec![("acme".to_owned(), "ssh-ed25519 AAAA".to_owned())], "no Ed25519 public key"),
            (true, vec![], "no key is trusted"),
        ] {
            let faults = Trust::new(required, keys.iter().map(|(name, key)| (name, key))).unwrap_err();
            assert!(faults[0].1.contains(words), "{faults:?}");
        }
    }
}
