//! `wasi:http`: requests go out by the destinations' own client, to addresses that its policy allows and hosts that the
//! destination grants. A denial is a value (`HTTP-request-denied`), and a line in the log says what an operator can do.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderName, HeaderValue, Request, Response, header::HOST, request::Parts};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited};
use reqwest::Url;
use wasmtime_wasi_http::{DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks};

use super::super::{Lease, log::Lines, watched::through};
use crate::{
    network::reserved,
    sink::{
        seam::{self, Call, What},
        wasm::{
            bindings::ampline::sink::{http::Response as Answer, log::Level, types::Failure},
            limits::Limits,
        },
    },
};

/// Most bytes of a request's body, which is sent when it is whole.
const BODY_BYTES_MAX: usize = 16 << 20;

/// What a request becomes, in the shape that the hooks ask for.
type Sending = Box<dyn Future<Output = Result<(Response<WasiBody>, Background), Error>> + Send>;
/// What goes on behind an answer: nothing, the client looks after its connections.
type Background = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// The way out of one instance.
pub(super) struct Outgoing {
    /// Nothing while a component is asked what it is.
    lease: Option<Arc<Lease>>,
    lines: Arc<Lines>,
    requests_max: u32,
    time_max: Duration,
    /// In this call.
    requests: u32,
    sent: bool,
    denied: Option<Failure>,
}

impl Outgoing {
    pub(super) fn new(lease: Option<Arc<Lease>>, lines: Arc<Lines>, limits: &Limits) -> Self {
        let (requests_max, time_max) = (limits.requests_per_batch_max, limits.request_time_max());
        Self { lease, lines, requests_max, time_max, requests: 0, sent: false, denied: None }
    }

    pub(super) fn begin(&mut self) {
        (self.requests, self.sent, self.denied) = (0, false, None);
    }

    pub(super) fn reached_out(&self) -> bool {
        self.sent
    }

    pub(super) fn denied(&self) -> Option<&Failure> {
        self.denied.as_ref()
    }

    /// Who lends the way to this address; or why nobody does.
    fn lent(&mut self, request: &Request<WasiBody>) -> Result<(Arc<Lease>, Url), Error> {
        let lease = self.lease.clone().ok_or(Error::HttpRequestDenied)?;
        let url = Url::parse(&request.uri().to_string()).map_err(|_| Error::HttpRequestUriInvalid)?;
        if let Err(denied) = lease.may_reach(&url) {
            self.lines.write(Level::Warn, denied.message.clone(), Vec::new());
            self.denied = Some(denied);
            return Err(Error::HttpRequestDenied);
        }
        self.requests = self.requests.saturating_add(1);
        if self.requests > self.requests_max {
            let most = self.requests_max;
            self.lines.write(Level::Warn, format!("the sink sent more than {most} requests for one batch"), Vec::new());
            return Err(Error::HttpRequestDenied);
        }
        self.sent = true;
        Ok((lease, url))
    }
}

impl WasiHttpHooks for Outgoing {
    /// The host's own headers but `content-length`, which guests must state and the body is held to.
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        let is_ours = |name: &HeaderName| reserved(name.as_str()) && name != ::http::header::CONTENT_LENGTH;
        Arc::new(move |name| DEFAULT_FORBIDDEN_HEADERS.contains(name) || is_ours(name))
    }

    fn send_request(&mut self, request: Request<WasiBody>, options: Option<RequestOptions>, _: Background) -> Sending {
        match self.lent(&request) {
            Ok((lease, url)) => {
                let asked = options.unwrap_or_default().first_byte_timeout;
                let asked_ms = asked.map(|asked| u64::try_from(asked.as_millis()).unwrap_or(u64::MAX));
                let mut timeout = lease.granted.network.timeout(asked_ms);
                if lease.destination.grants.limits.batch_seconds.is_some() {
                    timeout = timeout.min(self.time_max);
                }
                Box::new(async move {
                    let answer = exchange(&lease, url, request, timeout).await?;
                    Ok((answer, Box::new(async { Ok(()) }) as Background))
                })
            }
            Err(denied) => Box::new(async { Err(denied) }),
        }
    }
}

/// Sends a request and waits for the head of its answer; the body comes as the guest reads it, within the same time.
async fn exchange(lease: &Lease, url: Url, request: Request<WasiBody>, timeout: Duration) -> Result<Response<WasiBody>, Error> {
    let (network, (mut head, body)) = (&lease.granted.network, request.into_parts());
    // The client writes its own.
    head.headers.remove(HOST);
    let body = tokio::time::timeout(timeout, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    let body = body.map_err(|_| Error::ConnectionWriteTimeout)?.map_err(|fault| {
        if fault.is::<LengthLimitError>() {
            Error::HttpRequestBodySize(Some(BODY_BYTES_MAX as u64))
        } else {
            Error::InternalError(Some("the body was not finished".to_owned()))
        }
    })?;
    if network.is_dry() {
        let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
        *answer.status_mut() = ::http::StatusCode::NO_CONTENT;
        return Ok(answer);
    }
    let body = body.to_bytes();
    let watched = lease.watched(|| seen(&head, &url, &body, timeout));
    let mut outgoing = reqwest::Request::new(head.method, url);
    *outgoing.headers_mut() = head.headers;
    *outgoing.timeout_mut() = Some(timeout);
    if !body.is_empty() {
        *outgoing.body_mut() = Some(body.into());
    }
    if watched.is_some() {
        let answer = through(watched, network.heard(outgoing, timeout)).await;
        return answer.map_err(|failure| fault(&failure)).and_then(whole);
    }
    let answer = network.answered(outgoing, timeout).await.map_err(|failure| fault(&failure))?;
    let answer: Response<reqwest::Body> = answer.into();
    Ok(answer.map(|body| body.map_err(|_| Error::HttpResponseIncomplete).boxed_unsync()))
}

/// A request, for whoever stands at the seam.
fn seen(head: &Parts, url: &Url, body: &Bytes, timeout: Duration) -> Call {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let what = What::Http(seam::Request {
        method: head.method.as_str().to_owned(),
        url: url.as_str().to_owned(),
        headers: head.headers.iter().map(header).collect(),
        body: body.clone(),
        credential: None,
        webhook_id: None,
        timeout: Some(timeout),
    });
    Call { envelopes: Vec::new(), what }
}

/// An answer of which all is known.
fn whole(answer: Answer) -> Result<Response<WasiBody>, Error> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = Full::new(Bytes::from(answer.body)).map_err(|never| match never {}).boxed_unsync();
    response.body(body).map_err(|_| Error::HttpProtocolError)
}

/// A failure to send in the words of WASI.
fn fault(failure: &Failure) -> Error {
    match failure.code.as_str() {
        "http.address" => Error::DestinationIpProhibited,
        "http.dns" => Error::DnsError { rcode: None, info_code: None },
        "http.tls" => Error::TlsProtocolError,
        "http.timeout" if failure.maybe_applied => Error::HttpResponseTimeout,
        "http.timeout" => Error::ConnectionTimeout,
        "http.connect" => Error::ConnectionRefused,
        "http.reset" => Error::ConnectionTerminated,
        _ => Error::HttpProtocolError,
    }
}
