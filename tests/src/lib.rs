//! tests
pub mod guests;
