//! Making instances: what every one needs, whichever version it is of.

use std::sync::Arc;

use ampline_core::outcome::Failure;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use wasmtime::Engine;

use super::{
    Limits,
    installed::Installed,
    instance::{Guest, WasmInstance},
};
use crate::sink::{
    BUSY, Destination,
    capability::{Granted, Host, Lease},
};

/// What instances are made with.
pub(super) struct Opener {
    pub(super) engine: Engine,
    pub(super) granted: Arc<Granted>,
    instances: Arc<Semaphore>,
}

impl Opener {
    pub(super) fn new(engine: Engine, granted: Granted) -> Arc<Self> {
        let instances = Arc::new(Semaphore::new(granted.limits.instances_max as usize));
        Arc::new(Self { engine, granted: Arc::new(granted), instances })
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.granted.limits
    }

    /// A place among the instances that may be alive at a time.
    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let limits = self.limits();
        match timeout(limits.instance_wait_max, self.instances.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Failure::transient(BUSY, format!("{} instances of sinks are alive already", limits.instances_max))),
        }
    }

    /// An instance that is open for a destination.
    pub(super) async fn open(&self, version: &Installed, destination: &Arc<Destination>) -> Result<WasmInstance, Failure> {
        let limits = &destination.grants.limits.within(self.limits());
        let permit = self.permit().await?;
        let lease = Lease {
            granted: self.granted.clone(),
            destination: destination.clone(),
            standing: version.standing,
            message_bytes_max: version.descriptor.max_message_bytes,
        };
        let mut guest = Guest::new(&self.engine, &version.pre, Host::new(Some(lease), limits.clone()), limits).await?;
        guest.open(&destination.config.to_string()).await?;
        Ok(WasmInstance::new(guest, permit))
    }
}
