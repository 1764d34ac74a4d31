//! `objects`: an S3 bucket.

use super::{Host, failure};
use crate::sink::wasm::bindings::ampline::sink::{
    objects::{self, Object},
    types::{Failure, FailureClass},
};

impl objects::Host for Host {
    async fn put(&mut self, objects: Vec<Object>) -> wasmtime::Result<Vec<Result<String, Failure>>> {
        self.count_call()?;
        Ok(objects.iter().map(|_| Err(absent())).collect())
    }

    async fn probe(&mut self) -> wasmtime::Result<Result<(), Failure>> {
        self.count_call()?;
        Ok(Err(absent()))
    }
}

fn absent() -> Failure {
    failure(FailureClass::Blocked, "sink.denied", "this runtime has no way to S3 yet")
}
