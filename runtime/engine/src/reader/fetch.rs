//! One page from a provider: send at the connection's pace, wait where told to, try again within limits.

use std::{sync::Arc, time::Duration};

use ampline_core::provider::{ReadError, ReadErrorClass, SentTo};
use bytes::{Bytes, BytesMut};
use serde_json::json;

use super::{notes::Notes, throttle::Throttle, trace};
use crate::{
    causes::reason,
    clock::{self, Clock},
    connection::{Access, Connection},
};

/// Tries of one page, the first included, over all the turns that it takes.
const TRIES_MAX: u32 = 6;
/// The first wait after a transient failure; it doubles.
const BACKOFF_MIN: Duration = Duration::from_secs(1);
/// A provider that asks for more patience than this fails the operation; its next run goes on where this one stopped.
const PATIENCE_MAX: Duration = Duration::from_secs(120);
/// A longer wait gives up the read's place among those that run, unless answers would be thrown away with it.
const WAIT_IN_PLACE_MAX: Duration = Duration::from_secs(5);
/// The longest that a connection is left alone at its provider's wish.
const SILENCE_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Until the whole answer must be there.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Largest answer that is taken in.
const RESPONSE_BYTES_MAX: usize = 64 << 20;

/// The way to a provider, as one operation goes it.
pub(super) struct Way<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) throttle: &'a Throttle,
    pub(super) notes: &'a Notes,
    pub(super) clock: &'a dyn Clock,
    /// Answers are at hand that would be asked for again after a wait elsewhere.
    pub(super) holds_answers: bool,
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum NoPage {
    /// It cannot be read, or not soon.
    Failed(ReadError),
    /// It may be asked for after so long; so many tries went before.
    Later(Duration, u32),
}

