//! Credentials on a request: as a bearer token, a header, a parameter of the query, or Basic authentication.

use std::collections::BTreeMap;

use ampline_core::provider::{ApiKeyPlace, AuthScheme, CustomAuth, fill_text};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header::AUTHORIZATION};
use reqwest::Url;
use zeroize::Zeroizing;

use super::Credentials;
use crate::secrets::Secret;

/// What goes onto requests, and where they go.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// Which credentials these are: later ones have a greater number.
    pub(crate) generation: u64,
    /// The API's address, without a trailing slash.
    pub(crate) base_url: String,
    pub(super) proof: Proof,
}

/// What authorises.
#[derive(Debug, Clone)]
pub(super) enum Proof {
    Nothing,
    Header(HeaderName, HeaderValue),
    Query(String, Secret),
    /// Several of both.
    Places {
        headers: Vec<(HeaderName, HeaderValue)>,
        query: Vec<(String, Secret)>,
    },
}

impl Proof {
    /// Of credentials at a provider; the reason where they make no header. Nothing where there is no token yet.
    pub(super) fn new(credentials: &Credentials, auth: &AuthScheme) -> Result<Option<Self>, String> {
        match credentials {
            Credentials::None => Ok(Some(Self::Nothing)),
            Credentials::AccessToken { token } => header(AUTHORIZATION, "Bearer ", token, "access token").map(Some),
            Credentials::OAuth2(oauth2) => match oauth2.access_token() {
                Some(token) => header(AUTHORIZATION, "Bearer ", token, "access token").map(Some),
                None => Ok(None),
            },
            Credentials::Basic { username, password } => {
                let pair = Zeroizing::new(format!("{username}:{}", password.reveal()));
                header(AUTHORIZATION, "Basic ", &Secret::new(BASE64_STANDARD.encode(&*pair)), "password").map(Some)
            }
            Credentials::ApiKey { key } => match auth {
                AuthScheme::ApiKey(ApiKeyPlace::Query { name }) => Ok(Some(Self::Query(name.clone(), key.clone()))),
                AuthScheme::ApiKey(ApiKeyPlace::Header { name, prefix }) => {
                    let name = HeaderName::from_bytes(name.as_bytes());
                    header(name.map_err(|error| error.to_string())?, prefix, key, "API key").map(Some)
                }
                AuthScheme::None | AuthScheme::Basic | AuthScheme::Custom(_) | AuthScheme::OAuth2(_) => {
                    Err("the provider takes no API key".to_owned())
                }
            },
            Credentials::Custom { values } => match auth {
                AuthScheme::Custom(custom) => places(custom, values).map(Some),
                _ => Err("the provider takes no credentials of an own form".to_owned()),
            },
        }
    }
}

fn header(name: HeaderName, prefix: &str, secret: &Secret, what: &str) -> Result<Proof, String> {
    let text = Zeroizing::new(format!("{prefix}{}", secret.reveal()));
    Ok(Proof::Header(name, header_value(&text, what)?))
}

fn header_value(text: &str, what: &str) -> Result<HeaderValue, String> {
    let value = HeaderValue::from_str(text).map_err(|_| format!("the {what} has characters that no header can carry"));
    let mut value = value?;
    value.set_sensitive(true);
    Ok(value)
}

/// The values in the places that the provider wants them in.
fn places(custom: &CustomAuth, values: &BTreeMap<String, Secret>) -> Result<Proof, String> {
    let filled = |template: &str| {
        let text = fill_text(template, |name| values.get(name).map(|value| value.reveal().to_owned()));
        text.map(Zeroizing::new).map_err(|unfilled| format!("`{}` is not given", unfilled.key))
    };
    let headers = custom.headers.iter().map(|(name, template)| {
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
        Ok((parsed, header_value(&filled(template)?, &format!("value of the header {name}"))?))
    });
    let query = custom.query.iter().map(|(name, template)| Ok((name.clone(), Secret::new(filled(template)?.as_str()))));
    Ok(Proof::Places { headers: headers.collect::<Result<_, String>>()?, query: query.collect::<Result<_, String>>()? })
}

