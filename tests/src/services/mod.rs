//! Servers that suites start for themselves on the loopback, and stop.

pub mod postgres;
