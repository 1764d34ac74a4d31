//! The engine: all I/O of Ampline. See `runtime/ARCHITECTURE.md` for the map.

pub mod api;
pub mod cli;
pub mod clock;
mod connection;
pub mod data_dir;
pub mod destination;
mod disk;
pub mod dispatcher;
pub mod downloads;
mod http_client;
mod inbound;
pub mod journal;
pub mod network;
mod percent;
mod pressure;
pub mod project;
pub mod providers;
mod reader;
pub mod runtime;
mod scheduler;
pub mod secrets;
pub mod settings;
pub mod sink;
mod sqlite;
pub mod store;
