//! The project's Postgres database, opened by the host.

pub use crate::bindings::ampline::sink::sql::{Parameter, Statement, transact};
