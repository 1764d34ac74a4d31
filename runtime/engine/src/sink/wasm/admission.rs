//! What a component must be before it may serve: built for this contract, asking only for what the contract has, and sane in
//! what it says of itself.

use ampline_core::outcome::Failure;
use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker},
};

use super::{
    bindings::{FullSinkPre, ampline::sink as interfaces, exports::ampline::sink::sink},
    instance::Guest,
    limits::Limits,
};
use crate::sink::{Descriptor, capability::Host};

const PACKAGE: &str = "ampline:sink/";
/// Releases `1.x` differ by added functions and interfaces only.
const SERIES: &str = "1.";
const SUPPORTED: &str = "1.0.0";
const NAME_BYTES_MAX: usize = 64;
const SCHEMA_BYTES_MAX: usize = 256 << 10;
const BATCH_ENVELOPES_MAX: u32 = 1_000;
const BATCH_BYTES_MAX: u64 = 64 << 20;
const MESSAGE_BYTES_LEAST: u64 = 1_024;

/// Why a component is not installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is no sink.
    #[error(
        "it exports no ampline:sink/sink@{SUPPORTED}; build it for one of the worlds of ampline:sink, for example `http-sink`"
    )]
    NoSink,
    /// It is a sink of another version of the contract.
    #[error(
        "it is built for ampline:sink@{0}, and this runtime has {SUPPORTED}; rebuild it for {SUPPORTED}, or run a runtime that has {0}"
    )]
    Version(String),
    /// It asks for WASI, which sinks do not get.
    #[error(
        "it is built with WASI and imports {0}, which a sink does not get; build it for wasm32-unknown-unknown, or with WASI \
         stubbed (componentize-py: --stub-wasi; componentize-js: --disable all)"
    )]
    Wasi(String),
    /// It asks for something that the contract does not have.
    #[error(
        "it imports {0}, which this runtime does not have; a sink may import messages, templates, http, objects, streams, sql, documents, log and clock of ampline:sink@{SUPPORTED}"
    )]
    Import(String),
    /// It names the right interfaces, but they are not the same inside.
    #[error("it does not fit ampline:sink@{SUPPORTED}; rebuild it with the contract of this runtime: {0}")]
    Link(String),
    /// It is made for a later minor version and calls what that added.
    #[error(
        "it is made for ampline:sink@{version} and calls what {SUPPORTED}, the version of this runtime, does not have yet; run a later runtime, or build it for {SUPPORTED}: {reason}"
    )]
    Newer {
        /// What it is made for.
        version: String,
        /// In the linker's words.
        reason: String,
    },
    /// It cannot be compiled.
    #[error("it cannot be compiled: {0}")]
    Compile(String),
    /// It failed when asked what it is.
    #[error("it failed in `describe`, which is pure and may call nothing but the log: {}: {}", .0.code, .0.message)]
    Describe(Failure),
    /// What it says of itself cannot be.
    #[error("it describes itself wrongly: {0}")]
    Descriptor(String),
    /// Another sink has its name.
    #[error("another installed sink serves {0:?} already; install one of them")]
    Duplicate(String),
}

/// Everything about the component that can be known before it runs; then the component, ready to be instantiated.
pub(super) fn link(engine: &Engine, component: &Component) -> Result<FullSinkPre<Host>, Vec<Problem>> {
    let ty = component.component_type();
    let mut problems: Vec<Problem> = exported(ty.exports(engine).map(|(name, _)| name)).err().into_iter().collect();
    let mut linker = Linker::new(engine);
    for (name, _) in ty.imports(engine) {
        problems.extend(grant(&mut linker, name).err());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let newer = ty.imports(engine).chain(ty.exports(engine)).find_map(|(name, _)| newer(name));
    let unfit = |e: wasmtime::Error| match &newer {
        Some(version) => vec![Problem::Newer { version: version.clone(), reason: format!("{e:#}") }],
        None => vec![Problem::Link(format!("{e:#}"))],
    };
    let pre = linker.instantiate_pre(component).map_err(unfit)?;
    FullSinkPre::new(pre).map_err(unfit)
}

/// The interfaces of the contract that a linked component asks for, sorted; `types` alone lends nothing.
pub(super) fn imports(engine: &Engine, component: &Component) -> Vec<String> {
    let ty = component.component_type();
    let interface = |name: &str| Some(name.strip_prefix(PACKAGE)?.split_once('@')?.0.to_owned());
    let mut found: Vec<String> = ty.imports(engine).filter_map(|(name, _)| interface(name)).collect();
    found.retain(|interface| interface != "types");
    found.sort();
    found
}

fn exported<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    let version = names.find_map(|name| name.strip_prefix("ampline:sink/sink@")).ok_or(Problem::NoSink)?;
    if version.starts_with(SERIES) { Ok(()) } else { Err(Problem::Version(version.to_owned())) }
}

