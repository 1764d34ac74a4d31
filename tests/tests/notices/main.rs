//! What a runtime tells of itself: notifications and who hears of them.
//!
//! Doubles: the emulated HubSpot, the receiver, an S3 server (s3s). Oracle: the published schema of notification payloads, whose
//! required fields stand in a table.

mod messages;
mod routes;
mod sampling;
mod schemas;
mod stage;
