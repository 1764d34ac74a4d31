//! `sql`: the project's Postgres database.

use super::{Host, failure};
use crate::sink::wasm::bindings::ampline::sink::{
    sql::{self, Statement},
    types::{Failure, FailureClass},
};

impl sql::Host for Host {
    async fn transact(&mut self, _statements: Vec<Statement>) -> wasmtime::Result<Result<Vec<u64>, Failure>> {
        self.count_call()?;
        Ok(Err(failure(FailureClass::Blocked, "sink.denied", "this runtime has no way to Postgres yet")))
    }
}
