//! Requests that create something and carry an `Idempotency-Key` are carried out once: whoever repeats one gets the first answer again.
//!
//! Only what succeeded is kept: what was refused had no effect and may be tried again. A request whose answer could not be kept, because
//! the process ended between the two, is carried out again; names that must be unique hold it up then.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, LOCATION},
        request::Parts,
    },
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Api, KEY_HEADER, REQUEST_BYTES_MAX, gate,
    problem::{Place, Problem, RequestIssue, invalid},
};
use crate::{access::Caller, connection::Connections, project::KeptAnswer};

/// As the document has it.
const KEY: &str = "Idempotency-Key";
/// Says that this is the first answer again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A larger answer is not kept.
const ANSWER_BYTES_MAX: usize = 256 << 10;
/// When a request that is under way has probably ended.
const RETRY_SOON: Duration = Duration::from_secs(1);

/// What requests share: who answers, and which keys are in use.
#[derive(Clone)]
pub(super) struct Shared {
    api: Arc<Api>,
    under_way: Arc<Mutex<HashSet<[u8; 32]>>>,
}

impl Shared {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, under_way: Arc::default() }
    }
}

/// Ends the use of a key.
struct InUse(Shared, [u8; 32]);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    /// In Base64.
    body: String,
}

/// Carries a request out, or answers as before.
pub(super) async fn once(State(shared): State<Shared>, request: Request, next: Next) -> Result<Response, Problem> {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let is_taken = request.headers().contains_key(KEY) && gate::takes_header(&route, request.method(), KEY);
    // Without the data key nothing can be kept; then the client is the command line in this very process.
    let Some(connections) = shared.api.connections.clone().filter(|_| is_taken) else { return Ok(next.run(request).await) };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_BYTES_MAX).await.unwrap_or_default();
    let (id, digest) = (id(&parts), digest(&parts, &body));
    let Some(place) = take(&shared, id) else {
        let problem = Problem::new(StatusCode::CONFLICT, "a request with this Idempotency-Key is under way");
        return Err(problem.remedy("wait for its answer, or try again").retry_after(RETRY_SOON));
    };
    let store = shared.api.projects.store();
    if let Some(kept) = store.kept_answer(id.to_vec(), shared.api.clock.now()).await? {
        if kept.request != digest {
            let issue = RequestIssue::new(Place::Header, KEY, "was given with another request already");
            return Err(invalid(vec![issue.remedy("choose a new one for each thing to be created")]));
        }
        if let Some(answer) = connections.open_answer(&hex(&id), &kept.sealed) {
            return Ok(again(answer));
        }
    }
    // A client that goes away must not keep the answer from being kept.
    let request = Request::from_parts(parts, Body::from(body));
    let work = async move {
        let response = next.run(request).await;
        keep(&place, &connections, digest, response).await
    };
    let broke_off = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it broke off half-way; the runtime's log says why");
    tokio::spawn(work).await.map_err(broke_off)
}

fn take(shared: &Shared, id: [u8; 32]) -> Option<InUse> {
    let is_free = shared.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    is_free.then(|| InUse(shared.clone(), id))
}

/// Keeps a success, and hands it on.
async fn keep(InUse(shared, id): &InUse, connections: &Connections, digest: [u8; 32], response: Response) -> Response {
    if !response.status().is_success() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            return Response::from_parts(parts, Body::empty());
        }
    };
    let headers = [CONTENT_TYPE, ETAG, LOCATION].into_iter().filter_map(|name| {
        let value = parts.headers.get(&name)?.to_str().ok()?.to_owned();
        Some((name.as_str().to_owned(), value))
    });
    let body = BASE64_STANDARD.encode(&bytes);
    let answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body };
    let sealed = connections.seal_answer(&hex(id), &answer).filter(|sealed| sealed.len() <= ANSWER_BYTES_MAX);
    if let Some(sealed) = sealed {
        let kept = KeptAnswer { id: id.to_vec(), request: digest.to_vec(), sealed };
        if let Err(error) = shared.api.projects.store().keep_answer(kept, shared.api.clock.now()).await {
            tracing::error!(%error, "an answer could not be kept: the same request would be carried out again");
        }
    }
    Response::from_parts(parts, bytes.into())
}

fn again(answer: Answer) -> Response {
    let body = BASE64_STANDARD.decode(&answer.body).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = answer.headers.iter().filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value.parse().ok()?)));
    response.headers_mut().extend(headers.map(|(name, value): (HeaderName, HeaderValue)| (Some(name), value)));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// A key is its client's own. A user is the same one with every new token.
fn id(parts: &Parts) -> [u8; 32] {
    let header = |name: &str| parts.headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    match parts.extensions.get::<Caller>() {
        Some(Caller::User(user)) => hashed(&[header(KEY), b"user", user.group.as_bytes(), user.consumer.as_bytes()]),
        _ => hashed(&[header(KEY), b"key", header(KEY_HEADER)]),
    }
}

fn digest(parts: &Parts, body: &Bytes) -> [u8; 32] {
    hashed(&[parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), body])
}

fn hashed(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn hex(id: &[u8; 32]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
