//! Components that only tests use, built by the build script.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A sink whose conduct its configuration chooses (`{"behaviour": "trap"}`); `tests/guests/misbehaving` lists them.
pub const MISBEHAVING: &[u8] = GUESTS[0].1;
