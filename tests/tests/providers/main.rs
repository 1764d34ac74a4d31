//! The built-in providers read from the emulators, without a runtime between: what is asked and what is understood, over real sockets.
//!
//! Doubles: the emulators, which the vendors' own or widely used clients judge elsewhere. Oracle: what the emulators say they hold.

mod hubspot;
mod reading;
mod salesforce;
