//! A host for unit tests: capabilities answer natively by a script, and what a sink asked of them can be looked at.
//!
//! `cargo test` needs no WebAssembly for it. Whatever is not scripted is content: HTTP answers 200 with `{}`, an object is stored, a
//! transaction commits. `ampline sink test` then tries the component itself in the runtime's own host.
//!
//! ```
//! use ampline_sink::{Config, Descriptor, Envelope, Failure, Outcome, Payload, Sink, Url, clock, http};
//! use ampline_sink::testing::{Host, Message, http_answer, open};
//!
//! /// Where to knock.
//! #[derive(Config)]
//! struct Door {
//!     /// Its address.
//!     url: Url,
//! }
//!
//! struct Knock(Door);
//!
//! impl Sink for Knock {
//!     type Config = Door;
//!
//!     fn describe() -> Descriptor {
//!         Descriptor::of::<Door>("knock", "1.0.0")
//!     }
//!
//!     fn open(config: Door) -> Result<Self, Failure> {
//!         Ok(Self(config))
//!     }
//!
//!     fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
//!         let requests: Vec<_> = (0..).zip(&batch).map(|(place, _)| http::post(&self.0.url, Payload::Message(place))).collect();
//!         http::send(&requests).into_iter().map(|answer| http::outcome_of(answer, clock::now)).collect()
//!     }
//! }
//!
//! let host = Host::new();
//! let batch = host.batch([Message::of("e1", r#"{"result": []}"#), Message::of("e2", "{}")]);
//! host.on_http(|request| Ok(http_answer(if request.text().contains("result") { 204 } else { 503 }, "not now")));
//!
//! let mut sink = open::<Knock>(r#"{"url": "https://door.example.com/"}"#).unwrap();
//! let outcomes = sink.deliver(batch);
//!
//! assert!(matches!(&outcomes[0], Outcome::Delivered(Some(said)) if said == "HTTP 204: not now"));
//! assert!(matches!(&outcomes[1], Outcome::Failed(failure) if failure.code == "http.503"));
//! assert_eq!(host.http_requests()[1].method, "POST");
//! ```

mod calls;
#[doc(hidden)]
pub mod host;
mod message;
mod state;

use std::{cell::RefCell, rc::Rc};

pub use calls::{HttpRequest, SentRecord, SqlParameter, SqlStatement, StoreChange, StoredObject};
pub use message::Message;

use crate::{ConfigIssue, Envelope, Failure, Sink, check_config, http::Response, log::Level, templates::Rendered};
use state::State;

/// The time that a [`Host`] tells until it is set: 2025-10-14T02:58:59Z, in milliseconds since the Unix epoch.
pub const NOW_MS: u64 = 1_760_410_739_000;

/// The capabilities of the thread that made it, until it is dropped.
pub struct Host(Rc<RefCell<State>>);

impl Host {
    /// A host at which all is well. It takes the place of an earlier one of this thread.
    #[expect(clippy::new_without_default, reason = "it is not a value: it becomes the host of its thread")]
    pub fn new() -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        state::install(Rc::clone(&state));
        Self(state)
    }

    /// Makes these messages the batch at hand, and gives their envelopes for [`Sink::deliver`].
    pub fn batch(&self, messages: impl IntoIterator<Item = Message>) -> Vec<Envelope> {
        let messages: Vec<_> = messages.into_iter().collect();
        let envelopes = messages.iter().map(Message::envelope).collect();
        self.0.borrow_mut().messages = messages;
        envelopes
    }

    /// Answers each request of [`http::send`](crate::http::send).
    pub fn on_http(&self, answer: impl FnMut(&HttpRequest) -> Result<Response, Failure> + 'static) {
        self.0.borrow_mut().http = Box::new(answer);
    }

    /// Answers each object of [`objects::put`](crate::objects::put), with its ETag.
    pub fn on_put(&self, answer: impl FnMut(&StoredObject) -> Result<String, Failure> + 'static) {
        self.0.borrow_mut().put = Box::new(answer);
    }

    /// Answers each entry of [`streams::put_records`](crate::streams::put_records).
    pub fn on_record(&self, answer: impl FnMut(&SentRecord) -> Result<crate::streams::Placed, Failure> + 'static) {
        self.0.borrow_mut().record = Box::new(answer);
    }

    /// Answers each transaction of [`sql::transact`](crate::sql::transact), with the rows that each statement affected.
    pub fn on_transaction(&self, answer: impl FnMut(&[SqlStatement]) -> Result<Vec<u64>, Failure> + 'static) {
        self.0.borrow_mut().transact = Box::new(answer);
    }

    /// Answers each call of [`documents::apply`](crate::documents::apply).
    pub fn on_apply(&self, answer: impl FnMut(&[StoreChange]) -> Result<(), Failure> + 'static) {
        self.0.borrow_mut().apply = Box::new(answer);
    }

    /// Answers each `probe` of a bucket or a stream.
    pub fn on_probe(&self, answer: impl FnMut() -> Result<(), Failure> + 'static) {
        self.0.borrow_mut().probe = Box::new(answer);
    }

    /// Renders each template, of an expression over a message. Templates are the host's: natively there is no JMESPath, so a sink that
    /// renders needs this. An error is that of one message.
    pub fn on_render(&self, answer: impl FnMut(&str, &Message) -> Result<Rendered, String> + 'static) {
        self.0.borrow_mut().render = Some(Box::new(answer));
    }

    /// Sets the clock, in milliseconds since the Unix epoch.
    pub fn set_time_ms(&self, now_ms: u64) {
        self.0.borrow_mut().now_ms = now_ms;
    }

    /// Every HTTP request so far.
    pub fn http_requests(&self) -> Vec<HttpRequest> {
        self.0.borrow().http_requests.clone()
    }

    /// Every object that was to be stored so far.
    pub fn objects(&self) -> Vec<StoredObject> {
        self.0.borrow().objects.clone()
    }

    /// Every record that was to be put into the stream so far.
    pub fn records(&self) -> Vec<SentRecord> {
        self.0.borrow().records.clone()
    }

    /// Every transaction so far.
    pub fn transactions(&self) -> Vec<Vec<SqlStatement>> {
        self.0.borrow().transactions.clone()
    }

    /// Every change that was to be applied to the hosted store so far.
    pub fn changes(&self) -> Vec<StoreChange> {
        self.0.borrow().changes.clone()
    }

    /// Every line of the log so far.
    pub fn log_lines(&self) -> Vec<(Level, String)> {
        self.0.borrow().log_lines.clone()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        state::remove(&self.0);
    }
}

/// An answer with a body and no headers; for others write a [`Response`].
pub fn http_answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response { status, headers: Vec::new(), body: body.into(), truncated: false }
}

/// Opens a sink with a configuration, as the runtime does.
///
/// # Errors
/// Every fault of the configuration, or the failure of [`Sink::open`] as the one fault of all of it.
pub fn open<S: Sink>(config: &str) -> Result<S, Vec<ConfigIssue>> {
    let (config, issues) = check_config::<S::Config>(config);
    let whole = |failure: Failure| vec![ConfigIssue { pointer: String::new(), message: failure.message, fatal: true }];
    S::open(config.ok_or(issues)?).map_err(whole)
}
