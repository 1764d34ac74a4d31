//! `clock`: the time of day.

use super::Host;
use crate::sink::wasm::bindings::ampline::sink::clock;

impl clock::Host for Host {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.count_call()?;
        wasmtime::ensure!(self.lease.is_some(), "describe and validate are pure: they may not read the clock");
        Ok(u64::try_from(Host::now(self).as_millisecond()).unwrap_or(0))
    }
}
