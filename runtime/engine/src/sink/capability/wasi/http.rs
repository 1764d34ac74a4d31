//! `wasi:http`: requests go out by the destinations' own client, to addresses that its policy allows and hosts that the
//! destination grants. A denial is a value (`HTTP-request-denied`), and a line in the log says what an operator can do.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderName, Request, Response, header::HOST};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use reqwest::Url;
use wasmtime_wasi_http::{DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks};

use super::{
    super::{Granted, log::Lines},
    Lender,
};
use crate::{
    network::reserved,
    sink::{
        Destination,
        wasm::bindings::ampline::sink::{log::Level, types::Failure},
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
    lender: Lender,
    lines: Arc<Lines>,
    requests_max: u32,
    /// In this call.
    requests: u32,
    sent: bool,
}

impl Outgoing {
    pub(super) fn new(lender: Lender, lines: Arc<Lines>, requests_max: u32) -> Self {
        Self { lender, lines, requests_max, requests: 0, sent: false }
    }

    pub(super) fn begin(&mut self) {
        (self.requests, self.sent) = (0, false);
    }

    pub(super) fn reached_out(&self) -> bool {
        self.sent
    }

    /// Who lends the way to this address; or why nobody does.
    fn lent(&mut self, request: &Request<WasiBody>) -> Result<(Arc<Granted>, Url), Error> {
        let (granted, destination) = self.lender.clone().ok_or(Error::HttpRequestDenied)?;
        let url = Url::parse(&request.uri().to_string()).map_err(|_| Error::HttpRequestUriInvalid)?;
        if let Some(reason) = denial(&destination, &url) {
            self.lines.write(Level::Warn, reason, String::new);
            return Err(Error::HttpRequestDenied);
        }
        self.requests = self.requests.saturating_add(1);
        if self.requests > self.requests_max {
            let most = self.requests_max;
            self.lines.write(Level::Warn, format!("the sink sent more than {most} requests for one batch"), String::new);
            return Err(Error::HttpRequestDenied);
        }
        self.sent = true;
        Ok((granted, url))
    }
}

/// Why a destination does not let its sink go to this address.
fn denial(destination: &Destination, url: &Url) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    (destination.name != "granted").then(|| {
        format!("the sink may not send requests to {host}: the destination does not grant that host; grant it, if the sink is to be trusted with it")
    })
}

impl WasiHttpHooks for Outgoing {
    /// The host's own headers but `content-length`, which guests must state and the body is held to.
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        let is_ours = |name: &HeaderName| reserved(name.as_str()) && name != ::http::header::CONTENT_LENGTH;
        Arc::new(move |name| DEFAULT_FORBIDDEN_HEADERS.contains(name) || is_ours(name))
    }

    fn send_request(&mut self, request: Request<WasiBody>, options: Option<RequestOptions>, _: Background) -> Sending {
        match self.lent(&request) {
            Ok((granted, url)) => Box::new(async move {
                let limit = options.unwrap_or_default().first_byte_timeout;
                let answer = exchange(&granted, url, request, limit).await?;
                Ok((answer, Box::new(async { Ok(()) }) as Background))
            }),
            Err(denied) => Box::new(async { Err(denied) }),
        }
    }
}

/// Sends a request and waits for the head of its answer; the body comes as the guest reads it, within the same time.
async fn exchange(
    granted: &Granted,
    url: Url,
    request: Request<WasiBody>,
    limit: Option<Duration>,
) -> Result<Response<WasiBody>, Error> {
    let asked_ms = limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let timeout = granted.network.timeout(asked_ms);
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(timeout, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    let body = body.map_err(|_| Error::ConnectionWriteTimeout)?.map_err(|fault| {
        if fault.is::<LengthLimitError>() {
            Error::HttpRequestBodySize(Some(BODY_BYTES_MAX as u64))
        } else {
            Error::InternalError(Some("the body was not finished".to_owned()))
        }
    })?;
    if granted.network.is_dry() {
        let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
        *answer.status_mut() = ::http::StatusCode::NO_CONTENT;
        return Ok(answer);
    }
    let mut outgoing = reqwest::Request::new(head.method, url);
    *outgoing.headers_mut() = head.headers;
    outgoing.headers_mut().remove(HOST);
    *outgoing.timeout_mut() = Some(timeout);
    let body = body.to_bytes();
    if !body.is_empty() {
        *outgoing.body_mut() = Some(body.into());
    }
    let answer = granted.network.answered(outgoing, timeout).await.map_err(|failure| fault(&failure))?;
    let answer: Response<reqwest::Body> = answer.into();
    Ok(answer.map(|body| body.map_err(|_| Error::HttpResponseIncomplete).boxed_unsync()))
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
