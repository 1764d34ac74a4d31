//! Secrets that stand in for a destination's own, made to be found: a sink that ever shows one has leaked it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    destination::grants::DestinationGrants,
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

/// What a destination under test holds.
pub(super) struct Held {
    signing: Option<SigningKey>,
    values: BTreeMap<String, Secret>,
    own: Option<Arc<RequestHeaders>>,
    named: BTreeMap<String, Arc<NamedCredential>>,
    redaction: Option<Arc<Redaction>>,
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
            let made = NamedCredential::new(binding, &value(name, &format!("{MARK}-credential")));
            let made = made.map_err(|fault| format!("grants.credentials.{name}.{}: {}", fault.member, fault.message))?;
            named.insert(name.clone(), Arc::new(made));
        }
        let mut secrets: Vec<Secret> = own.iter().flat_map(|own| own.redaction().secrets()).collect();
        secrets.extend(named.values().flat_map(|one| one.redaction().secrets()));
        secrets.extend(real.values().map(|value| Secret::new(value.as_str())));
        let redaction = (!secrets.is_empty()).then(|| Arc::new(secrets.into_iter().collect()));
        Ok(Self { signing: Some(signing), values, own, named, redaction })
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
        self.named.get(name).cloned()
    }

    fn redaction(&self, _destination: &str) -> Option<Arc<Redaction>> {
        self.redaction.clone()
    }
}
