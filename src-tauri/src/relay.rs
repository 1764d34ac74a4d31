//! Carries the pages' requests to the runtime of the desk: only to paths of its API, within limits, with a key that pages never see.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use ampline::cli::reach::Reached;
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, Url, header::HeaderMap};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, oneshot};

use crate::call::Refusal;

/// Requests that run at once; the next one waits.
const REQUESTS_MAX: usize = 32;
/// Streams that run at once; the next one is refused.
const STREAMS_MAX: usize = 16;
/// Largest body that is sent: a sink's component with room to spare.
const BODY_BYTES_MAX: usize = 64 << 20;
/// Largest answer that is taken in.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Until a stream that carries nothing, not even the signs of life that runtimes send, counts as broken.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// Until the runtime has compiled or tested a sink, which it bounds at eleven minutes itself.
const SINK_MAX: Duration = Duration::from_secs(700);
/// Until a stream begins anew in any case.
const STREAM_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Where the API begins.
const ROOTS: [&str; 5] = ["/v1/", "/read/v1/", "/projects/", "/health/", "/uploads/"];
/// What a page may say besides its body.
const REQUEST_HEADERS: [&str; 6] = ["accept", "content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id"];

/// What a page asks of the runtime.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    /// The page's number for it, by which it is cancelled.
    pub(crate) id: u64,
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Option<Body>,
}

/// Bytes between a page and a runtime: as they are where they are text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Body {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Base64(String),
}

/// How an answer begins.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
}

/// A whole answer.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) body: Body,
}

/// What a stream sends to its page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Piece {
    /// Comes first.
    Head(Head),
    /// Whole characters.
    Text(String),
    /// Comes last; with a reason where it did not end by itself.
    End(Option<String>),
}

/// The way to the runtime, and what is under way.
pub(crate) struct Relay {
    reached: RwLock<Option<Reached>>,
    requests: Semaphore,
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    /// Dropping one cancels it.
    all: BTreeMap<u64, oneshot::Sender<()>>,
    streams: usize,
}

impl Relay {
    pub(crate) fn new() -> Self {
        Self { reached: RwLock::new(None), requests: Semaphore::new(REQUESTS_MAX), under_way: Mutex::default() }
    }

    /// Leads to another runtime from now on, or to none. What is under way to the one before is cancelled.
    pub(crate) fn lead_to(&self, reached: Option<Reached>) {
        *self.reached.write().unwrap_or_else(PoisonError::into_inner) = reached;
        self.under_way().all.clear();
    }

