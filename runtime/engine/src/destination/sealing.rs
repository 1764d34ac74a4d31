//! A destination's secrets as they are kept: one encrypted text in its row, of its own secrets and of its named credentials' values.

use std::collections::BTreeMap;

use super::Destinations;
use crate::{
    connection::Purpose,
    project::{DestinationRecord, ProjectError},
    secrets::Secret,
};

/// What stands before the name of a credential whose value is kept; no other secret has a colon in its name.
const CREDENTIAL: &str = "credential:";

/// A destination's secrets.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Held {
    /// Those of its type, by name: `awsKeyId`, …
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// The values of its named credentials.
    pub(crate) values: BTreeMap<String, Secret>,
}

impl Destinations {
    /// Encrypts secrets for the row of this id; nothing where there are none.
    pub(crate) fn seal(&self, id: &str, held: &Held) -> Result<Option<Vec<u8>>, ProjectError> {
        let named = held.values.iter().map(|(name, value)| (format!("{CREDENTIAL}{name}"), value.reveal()));
        let own = held.secrets.iter().map(|(name, value)| (name.clone(), value.reveal()));
        let plain: BTreeMap<String, &str> = own.chain(named).collect();
        if plain.is_empty() {
            return Ok(None);
        }
        let sealed = self.needs.key.seal(Purpose::Destination, id, &plain);
        sealed.map(Some).map_err(|error| ProjectError::Store(format!("the machine gave no random numbers: {error}")))
    }

    /// Decrypts what is kept in a row.
    pub(super) fn open(&self, record: &DestinationRecord) -> Result<Held, String> {
        let mut held = Held::default();
        let Some(sealed) = &record.sealed else { return Ok(held) };
        let opened: Result<BTreeMap<String, Secret>, _> = self.needs.key.open(Purpose::Destination, &record.id, sealed);
        for (name, value) in opened.map_err(|reason| reason.to_string())? {
            match name.strip_prefix(CREDENTIAL) {
                Some(name) => held.values.insert(name.to_owned(), value),
                None => held.secrets.insert(name, value),
            };
        }
        Ok(held)
    }
}
