//! Who may ask, end to end: the real binary, tokens that PyJWT signs, clients that are slow on purpose, and TLS with curl and OpenSSL
//! at the other end.
//!
//! Doubles: none; nothing is read or delivered here. Oracles: PyJWT, PyYAML, curl, openssl, bash; the contract's section 3.1.

mod command_line;
mod keys;
mod sessions;
mod slow;
mod stage;
mod tls;
mod tokens;
