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

/// What a destination under test holds.
pub(super) struct Held {
    signing: Option<SigningKey>,
    values: BTreeMap<String, Secret>,
    own: Option<Arc<RequestHeaders>>,
    named: BTreeMap<String, Arc<NamedCredential>>,
    redaction: Option<Arc<Redaction>>,
    /// Whether credentials that nobody gave are canaries.
    is_play: bool,
    origins: Mutex<Vec<Origin>>,
}

impl Held {
    /// Canaries for everything; `url` is where the destination's own headers go, `real` goes in place of canaries.
    pub(super) fn new(url: Option<&str>, grants: &DestinationGrants, real: &BTreeMap<String, String>) -> Result<Self, String> {
        let value = |name: &str, canary: &str| Secret::new(real.get(name).map_or(canary, String::as_str));
        let key = value("signingKey", SIGNING_KEY);
        let signing = SigningKey::parse(key.reveal()).map_err(|error| format!("the secret signingKey: {error}"))?;
        let mut values: BTreeMap<String, Secret> =
            real.iter().map(|(name, value)| (name.clone(), Secret::new(value.as_str()))).collect();
        for (name, canary) in AWS {
            values.entry(name.to_owned()).or_insert_with(|| Secret::new(canary));
        }
        let header = Secret::new(format!("Bearer {MARK}-header"));
        let url = url.filter(|_| real.is_empty()).and_then(|url| reqwest::Url::parse(url).ok());
        let own = url.and_then(|url| RequestHeaders::new(&url, [(HEADER, &header)]).ok()).map(Arc::new);
        let mut named = BTreeMap::new();
        for (name, binding) in &grants.credentials {
            let made = NamedCredential::new(binding, &value(name, &credential()));
            let made = made.map_err(|fault| format!("grants.credentials.{name}.{}: {}", fault.member, fault.message))?;
            named.insert(name.clone(), Arc::new(made));
        }
        // A destination has secret headers whether or not its address is known yet.
        let mut secrets = vec![Secret::new(credential()), header];
        secrets.extend(own.iter().flat_map(|own| own.redaction().secrets()));
        secrets.extend(named.values().flat_map(|one| one.redaction().secrets()));
        secrets.extend(real.values().map(|value| Secret::new(value.as_str())));
        let redaction = Some(Arc::new(secrets.into_iter().collect()));
        let (is_play, origins) = (real.is_empty(), Mutex::default());
        Ok(Self { signing: Some(signing), values, own, named, redaction, is_play, origins })
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

    fn redaction(&self, _destination: &str) -> Option<Arc<Redaction>> {
        self.redaction.clone()
    }
}
