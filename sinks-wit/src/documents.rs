//! The hosted store: the latest state of each item, served by the runtime's own API.

pub use crate::host::documents::{Change, apply};
