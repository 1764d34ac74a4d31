//! An instance of a sink: a store of its own, for one lease of one destination.

use std::{sync::Arc, time::Duration};

use ampline_core::outcome::{Failure, Outcome};
use async_trait::async_trait;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::{Engine, Store};

use super::{
    bindings::{FullSink, FullSinkPre, ampline::sink::types, exports::ampline::sink::sink},
    limits::{Ended, Limits},
    verdict,
};
use crate::sink::{BatchItem, BatchReport, Delivered, SinkInstance, capability::Host, seam::Used};

/// What a call of the guest may make the host allocate.
const HOSTCALL_BYTES_MAX: usize = 16 << 20;

/// A guest and its world.
pub(super) struct Guest {
    store: Store<Host>,
    sink: FullSink,
    limits: Limits,
    sound: bool,
}

impl Guest {
    /// Instantiates a sink, within the limits of a call.
    pub(super) async fn new(engine: &Engine, pre: &FullSinkPre<Host>, host: Host, limits: &Limits) -> Result<Self, Failure> {
        let mut store = Store::new(engine, host);
        store.limiter(|host| &mut host.ceiling);
        store.set_hostcall_fuel(HOSTCALL_BYTES_MAX);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let meter = store.data().meter.clone();
        match limits.hold(&meter, pre.instantiate_async(&mut store)).await {
            Ok(sink) => Ok(Self { store, sink, limits: limits.clone(), sound: true }),
            Err(ended) => Err(verdict::ended(&ended, store.data())),
        }
    }

    pub(super) async fn describe(&mut self) -> Result<sink::Descriptor, Failure> {
        self.begin(Arc::new([]));
        let meter = self.store.data().meter.clone();
        let called = self.limits.hold(&meter, self.sink.ampline_sink_sink().call_describe(&mut self.store)).await;
        self.finish(called)
    }

    pub(super) async fn validate(&mut self, config: &str) -> Result<Vec<types::ConfigIssue>, Failure> {
        self.begin(Arc::new([]));
        let meter = self.store.data().meter.clone();
        let called = self.limits.hold(&meter, self.sink.ampline_sink_sink().call_validate(&mut self.store, config)).await;
        self.finish(called)
    }

    pub(super) async fn open(&mut self, config: &str) -> Result<(), Failure> {
        self.begin(Arc::new([]));
        let meter = self.store.data().meter.clone();
        let called = self.limits.hold(&meter, self.sink.ampline_sink_sink().call_open(&mut self.store, config)).await;
        self.finish(called)?.map_err(|stated| verdict::failure(stated, self.store.data()))
    }

    async fn probe(&mut self) -> Result<(), Failure> {
        self.begin(Arc::new([]));
        let meter = self.store.data().meter.clone();
        let called = self.limits.hold(&meter, self.sink.ampline_sink_sink().call_probe(&mut self.store)).await;
        self.finish(called)?.map_err(|stated| verdict::failure(stated, self.store.data()))
    }

    async fn deliver(&mut self, batch: &Arc<[BatchItem]>) -> Result<Vec<sink::Outcome>, Failure> {
        let envelopes: Vec<_> = batch.iter().map(envelope).collect();
        self.begin(batch.clone());
        let meter = self.store.data().meter.clone();
        let called = self.limits.hold(&meter, self.sink.ampline_sink_sink().call_deliver(&mut self.store, &envelopes)).await;
        let outcomes = self.finish(called)?;
        if outcomes.len() == batch.len() {
            Ok(outcomes)
        } else {
            Err(verdict::miscounted(batch.len(), outcomes.len(), self.store.data()))
        }
    }

    fn begin(&mut self, batch: Arc<[BatchItem]>) {
        self.store.data_mut().begin(batch);
    }

    /// Whether every call so far returned; one that did not leaves the guest in a state that nobody knows.
    fn is_sound(&self) -> bool {
        self.sound
    }

    fn finish<T>(&mut self, called: Result<T, Ended>) -> Result<T, Failure> {
        self.store.data_mut().end();
        self.sound &= called.is_ok();
        called.map_err(|ended| verdict::ended(&ended, self.store.data()))
    }

    fn used(&self) -> Used {
        let host = self.store.data();
        Used { memory_bytes: host.ceiling.memory_bytes(), host_calls: host.calls(), cpu: host.meter.used() }
    }

    /// How long the message at this place took in the call that just ended.
    fn duration(&self, place: usize) -> Duration {
        let host = self.store.data();
        host.answered(place).unwrap_or_else(|| host.elapsed())
    }
}

/// An envelope as the guest gets it: everything but its body.
fn envelope(item: &BatchItem) -> types::Envelope<'_> {
    let envelope = &*item.envelope;
    types::Envelope {
        id: &envelope.metadata.event_id,
        group: &envelope.group_ref,
        ordering_key: Some(&envelope.ordering_key),
        occurred_at: u64::try_from(envelope.occurred_at.as_millisecond()).unwrap_or(0),
        size: envelope.body.len() as u64,
        records: u32::try_from(envelope.index.records.len()).unwrap_or(u32::MAX),
        attempt: item.attempt,
    }
}

/// A guest that is open for one destination, until it fails.
pub(super) struct WasmInstance {
    guest: Option<Guest>,
    permit: Option<OwnedSemaphorePermit>,
    /// Kept for when the guest is gone.
    used: Used,
}

impl WasmInstance {
    pub(super) fn new(guest: Guest, permit: OwnedSemaphorePermit) -> Self {
        Self { used: guest.used(), guest: Some(guest), permit: Some(permit) }
    }
}

#[async_trait]
impl SinkInstance for WasmInstance {
    /// Where the future is dropped before it ends, the guest goes with it: it is put back only after a call that returned.
    async fn deliver(&mut self, batch: Vec<BatchItem>) -> BatchReport {
        let batch: Arc<[BatchItem]> = batch.into();
        let Some(mut guest) = self.guest.take() else {
            return failed(&batch, &closed(), Duration::ZERO);
        };
        let delivered = guest.deliver(&batch).await;
        self.used = guest.used();
        match delivered {
            Ok(outcomes) => {
                let delivered = |(place, stated)| Delivered {
                    outcome: verdict::outcome(stated, guest.store.data()),
                    duration: guest.duration(place),
                };
                let results = outcomes.into_iter().enumerate().map(delivered).collect();
                self.guest = Some(guest);
                BatchReport { results, reusable: true }
            }
            Err(failure) => {
                let duration = guest.store.data().elapsed();
                drop(guest);
                self.permit = None;
                failed(&batch, &failure, duration)
            }
        }
    }

    fn used(&self) -> Used {
        self.used
    }

    /// As with `deliver`, a guest whose call did not return is gone. One that answered with a failure is still sound.
    async fn probe(&mut self) -> Result<(), Failure> {
        let Some(mut guest) = self.guest.take() else { return Err(closed()) };
        let probed = guest.probe().await;
        if guest.is_sound() {
            self.guest = Some(guest);
        } else {
            self.permit = None;
        }
        probed
    }
}

fn closed() -> Failure {
    Failure::transient("sink.closed", "this instance failed before; open another")
}

fn failed(batch: &[BatchItem], failure: &Failure, duration: Duration) -> BatchReport {
    let results = batch.iter().map(|_| Delivered { outcome: Outcome::Failed(failure.clone()), duration }).collect();
    BatchReport { results, reusable: false }
}
