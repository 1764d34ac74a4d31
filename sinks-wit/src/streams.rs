//! A Kinesis data stream, opened by the host with the destination's credentials.

pub use crate::host::streams::{Entry, Placed, probe, put_records};