impl Access {
    /// The same request with an absolute address and the credentials; the reason where the two do not make a request.
    pub(crate) fn authorise(&self, request: Request<Bytes>) -> Result<reqwest::Request, String> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.base_url.trim_end_matches('/'));
        let mut url: Url =
            url.parse().map_err(|error| format!("the provider's address {:?} is not valid: {error}", self.base_url))?;
        let query = match &self.proof {
            Proof::Query(name, key) => vec![(name, key)],
            Proof::Places { query, .. } => query.iter().map(|(name, value)| (name, value)).collect(),
            Proof::Nothing | Proof::Header(..) => Vec::new(),
        };
        for (name, value) in query {
            url.query_pairs_mut().append_pair(name, value.reveal());
        }
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        let headers = match &self.proof {
            Proof::Header(name, value) => vec![(name, value)],
            Proof::Places { headers, .. } => headers.iter().map(|(name, value)| (name, value)).collect(),
            Proof::Nothing | Proof::Query(..) => Vec::new(),
        };
        for (name, value) in headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        *request.body_mut() = (!body.is_empty()).then(|| body.into());
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(credentials: &Credentials, auth: &AuthScheme) -> (String, Vec<(String, String)>) {
        let proof = Proof::new(credentials, auth).unwrap().unwrap();
        let access = Access { generation: 1, base_url: "https://api.example.com/v1/".to_owned(), proof };
        let request = access.authorise(Request::get("/things?a=b").body(Bytes::new()).unwrap()).unwrap();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        (request.url().to_string(), headers)
    }

    #[test]
    fn credentials_go_where_the_provider_looks_for_them() {
        let secret = || Secret::new("s3cr&t");
        let place = |place: ApiKeyPlace| AuthScheme::ApiKey(place);
        let plain = "https://api.example.com/v1/things?a=b";
        for (credentials, auth, url, header) in [
            (Credentials::None, AuthScheme::None, plain, None),
            (Credentials::AccessToken { token: secret() }, AuthScheme::Basic, plain, Some(("authorization", "Bearer s3cr&t"))),
            (
                Credentials::Basic { username: "me".to_owned(), password: secret() },
                AuthScheme::Basic,
                plain,
                Some(("authorization", "Basic bWU6czNjciZ0")),
            ),
            (
                Credentials::ApiKey { key: secret() },
                place(ApiKeyPlace::Header { name: "X-Key".to_owned(), prefix: "Token ".to_owned() }),
                plain,
                Some(("x-key", "Token s3cr&t")),
            ),
            (
                Credentials::ApiKey { key: secret() },
                place(ApiKeyPlace::Query { name: "key".to_owned() }),
                "https://api.example.com/v1/things?a=b&key=s3cr%26t",
                None,
            ),
        ] {
            let expected: Vec<_> = header.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
            assert_eq!(sent(&credentials, &auth), (url.to_owned(), expected), "{credentials:?}");
        }
        let custom = CustomAuth {
            headers: vec![("X-Pair".to_owned(), "Pair {{.id}}:{{.key}}".to_owned())],
            query: vec![("key".to_owned(), "{{.key}}".to_owned())],
            inputs: Vec::new(),
        };
        let values = [("id".to_owned(), Secret::new("7")), ("key".to_owned(), secret())].into();
        let (url, headers) = sent(&Credentials::Custom { values }, &AuthScheme::Custom(Box::new(custom.clone())));
        assert_eq!(url, "https://api.example.com/v1/things?a=b&key=s3cr%26t");
        assert_eq!(headers, [("x-pair".to_owned(), "Pair 7:s3cr&t".to_owned())]);
        let none = Credentials::Custom { values: BTreeMap::new() };
        assert_eq!(Proof::new(&none, &AuthScheme::Custom(Box::new(custom))).unwrap_err(), "`id` is not given");
        let wrong = Proof::new(&Credentials::AccessToken { token: Secret::new("a\nb") }, &AuthScheme::Basic).unwrap_err();
        assert!(wrong.contains("access token has characters"), "{wrong}");
    }
}
