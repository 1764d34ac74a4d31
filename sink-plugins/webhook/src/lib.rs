//! The webhook sink: each message is one signed POST; all requests of a batch are in flight together.

mod config;

pub use config::Config;

use ampline_sink::{
    Descriptor, Envelope, Failure, Outcome, Payload, Sink, clock, export_sink,
    http::{self, Request, Response},
};

/// A destination that is an HTTP address.
pub struct Webhook {
    config: Config,
}

export_sink!(Webhook);

impl Sink for Webhook {
    type Config = Config;

    fn describe() -> Descriptor {
        Descriptor { max_message_bytes: 300_000, ..Descriptor::of::<Config>("webhook", env!("CARGO_PKG_VERSION")) }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { config })
    }

    /// Any answer to a HEAD shows that the receiver can be reached; only a POST could show that it takes messages.
    fn probe(&mut self) -> Result<(), Failure> {
        let headers = self.config.headers();
        let head = Request { method: "HEAD", body: Payload::Empty, webhook_id: None, ..request(&self.config, &headers, "", 0) };
        http::send(&[head]).into_iter().next().map_or(Ok(()), |answer| answer.map(drop))
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        http::send(&requests(&self.config, &self.config.headers(), &batch)).into_iter().map(outcome).collect()
    }
}

/// One request for each envelope, in order.
pub fn requests<'a>(config: &'a Config, headers: &'a [(&'a str, &'a str)], batch: &'a [Envelope]) -> Vec<Request<'a>> {
    batch.iter().zip(0..).map(|(envelope, place)| request(config, headers, &envelope.id, place)).collect()
}

fn request<'a>(config: &'a Config, headers: &'a [(&'a str, &'a str)], id: &'a str, place: u32) -> Request<'a> {
    Request {
        method: "POST",
        url: &config.url,
        headers,
        body: Payload::Message(place),
        credential: None,
        webhook_id: Some(id),
        timeout: Some(config.timeout_ms),
    }
}

/// What became of the envelope whose request was answered so.
pub fn outcome(answer: Result<Response, Failure>) -> Outcome {
    match answer {
        Ok(response) => match http::outcome(&response, clock::now) {
            Outcome::Failed(failure) if asks_to_stop(&response) => {
                Failure::rejected("webhook.abort-message", failure.message).into()
            }
            outcome => outcome,
        },
        Err(failure) => failure.into(),
    }
}

/// A receiver that knows it will never take this message says so and is spared the retries.
fn asks_to_stop(response: &Response) -> bool {
    http::header(response, "webhook-delivery").is_some_and(|value| value.eq_ignore_ascii_case("abort-message"))
}

#[cfg(test)]
mod tests {
    use ampline_sink::{FailureClass, check_config};

    use super::*;

    fn config() -> Config {
        check_config::<Config>(r#"{"url": "https://example.com/hook", "timeoutMs": 2000}"#).0.unwrap()
    }

    fn envelope(id: &str) -> Envelope {
        let (id, group) = (id.to_owned(), "g".to_owned());
        Envelope { id, group, ordering_key: None, occurred_at: 0, size: 2, records: 1, attempt: 1 }
    }

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Response { status, headers, body: b"no".to_vec(), truncated: false }
    }

    #[test]
    fn each_message_is_one_signed_post() {
        let (config, batch) = (config(), [envelope("e1"), envelope("e2")]);
        let headers = config.headers();
        let requests = requests(&config, &headers, &batch);
        assert_eq!(requests.len(), 2);
        for (place, (request, id)) in (0..).zip(requests.iter().zip(["e1", "e2"])) {
            assert_eq!((request.method, request.url), ("POST", "https://example.com/hook"));
            assert_eq!(request.headers, [("content-type", "application/json")]);
            assert!(matches!(request.body, Payload::Message(at) if at == place));
            assert_eq!((request.webhook_id, request.timeout, request.credential), (Some(id), Some(2_000), None));
        }
    }

    #[test]
    fn an_answer_decides_and_a_failure_to_send_is_passed_on() {
        let abort = [("Webhook-Delivery", "abort-message")];
        let rows = [
            (Ok(response(204, &[])), None, ""),
            (Ok(response(200, &abort)), None, ""),
            (Ok(response(500, &[])), Some(FailureClass::Transient), "http.500"),
            (Ok(response(410, &[])), Some(FailureClass::Blocked), "http.410"),
            (Ok(response(429, &[("retry-after", "5")])), Some(FailureClass::Throttled), "http.429"),
            (Ok(response(400, &abort)), Some(FailureClass::Rejected), "webhook.abort-message"),
            (Ok(response(503, &[("webhook-delivery", "Abort-Message ")])), Some(FailureClass::Rejected), "webhook.abort-message"),
            (Ok(response(400, &[("webhook-delivery", "continue")])), Some(FailureClass::Transient), "http.400"),
            (Err(Failure::transient("net.refused", "no one listens")), Some(FailureClass::Transient), "net.refused"),
        ];
        for (answer, class, code) in rows {
            match outcome(answer) {
                Outcome::Delivered(_) => assert_eq!(class, None, "{code}"),
                Outcome::Failed(failure) => assert_eq!((Some(failure.class), failure.code.as_str()), (class, code)),
            }
        }
    }
}
