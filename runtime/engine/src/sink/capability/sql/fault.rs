//! What went wrong with the database, in its own words where it spoke: SQLSTATE to failure class, with the statement's intent
//! and a remedy.

use std::{error::Error as _, io, time::Duration};

use rustls::CertificateError;
use tokio_postgres::{Error, error::DbError};

use super::connect::dial_error;
use crate::{
    network::DialError,
    sink::{
        capability::{cut, failure},
        wasm::bindings::ampline::sink::types::{Failure, FailureClass},
    },
};

/// What is kept of the server's detail, which may quote a whole row.
const DETAIL_BYTES_MAX: usize = 500;

/// How far a transaction had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// No connection yet.
    Connecting,
    /// Begun; what breaks now is rolled back.
    Open,
    /// The commit, or a statement that commits by itself, may have reached the server.
    Sent,
}

/// The failure for an error of the client library.
pub(super) fn failed(intent: &str, stage: Stage, error: &Error) -> Failure {
    if let Some(said) = error.as_db_error() {
        return stated(intent, said);
    }
    let (class, code, reason) = unstated(error);
    let message = format!("could not {intent}: {reason}");
    Failure { maybe_applied: stage == Stage::Sent, ..failure(class, code, message) }
}

/// Nothing was heard for too long.
pub(super) fn late(intent: &str, waited: Duration) -> Failure {
    let message = format!("could not {intent}: the database gave no answer within {} s", waited.as_secs());
    Failure { maybe_applied: true, ..failure(FailureClass::Transient, "pg.timeout", message) }
}

/// Whether the transaction only lost against another one and may be run again at once.
pub(super) fn is_conflict(failure: &Failure) -> bool {
    matches!(failure.code.as_str(), "pg.40001" | "pg.40P01")
}

/// An error in one line.
pub(super) fn words(error: &Error) -> String {
    error.as_db_error().map_or_else(|| unstated(error).2, spoken)
}

fn stated(intent: &str, said: &DbError) -> Failure {
    let state = said.code().code();
    let mut message = format!("could not {intent}: {}", spoken(said));
    if let Some(remedy) = remedy(state, said.message()) {
        message = format!("{message}; {remedy}");
    }
    let facts = [
        ("sqlstate", Some(state)),
        ("schema", said.schema()),
        ("table", said.table()),
        ("column", said.column()),
        ("constraint", said.constraint()),
    ];
    let extras = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?.to_owned()))).collect();
    Failure { extras, ..failure(class(state), &format!("pg.{state}"), message) }
}

/// What the server said, on one line.
fn spoken(said: &DbError) -> String {
    let mut text = said.message().to_owned();
    if let Some(detail) = said.detail() {
        text = format!("{text} ({})", cut(detail.to_owned(), DETAIL_BYTES_MAX));
    }
    if let Some(hint) = said.hint() {
        text = format!("{text} (hint: {hint})");
    }
    text.replace('\n', " ")
}

/// What follows from a SQLSTATE (PostgreSQL, appendix A), most by its class, which is the first two characters.
fn class(state: &str) -> FailureClass {
    match (state, state.get(..2).unwrap_or_default()) {
        // Locks that are not free now; the other errors of its class are about what kind of object a name stands for.
        ("55006" | "55P03", _) => FailureClass::Transient,
        // The data itself: its form, a constraint, a limit of the server (54), a check of a view (44), a trigger that objects (P0).
        (_, "22" | "23" | "44" | "54" | "P0") => FailureClass::Rejected,
        // Who may what (28, 42), and what is not there or not as expected (0A, 3D, 3F, 42, 55).
        (_, "0A" | "28" | "3D" | "3F" | "42" | "55") => FailureClass::Blocked,
        _ => FailureClass::Transient,
    }
}

/// What to do about errors of the connection; what concerns a table is for the sink to say, which knows it.
fn remedy(state: &str, message: &str) -> Option<&'static str> {
    match state {
        "28000" if message.contains("no encryption") => {
            Some("the server takes no unencrypted connection: add sslmode=verify-full to the url of [postgres]")
        }
        "28000" if message.contains("pg_hba.conf") => Some("let pg_hba.conf of the server admit this machine"),
        "28000" | "28P01" => Some("check user and password in the url of [postgres]"),
        "3D000" => Some("create the database, or correct its name in the url of [postgres]"),
        "25006" => Some("the url of [postgres] leads to a server that is read-only; it must be the primary"),
        "53300" => Some("let the server take more connections, or lower `connections_max` under [postgres]"),
        _ => None,
    }
}

/// An error that the server did not state: class, code, reason and remedy.
fn unstated(error: &Error) -> (FailureClass, &'static str, String) {
    let cause = error.source();
    let own = error.to_string();
    let reason = cause.map_or_else(|| own.clone(), ToString::to_string);
    let Some(broken) = cause.and_then(|cause| cause.downcast_ref::<io::Error>()) else {
        return match own.as_str() {
            "error performing TLS handshake" => {
                let remedy = "sslmode=disable in the url of [postgres] would send everything unencrypted";
                (FailureClass::Blocked, "pg.tls", format!("{reason}; switch TLS on at the server; {remedy}"))
            }
            "invalid configuration" | "authentication error" => {
                (FailureClass::Blocked, "pg.authentication", format!("{reason}; check the url of [postgres]"))
            }
            _ if error.is_closed() => (FailureClass::Transient, "pg.reset", "the connection was closed".to_owned()),
            _ if own.starts_with("error serializing") => (FailureClass::Rejected, "pg.parameter", format!("{own}: {reason}")),
            _ => (FailureClass::Transient, "pg.protocol", format!("{own}: {reason}")),
        };
    };
    if let Some(failed) = dial_error(broken) {
        return match failed {
            DialError::Refused(refused) => (FailureClass::Blocked, "pg.address", refused.to_string()),
            DialError::Unresolved(unresolved) => (FailureClass::Transient, "pg.dns", unresolved.to_string()),
        };
    }
    match broken.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(found)) => {
            (FailureClass::Blocked, "pg.tls", format!("{reason}; {}", certificate_remedy(found)))
        }
        Some(_) => (FailureClass::Transient, "pg.tls", reason),
        None if own == "error encoding message to server" => (FailureClass::Rejected, "pg.parameter", format!("{own}: {reason}")),
        None if broken.kind() == io::ErrorKind::TimedOut => (FailureClass::Transient, "pg.timeout", reason),
        None if broken.kind() == io::ErrorKind::ConnectionRefused => (FailureClass::Transient, "pg.connect", reason),
        None => (FailureClass::Transient, "pg.reset", reason),
    }
}

fn certificate_remedy(found: &CertificateError) -> &'static str {
    match found {
        // A bad signature is most often that of another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "name the authority's certificate (PEM) as `ca_file` under [postgres]"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "write a host in the url of [postgres] that the certificate names"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "the server needs a new certificate",
        _ => "the server needs another certificate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sqlstate_has_its_class() {
        for (states, expected) in [
            ("22P02 22P05 22021 22001 23505 23502 23514 54000 54001 44000 P0001", FailureClass::Rejected),
            ("28P01 28000 3D000 3F000 42P01 42703 42501 42804 42P10 0A000 55000", FailureClass::Blocked),
            ("40001 40P01 53100 53300 57014 57P01 57P03 08006 55P03 55006 25006 58030 XX000 ZZ999", FailureClass::Transient),
        ] {
            for state in states.split(' ') {
                assert_eq!(class(state), expected, "{state}");
            }
        }
    }
}
