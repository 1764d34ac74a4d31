//! `documents`: the hosted store, through the engine's [`Documents`](crate::store::Documents).

use bytes::Bytes;

use super::{
    Granted, Host, failure, payload,
    watched::{places, through},
};
use crate::{
    sink::{
        seam::{Call, What},
        wasm::bindings::ampline::sink::{
            documents,
            types::{Failure, FailureClass},
        },
    },
    store::Change,
};

/// Most bytes of documents in one call.
const DOCUMENT_BYTES_MAX: usize = 64 << 20;

impl documents::Host for Host {
    async fn apply(&mut self, changes: Vec<documents::Change>) -> wasmtime::Result<Result<(), Failure>> {
        self.count_call()?;
        let Some(lease) = &self.lease else {
            return Ok(Err(failure(FailureClass::Blocked, "sink.denied", "describe and validate may not reach the store")));
        };
        let granted = lease.granted.clone();
        let envelopes = places(changes.iter().filter_map(|change| change.document.as_ref()));
        let changes = match self.lowered(changes) {
            Ok(changes) => changes,
            Err(failure) => return Ok(Err(failure)),
        };
        self.reached_out = true;
        let meter = self.meter.clone();
        let watched = self.watched(|| Call { envelopes, what: What::Apply(changes.clone()) });
        Ok(meter.host(through(watched, apply(&granted, changes))).await)
    }
}

async fn apply(granted: &Granted, changes: Vec<Change>) -> Result<(), Failure> {
    let applied = granted.documents.apply(changes).await;
    applied.map_err(|e| failure(FailureClass::Transient, "documents.failed", e.to_string()))
}

impl Host {
    fn lowered(&self, changes: Vec<documents::Change>) -> Result<Vec<Change>, Failure> {
        let mut left = DOCUMENT_BYTES_MAX;
        let lower = |change: documents::Change| {
            let document = change.document.map(|payload| self.whole(payload, &mut left)).transpose()?;
            Ok(Change {
                endpoint: change.endpoint,
                group: change.group,
                item: change.item,
                modified_at_ms: change.modified_at,
                occurred_at_ms: change.occurred_at,
                document,
            })
        };
        changes.into_iter().map(lower).collect()
    }

    /// The payload in one piece, within `left` bytes.
    fn whole(&self, payload: payload::Payload, left: &mut usize) -> Result<Bytes, Failure> {
        let body = self.resolved(payload, *left)?;
        *left -= body.len();
        Ok(body)
    }
}
