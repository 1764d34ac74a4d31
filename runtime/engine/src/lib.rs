//! The engine: all I/O of Ampline. See `runtime/ARCHITECTURE.md` for the map.

pub mod api;
pub mod cli;
pub mod clock;
mod connection;
pub mod data_dir;
mod disk;
pub mod dispatcher;
pub mod downloads;
mod http_client;
mod inbound;
pub mod journal;
pub mod network;
mod notifications;
mod percent;
mod pressure;
pub mod project;
pub mod providers;
mod reader;
pub mod runtime;
mod scheduler;
mod schema_watch;
pub mod secrets;
pub mod settings;
pub mod sink;
mod sqlite;
pub mod store;
