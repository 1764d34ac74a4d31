//! A Kinesis data stream, opened by the host with the destination's credentials.

pub use crate::bindings::ampline::sink::streams::{Entry, Placed, probe, put_records};