/// The version that an interface of the contract was made for, if it is a later minor version than the runtime's.
fn newer(name: &str) -> Option<String> {
    let version = name.strip_prefix(PACKAGE)?.split_once('@')?.1;
    let numbers = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    (numbers(version)? > numbers(SUPPORTED)?).then(|| version.to_owned())
}

/// Links one interface, if there is such a one.
fn grant(linker: &mut Linker<Host>, import: &str) -> Result<(), Problem> {
    if import.starts_with("wasi:") {
        return Err(Problem::Wasi(import.to_owned()));
    }
    let unknown = || Problem::Import(import.to_owned());
    let (interface, version) = import.strip_prefix(PACKAGE).and_then(|name| name.split_once('@')).ok_or_else(unknown)?;
    if !version.starts_with(SERIES) {
        return Err(Problem::Version(version.to_owned()));
    }
    let linked = match interface {
        "types" => interfaces::types::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "messages" => interfaces::messages::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "http" => interfaces::http::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "documents" => interfaces::documents::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "objects" => interfaces::objects::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "sql" => interfaces::sql::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "streams" => interfaces::streams::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "templates" => interfaces::templates::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "log" => interfaces::log::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        "clock" => interfaces::clock::add_to_linker::<_, HasSelf<_>>(linker, |host| host),
        _ => return Err(unknown()),
    };
    linked.map_err(|e| Problem::Link(format!("{e:#}")))
}

/// Asks the component what it is, with every capability denied.
pub(super) async fn describe(engine: &Engine, pre: &FullSinkPre<Host>, limits: &Limits) -> Result<Descriptor, Vec<Problem>> {
    let describe = async {
        let mut guest = Guest::new(engine, pre, Host::new(None, limits.clone()), limits).await?;
        guest.describe().await
    };
    let stated = describe.await.map_err(|failure| vec![Problem::Describe(failure)])?;
    let faults = faults(&stated);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(Problem::Descriptor).collect());
    }
    Ok(Descriptor {
        name: stated.name,
        version: stated.version,
        config_schema: stated.config_schema,
        max_batch_envelopes: stated.max_batch_envelopes,
        max_batch_bytes: stated.max_batch_bytes,
        max_message_bytes: stated.max_message_bytes,
        ordered: stated.ordered,
    })
}

fn faults(stated: &sink::Descriptor) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let name = &stated.name;
    must(
        (1..=NAME_BYTES_MAX).contains(&name.len()) && name.chars().all(plain),
        format!(
            "name {:?} is not 1 to {NAME_BYTES_MAX} of a-z, 0-9 and -",
            name.chars().take(NAME_BYTES_MAX).collect::<String>()
        ),
    );
    must(stated.version.len() <= NAME_BYTES_MAX, format!("version has more than {NAME_BYTES_MAX} bytes"));
    let schema = &stated.config_schema;
    must(schema.len() <= SCHEMA_BYTES_MAX, format!("config-schema has more than {SCHEMA_BYTES_MAX} bytes"));
    must(
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema).is_ok(),
        "config-schema is not a JSON object".to_owned(),
    );
    let envelopes = stated.max_batch_envelopes;
    must(
        (1..=BATCH_ENVELOPES_MAX).contains(&envelopes),
        format!("max-batch-envelopes is {envelopes}, not 1 to {BATCH_ENVELOPES_MAX}"),
    );
    let bytes = stated.max_batch_bytes;
    must((1..=BATCH_BYTES_MAX).contains(&bytes), format!("max-batch-bytes is {bytes}, not 1 to {BATCH_BYTES_MAX}"));
    let message = stated.max_message_bytes;
    must(
        message == 0 || message >= MESSAGE_BYTES_LEAST,
        format!("max-message-bytes is {message}, neither 0 nor at least {MESSAGE_BYTES_LEAST}"),
    );
    faults
}
