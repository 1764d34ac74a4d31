//! A credential that an operator bound to origins: added by the host to the requests that name it, and to no other.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use reqwest::Url;
use sha2::Sha256;

use super::{Redaction, Secret, TokenSource, redaction::forms};
use crate::{
    destination::grants::{CredentialBinding, CredentialKind, Origin},
    network::reserved,
};

/// A credential that is ready to be sent.
#[derive(Clone)]
pub struct NamedCredential {
    origins: Vec<Origin>,
    header: HeaderName,
    value: HeaderOf,
    redaction: Redaction,
}

/// What the header holds.
#[derive(Clone)]
enum HeaderOf {
    /// Always the same.
    Fixed(HeaderValue),
    /// The HMAC of the body.
    Hmac { key: Secret, prefix: String },
    /// A token that is got for it, when it is needed.
    Token(Arc<TokenSource>),
}

impl std::fmt::Debug for NamedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[credential in {}]", self.header)
    }
}

/// What makes a credential useless: the member that is to blame, and the reason, without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFault {
    /// `value`, `header`, `username`, `prefix` or `oauth2`.
    pub member: &'static str,
    /// The reason and the remedy.
    pub message: String,
}

/// Why a credential does not go along with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// It is bound to these origins and no other.
    Elsewhere(Vec<Origin>),
    /// The sink sets the header itself.
    Taken(HeaderName),
}

impl NamedCredential {
    /// Takes in a credential as it is bound, and its value.
    pub fn new(binding: &CredentialBinding, value: &Secret) -> Result<Self, CredentialFault> {
        let mut needles = forms(value);
        let prefix = binding.prefix.as_deref().unwrap_or_default();
        let (header, held) = match binding.kind {
            CredentialKind::Bearer => {
                if value.reveal().contains([' ', '\t']) {
                    return Err(unsendable("value"));
                }
                (AUTHORIZATION, fixed(&format!("Bearer {}", value.reveal()))?)
            }
            CredentialKind::Basic => {
                let user = binding.username.as_deref().unwrap_or_default();
                if user.contains(':') || user.chars().any(char::is_control) {
                    let message = "has a colon or a control character, which Basic authentication cannot carry".to_owned();
                    return Err(CredentialFault { member: "username", message });
                }
                let pair = Secret::new(BASE64_STANDARD.encode(format!("{user}:{}", value.reveal())));
                let held = fixed(&format!("Basic {}", pair.reveal()))?;
                needles.push(pair);
                (AUTHORIZATION, held)
            }
            CredentialKind::Header => (own_header(binding)?, fixed(&format!("{prefix}{}", value.reveal()))?),
            CredentialKind::Hmac => {
                HeaderValue::from_str(prefix).map_err(|_| unsendable("prefix"))?;
                (own_header(binding)?, HeaderOf::Hmac { key: value.clone(), prefix: prefix.to_owned() })
            }
            CredentialKind::OAuth2 => (AUTHORIZATION, HeaderOf::Token(Arc::new(token_source(binding, value)?))),
        };
        Ok(Self { origins: binding.origins.clone(), header, value: held, redaction: needles.into_iter().collect() })
    }

    /// What must be taken out of what others say.
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// The tokens that were got for it lately, which must be taken out as well.
    pub(super) fn tokens(&self) -> Vec<Secret> {
        if let HeaderOf::Token(source) = &self.value { source.shown() } else { Vec::new() }
    }

    /// Adds the credential to a request, where that goes to one of its origins and the sink left its header alone.
    ///
    /// What comes back is where the token comes from that has to be added when the request goes, if there is one.
    pub(crate) fn apply(&self, url: &Url, headers: &mut HeaderMap, body: &[u8]) -> Result<Option<Arc<TokenSource>>, Withheld> {
        if !self.origins.iter().any(|origin| origin.matches(url)) {
            return Err(Withheld::Elsewhere(self.origins.clone()));
        }
        if headers.contains_key(&self.header) {
            return Err(Withheld::Taken(self.header.clone()));
        }
        let mut value = match &self.value {
            HeaderOf::Fixed(value) => value.clone(),
            HeaderOf::Hmac { key, prefix } => signed(key, prefix, body),
            HeaderOf::Token(source) => return Ok(Some(source.clone())),
        };
        value.set_sensitive(true);
        headers.insert(self.header.clone(), value);
        Ok(None)
    }
}

