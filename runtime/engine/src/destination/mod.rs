//! Destinations while a runtime runs: what clients and files ask for becomes a record, and a record becomes a lane that delivers.
//!
//! `given` and `edit` read what is asked for, `user` is whom a webhook's requests are from, `grants` says what its sink may do and `delivery` at which pace, `resolved` is what a lane runs on, `live` holds the running ones, `errands` does what a
//! change has to do in the journal and the kept secrets. Knows nothing of HTTP; the project decides who may change what.

mod contract;
mod delivery;
mod edit;
mod errands;
mod given;
pub mod grants;
mod live;
mod resolved;
mod sealing;
mod user;

pub(crate) use contract::snake_case;
pub use delivery::DeliverySettings;
pub(crate) use edit::DestinationEdit;
pub(crate) use given::GivenDestination;
pub(crate) use live::{Coming, Destinations, Needs, OPERATOR};
pub use resolved::ResolvedDestination;
pub(crate) use resolved::{DeclaredDestination, Defaults, WEBHOOK, named};
pub(crate) use sealing::Held;
pub(crate) use user::stays;
