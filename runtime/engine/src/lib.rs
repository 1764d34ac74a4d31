//! The engine: all I/O of Ampline. See `runtime/ARCHITECTURE.md` for the map.

pub mod downloads;
pub mod journal;
pub mod secrets;
pub mod sink;
mod sqlite;
pub mod store;
