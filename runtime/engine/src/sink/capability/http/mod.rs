//! `http`: requests on behalf of a sink, all of one call in flight together.

mod bearer;
mod exchange;
mod fault;
mod network;
mod request;
mod sign;

use std::time::Duration;

use futures_util::future::join_all;

pub use self::network::HttpOptions;
pub(crate) use self::network::{HttpError, Network};
use self::request::{Prepared, Urls};
use super::{Host, failure, payload::Payload};
use crate::sink::wasm::bindings::ampline::sink::{
    http::{self, Request, Response},
    types::{Failure, FailureClass},
};

/// Most bytes of all bodies of one call that are not messages, which are shared with the journal's copy.
const CALL_BYTES_MAX: usize = 64 << 20;

impl http::Host for Host {
    async fn send(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Response, Failure>>> {
        self.count_call()?;
        let prepared = self.prepared(requests);
        let Some(lease) = &self.lease else {
            return Ok(prepared.into_iter().map(|_| Err(denied())).collect());
        };
        self.reached_out |= prepared.iter().any(|(_, request)| request.is_ok());
        let (granted, started) = (lease.granted.clone(), self.started);
        let in_flight = prepared.into_iter().map(async |(place, request)| {
            let result = match request {
                Ok(request) => granted.network.exchange(request).await,
                Err(failure) => Err(failure),
            };
            (place, started.elapsed(), result)
        });
        let answers = self.meter.clone().host(join_all(in_flight)).await;
        Ok(answers.into_iter().map(|(place, elapsed, result)| self.noted(place, elapsed, result)).collect())
    }
}

impl Host {
    /// Each request ready to go, or why it cannot; with the place of the message that it carries.
    fn prepared(&mut self, requests: Vec<Request>) -> Vec<(Option<u32>, Result<Prepared, Failure>)> {
        let (mut urls, mut bytes_left) = (Urls::default(), CALL_BYTES_MAX);
        let prepare = |request: Request| {
            let place = match request.body {
                Payload::Message(place) => Some(place),
                _ => None,
            };
            let prepared = self.count_request().and_then(|()| self.lower(request, &mut urls, &mut bytes_left));
            (place, self.note_denial(prepared))
        };
        requests.into_iter().map(prepare).collect()
    }

    fn noted(&mut self, place: Option<u32>, elapsed: Duration, result: Result<Response, Failure>) -> Result<Response, Failure> {
        self.note(place, elapsed);
        self.note_denial(result)
    }
}

fn denied() -> Failure {
    failure(FailureClass::Blocked, "sink.denied", "describe and validate may not send requests")
}
