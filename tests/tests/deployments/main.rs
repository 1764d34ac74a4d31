//! Deploying to the real binary while it runs: by `ampline deploy`, by the requests of the official `amp` tool, and what providers' accounts
//! make of what was deployed.
//!
//! Doubles: the emulated HubSpot and the receiver. Oracles: the official tool's requests as its source sends them (github.com/amp-labs/cli,
//! folders cmd, request and storage), the page on destinations, and what arrives.

mod accounts;
mod by_command;
mod official_tool;
mod stage;
