//! What a destination's sink may do beyond its own sandbox by the operator's leave: which hosts it reaches, and with which credentials.
//!
//! A request that no grant covers is answered with a failure that names the command which grants it. Whatever the sink makes of that
//! failure, its destination is stopped with these words and no attempt is burnt.

use std::sync::Arc;

use http::HeaderMap;
use reqwest::Url;

use super::{Host, Lease, failure};
use crate::{
    secrets::{Redaction, TokenSource, Withheld},
    sink::{
        Destination, Standing,
        wasm::{
            bindings::ampline::sink::types::{Failure, FailureClass},
            limits::Limits,
        },
    },
};

/// No grant covers the host of a request.
const HOST: &str = "grant.host";
/// A credential is not bound to the destination, or not to where the request goes.
const CREDENTIAL: &str = "grant.credential";
/// The client of a credential gets no token until a person acts.
pub(super) const TOKEN: &str = "grant.token";

impl Lease {
    /// What must be taken out of what the sink says; nothing where there is nothing.
    pub(crate) fn redaction(&self) -> Option<Arc<Redaction>> {
        self.granted.secrets.redaction(&self.destination.id)
    }

    /// Whether the sink may send a request there; the address policy stands above that.
    pub(crate) fn may_reach(&self, url: &Url) -> Result<(), Failure> {
        let destination = &self.destination;
        if self.standing == Standing::BuiltIn || destination.grants.allows(url) {
            return Ok(());
        }
        Err(failure(FailureClass::Blocked, HOST, destination.grants.denial(&destination.name, url)))
    }

    /// Adds a credential to a request that names it, where that goes to an origin to which the operator bound it; gives where its token
    /// comes from, if it is one that has to be got first.
    pub(crate) fn authenticate(
        &self,
        name: &str,
        url: &Url,
        headers: &mut HeaderMap,
        body: &[u8],
    ) -> Result<Option<Arc<TokenSource>>, Failure> {
        let (destination, grants) = (&self.destination.name, &self.destination.grants);
        let blocked = |message: String| Err(failure(FailureClass::Blocked, CREDENTIAL, message));
        let Some(credential) = self.granted.secrets.named_credential(&self.destination.id, name) else {
            let name = super::cut(name.to_owned(), 100);
            return blocked(format!(
                "the destination {destination:?} has no credential {name:?}: {}",
                grants.binding(destination, &name, url)
            ));
        };
        match credential.apply(url, headers, body) {
            Ok(source) => Ok(source),
            Err(Withheld::Elsewhere(origins)) => {
                let bound: Vec<String> = origins.iter().map(ToString::to_string).collect();
                blocked(format!(
                    "the credential {name:?} is bound to {}, and the request goes to {}; if it belongs there, {}",
                    bound.join(", "),
                    url.origin().ascii_serialization(),
                    grants.binding(destination, name, url)
                ))
            }
            Err(Withheld::Taken(header)) => {
                let message =
                    format!("the sink sets {header}, and so does the credential {name:?} that it names: leave it to the host");
                Err(failure(FailureClass::Blocked, "http.header", message))
            }
        }
    }
}

impl Host {
    /// Remembers a failure that is a denial.
    pub(super) fn note_denial<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(failure) = &result
            && [HOST, CREDENTIAL, TOKEN].contains(&failure.code.as_str())
        {
            self.denied = Some(failure.clone());
        }
        result
    }

    /// The last request of this call that no grant covers, or whose credential a person must repair.
    pub(crate) fn denied(&self) -> Option<&Failure> {
        self.denied.as_ref().or_else(|| self.wasi.as_ref()?.denied())
    }

    /// What must be taken out of what the sink says; nothing where there is nothing.
    pub(crate) fn redaction(&self) -> Option<Arc<Redaction>> {
        self.lease.as_ref()?.redaction()
    }

    /// How a limit is raised that the destination has of its own; nothing where it is the runtime's.
    pub(crate) fn raising<T: PartialOrd>(&self, of: impl Fn(&Limits) -> T, name: &str) -> Option<String> {
        let lease = self.lease.as_ref()?;
        let is_own = of(&self.limits) < of(&lease.granted.limits);
        let Destination { name: destination, grants, .. } = &*lease.destination;
        is_own.then(|| format!("the operator set this limit for the destination: {}", grants.raising(destination, name)))
    }
}
