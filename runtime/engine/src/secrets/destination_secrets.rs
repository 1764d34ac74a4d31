//! What each destination signs and authenticates with, while a runtime runs: configured keys, and keys that the runtime made,
//! which can be rotated under it. Destinations are known by their ids here: another name for one disturbs nothing on its way.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};

use super::{NamedCredential, Redaction, RequestHeaders, Secret, Secrets, SigningKey, Vault, VaultError, signing_key_name};
use crate::clock::Clock;

/// How long the key before signs beside a new one.
pub const SIGNING_OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// Keys of one destination that sign at the same time.
const SIGNING_KEYS_MAX: usize = 3;

/// Which keys a destination signs with.
#[derive(Debug, Clone)]
pub enum Signing {
    /// None: its requests are not webhooks.
    Unsigned,
    /// Those of the settings, newest first.
    Configured(Vec<SigningKey>),
    /// One that the runtime makes and keeps.
    Made,
}

/// The secrets of all destinations.
pub struct DestinationSecrets {
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    by_id: RwLock<BTreeMap<String, Arc<OfOne>>>,
}

/// What a destination is to sign and authenticate with.
#[derive(Debug, Clone)]
pub struct SecretsOf {
    /// Its id.
    pub id: String,
    /// Its name: the key that the runtime makes for it is kept under that.
    pub name: String,
    /// Which keys it signs with.
    pub signing: Signing,
    /// Credentials by name.
    pub credentials: BTreeMap<String, Secret>,
    /// What the host adds to its requests.
    pub headers: Option<Arc<RequestHeaders>>,
    /// What the host adds to the requests that ask for it, by name.
    pub named: BTreeMap<String, Arc<NamedCredential>>,
    /// What else must not be repeated: it is sent out of the destination's own configuration.
    pub told: Vec<Secret>,
}

struct OfOne {
    name: String,
    is_made: bool,
    signing: RwLock<Vec<Holding>>,
    credentials: BTreeMap<String, Secret>,
    headers: Option<Arc<RequestHeaders>>,
    named: BTreeMap<String, Arc<NamedCredential>>,
    /// Nothing where there is nothing to take out.
    redaction: Option<Arc<Redaction>>,
}

#[derive(Clone)]
struct Holding {
    key: SigningKey,
    until: Option<Timestamp>,
}

/// A rotation that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Until when the key before signs as well.
    pub until: Timestamp,
}

