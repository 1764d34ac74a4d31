//! Credentials at rest: encrypted under a data key that is itself one of the kept secrets, so that a new master key encrypts one
//! value anew and not every connection, and a refreshed token never rewrites the file of secrets.
//!
//! A sealed value is a format byte, the id of the key, a nonce, and XChaCha20-Poly1305. It is bound to what it is for and to the id
//! of its row: copied into another row, it does not open there.

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::secrets::{Forged, MasterKey, NONCE_BYTES};

const FORMAT: u8 = 1;
/// `k-` and twelve hexadecimal digits.
const KEY_ID_BYTES: usize = 14;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A connection's credentials.
    Connection,
    /// A provider app's secret.
    ProviderApp,
    /// An authorisation that is under way.
    Authorization,
    /// A destination's credentials.
    Destination,
    /// An answer of the API, which may hold a secret that is shown once.
    Answer,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::ProviderApp => "provider-app",
            Self::Authorization => "authorization",
            Self::Destination => "destination",
            Self::Answer => "answer",
        }
    }
}

/// Why a sealed value does not open. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsealable {
    /// Not of this format.
    #[error(
        "it is of a format that this version does not read: run the version that wrote it, or restore project.db from a backup"
    )]
    Format,
    /// Under another key.
    #[error(
        "it is encrypted under the data key {wanted}, and the kept secrets hold {have}: restore secrets.json and project.db from the \
         same backup, or give the credentials again"
    )]
    OtherKey {
        /// The id of the key that is needed.
        wanted: String,
        /// The id of the key that there is.
        have: String,
    },
    /// It is another row's.
    #[error("it is that of {0}: somebody exchanged rows of project.db; restore it from a backup, or give the credentials again")]
    Swapped(String),
    /// Neither.
    #[error("it was altered or is damaged: restore project.db from a backup, or give the credentials again")]
    Altered,
}

/// What credentials are encrypted with.
#[derive(Debug, Clone)]
pub(crate) struct DataKey(MasterKey);

impl DataKey {
    /// Of a kept key.
    pub(crate) fn new(key: MasterKey) -> Self {
        Self(key)
    }

    /// Encrypts a value for the row of this id.
    pub(crate) fn seal(&self, purpose: Purpose, id: &str, value: &impl Serialize) -> Result<Vec<u8>, getrandom::Error> {
        // These types have text keys only, so they always make JSON.
        let plain = Zeroizing::new(serde_json::to_vec(value).unwrap_or_default());
        let (nonce, sealed) = self.0.seal(&bound(purpose, id), &plain)?;
        Ok([&[FORMAT][..], self.0.id().as_bytes(), &nonce, &sealed].concat())
    }

    /// Decrypts the value of the row of this id.
    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: Purpose, id: &str, sealed: &[u8]) -> Result<T, Unsealable> {
        let (head, body) = sealed.split_at_checked(HEAD_BYTES).ok_or(Unsealable::Format)?;
        let (&[FORMAT], rest) = head.split_at(1) else { return Err(Unsealable::Format) };
        let (key_id, nonce) = rest.split_at(KEY_ID_BYTES);
        if key_id != self.0.id().as_bytes() {
            let wanted = String::from_utf8_lossy(key_id).into_owned();
            return Err(Unsealable::OtherKey { wanted, have: self.0.id().to_owned() });
        }
        let nonce = nonce.try_into().map_err(|_| Unsealable::Format)?;
        let plain = self.0.open(&bound(purpose, id), nonce, body).map_err(|Forged| Unsealable::Altered)?;
        serde_json::from_slice(&plain).map_err(|_| Unsealable::Format)
    }

    /// The same, and where it does not open, whether it is the value of one of the `others`.
    pub(crate) fn open_or_trace<'o, T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        id: &str,
        sealed: &[u8],
        mut others: impl Iterator<Item = &'o str>,
    ) -> Result<T, Unsealable> {
        match self.open(purpose, id, sealed) {
            Err(Unsealable::Altered) => {
                let owner = others.find(|other| self.open::<serde::de::IgnoredAny>(purpose, other, sealed).is_ok());
                Err(owner.map_or(Unsealable::Altered, |owner| Unsealable::Swapped(owner.to_owned())))
            }
            result => result,
        }
    }
}

fn bound(purpose: Purpose, id: &str) -> Vec<u8> {
    format!("ampline.{}\0{FORMAT}\0{id}", purpose.name()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_in_its_own_row_and_says_why_not_elsewhere() {
        let key = DataKey::new(MasterKey::generate().unwrap());
        let sealed = key.seal(Purpose::Connection, "one", &"pat-4711").unwrap();
        let open =
            |id: &str, sealed: &[u8]| key.open_or_trace::<String>(Purpose::Connection, id, sealed, ["one", "two"].into_iter());
        assert_eq!(open("one", &sealed).unwrap(), "pat-4711");
        assert!(!sealed.windows(8).any(|window| window == b"pat-4711"));
        assert_eq!(open("two", &sealed).unwrap_err(), Unsealable::Swapped("one".to_owned()));
        let elsewhere = key.open::<String>(Purpose::ProviderApp, "one", &sealed).unwrap_err();
        assert_eq!(elsewhere, Unsealable::Altered);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            let why = open("one", &altered).unwrap_err();
            match at {
                0 => assert_eq!(why, Unsealable::Format),
                1..15 => assert!(matches!(why, Unsealable::OtherKey { .. }), "{why:?}"),
                _ => assert_eq!(why, Unsealable::Altered, "byte {at}"),
            }
            assert!(open("one", &sealed[..at]).is_err(), "cut at {at}");
        }
        let other = DataKey::new(MasterKey::generate().unwrap());
        assert!(matches!(other.open::<String>(Purpose::Connection, "one", &sealed), Err(Unsealable::OtherKey { .. })));
    }
}
