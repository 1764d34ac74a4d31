//! Secrets that stand in for a destination's own, made to be found: a sink that ever shows one has leaked it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    destination::grants::{CredentialBinding, CredentialKind, DestinationGrants, Origin},
    secrets::{NamedCredential, Redaction, RequestHeaders, Secret, Secrets, SigningKey},
};

/// In every canary but the signing key, whose form is fixed.
pub(super) const MARK: &str = "canary7d1f";
const SIGNING_KEY: &str = "whsec_Y2FuYXJ5LXNpZ25pbmcta2V5LWNhbmFyeS03ZDFm";
const HEADER: &str = "x-canary";
const AWS: [(&str, &str); 2] = [("awsKeyId", "AKIAcanary7d1f000001"), ("awsSecretKey", "canary7d1f/aws/secret/key")];

/// Whether a text holds a canary.
pub(super) fn is_in(text: &str) -> bool {
    text.contains(MARK) || text.contains(&SIGNING_KEY["whsec_".len()..])
}

fn credential() -> String {
    format!("{MARK}-credential")
}

fn origins(value: &Value, found: &mut Vec<Origin>) {
    match value {
        Value::String(text) => found.extend(reqwest::Url::parse(text).ok().and_then(|url| Origin::of(&url))),
        Value::Array(items) => items.iter().for_each(|item| origins(item, found)),
        Value::Object(members) => members.values().for_each(|member| origins(member, found)),
        _ => {}
    }
}

fn signing_key(text: &str) -> Result<SigningKey, String> {
    SigningKey::parse(text).map_err(|error| format!("the secret signingKey: {error}"))
}

/// The credentials of the grants for which there is a value.
fn bound(
    grants: &DestinationGrants,
    value: impl Fn(&str) -> Option<Secret>,
) -> Result<BTreeMap<String, Arc<NamedCredential>>, String> {
    let mut named = BTreeMap::new();
    for (name, binding) in &grants.credentials {
        let Some(value) = value(name) else { continue };
        let made = NamedCredential::new(binding, &value);
        let made = made.map_err(|fault| format!("grants.credentials.{name}.{}: {}", fault.member, fault.message))?;
        named.insert(name.clone(), Arc::new(made));
    }
    Ok(named)
}

/// What a destination under test holds.
pub(super) struct Held {
    signing: Option<SigningKey>,
    values: BTreeMap<String, Secret>,
    own: Option<Arc<RequestHeaders>>,
    named: BTreeMap<String, Arc<NamedCredential>>,
    redaction: Option<Arc<Redaction>>,
    /// Whether everything is a canary, credentials that nobody bound too.
    is_play: bool,
    origins: Mutex<Vec<Origin>>,
}

impl Held {
    /// Canaries for everything, for a host that sends nothing; `url` is where the destination's own headers go.
    pub(super) fn canaries(url: Option<&str>, grants: &DestinationGrants) -> Result<Self, String> {
        let signing = Some(signing_key(SIGNING_KEY)?);
        let values = AWS.map(|(name, canary)| (name.to_owned(), Secret::new(canary))).into();
        let header = Secret::new(format!("Bearer {MARK}-header"));
        let url = url.and_then(|url| reqwest::Url::parse(url).ok());
        let own = url.and_then(|url| RequestHeaders::new(&url, [(HEADER, &header)]).ok()).map(Arc::new);
        let named = bound(grants, |_| Some(Secret::new(credential())))?;
        // A destination has secret headers whether or not its address is known yet.
        let secrets = vec![Secret::new(credential()), header];
        let secrets = secrets.into_iter().chain(own.iter().flat_map(|own| own.redaction().secrets()));
        let secrets = secrets.chain(named.values().flat_map(|one| one.redaction().secrets()));
        let redaction = Some(Arc::new(secrets.collect()));
        Ok(Self { signing, values, own, named, redaction, is_play: true, origins: Mutex::default() })
    }

    /// What somebody gave by its name, and nothing else: it goes to real services.
    pub(super) fn given(values: &BTreeMap<String, String>, grants: &DestinationGrants) -> Result<Self, String> {
        let signing = values.get("signingKey").map(|key| signing_key(key)).transpose()?;
        let values: BTreeMap<_, _> = values.iter().map(|(name, value)| (name.clone(), Secret::new(value.as_str()))).collect();
        let named = bound(grants, |name| values.get(name).cloned())?;
        let secrets = named.values().flat_map(|one| one.redaction().secrets()).chain(values.values().cloned());
        let redaction = Some(Arc::new(secrets.collect()));
        Ok(Self { signing, values, own: None, named, redaction, is_play: false, origins: Mutex::default() })
    }

    /// Binds the credentials that nobody bound, as bearer tokens, to every address that the configuration names.
    pub(super) fn lead_to(&self, config: &Value) {
        let mut found = Vec::new();
        origins(config, &mut found);
        *self.origins.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// The text without the secrets.
    pub(super) fn redacted(&self, text: String) -> String {
        match &self.redaction {
            Some(redaction) => redaction.text(text),
            None => text,
        }
    }
}

impl Secrets for Held {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        self.signing.iter().cloned().collect()
    }

    fn credential(&self, _destination: &str, name: &str) -> Option<Secret> {
        self.values.get(name).cloned()
    }

    fn request_headers(&self, _destination: &str) -> Option<Arc<RequestHeaders>> {
        self.own.clone()
    }

    fn named_credential(&self, _destination: &str, name: &str) -> Option<Arc<NamedCredential>> {
        if let Some(bound) = self.named.get(name) {
            return Some(bound.clone());
        }
        let origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kind = CredentialKind::Bearer;
        let binding = CredentialBinding { kind, origins, username: None, header: None, prefix: None, oauth2: None };
        let value = if self.is_play { Secret::new(credential()) } else { self.values.get(name)?.clone() };
        NamedCredential::new(&binding, &value).ok().map(Arc::new)
    }

    fn has_surroundings(&self, _destination: &str) -> bool {
        false
    }

    fn redaction(&self, _destination: &str) -> Option<Arc<Redaction>> {
        self.redaction.clone()
    }
}
