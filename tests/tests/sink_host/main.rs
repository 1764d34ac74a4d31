//! The sink host against its specification: what misbehaves is contained, what is cached is genuine, and what is sent is what
//! was stored.
//!
//! Doubles: `fakes::Store` for the hosted store, `receiver` for the other side of a webhook, and a sink that misbehaves as told
//! (`tests/guests/misbehaving`). Oracles: an HMAC computed here, the bytes of the envelope, and the words of `sink.wit`.

mod admission;
mod cache;
mod containment;
mod fakes;
mod grants;
mod hosted_store;
mod poison;
mod receiver;
mod secrecy;
mod tokens;
mod toolchains;
mod trial;
mod versions;
mod wasi;
mod webhook;
