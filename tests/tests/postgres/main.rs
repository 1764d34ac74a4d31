//! The Postgres destination against real servers: what is in the table, what stays out of it, and what an operator is told.
//!
//! Doubles: an emulated HubSpot and Salesforce (end to end), and a hosted store that nobody asks. Oracles: the installed Postgres itself, asked
//! through the client library by a session of its own; certificates come from an authority of the test.

mod bad_input;
mod end_to_end;
mod events;
mod fixture;
mod races;
mod reach;
mod restart;
mod staleness;
mod table;
mod trouble;
