//! WASI 0.2 for components whose toolchain brings it, in an empty sandbox: no files, no environment, no arguments, no input, no
//! sockets. Clocks and random numbers are the machine's, output goes to the log, and HTTP goes where the destination grants it.
//!
//! It is linked only to components that import it, and made only when one of its functions is called.

mod http;
mod output;

use std::sync::{Mutex, PoisonError};

use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use self::{http::Outgoing, output::Output};
use super::Host;
use crate::sink::wasm::bindings::ampline::sink::{log::Level, types::Failure};

/// Most handles that an instance may hold at a time: streams, requests, what it waits for.
const HANDLES_MAX: usize = 10_000;
/// Most random bytes of one call.
const RANDOM_BYTES_MAX: u64 = 1 << 20;
/// Most bytes of the headers of a message, as they lie in memory.
const HEADER_BYTES_MAX: usize = 64 << 10;

/// The packages of WASI 0.2 that there are, and what each means in the sandbox.
const PACKAGES: [(&str, &str); 7] = [
    ("cli", "write lines to the runtime's log (standard output and error); arguments, environment and input are empty"),
    ("clocks", "ask for the time, and wait"),
    ("filesystem", "nothing: there are no files"),
    ("http", "send HTTP requests to the hosts that the destination grants, and to no others"),
    ("io", "nothing by itself: other interfaces stream by it"),
    ("random", "ask for random numbers"),
    ("sockets", "nothing: every socket and every look-up of a name is refused"),
];

/// The package of an import of WASI that sinks get: `http` of `wasi:http/types@0.2.4`.
pub(crate) fn package(import: &str) -> Option<&str> {
    let (package, interface) = import.strip_prefix("wasi:")?.split_once('/')?;
    let (_, version) = interface.split_once('@')?;
    let is_ours = PACKAGES.iter().any(|(name, _)| *name == package);
    let plain = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_ours && plain && version.starts_with("0.2.")).then_some(package)
}

/// What a package of WASI lets a sink do.
pub(crate) fn meaning(package: &str) -> Option<&'static str> {
    PACKAGES.iter().find(|(name, _)| *name == package).map(|(_, meaning)| *meaning)
}

/// Offers WASI to a component.
pub(crate) fn link(linker: &mut Linker<Host>, with_http: bool) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    if with_http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    }
    Ok(())
}

/// What one instance has of WASI.
pub(super) struct Wasi {
    /// Never locked: it makes shareable what is not, so that a host may be looked at while it waits.
    ctx: Mutex<WasiCtx>,
    http: WasiHttpCtx,
    /// As `ctx`.
    table: Mutex<ResourceTable>,
    outgoing: Outgoing,
    outputs: [Output; 2],
}

impl Wasi {
    fn new(host: &Host) -> Self {
        let outputs = [Level::Info, Level::Warn].map(|level| Output::new(host.lines.clone(), level));
        let [stdout, stderr] = outputs.clone();
        let mut ctx = WasiCtx::builder();
        ctx.stdout(stdout).stderr(stderr).max_random_size(RANDOM_BYTES_MAX);
        ctx.allow_tcp(false).allow_udp(false).allow_ip_name_lookup(false);
        let (mut http, mut table) = (WasiHttpCtx::new(), ResourceTable::new());
        http.set_field_size_limit(HEADER_BYTES_MAX);
        table.set_max_capacity(HANDLES_MAX);
        let outgoing = Outgoing::new(host.lease.clone(), host.lines.clone(), &host.limits);
        Self { ctx: Mutex::new(ctx.build()), http, table: Mutex::new(table), outgoing, outputs }
    }

    /// A call of the guest begins.
    pub(super) fn begin(&mut self) {
        self.outgoing.begin();
    }

    /// A call of the guest ended: what it wrote without an end of line is a line too.
    pub(super) fn end(&self) {
        self.outputs.iter().for_each(Output::end);
    }

    /// The last request of this call that no grant covers.
    pub(super) fn denied(&self) -> Option<&Failure> {
        self.outgoing.denied()
    }

    /// Whether a request was sent in this call.
    pub(super) fn reached_out(&self) -> bool {
        self.outgoing.reached_out()
    }
}

impl Host {
    fn wasi(&mut self) -> &mut Wasi {
        let wasi = self.wasi.take().unwrap_or_else(|| Box::new(Wasi::new(self)));
        self.wasi.insert(wasi)
    }
}

fn own<T>(held: &mut Mutex<T>) -> &mut T {
    held.get_mut().unwrap_or_else(PoisonError::into_inner)
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Wasi { ctx, table, .. } = self.wasi();
        WasiCtxView { ctx: own(ctx), table: own(table) }
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let Wasi { http, table, outgoing, .. } = self.wasi();
        WasiHttpCtxView { hooks: outgoing, table: own(table), ctx: http }
    }
}
