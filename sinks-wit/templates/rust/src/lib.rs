//! {{title}}: posts each message to an event collector, wrapped with its event id.

mod config;

use ampline_sink::{
    Descriptor, Envelope, Failure, Outcome, Part, Payload, Sink, clock, export_sink,
    http::{self, Request, Response},
};

use config::Config;

/// A destination that is an event collector.
pub struct {{Type}} {
    config: Config,
}

export_sink!({{Type}});

impl Sink for {{Type}} {
    type Config = Config;

    fn describe() -> Descriptor {
        Descriptor::of::<Config>("{{name}}", env!("CARGO_PKG_VERSION"))
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { config })
    }

    /// "Test connection": any answer shows that the collector can be reached, and a HEAD leaves nothing there.
    fn probe(&mut self) -> Result<(), Failure> {
        let head = Request { method: "HEAD", ..self.request(&[], Payload::Empty) };
        http::send(&[head]).into_iter().next().map_or(Ok(()), |answer| answer.map(drop))
    }

    /// One outcome for each envelope, in order.
    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let heads: Vec<_> = batch.iter().map(|envelope| self.head(envelope)).collect();
        // The host puts the messages in: they never enter the sandbox.
        let bodies: Vec<_> = (0..)
            .zip(&heads)
            .map(|(place, head)| [Part::Bytes(head.as_bytes()), Part::Message(place), Part::Bytes(b"}")])
            .collect();
        let headers: Vec<_> = batch.iter().map(|envelope| [JSON, ("idempotency-key", &envelope.id)]).collect();
        let requests: Vec<_> =
            bodies.iter().zip(&headers).map(|(body, headers)| self.request(headers, Payload::Parts(body))).collect();
        http::send(&requests).into_iter().map(outcome).collect()
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

impl {{Type}} {
    fn request<'r>(&'r self, headers: &'r [(&'r str, &'r str)], body: Payload<'r>) -> Request<'r> {
        let credential = self.config.credential.as_deref();
        Request { headers, credential, timeout: Some(self.config.timeout_ms), ..http::post(&self.config.url, body) }
    }

    /// What stands before the message: `{"event": …, "group": …, "source": …, "message": `.
    fn head(&self, envelope: &Envelope) -> String {
        let [event, group, source] = [&envelope.id, &envelope.group, &self.config.source].map(|text| ampline_sink::json_text(text));
        format!(r#"{{"event":{event},"group":{group},"source":{source},"message":"#)
    }
}

/// What an answer means for the envelope that was sent. `http::outcome` knows what all receivers have in common; what this one means
/// by its answers is said here.
fn outcome(answer: Result<Response, Failure>) -> Outcome {
    let response = match answer {
        Ok(response) => response,
        Err(failure) => return failure.into(),
    };
    let said = || http::said(&response);
    match response.status {
        // The collector knows events by their ids: it has this one from an attempt whose answer was lost.
        409 => Outcome::Delivered(Some(said())),
        // This one will never be taken; others may be.
        400 | 413 | 422 => Failure::rejected(http::code(&response), said()).into(),
        // Nothing will be taken until a person acts: the destination stops, and its backlog is kept.
        401 | 403 => Failure::blocked(http::code(&response), said()).into(),
        _ => http::outcome(&response, clock::now),
    }
}

#[cfg(test)]
mod tests {
    use ampline_sink::{
        FailureClass::{self, Blocked, Rejected, Throttled, Transient},
        testing::{Host, Message, http_answer, open},
    };

    use super::*;

    fn sink() -> {{Type}} {
        open(r#"{"url": "https://collector.example.com/events", "credential": "collector"}"#).unwrap()
    }

    #[test]
    fn each_message_is_one_request() {
        let host = Host::new();
        let batch = host.batch([Message::of("e1", r#"{"a":1}"#), Message::of("e2", "{}").group("g\"2")]);
        assert_eq!(sink().deliver(batch).len(), 2);

        let [first, second] = &host.http_requests()[..] else { panic!("two messages are two requests") };
        assert_eq!(first.text(), r#"{"event":"e1","group":"group-1","source":"ampline","message":{"a":1}}"#);
        assert_eq!(second.json()["group"], "g\"2");
        assert_eq!((first.header("idempotency-key"), first.credential.as_deref()), (Some("e1"), Some("collector")));
    }

    /// `class` is none where the answer means delivered.
    fn check(status: u16, class: Option<FailureClass>) {
        let host = Host::new();
        host.on_http(move |_| Ok(http_answer(status, "said so")));
        let outcomes = sink().deliver(host.batch([Message::of("e1", "{}")]));
        let found = match &outcomes[..] {
            [Outcome::Delivered(_)] => None,
            [Outcome::Failed(failure)] => Some(failure.class),
            _ => panic!("one envelope has one outcome"),
        };
        assert_eq!(found, class, "{status}");
    }

    #[test]
    fn an_answer_decides() {
        for status in [200, 202, 204, 409] {
            check(status, None);
        }
        for (status, class) in [(422, Rejected), (401, Blocked), (410, Blocked), (429, Throttled), (500, Transient)] {
            check(status, Some(class));
        }
    }

    #[test]
    fn a_collector_that_cannot_be_reached_fails_the_test_connection() {
        let host = Host::new();
        host.on_http(|_| Err(Failure::transient("http.connect", "refused")));
        assert_eq!(sink().probe().unwrap_err().code, "http.connect");
        assert_eq!(host.http_requests()[0].method, "HEAD");
    }
}
