//! What emulators make records up from: well-mixed bits, words with all that breaks programs in them, texts of any size.

use serde::{Deserialize, Serialize};

pub(crate) const FIRST: &[&str] = &["Ada", "Grace", "Linus", "Zoë", "José", "Mei", "Olu", "Søren", "Anna-Lena", "Priya"];
pub(crate) const LAST: &[&str] =
    &["Nguyen", "O'Neill", "Müller", "García", "Okafor", "Smith", "de Vries", "Tanaka", "Åström", "Hopper"];
pub(crate) const COMPANY: &[&str] =
    &["Northwind", "Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark", "Wayne", "Tyrell", "Cyberdyne"];
pub(crate) const CITY: &[&str] = &["Lagos", "Zürich", "São Paulo", "Kyoto", "Boston", "Pune", "Oslo", "Lyon"];
pub(crate) const TITLE: &[&str] = &["Engineer", "Head of Sales", "Founder", "Buyer", "Support \"Hero\"", "CFO"];
/// One record in this many lacks what it may lack: nulls must be met early.
pub(crate) const GAP_EVERY: u64 = 7;

/// Records that carry a large text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Large {
    /// Every nth id has one (1 = all, 0 = none).
    pub every: u64,
    /// Its size in bytes.
    pub bytes: usize,
}

impl Large {
    /// The text of a record, if it has one.
    pub(crate) fn text(self, id: u64) -> Option<String> {
        (self.every > 0 && id.is_multiple_of(self.every)).then(|| {
            let unit = format!("large text of {id}. ");
            unit.chars().cycle().take(self.bytes).collect()
        })
    }
}

/// Sebastiano Vigna's SplitMix64 step: well-mixed bits from any counter.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A seed of its own for everything that has a name.
pub(crate) fn named(seed: u64, name: &str) -> u64 {
    name.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)))
}

/// The word that the bits choose.
pub(crate) fn pick<'a>(words: &[&'a str], bits: u64) -> &'a str {
    words[usize::try_from(bits % words.len() as u64).unwrap_or_default()]
}

/// The ASCII letters of a text, in lower case: for addresses.
pub(crate) fn ascii(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
}