/// Why a signing key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// No such destination.
    #[error("there is no destination {0:?}")]
    Unknown(String),
    /// Nothing to rotate.
    #[error("the destination {0:?} signs nothing")]
    Unsigned(String),
    /// Not ours.
    #[error(
        "the signing key of {0:?} is named by `destinations.{0}.signing_key` in ampline.toml and is rotated there: write the new key \
         before the old one, with a space between them, restart, and take the old one away a day later"
    )]
    Configured(String),
    /// Too many at a time.
    #[error("{name:?} signs with {SIGNING_KEYS_MAX} keys already; rotate again after {until}, when the oldest goes")]
    TooOften {
        /// The destination.
        name: String,
        /// When its oldest key goes.
        until: Timestamp,
    },
    /// The new key could not be kept; the old one goes on alone.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl DestinationSecrets {
    /// For no destination yet.
    pub fn new(vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock, by_id: RwLock::default() }
    }

    /// Takes in what a destination has from now on; makes its signing key where it has none. Blocks.
    pub fn put(&self, of: SecretsOf) -> Result<(), VaultError> {
        let SecretsOf { id, name, signing, credentials, headers, named, told } = of;
        let is_made = matches!(signing, Signing::Made);
        let keys = match signing {
            Signing::Unsigned => Vec::new(),
            Signing::Configured(keys) => keys.into_iter().map(|key| Holding { key, until: None }).collect(),
            Signing::Made => self.made(&name)?,
        };
        let of_headers = headers.iter().flat_map(|headers| headers.redaction().secrets());
        let of_named = named.values().flat_map(|credential| credential.redaction().secrets());
        let redaction: Redaction = of_headers.chain(of_named).chain(told).collect();
        let redaction = Some(Arc::new(redaction)).filter(|redaction| !redaction.is_empty());
        let signing = RwLock::new(keys);
        let one = Arc::new(OfOne { name, is_made, signing, credentials, headers, named, redaction });
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).insert(id, one);
        Ok(())
    }

    /// Lets go of a destination's secrets. The key that was made for it stays in the vault.
    pub fn remove(&self, id: &str) {
        self.by_id.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn of(&self, id: &str) -> Option<Arc<OfOne>> {
        self.by_id.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn made(&self, name: &str) -> Result<Vec<Holding>, VaultError> {
        self.vault.get_or_make(&signing_key_name(name), self.clock.now(), SigningKey::generate)?;
        self.kept(name)
    }

    fn kept(&self, name: &str) -> Result<Vec<Holding>, VaultError> {
        let entry = signing_key_name(name);
        let damaged =
            |reason: super::KeyError| VaultError::Key { place: format!("the entry {entry}"), reason: reason.to_string() };
        let held = self.vault.all(&entry)?;
        held.into_iter()
            .map(|one| Ok(Holding { key: SigningKey::parse(one.value.reveal()).map_err(damaged)?, until: one.until }))
            .collect()
    }

    /// A new signing key; the one before signs as well for [`SIGNING_OVERLAP`]. Durable, and in use, when this returns. Blocks.
    pub fn rotate(&self, id: &str) -> Result<Rotated, RotationError> {
        let one = self.of(id).ok_or_else(|| RotationError::Unknown(id.to_owned()))?;
        let name = &one.name;
        // Held throughout, so that of two rotations at once the second sees the first.
        let mut signing = one.signing.write().unwrap_or_else(PoisonError::into_inner);
        match (one.is_made, signing.is_empty()) {
            (false, true) => return Err(RotationError::Unsigned(name.clone())),
            (false, false) => return Err(RotationError::Configured(name.clone())),
            (true, _) => {}
        }
        let now = self.clock.now();
        let holding: Vec<_> = signing.iter().filter(|one| holds(one, now)).collect();
        if let Some(Some(until)) = holding.get(SIGNING_KEYS_MAX - 1).map(|oldest| oldest.until) {
            return Err(RotationError::TooOften { name: name.clone(), until });
        }
        self.vault.forget_expired(now)?;
        let made = SigningKey::generate().map_err(VaultError::Chance)?;
        self.vault.succeed(&signing_key_name(name), &made, now, SIGNING_OVERLAP)?;
        *signing = self.kept(name)?;
        Ok(Rotated { until: now.saturating_add(SIGNING_OVERLAP).unwrap_or(Timestamp::MAX) })
    }

    /// Drops keys whose time is over, here and in the file.
    pub fn forget_expired(&self) -> Result<bool, VaultError> {
        let now = self.clock.now();
        let all: Vec<_> = self.by_id.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for one in all {
            one.signing.write().unwrap_or_else(PoisonError::into_inner).retain(|one| holds(one, now));
        }
        self.vault.forget_expired(now)
    }
}

fn holds(one: &Holding, now: Timestamp) -> bool {
    one.until.is_none_or(|until| now < until)
}

impl Secrets for DestinationSecrets {
    fn signing_keys(&self, destination: &str) -> Vec<SigningKey> {
        let Some(one) = self.of(destination) else { return Vec::new() };
        let signing = one.signing.read().unwrap_or_else(PoisonError::into_inner);
        match signing.as_slice() {
            [Holding { key, until: None }] => vec![key.clone()],
            keys => {
                let now = self.clock.now();
                keys.iter().filter(|one| holds(one, now)).map(|one| one.key.clone()).collect()
            }
        }
    }

    fn credential(&self, destination: &str, name: &str) -> Option<Secret> {
        self.of(destination)?.credentials.get(name).cloned()
    }

    fn request_headers(&self, destination: &str) -> Option<Arc<RequestHeaders>> {
        self.of(destination)?.headers.clone()
    }

    fn named_credential(&self, destination: &str, name: &str) -> Option<Arc<NamedCredential>> {
        self.of(destination)?.named.get(name).cloned()
    }

    fn redaction(&self, destination: &str) -> Option<Arc<Redaction>> {
        let one = self.of(destination)?;
        let tokens: Vec<Secret> = one.named.values().flat_map(|credential| credential.tokens()).collect();
        if tokens.is_empty() {
            return one.redaction.clone();
        }
        let known = one.redaction.iter().flat_map(|redaction| redaction.secrets());
        Some(Arc::new(known.chain(tokens).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::data_dir::DataDir;

    struct Hands(Mutex<Timestamp>);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    fn open(data: &DataDir, clock: &Arc<Hands>) -> DestinationSecrets {
        let vault = Vault::open(data, None, |_| None, clock.now()).unwrap();
        let secrets = DestinationSecrets::new(Arc::new(vault), clock.clone());
        let configured = Signing::Configured(vec![SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()]);
        for (name, signing) in [("made", Signing::Made), ("configured", configured), ("store", Signing::Unsigned)] {
            let (id, name) = (name.to_owned(), name.to_owned());
            secrets
                .put(SecretsOf {
                    id,
                    name,
                    signing,
                    credentials: BTreeMap::new(),
                    headers: None,
                    named: BTreeMap::new(),
                    told: Vec::new(),
                })
                .unwrap();
        }
        secrets
    }

    fn texts(secrets: &DestinationSecrets) -> Vec<String> {
        secrets.signing_keys("made").iter().map(|key| key.text().reveal().to_owned()).collect()
    }

    #[test]
    fn two_keys_sign_for_a_day_newest_first_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::create(folder.path()).unwrap();
        let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Arc::new(Hands(Mutex::new(begin)));
        let secrets = open(&data, &clock);
        let first = texts(&secrets);
        let day = begin + SIGNING_OVERLAP;
        assert_eq!(secrets.rotate("made").unwrap(), Rotated { until: day });
        let both = texts(&secrets);
        assert_eq!((both.len(), &both[1..]), (2, &first[..]));
        drop(secrets);
        let secrets = open(&data, &clock);
        assert_eq!(texts(&secrets), both, "after a restart");
        *clock.0.lock().unwrap() = day - SignedDuration::from_secs(1);
        assert_eq!(texts(&secrets), both, "a second before the end");
        *clock.0.lock().unwrap() = day;
        assert_eq!(texts(&secrets), both[..1]);
        assert!(secrets.forget_expired().unwrap());
        assert_eq!(secrets.vault.all(&signing_key_name("made")).unwrap().len(), 1, "it is gone from the file too");
        drop(secrets);
        assert_eq!(texts(&open(&data, &clock)), both[..1]);
    }

    #[test]
    fn what_cannot_be_rotated_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::create(folder.path()).unwrap();
        let clock = Arc::new(Hands(Mutex::new(Timestamp::UNIX_EPOCH)));
        let secrets = open(&data, &clock);
        let why = |name: &str| secrets.rotate(name).unwrap_err().to_string();
        assert!(why("nobody").contains("there is no destination"));
        assert!(why("store").contains("signs nothing"));
        assert!(why("configured").contains("`destinations.configured.signing_key` in ampline.toml"));
        secrets.rotate("made").unwrap();
        secrets.rotate("made").unwrap();
        assert!(why("made").contains("rotate again after 1970-01-02T00:00:00Z"), "{}", why("made"));
    }
}
