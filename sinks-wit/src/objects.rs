//! An S3 bucket, opened by the host with the destination's credentials.

pub use crate::host::objects::{Object, probe, put};
