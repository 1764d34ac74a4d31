//! How long the API waits: for a request's body, and for its own answer.

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header::CONNECTION},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout, timeout_at};

use super::problem::Problem;
use crate::sink::library::TEST_TIME_MAX;

/// Until a request's body must be there.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// Until a client must have received its answer's head.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// The same for the installation of a sink: compiling an interpreter takes a busy machine minutes, and is itself bounded at ten.
const INSTALL_TIMEOUT: Duration = Duration::from_secs(660);
/// The same for the test of a sink, which is bounded itself.
const TEST_TIMEOUT: Duration = TEST_TIME_MAX.saturating_add(Duration::from_secs(30));

/// Answers 408 where the body did not come in time, 504 where the answer did not.
pub(super) async fn bounded(request: Request, next: Next) -> Result<Response, Infallible> {
    let late = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| if body.is_end_stream() { body } else { in_time(body, late.clone()) });
    let answer = timeout(patience(request.method(), request.uri().path()), next.run(request)).await;
    if late.load(Ordering::Relaxed) {
        let detail = format!("the body was not there within {} s", BODY_TIMEOUT.as_secs());
        let mut response = Problem::new(StatusCode::REQUEST_TIMEOUT, detail).into_response();
        // The rest of the body cannot be told from a next request's head any more.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return Ok(response);
    }
    Ok(answer.unwrap_or_else(|_| {
        let detail = "the answer took too long; what was asked for goes on";
        Problem::new(StatusCode::GATEWAY_TIMEOUT, detail).into_response()
    }))
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

/// A body that fails once its time is over, and says so in `late`.
fn in_time(body: Body, late: Arc<AtomicBool>) -> Body {
    let end = Instant::now() + BODY_TIMEOUT;
    Body::from_stream(stream::unfold(Some(body.into_data_stream()), move |body| {
        let late = late.clone();
        async move {
            let mut body = body?;
            match timeout_at(end, body.next()).await {
                Ok(chunk) => Some((chunk?.map_err(io::Error::other), Some(body))),
                Err(_) => {
                    late.store(true, Ordering::Relaxed);
                    Some((Err(io::ErrorKind::TimedOut.into()), None))
                }
            }
        }
    }))
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
