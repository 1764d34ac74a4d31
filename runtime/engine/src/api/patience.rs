//! How long the API waits: for a request's body, and for its own answer.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, HttpBody},
    extract::Request,
    http::{
        HeaderValue, Method, StatusCode, Version,
        header::{CONNECTION, EXPECT},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::{Sleep, sleep, timeout};

use super::{gate::body::DISCARDED_BYTES_MAX, problem::Problem};
use crate::sink::library::TEST_TIME_MAX;

/// Until a request's body must be there.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// Until the rest of a body must be there that nobody reads: time for what a client has sent already.
const REST_TIMEOUT: Duration = Duration::from_secs(1);
/// Until a client must have received its answer's head.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// The same for the installation of a sink: compiling an interpreter takes a busy machine minutes, and is itself bounded at ten.
const INSTALL_TIMEOUT: Duration = Duration::from_secs(660);
/// The same for the test of a sink, which is bounded itself.
const TEST_TIMEOUT: Duration = TEST_TIME_MAX.saturating_add(Duration::from_secs(30));

/// Answers 408 where the body did not come in time, 504 where the answer did not. A body that nobody read to its end is taken in all the
/// same, or the client told that its connection ends: else its next request would find a connection that is gone.
pub(super) async fn bounded(request: Request, next: Next) -> Result<Response, Infallible> {
    let lent = Arc::new(Lent::default());
    // Who asks first sends nothing of the body yet, and need not.
    let asks_first = request.headers().contains_key(EXPECT);
    let is_http_1 = request.version() < Version::HTTP_2;
    let request =
        request.map(|body| if body.is_end_stream() { body } else { Body::from_stream(Timely::new(body, lent.clone())) });
    let answer = timeout(patience(request.method(), request.uri().path()), next.run(request)).await;
    let mut response = if lent.late.load(Ordering::Relaxed) {
        let detail = format!("the body was not there within {} s", BODY_TIMEOUT.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, detail).into_response()
    } else {
        answer.unwrap_or_else(|_| {
            let detail = "the answer took too long; what was asked for goes on";
            Problem::new(StatusCode::GATEWAY_TIMEOUT, detail).into_response()
        })
    };
    // The rest of a body cannot be told from a next request's head.
    if is_http_1 && !lent.came_to_its_end(asks_first).await {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// How long the answer to a request may take. Paths are as the router knows them.
fn patience(method: &Method, path: &str) -> Duration {
    let tests =
        || path.strip_suffix("/:test").and_then(|sink| sink.rsplit_once('/')).is_some_and(|(all, _)| all.ends_with("/sinks"));
    if *method != Method::POST {
        RESPONSE_TIMEOUT
    } else if path.ends_with("/sinks") {
        INSTALL_TIMEOUT
    } else if tests() {
        TEST_TIMEOUT
    } else {
        RESPONSE_TIMEOUT
    }
}

/// What becomes of a body that was handed on.
#[derive(Default)]
struct Lent {
    /// It did not come in time.
    late: AtomicBool,
    /// It, where whoever had it stopped reading before its end.
    rest: Mutex<Option<BodyDataStream>>,
}

impl Lent {
    /// Whether nothing of the body is left on the connection, once what is on its way was read.
    async fn came_to_its_end(&self, asks_first: bool) -> bool {
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut rest) = rest else { return !self.late.load(Ordering::Relaxed) };
        let read = async {
            let mut left = DISCARDED_BYTES_MAX;
            while let Some(chunk) = rest.next().await {
                left = chunk.ok().and_then(|chunk| left.checked_sub(chunk.len()))?;
            }
            Some(())
        };
        !asks_first && matches!(timeout(REST_TIMEOUT, read).await, Ok(Some(())))
    }
}

/// A body that fails once its time is over, and that goes back to where it was lent when it is dropped before its end.
struct Timely {
    body: Option<BodyDataStream>,
    end: Pin<Box<Sleep>>,
    lent: Arc<Lent>,
}

impl Timely {
    fn new(body: Body, lent: Arc<Lent>) -> Self {
        Self { body: Some(body.into_data_stream()), end: Box::pin(sleep(BODY_TIMEOUT)), lent }
    }
}

impl Stream for Timely {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        match body.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(chunk))) => Poll::Ready(Some(Ok(chunk))),
            Poll::Ready(ended) => {
                self.body = None;
                Poll::Ready(ended.map(|broken| broken.map_err(io::Error::other)))
            }
            Poll::Pending => {
                ready!(self.end.as_mut().poll(context));
                self.body = None;
                self.lent.late.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())))
            }
        }
    }
}

impl Drop for Timely {
    fn drop(&mut self) {
        *self.lent.rest.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compiles_and_tests_sinks_may_take_longer() {
        let at = |method: Method, path: &str| patience(&method, path);
        assert_eq!(at(Method::POST, "/v1/projects/p/sinks"), INSTALL_TIMEOUT);
        assert_eq!(at(Method::POST, "/v1/projects/p/sinks/mine/:test"), TEST_TIMEOUT);
        assert_eq!(at(Method::GET, "/v1/projects/p/sinks"), RESPONSE_TIMEOUT);
        assert_eq!(at(Method::POST, "/v1/projects/p/destinations/sinks/:test"), RESPONSE_TIMEOUT);
    }
}
