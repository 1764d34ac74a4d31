//! What a component must be before it may serve: built for this contract, asking only for what the contract has, and sane in
//! what it says of itself.

use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker},
};

use super::{
    bindings::{FullSinkPre, ampline::sink as interfaces, exports::ampline::sink::sink},
    instance::Guest,
    limits::Limits,
    problem::{Problem, SUPPORTED},
};
use crate::sink::{
    Descriptor,
    capability::{Host, wasi},
};

const PACKAGE: &str = "ampline:sink/";
/// Releases `1.x` differ by added functions and interfaces only.
const SERIES: &str = "1.";
const NAME_BYTES_MAX: usize = 64;
const SCHEMA_BYTES_MAX: usize = 256 << 10;
const BATCH_ENVELOPES_MAX: u32 = 1_000;
const BATCH_BYTES_MAX: u64 = 64 << 20;
const MESSAGE_BYTES_LEAST: u64 = 1_024;

/// Everything about the component that can be known before it runs; then the component, ready to be instantiated.
pub(super) fn link(engine: &Engine, component: &Component) -> Result<FullSinkPre<Host>, Vec<Problem>> {
    let ty = component.component_type();
    let mut problems: Vec<Problem> = exported(ty.exports(engine).map(|(name, _)| name)).err().into_iter().collect();
    let mut linker = Linker::new(engine);
    let (mut wasi, mut wasi_http) = (false, false);
    for (name, _) in ty.imports(engine) {
        match wasi::package(name) {
            Some(package) => (wasi, wasi_http) = (true, wasi_http || package == "http"),
            None => problems.extend(grant(&mut linker, name).err()),
        }
    }
    if wasi {
        problems.extend(wasi::link(&mut linker, wasi_http).err().map(|e| Problem::Link(format!("{e:#}"))));
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

/// The version of the contract that a linked component was made for.
pub(super) fn contract(engine: &Engine, component: &Component) -> String {
    let ty = component.component_type();
    let version = ty.exports(engine).find_map(|(name, _)| Some(name.strip_prefix(PACKAGE)?.split_once('@')?.1.to_owned()));
    version.unwrap_or_else(|| SUPPORTED.to_owned())
}

/// The interfaces of the contract that a linked component asks for (`http`), and packages of WASI (`wasi:http`), sorted; `types`
/// alone lends nothing.
pub(super) fn imports(engine: &Engine, component: &Component) -> Vec<String> {
    let ty = component.component_type();
    let interface = |name: &str| match wasi::package(name) {
        Some(package) => Some(format!("wasi:{package}")),
        None => Some(name.strip_prefix(PACKAGE)?.split_once('@')?.0.to_owned()),
    };
    let mut found: Vec<String> = ty.imports(engine).filter_map(|(name, _)| interface(name)).collect();
    found.retain(|interface| interface != "types");
    found.sort();
    found.dedup();
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
    let guest = Guest::new(engine, pre, Host::new(None, limits.clone()), limits).await;
    described(&mut guest.map_err(|failure| vec![Problem::Describe(failure)])?).await
}

/// Asks an instance what it is.
pub(super) async fn described(guest: &mut Guest) -> Result<Descriptor, Vec<Problem>> {
    let stated = guest.describe().await.map_err(|failure| vec![Problem::Describe(failure)])?;
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
