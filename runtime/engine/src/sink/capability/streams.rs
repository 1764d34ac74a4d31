//! `streams`: a Kinesis data stream.

use super::{Host, failure};
use crate::sink::wasm::bindings::ampline::sink::{
    streams::{self, Entry, Placed},
    types::{Failure, FailureClass},
};

impl streams::Host for Host {
    async fn put_records(&mut self, entries: Vec<Entry>) -> wasmtime::Result<Vec<Result<Placed, Failure>>> {
        self.count_call()?;
        Ok(entries.iter().map(|_| Err(absent())).collect())
    }

    async fn probe(&mut self) -> wasmtime::Result<Result<(), Failure>> {
        self.count_call()?;
        Ok(Err(absent()))
    }
}

fn absent() -> Failure {
    failure(FailureClass::Blocked, "sink.denied", "this runtime has no way to Kinesis yet")
}
