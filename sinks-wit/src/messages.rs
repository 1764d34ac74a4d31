//! The messages of the batch at hand, for a sink that must look into them.

pub use crate::host::messages::{Entry, body, metadata, records};
