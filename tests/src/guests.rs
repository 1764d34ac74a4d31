//! Components that only tests use, built by the build script.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A sink whose conduct its configuration chooses (`{"behaviour": "trap"}`); `tests/guests/misbehaving` lists them.
pub const MISBEHAVING: &[u8] = GUESTS[0].1;

/// A sink that calls WASI 0.2 as its configuration says (`{"call": "environment"}`); `tests/guests/wasi` lists the calls.
pub const WASI: &[u8] = GUESTS[1].1;