/// The address and the client's own parts are tried here, so that a request is never in doubt.
fn token_source(binding: &CredentialBinding, value: &Secret) -> Result<TokenSource, CredentialFault> {
    let fault = |message: String| CredentialFault { member: "oauth2", message };
    let oauth2 =
        binding.oauth2.as_ref().ok_or_else(|| fault("is missing: say where tokens are given, and to which client".to_owned()))?;
    let source = TokenSource::new(oauth2, value);
    source.request().map_err(fault)?;
    Ok(source)
}

/// The prefix was tried, and digits fit everywhere.
fn signed(key: &Secret, prefix: &str, body: &[u8]) -> HeaderValue {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()) else {
        return HeaderValue::from_static("");
    };
    mac.update(body);
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("{prefix}{digits}")).unwrap_or(HeaderValue::from_static(""))
}

fn fixed(text: &str) -> Result<HeaderOf, CredentialFault> {
    let fits = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let value = HeaderValue::from_str(text).ok().filter(|_| fits);
    value.map(HeaderOf::Fixed).ok_or_else(|| unsendable("value"))
}

fn unsendable(member: &'static str) -> CredentialFault {
    let message = "has a character that a header of this kind cannot carry: use printable ASCII, without white space in a token";
    CredentialFault { member, message: message.to_owned() }
}

fn own_header(binding: &CredentialBinding) -> Result<HeaderName, CredentialFault> {
    let name = binding.header.as_deref().unwrap_or_default().to_ascii_lowercase();
    let fault = |message: String| CredentialFault { member: "header", message };
    if reserved(&name) || ["content-type", "user-agent", "accept-encoding"].contains(&name.as_str()) {
        return Err(fault(format!("{name} is written by the runtime itself: name another header")));
    }
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| fault(format!("{name:?} is no header name: use letters, digits and dashes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(kind: CredentialKind, value: &str) -> NamedCredential {
        let own = |kind| matches!(kind, CredentialKind::Header | CredentialKind::Hmac);
        let binding = CredentialBinding {
            kind,
            origins: vec![Origin::parse("https://api.example.com").unwrap()],
            username: Some("user".to_owned()),
            header: own(kind).then(|| "X-Own".to_owned()),
            prefix: own(kind).then(|| "v=".to_owned()),
            oauth2: None,
        };
        NamedCredential::new(&binding, &Secret::new(value)).unwrap()
    }

    #[test]
    fn each_kind_is_sent_as_its_standard_says() {
        // RFC 6750 section 2.1, RFC 7617 section 2 (its own example), and RFC 4231 test case 2.
        for (kind, value, body, header, expected) in [
            (CredentialKind::Bearer, "mF_9.B5f-4.1JqM", "", "authorization", "Bearer mF_9.B5f-4.1JqM"),
            (CredentialKind::Basic, "open sesame", "", "authorization", "Basic dXNlcjpvcGVuIHNlc2FtZQ=="),
            (CredentialKind::Header, "k 1", "", "x-own", "v=k 1"),
            (
                CredentialKind::Hmac,
                "Jefe",
                "what do ya want for nothing?",
                "x-own",
                "v=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ] {
            let mut headers = HeaderMap::new();
            let url = Url::parse("https://api.example.com/items").unwrap();
            credential(kind, value).apply(&url, &mut headers, body.as_bytes()).unwrap();
            assert_eq!(headers[header], expected, "{kind:?}");
            assert!(headers[header].is_sensitive());
        }
    }

    #[test]
    fn it_goes_to_its_own_origins_and_overwrites_nothing() {
        let bearer = credential(CredentialKind::Bearer, "token-1");
        for url in ["http://api.example.com/", "https://api.example.com:8443/", "https://evil.example/?https://api.example.com"] {
            let mut headers = HeaderMap::new();
            let withheld = bearer.apply(&Url::parse(url).unwrap(), &mut headers, b"").unwrap_err();
            assert!(matches!(withheld, Withheld::Elsewhere(_)) && headers.is_empty(), "{url}");
        }
        let mut headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("the sink's"))]);
        let taken = bearer.apply(&Url::parse("https://api.example.com/").unwrap(), &mut headers, b"");
        assert_eq!(
            (taken.map(drop), &headers[AUTHORIZATION]),
            (Err(Withheld::Taken(AUTHORIZATION)), &HeaderValue::from_static("the sink's"))
        );
        assert!(!format!("{bearer:?}").contains("token-1"));
    }
}
