//! A version of a sink: its component, linked, and what it says of itself.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use super::{Limits, Problem, Producers, admission, bindings::FullSinkPre, shape};
use crate::sink::{Descriptor, Standing, capability::Host};

/// A version of a sink that is compiled and linked.
pub(super) struct Installed {
    pub(super) descriptor: Arc<Descriptor>,
    /// Interfaces of the contract that it asks for, sorted.
    pub(super) imports: Vec<String>,
    /// SHA-256 of the component, in hexadecimal digits.
    pub(super) digest: String,
    /// The version of the contract that it was made for.
    pub(super) contract: String,
    pub(super) producers: Producers,
    /// Of the component.
    pub(super) bytes: u64,
    pub(super) pre: FullSinkPre<Host>,
    pub(super) standing: Standing,
}

/// A component that may be installed: compiled, linked, and asked what it is.
pub struct Admitted(pub(super) Installed);

impl Admitted {
    /// What it says of itself.
    pub fn descriptor(&self) -> &Arc<Descriptor> {
        &self.0.descriptor
    }

    /// SHA-256 of the component, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Interfaces of the contract that it asks for, sorted.
    pub fn imports(&self) -> &[String] {
        &self.0.imports
    }

    /// All that is known of it.
    pub fn info(&self) -> SinkInfo {
        self.0.info()
    }
}

/// What is known of an installed sink.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkInfo {
    /// What it says of itself.
    pub descriptor: Arc<Descriptor>,
    /// Interfaces of the contract that it asks for (`http`, `log`, …) and packages of WASI (`wasi:cli`, …), sorted.
    pub imports: Vec<String>,
    /// SHA-256 of the component, in hexadecimal digits.
    pub digest: String,
    /// The version of the contract that it was made for: `1.0.0`.
    pub contract: String,
    /// What it was written in and made by, as far as it says.
    pub producers: Producers,
    /// Bytes of the component.
    pub bytes: u64,
    /// Whether the version that it replaced still stands by.
    pub on_trial: bool,
}

impl Installed {
    pub(super) fn info(&self) -> SinkInfo {
        SinkInfo {
            descriptor: self.descriptor.clone(),
            imports: self.imports.clone(),
            digest: self.digest.clone(),
            contract: self.contract.clone(),
            producers: self.producers.clone(),
            bytes: self.bytes,
            on_trial: false,
        }
    }
}

/// Links a component and asks it what it is.
pub(super) async fn admit(
    engine: &Engine,
    component: &Component,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Installed, Vec<Problem>> {
    let pre = admission::link(engine, component)?;
    let descriptor = Arc::new(admission::describe(engine, &pre, limits).await?);
    Ok(Installed {
        descriptor,
        imports: admission::imports(engine, component),
        digest: digest(bytes),
        contract: admission::contract(engine, component),
        producers: shape::producers(bytes),
        bytes: bytes.len() as u64,
        pre,
        standing: Standing::Installed,
    })
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