impl Way<'_> {
    fn wait_max(&self) -> Duration {
        if self.holds_answers { PATIENCE_MAX } else { WAIT_IN_PLACE_MAX }
    }

    /// Sends the request and parses the answer, again where that may help. `tries` went before in other turns.
    pub(super) async fn page<T>(
        &self,
        mut tries: u32,
        request: impl Fn() -> http::Request<Bytes>,
        mut parse: impl FnMut(&http::Response<Bytes>) -> Result<T, ReadError>,
    ) -> Result<T, NoPage> {
        loop {
            let leave = self.throttle.leave(self.wait_max()).await.map_err(|wait| NoPage::Later(wait, tries))?;
            tries += 1;
            let result = once(self.client, self.connection, request(), &mut parse).await;
            drop(leave);
            let error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let wait = wait_before_retry(&error, tries);
            if error.class == ReadErrorClass::RateLimited
                && let Some(silence) = wait.or(error.retry_after)
            {
                self.throttle.close_for(silence.min(SILENCE_MAX));
            }
            let Some(wait) = wait else { return Err(NoPage::Failed(error)) };
            self.tell(&error, tries, wait);
            if wait > self.wait_max() {
                return Err(NoPage::Later(wait, tries));
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn tell(&self, error: &ReadError, tries: u32, wait: Duration) {
        let wait_s = wait.as_secs_f64();
        tracing::warn!(target: "ampline::read", provider = %self.connection.provider, connection = %self.connection.id, %error, tries, wait_s, "trying again");
        let message = match error.class {
            ReadErrorClass::RateLimited => "the provider has enough of requests: the connection is left alone for a while",
            _ => "the provider did not answer as it should: trying again",
        };
        let details = json!({ "tries": tries, "waitSeconds": (wait_s * 10.0).round() / 10.0 });
        self.notes.warn(self.clock.now(), message, &error.message, details);
    }

    /// Sends the request once and parses the answer; for what a read can do without.
    pub(super) async fn once<T>(
        &self,
        request: http::Request<Bytes>,
        mut parse: impl FnMut(&http::Response<Bytes>) -> Result<T, ReadError>,
    ) -> Result<T, NoPage> {
        let _leave = self.throttle.leave(self.wait_max()).await.map_err(|wait| NoPage::Later(wait, 0))?;
        once(self.client, self.connection, request, &mut parse).await.map_err(NoPage::Failed)
    }
}

/// Sends the request and parses the answer, without patience: for what a read can do without. Credentials that the provider refuses
/// are renewed, and the request is sent once more; if that does not help, nobody uses them any more.
pub(crate) async fn once<T>(
    client: &reqwest::Client,
    connection: &Arc<Connection>,
    request: http::Request<Bytes>,
    mut parse: impl FnMut(&http::Response<Bytes>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let access = connection.access().await?;
    let first = exchange(client, connection, &access, request.clone(), &mut parse).await;
    let Err(error) = &first else { return first };
    if error.class != ReadErrorClass::BadCredentials {
        return first;
    }
    let access = connection.renewed(access.generation, &error.message).await?;
    let second = exchange(client, connection, &access, request, &mut parse).await;
    if let Err(error) = &second
        && error.class == ReadErrorClass::BadCredentials
    {
        connection.refused(access.generation, &error.message).await;
    }
    second
}

/// One request with these credentials.
async fn exchange<T>(
    client: &reqwest::Client,
    connection: &Connection,
    access: &Access,
    request: http::Request<Bytes>,
    parse: &mut impl FnMut(&http::Response<Bytes>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let told = trace::Request::began(&request, &access.base_url);
    let answer = send(client, access, request).await;
    told.ended(connection, answer.as_ref().map(|response| response.status().as_u16()));
    let mut response = answer?;
    if !response.status().is_success() {
        // A refusal may repeat the token, and is quoted in part: it is taken out of the whole.
        *response.body_mut() = connection.without_secrets(response.body());
    }
    match parse(&response) {
        Ok(value) => {
            connection.accepted(access.generation).await;
            Ok(value)
        }
        Err(error) => {
            let message = connection.without_secrets(&error.message.into());
            Err(ReadError { message: String::from_utf8_lossy(&message).into_owned(), ..error })
        }
    }
}

/// How long to wait, or nothing where waiting does not help.
fn wait_before_retry(error: &ReadError, tries: u32) -> Option<Duration> {
    let may_pass = matches!(error.class, ReadErrorClass::RateLimited | ReadErrorClass::Transient);
    if !may_pass || tries >= TRIES_MAX {
        return None;
    }
    let backoff = BACKOFF_MIN.saturating_mul(1 << tries.min(16).saturating_sub(1)).mul_f64(0.8 + 0.4 * clock::chance());
    let wait = error.retry_after.unwrap_or_default().max(backoff);
    (wait <= PATIENCE_MAX).then_some(wait)
}

async fn send(
    client: &reqwest::Client,
    access: &Access,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, ReadError> {
    let mut request = access.authorise(request).map_err(|reason| ReadError::new(ReadErrorClass::BadRequest, reason))?;
    *request.timeout_mut() = Some(REQUEST_TIMEOUT);
    let mut response = client.execute(request).await.map_err(|error| transport(&error))?;
    let mut body = BytesMut::with_capacity(response.content_length().unwrap_or(0).min(RESPONSE_BYTES_MAX as u64) as usize);
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(&error))? {
        if body.len() + chunk.len() > RESPONSE_BYTES_MAX {
            let limit_mb = RESPONSE_BYTES_MAX >> 20;
            return Err(ReadError::new(
                ReadErrorClass::Malformed,
                format!("the provider's answer is larger than {limit_mb} MiB"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = http::Response::new(body.freeze());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    answer.extensions_mut().insert(SentTo(access.base_url.clone()));
    Ok(answer)
}

fn transport(error: &reqwest::Error) -> ReadError {
    let what = if error.is_timeout() { "no answer in time" } else { "cannot reach the provider" };
    ReadError::new(ReadErrorClass::Transient, format!("{what}: {}", reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_only_where_waiting_helps_and_within_patience() {
        let error = |class, after_s: Option<u64>| ReadError {
            retry_after: after_s.map(Duration::from_secs),
            ..ReadError::new(class, "x")
        };
        let transient = wait_before_retry(&error(ReadErrorClass::Transient, None), 3).unwrap();
        assert!((3.2..=4.8).contains(&transient.as_secs_f64()), "{transient:?}");
        assert_eq!(wait_before_retry(&error(ReadErrorClass::RateLimited, Some(10)), 1), Some(Duration::from_secs(10)));
        assert_eq!(wait_before_retry(&error(ReadErrorClass::RateLimited, Some(121)), 1), None);
        assert_eq!(wait_before_retry(&error(ReadErrorClass::Transient, None), TRIES_MAX), None);
        assert_eq!(wait_before_retry(&error(ReadErrorClass::BadCredentials, None), 1), None);
    }
}
