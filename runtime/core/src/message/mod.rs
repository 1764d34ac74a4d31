//! Messages: a page of records, or a run of events, to envelopes of at most 300,000 bytes with deterministic ids.

mod bodies_of_2023;
mod build;
mod column;
mod entry;
mod envelope;
mod events;
mod forms;
mod notification;
mod trial;

pub use build::{OperationInfo, build};
pub(crate) use build::{message_head, offset as message_offset, sorted_id};
pub(crate) use entry::push_member;
pub use envelope::*;
pub use events::{AcceptedEvent, build_events};
pub use forms::{record_data, result_array, url_form};
pub use notification::{Notification, NotificationType, Recipient, Recipients, notify, takes_notifications};
pub use trial::{Trial, trial};

#[cfg(test)]
mod tests;
