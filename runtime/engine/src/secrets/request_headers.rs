//! Secret headers of a destination: added by the host at the socket, for the destination's own origin alone, and taken out of
//! whatever the other side echoes.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use reqwest::Url;

use serde_json::Value;

use super::{Redaction, Secret, redaction::forms};
use crate::{network::reserved, percent::decoded};

/// Headers for one origin.
#[derive(Clone)]
pub struct RequestHeaders {
    /// The destination's URL without its path.
    origin: Url,
    headers: HeaderMap,
    /// What must not come back.
    redaction: Redaction,
}

impl std::fmt::Debug for RequestHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} secret headers]", self.headers.len())
    }
}

/// Why a header cannot be sent. Never repeats its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// The name.
    #[error("{0:?} is no header name: use letters, digits and dashes")]
    Name(String),
    /// The name is the runtime's.
    #[error("{0} is written by the runtime itself: leave it out")]
    Reserved(String),
    /// The value.
    #[error("the value of {0} has a character that headers cannot carry: use printable ASCII")]
    Value(String),
    /// Twice.
    #[error("{0} is set twice: as a secret header, and by the URL's user information or in another case")]
    Twice(String),
}

/// Words in the names of headers that carry secrets.
const SECRET_WORDS: [&str; 8] = ["auth", "cookie", "credential", "key", "password", "secret", "signature", "token"];
/// Shorter values are no secrets, and would take words out of what is told.
const SECRET_BYTES_MIN: usize = 8;

/// The values of plain headers whose names say that they are secrets: a configuration shows them, what others repeat of them does not.
pub(crate) fn likely_secrets(headers: &Value) -> Vec<Secret> {
    let is_one = |name: &str| SECRET_WORDS.iter().any(|word| name.to_ascii_lowercase().contains(word));
    let named = headers.as_object().into_iter().flatten().filter(|(name, _)| is_one(name));
    let values = named.filter_map(|(_, value)| value.as_str());
    // A scheme such as `Bearer` is no secret, what stands behind it is.
    let parts = values.flat_map(|value| [Some(value), value.split_once(' ').map(|(_, token)| token.trim())]).flatten();
    parts.filter(|part| part.len() >= SECRET_BYTES_MIN).flat_map(|part| forms(&Secret::new(part))).collect()
}

impl RequestHeaders {
    /// The headers of a destination at `url`, whose user information, if there is any, becomes Basic authentication.
    pub fn new<'a>(url: &Url, given: impl IntoIterator<Item = (&'a str, &'a Secret)>) -> Result<Self, HeaderFault> {
        let mut made = Self { origin: origin(url), headers: HeaderMap::new(), redaction: Redaction::default() };
        let mut needles = Vec::new();
        if !url.username().is_empty() || url.password().is_some() {
            made.authenticate(url, &mut needles)?;
        }
        for (name, value) in given {
            let lower = name.to_ascii_lowercase();
            let read = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| HeaderFault::Name(name.to_owned()))?;
            if reserved(&lower) || ["content-type", "user-agent"].contains(&lower.as_str()) {
                return Err(HeaderFault::Reserved(lower));
            }
            // A scheme such as `Bearer` is no secret, what stands behind it is.
            needles.extend(value.reveal().split_once(' ').map(|(_, token)| Secret::new(token.trim())));
            made.add(read, value, &mut needles)?;
        }
        made.redaction = needles.into_iter().collect();
        Ok(made)
    }

    fn authenticate(&mut self, url: &Url, needles: &mut Vec<Secret>) -> Result<(), HeaderFault> {
        let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
        let pair = [user.as_slice(), b":", password.as_slice()].concat();
        let encoded = BASE64_STANDARD.encode(pair);
        needles.extend(url.password().map(Secret::new));
        needles.extend(String::from_utf8(password).ok().map(Secret::new));
        needles.push(Secret::new(encoded.as_str()));
        self.add(AUTHORIZATION, &Secret::new(format!("Basic {encoded}")), needles)
    }

    fn add(&mut self, name: HeaderName, value: &Secret, needles: &mut Vec<Secret>) -> Result<(), HeaderFault> {
        let text = value.reveal();
        let fits = text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
        let read = HeaderValue::from_str(text).ok().filter(|_| fits);
        let mut read = read.ok_or_else(|| HeaderFault::Value(name.to_string()))?;
        read.set_sensitive(true);
        needles.push(value.clone());
        match self.headers.insert(name.clone(), read) {
            Some(_) => Err(HeaderFault::Twice(name.to_string())),
            None => Ok(()),
        }
    }

    /// Adds the headers to a request, in place of others of their names, where it goes to the destination's own origin.
    pub(crate) fn apply(&self, url: &Url, headers: &mut HeaderMap) -> bool {
        let same = url.scheme() == self.origin.scheme()
            && url.host_str() == self.origin.host_str()
            && url.port_or_known_default() == self.origin.port_or_known_default();
        if same {
            self.headers.iter().for_each(|(name, value)| drop(headers.insert(name, value.clone())));
        }
        same
    }

    /// What must be taken out of what the other side says.
    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }
}

fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    // Neither fails for a URL that has a host; one without is never dialled.
    let _ = (origin.set_username(""), origin.set_password(None));
    origin.set_path("");
    origin.set_query(None);
    origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str, given: &[(&str, &str)]) -> Result<RequestHeaders, HeaderFault> {
        let given: Vec<(&str, Secret)> = given.iter().map(|(name, value)| (*name, Secret::new(*value))).collect();
        RequestHeaders::new(&Url::parse(url).unwrap(), given.iter().map(|(name, value)| (*name, value)))
    }

    #[test]
    fn they_go_to_their_own_origin_alone() {
        let headers = made("https://us%40er:p%3Ass@example.com/hook?a=b", &[("X-Key", "k-1")]).unwrap();
        for (url, same) in [
            ("https://example.com/other", true),
            ("https://EXAMPLE.com:443/", true),
            ("http://example.com/", false),
            ("https://example.com:8443/", false),
            ("https://example.com.evil.example/", false),
            ("https://evil.example/", false),
        ] {
            let mut sent = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("the sink's"))]);
            assert_eq!(headers.apply(&Url::parse(url).unwrap(), &mut sent), same, "{url}");
            let authorization = format!("Basic {}", BASE64_STANDARD.encode("us@er:p:ss"));
            let expected = if same { authorization.as_str() } else { "the sink's" };
            assert_eq!((sent[AUTHORIZATION].to_str().unwrap(), sent.contains_key("x-key")), (expected, same), "{url}");
        }
        assert!(!format!("{headers:?}").contains("k-1"));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_its_value() {
        for (url, name, value, expected) in [
            ("https://h/", "x-a", "fine", "ok"),
            ("https://h/", "bad name", "hidden", "\"bad name\" is no header name"),
            ("https://h/", "Webhook-Id", "hidden", "webhook-id is written by the runtime"),
            ("https://h/", "Host", "hidden", "host is written by the runtime"),
            ("https://h/", "Content-Type", "hidden", "content-type is written by the runtime"),
            ("https://h/", "x-a", "hidden\r\nx-b: 1", "the value of x-a has a character"),
            ("https://h/", "x-a", "hiddenü", "the value of x-a has a character"),
            ("https://u:hidden@h/", "authorization", "hidden", "authorization is set twice"),
        ] {
            let told = made(url, &[(name, value)]).err().map_or_else(|| "ok".to_owned(), |fault| fault.to_string());
            assert!(told.starts_with(expected) && !told.contains("hidden"), "{told}");
        }
    }

    #[test]
    fn what_the_other_side_echoes_is_taken_out() {
        let headers = made("https://user:open-sesame@h/", &[("x-key", "Token abcdefgh"), ("x-short", "ab")]).unwrap();
        let basic = BASE64_STANDARD.encode("user:open-sesame");
        for (said, cut, expected) in [
            ("nothing of interest, ab", false, "nothing of interest, ab".to_owned()),
            ("open-sesame, open-sesame!", false, "[secret], [secret]!".to_owned()),
            (&format!("authorization: Basic {basic}"), false, "authorization: [secret]".to_owned()),
            ("x-key: abcdefgh", false, "x-key: [secret]".to_owned()),
            ("x-key: abcdefg", true, "x-key: ".to_owned()),
            ("x-key: abcdefg", false, "x-key: abcdefg".to_owned()),
        ] {
            assert_eq!(String::from_utf8(headers.redaction.bytes(said.into(), cut)).unwrap(), expected, "{said}");
        }
    }
}
