//! A sink's request, lowered once to one that can be sent, or to why it cannot.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::ACCEPT_ENCODING};
use reqwest::Url;

use super::{
    super::{
        Host, failure,
        watched::{self, Watched},
    },
    bearer::Bearer,
    denied, sign,
};
use crate::{
    network::reserved,
    secrets::Redaction,
    sink::wasm::bindings::ampline::sink::{
        http::Request,
        types::{Failure, FailureClass},
    },
};

const BODY_BYTES_MAX: usize = 16 << 20;
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 << 10;

/// A request that is ready to go.
pub(super) struct Prepared {
    pub(super) request: reqwest::Request,
    pub(super) timeout: Duration,
    /// The destination's secrets, to be taken out of what comes back.
    pub(super) redaction: Option<Arc<Redaction>>,
    pub(super) watched: Option<Watched>,
    /// The credential whose token has to be got first.
    pub(super) bearer: Option<Bearer>,
}

/// The URL that was read last: the requests of a call mostly go to one.
#[derive(Default)]
pub(super) struct Urls(Option<(String, Url)>);

impl Urls {
    fn read(&mut self, text: String) -> Result<Url, Failure> {
        if let Some((last, url)) = &self.0
            && *last == text
        {
            return Ok(url.clone());
        }
        let url = absolute(&text)?;
        self.0 = Some((text, url.clone()));
        Ok(url)
    }
}

impl Host {
    pub(super) fn lower(&self, request: Request, urls: &mut Urls, bytes_left: &mut usize) -> Result<Prepared, Failure> {
        let Some(lease) = &self.lease else { return Err(denied()) };
        let watched = self.watched(|| watched::request(&request));
        let url = urls.read(request.url)?;
        lease.may_reach(&url)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| failure(FailureClass::Blocked, "http.method", format!("{:?} is no HTTP method", request.method)))?;
        let shared = matches!(request.body, super::Payload::Message(_));
        let body = self.resolved(request.body, BODY_BYTES_MAX.min(*bytes_left))?;
        if !shared {
            *bytes_left -= body.len();
        }
        let watched = watched.map(|watched| watched.sending(&body));
        let mut headers = headers(request.headers)?;
        if let Some(id) = request.webhook_id {
            let keys = lease.granted.secrets.signing_keys(&lease.destination.id);
            sign::sign(&mut headers, &keys, &id, self.now().as_second(), &body)
                .ok_or_else(|| failure(FailureClass::Rejected, "http.header", "the webhook id cannot stand in a header"))?;
        }
        if let Some(own) = lease.granted.secrets.request_headers(&lease.destination.id) {
            own.apply(&url, &mut headers);
        }
        let mut bearer = None;
        if let Some(name) = request.credential {
            let source = lease.authenticate(&name, &url, &mut headers, &body)?;
            bearer = source.map(|source| Bearer { source, name, lease: lease.clone(), now: self.now() });
        }
        let redaction = self.redaction();
        if redaction.is_some() {
            // What comes back packed could not be searched for secrets.
            headers.remove(ACCEPT_ENCODING);
        }
        let mut timeout = lease.granted.network.timeout(request.timeout);
        if lease.destination.grants.limits.batch_seconds.is_some() {
            timeout = timeout.min(self.limits.request_time_max());
        }
        Ok(Prepared { request: assembled(method, url, headers, body), timeout, redaction, watched, bearer })
    }
}

fn assembled(method: Method, url: Url, headers: HeaderMap, body: Bytes) -> reqwest::Request {
    let bodiless = body.is_empty() && matches!(method, Method::GET | Method::HEAD);
    let mut request = reqwest::Request::new(method, url);
    *request.headers_mut() = headers;
    if !bodiless {
        *request.body_mut() = Some(body.into());
    }
    request
}

fn absolute(text: &str) -> Result<Url, Failure> {
    let fault = |reason: String| failure(FailureClass::Blocked, "http.url", format!("the destination's URL {reason}"));
    let url = Url::parse(text).map_err(|e| fault(format!("is not an absolute URL: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault(format!("begins with {}:, and only http: and https: can be sent to", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault("holds a user name or password; bind a credential instead".to_owned()));
    }
    Ok(url)
}

fn headers(given: Vec<(String, String)>) -> Result<HeaderMap, Failure> {
    let fault = |class, message: String| Err(failure(class, "http.header", message));
    let bytes: usize = given.iter().map(|(name, value)| name.len() + value.len()).sum();
    if given.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX {
        let message = format!("more than {HEADERS_MAX} headers, or more than {HEADER_BYTES_MAX} bytes of them");
        return fault(FailureClass::Rejected, message);
    }
    let mut headers = HeaderMap::with_capacity(given.len() + 8);
    for (name, value) in given {
        let Ok(read) = HeaderName::from_bytes(name.as_bytes()) else {
            return fault(FailureClass::Blocked, format!("{name:?} is no header name"));
        };
        if reserved(read.as_str()) {
            return fault(FailureClass::Blocked, format!("the header {read} belongs to the runtime; a sink may not set it"));
        }
        let Ok(value) = HeaderValue::from_str(&value) else {
            return fault(FailureClass::Rejected, format!("the value of header {read} has characters that headers cannot carry"));
        };
        headers.append(read, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Failure>) -> String {
        result.err().map_or_else(|| "ok".to_owned(), |f| format!("{} {:?}", f.code, f.class))
    }

    #[test]
    fn urls_are_absolute_http_without_user_information() {
        for (url, expected) in [
            ("https://example.com/hook?a=b", "ok"),
            ("http://127.0.0.1:1/", "ok"),
            ("/hook", "http.url FailureClass::Blocked"),
            ("ftp://example.com/", "http.url FailureClass::Blocked"),
            ("https://user@example.com/", "http.url FailureClass::Blocked"),
            ("https://user:word@example.com/", "http.url FailureClass::Blocked"),
            ("", "http.url FailureClass::Blocked"),
        ] {
            assert_eq!(code(absolute(url)), expected, "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let failure = absolute("https://user:word@example.com/").unwrap_err();
        assert!(!failure.message.contains("word@"), "{}", failure.message);
    }

    #[test]
    fn the_hosts_headers_cannot_be_set() {
        for (name, value, expected) in [
            ("x-team", "a b", "ok"),
            ("content-type", "application/json", "ok"),
            ("Host", "evil", "http.header FailureClass::Blocked"),
            ("Webhook-Id", "forged", "http.header FailureClass::Blocked"),
            ("svix-signature", "forged", "http.header FailureClass::Blocked"),
            ("Transfer-Encoding", "chunked", "http.header FailureClass::Blocked"),
            ("bad name", "x", "http.header FailureClass::Blocked"),
            ("x-a", "line\r\nx-b: 1", "http.header FailureClass::Rejected"),
        ] {
            assert_eq!(code(headers(vec![(name.to_owned(), value.to_owned())])), expected, "{name}: {value}");
        }
        let many = vec![("x".to_owned(), "y".to_owned()); HEADERS_MAX + 1];
        assert_eq!(code(headers(many)), "http.header FailureClass::Rejected");
    }
}
