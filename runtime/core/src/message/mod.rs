//! Messages: a page of records to envelopes of at most 300,000 bytes with deterministic ids.

mod envelope;

pub use envelope::*;