    /// Where it leads.
    pub(crate) fn reached(&self) -> Option<Reached> {
        self.reached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends what the page has begun under this number; nothing where it has ended already.
    pub(crate) fn cancel(&self, id: u64) {
        self.under_way().all.remove(&id);
    }

    /// Forgets all that a page has begun: it is gone.
    pub(crate) fn cancel_all(&self) {
        self.under_way().all.clear();
    }

    /// Asks and takes the whole answer in.
    pub(crate) async fn request(&self, request: Request) -> Result<Answer, Refusal> {
        let id = request.id;
        let sent = self.prepared(request)?;
        let cancelled = self.begin(id, false)?;
        let exchange = async {
            let _place = self.requests.acquire().await.map_err(|_| Refusal::unreachable("the desk is closing"))?;
            let response = sent.send().await.map_err(silent)?;
            let head = head(&response);
            Ok(Answer { head, body: body(whole(response).await?) })
        };
        let answer = tokio::select! {
            answer = exchange => answer,
            _ = cancelled => Err(Refusal::cancelled()),
        };
        self.end(id, false);
        answer
    }

    /// Asks and hands the answer on piece by piece, until it ends, is cancelled, or `tell` says that nobody listens.
    pub(crate) async fn stream(&self, request: Request, tell: impl Fn(Piece) -> bool) -> Result<(), Refusal> {
        let id = request.id;
        let sent = self.prepared(request)?.timeout(STREAM_MAX);
        let cancelled = self.begin(id, true)?;
        let exchange = async {
            let Ok(response) = tokio::time::timeout(SILENCE_MAX, sent.send()).await else {
                return Some("the runtime does not answer".to_owned());
            };
            match response {
                Ok(response) => hand_on(response, &tell).await,
                Err(error) => Some(silent(error).message),
            }
        };
        let reason = tokio::select! {
            reason = exchange => reason,
            _ = cancelled => Some("cancelled".to_owned()),
        };
        self.end(id, true);
        tell(Piece::End(reason));
        Ok(())
    }

    fn prepared(&self, request: Request) -> Result<reqwest::RequestBuilder, Refusal> {
        let reached = self.reached().ok_or_else(|| Refusal::unreachable("no runtime runs here; start it, or choose another"))?;
        let Request { id: _, method, path, headers, body } = request;
        let method = match method.as_str() {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" => method.parse::<Method>().map_err(|_| Refusal::asked("no method"))?,
            _ => return Err(Refusal::asked(format!("{method:?} is no method of the API"))),
        };
        let is_about_sinks = method == Method::POST && path.contains("/sinks");
        let mut sent = reached.request(method, api_url(reached.base(), &path)?);
        if is_about_sinks {
            sent = sent.timeout(SINK_MAX);
        }
        for (name, value) in headers {
            if !REQUEST_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                return Err(Refusal::asked(format!("the header {name:?} is not passed on")));
            }
            sent = sent.header(name, value);
        }
        let bytes = match body {
            None => return Ok(sent),
            Some(Body::Text(text)) => text.into_bytes(),
            Some(Body::Base64(text)) => {
                BASE64_STANDARD.decode(text).map_err(|error| Refusal::asked(format!("the body is not base64: {error}")))?
            }
        };
        if bytes.len() > BODY_BYTES_MAX {
            return Err(Refusal::asked(format!("a body has at most {} MiB", BODY_BYTES_MAX >> 20)));
        }
        Ok(sent.body(bytes))
    }

    fn begin(&self, id: u64, is_stream: bool) -> Result<oneshot::Receiver<()>, Refusal> {
        let mut under_way = self.under_way();
        if under_way.all.contains_key(&id) {
            return Err(Refusal::asked(format!("a request with the number {id} is under way already")));
        }
        if is_stream {
            if under_way.streams >= STREAMS_MAX {
                return Err(Refusal::asked(format!("{STREAMS_MAX} streams are open already; close one first")));
            }
            under_way.streams += 1;
        }
        let (cancel, cancelled) = oneshot::channel();
        under_way.all.insert(id, cancel);
        Ok(cancelled)
    }

