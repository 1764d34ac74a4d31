//! `clock`: the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Host;
use crate::sink::wasm::bindings::ampline::sink::clock;

impl clock::Host for Host {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.count_call()?;
        wasmtime::ensure!(self.lease.is_some(), "describe and validate are pure: they may not read the clock");
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
