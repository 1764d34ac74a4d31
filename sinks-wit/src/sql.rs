//! The project's Postgres database, opened by the host.

pub use crate::host::sql::{Parameter, Statement, transact};
