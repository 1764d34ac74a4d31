//! Where a sink's calls leave the host: whoever stands here sees each as it would go out, and may answer in the other side's place.
//!
//! A runtime has nobody here. The conformance harness plays the other sides from scripts, and records real ones.

use std::{sync::Arc, time::Duration};

use ampline_core::outcome::Failure;
use bytes::Bytes;
use jiff::Timestamp;

use crate::store::Change;

/// What stands at the seam of a host.
pub trait Seam: Send + Sync + 'static {
    /// The time that the sink, signatures and download addresses see.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    /// The answer in the other side's place; nothing lets the call go out.
    fn answer(&self, call: &Call) -> Option<Result<Answer, Failure>>;
    /// What a call came to, whoever answered it.
    fn saw(&self, call: &Call, answer: &Result<Answer, Failure>);
    /// A line that the sink logged.
    fn logged(&self, level: &'static str, message: &str, fields: &[(String, String)]);
}

/// One thing that a sink asks of another side, with its payloads resolved to bytes. It holds what the sink itself said: what the host adds
/// at the socket (credentials, signatures) is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Places in the batch of the messages whose bytes it names, sorted, each once.
    pub envelopes: Vec<u32>,
    /// What is asked.
    pub what: What,
}

/// What is asked of another side.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An HTTP request.
    Http(Request),
    /// An object for a bucket.
    Put(Object),
    /// A record for a stream.
    PutRecord {
        /// Decides the shard.
        partition_key: String,
        /// The record.
        data: Bytes,
    },
    /// A transaction of the project's database.
    Transact(Vec<Statement>),
    /// Changes of the hosted store.
    Apply(Vec<Change>),
    /// "Test connection" of `objects` or `streams`.
    Probe(&'static str),
}

/// An HTTP request as the sink asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// As written.
    pub method: String,
    /// As written.
    pub url: String,
    /// Those of the sink; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Resolved.
    pub body: Bytes,
    /// Name of the credential that the host is to inject.
    pub credential: Option<String>,
    /// Message id to sign with.
    pub webhook_id: Option<String>,
    /// How long the sink waits for the answer.
    pub timeout: Option<Duration>,
}

/// An object on its way to a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Resolved.
    pub body: Bytes,
    /// MIME type.
    pub content_type: String,
    /// Sent as `x-amz-meta-*`.
    pub metadata: Vec<(String, String)>,
    /// The bucket's own where there is none.
    pub storage_class: Option<String>,
}

/// A statement with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// SQL.
    pub text: String,
    /// `$1`, `$2`, …
    pub parameters: Vec<Parameter>,
    /// What it is for, in the sink's words.
    pub intent: String,
}

/// A bound parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// `text`.
    Text(String),
    /// `bigint`.
    Integer(i64),
    /// `text[]`.
    Texts(Vec<String>),
    /// `bigint[]`.
    Integers(Vec<i64>),
    /// `jsonb[]`; none is NULL.
    Documents(Vec<Option<Bytes>>),
}

/// What another side said.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Of an HTTP request.
    Http {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// What is kept of the body.
        body: Vec<u8>,
        /// Whether the body went on, or broke off.
        truncated: bool,
    },
    /// The ETag of an object.
    Stored(String),
    /// Where a record came to lie.
    Placed {
        /// The shard.
        shard: String,
        /// Its place there.
        sequence_number: String,
    },
    /// The rows that each statement affected.
    Rows(Vec<u64>),
    /// Of changes and probes: done.
    Done,
}

/// The seam of a host, where there is one.
pub(crate) type MaybeSeam = Option<Arc<dyn Seam>>;

/// What an instance used in its last call, and at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Linear memory, which never shrinks.
    pub memory_bytes: usize,
    /// Calls to the host in the last call.
    pub host_calls: u32,
    /// Processor time of the last call.
    pub cpu: Duration,
}
