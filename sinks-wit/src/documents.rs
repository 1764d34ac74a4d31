//! The hosted store: the latest state of each item, served by the runtime's own API.

pub use crate::bindings::ampline::sink::documents::{Change, apply};
