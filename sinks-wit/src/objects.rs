//! An S3 bucket, opened by the host with the destination's credentials.

pub use crate::bindings::ampline::sink::objects::{Object, probe, put};
