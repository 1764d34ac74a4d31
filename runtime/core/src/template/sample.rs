//! A message to try templates on where there is none yet.

use jiff::Timestamp;

use crate::message::Metadata;

/// A message of the shape that reads deliver, as in the documentation of destinations.
pub const MESSAGE: &str = include_str!("sample.json");

/// The metadata of [`MESSAGE`].
pub fn metadata() -> Metadata {
    let text = str::to_owned;
    Metadata {
        project_id: text("9482e676-4874-43a4-beea-fa8081d13a07"),
        installation_id: text("085353b1-07f1-4209-b471-7e028c0a68c8"),
        connection_id: text("6f9bd1a1-7c25-4b8a-9bb8-7c4e6f0e7a51"),
        destination_id: text("0c9f2f0e-5d0c-4a53-8a4b-6f5a2a0f3c77"),
        operation_id: Some(text("0199e0a8-149d-7ee9-9f50-0514403517f9")),
        object_name: text("contacts"),
        event_id: text("0199e0a8-227b-8000-a3b8-f44519f7ba51"),
        timestamp: text("2025-10-14T02:58:59.323405308Z"),
        topic: text("read"),
    }
}

/// The time of [`MESSAGE`]: 2025-10-14T02:58:59.323405308Z.
pub fn time() -> Timestamp {
    Timestamp::constant(1_760_410_739, 323_405_308)
}