    fn end(&self, id: u64, was_stream: bool) {
        let mut under_way = self.under_way();
        under_way.all.remove(&id);
        under_way.streams -= usize::from(was_stream);
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address of the API below `base`, whatever dots, slashes and percent signs a path may play with.
fn api_url(base: &str, path: &str) -> Result<Url, Refusal> {
    let refused = || Refusal::asked(format!("{path:?} is no path of the API"));
    if !ROOTS.iter().any(|root| path.starts_with(root)) || path.contains(['\\', '#']) || path.contains(char::is_control) {
        return Err(refused());
    }
    let url = Url::parse(&format!("{base}{path}")).map_err(|_| refused())?;
    let base = Url::parse(base).map_err(|_| refused())?;
    let below = url.path().strip_prefix(base.path().trim_end_matches('/'));
    // Parsing has resolved the dots: what climbs out of its root shows here.
    let is_below = below.is_some_and(|below| ROOTS.iter().any(|root| path.starts_with(root) && below.starts_with(root)));
    if url.origin() == base.origin() && is_below { Ok(url) } else { Err(refused()) }
}

fn head(response: &reqwest::Response) -> Head {
    Head { status: response.status().as_u16(), headers: headers(response.headers()) }
}

/// Cookies stay out of pages; a value that is no text says nothing to them.
fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let readable = headers.iter().filter(|(name, _)| *name != reqwest::header::SET_COOKIE);
    readable.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

async fn whole(mut response: reqwest::Response) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| Refusal::unreachable(broken_off(&error)))? {
        if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
            let message = format!("the answer has more than {} MiB; ask for less of it", ANSWER_BYTES_MAX >> 20);
            return Err(Refusal::asked(message));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn body(bytes: Vec<u8>) -> Body {
    String::from_utf8(bytes).map_or_else(|error| Body::Base64(BASE64_STANDARD.encode(error.as_bytes())), Body::Text)
}

/// Gives back why it ended, where it did not end by itself.
async fn hand_on(mut response: reqwest::Response, tell: &impl Fn(Piece) -> bool) -> Option<String> {
    if !tell(Piece::Head(head(&response))) {
        return None;
    }
    let mut rest = Vec::new();
    loop {
        match tokio::time::timeout(SILENCE_MAX, response.chunk()).await {
            Err(_) => return Some(format!("nothing came for {} s", SILENCE_MAX.as_secs())),
            Ok(Err(error)) => return Some(broken_off(&error)),
            Ok(Ok(None)) => return None,
            Ok(Ok(Some(piece))) => rest.extend_from_slice(&piece),
        }
        let text = whole_characters(&mut rest);
        if !text.is_empty() && !tell(Piece::Text(text)) {
            return None;
        }
    }
}

/// Takes the text out of `bytes` and leaves a character that has not come whole yet.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        // Bytes that are no text are shown as such by the replacement character.
        Ok(_) | Err(_) => bytes.len(),
    };
    let rest = bytes.split_off(whole);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

fn silent(error: reqwest::Error) -> Refusal {
    Refusal::unreachable(format!("the runtime does not answer: {}", causes(&error)))
}

fn broken_off(error: &reqwest::Error) -> String {
    format!("the runtime's answer broke off: {}", causes(error))
}

/// An error with what lies under it, without the address, which may be long.
fn causes(error: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(error);
    let mut last = "no connection".to_owned();
    while let Some(deeper) = cause {
        last = deeper.to_string();
        cause = deeper.source();
    }
    if error.is_timeout() { "it took too long".to_owned() } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_api_are_asked() {
        for (base, path, expected) in [
            ("http://h:1", "/v1/projects", Some("http://h:1/v1/projects")),
            ("http://h:1", "/v1/projects/p/deliveries?limit=2&x=%2F", Some("http://h:1/v1/projects/p/deliveries?limit=2&x=%2F")),
            ("https://h/amp", "/read/v1/projects/p/x", Some("https://h/amp/read/v1/projects/p/x")),
            ("https://h/amp", "/v1/a/../b", Some("https://h/amp/v1/b")),
            ("https://h/amp", "/v1/../../v1/x", None),
            ("https://h/amp", "/v1/%2e%2e/%2e%2e/admin", None),
            ("https://h/amp", "/v1/..\\..\\admin", None),
            ("http://h:1", "/v1/../metrics", None),
            ("http://h:1", "/metrics", None),
            ("http://h:1", "v1/projects", None),
            ("http://h:1", "@elsewhere.example/v1/", None),
            ("http://h:1", ".elsewhere.example/v1/", None),
            ("http://h:1", "//elsewhere.example/v1/", None),
            ("http://h:1", "http://elsewhere.example/v1/", None),
            ("http://h:1", "/v1/x\r\nhost: y", None),
            ("http://h:1", "", None),
        ] {
            let url = api_url(base, path).ok().map(String::from);
            assert_eq!(url.as_deref(), expected, "{base} {path}");
        }
    }

    #[test]
    fn characters_are_never_cut() {
        let text = "a€b😀".repeat(3);
        for size in 1..6 {
            let (mut rest, mut read) = (Vec::new(), String::new());
            for piece in text.as_bytes().chunks(size) {
                rest.extend_from_slice(piece);
                read += &whole_characters(&mut rest);
            }
            assert_eq!((read.as_str(), rest.as_slice()), (text.as_str(), [].as_slice()), "{size}");
        }
        assert_eq!(whole_characters(&mut b"a\xffb".to_vec()), "a\u{fffd}b");
    }
}
