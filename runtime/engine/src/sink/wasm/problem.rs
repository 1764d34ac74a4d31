//! Why a component is not installed, and what its author does about it.

use std::{fmt, time::Duration};

use ampline_core::outcome::Failure;

/// The contract of this runtime.
pub(super) const SUPPORTED: &str = "1.0.0";

/// Why a component is not installed; shown with its remedy.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// It is no WebAssembly at all.
    NotWasm(&'static str),
    /// It is a core module.
    CoreModule,
    /// It is larger than may be installed.
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most.
        most: usize,
    },
    /// It is no sink.
    NoSink,
    /// It is a sink of another version of the contract.
    Version(String),
    /// It asks for something of WASI that sinks do not get.
    Wasi(String),
    /// It asks for something that the contract does not have.
    Import(String),
    /// It names the right interfaces, but they are not the same inside.
    Link(String),
    /// It is made for a later minor version and calls what that added.
    Newer {
        /// What it is made for.
        version: String,
        /// In the linker's words.
        reason: String,
    },
    /// It cannot be compiled.
    Compile(String),
    /// Compiling it takes longer than it may.
    CompileTime(Duration),
    /// The compiler came to another end than its own: it gets so many bytes of memory.
    CompileBroken {
        /// How it ended.
        reason: String,
        /// The most memory.
        most: u64,
    },
    /// The machine does not let it be compiled.
    Machine(String),
    /// It failed when asked what it is.
    Describe(Failure),
    /// What it says of itself cannot be.
    Descriptor(String),
    /// Another sink has its name.
    Duplicate(String),
}

impl Problem {
    /// What is wrong, in a fragment.
    pub fn reason(&self) -> String {
        match self {
            Self::NotWasm(told) => format!("it is not WebAssembly: {told}"),
            Self::CoreModule => "it is a core module and not a component".to_owned(),
            Self::TooLarge { bytes, most } => format!("it has {bytes} bytes, and a component has at most {most}"),
            Self::NoSink => format!("it exports no ampline:sink/sink@{SUPPORTED}"),
            Self::Version(version) => format!("it is built for ampline:sink@{version}, and this runtime has {SUPPORTED}"),
            Self::Wasi(import) => format!("it imports {import}, which sinks do not get"),
            Self::Import(import) => format!("it imports {import}, which this runtime does not have"),
            Self::Link(reason) => format!("it does not fit ampline:sink@{SUPPORTED}: {reason}"),
            Self::Newer { version, reason } => format!(
                "it is made for ampline:sink@{version} and calls what {SUPPORTED}, the version of this runtime, does not have yet: {reason}"
            ),
            Self::Compile(reason) => format!("it cannot be compiled: {reason}"),
            Self::CompileTime(most) => {
                format!("it cannot be compiled: the compiler took more than {} ms, which is all that it gets", most.as_millis())
            }
            Self::CompileBroken { reason, .. } => format!("it cannot be compiled: the compiler ended with {reason}"),
            Self::Machine(reason) => format!("this machine does not let it be compiled: {reason}"),
            Self::Describe(failure) => format!(
                "it failed in `describe`, which is pure and may call nothing but the log: {}: {}",
                failure.code, failure.message
            ),
            Self::Descriptor(fault) => format!("it describes itself wrongly: {fault}"),
            Self::Duplicate(name) => format!("another installed sink serves {name:?} already"),
        }
    }

    /// What its author does about it, in a fragment.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotWasm(_) => "a sink is a component, as `ampline sink build` makes one".to_owned(),
            Self::CoreModule => {
                "build it for wasm32-wasip2, or make a component of it (`ampline sink build`, `wasm-tools component new`)"
                    .to_owned()
            }
            Self::TooLarge { .. } => "build it optimised for size and without debugging sections \
                 (`opt-level = \"s\"`, `strip = true`, `wasm-opt -Os`)"
                .to_owned(),
            Self::NoSink => {
                format!("build it for one of the worlds of ampline:sink@{SUPPORTED}, for example `http-sink`")
            }
            Self::Version(version) => format!("rebuild it for {SUPPORTED}, or run a runtime that has {version}"),
            Self::Wasi(_) => {
                "of WASI they get cli, clocks, filesystem, http, io, random and sockets of version 0.2, in an empty \
                 sandbox: build it for wasm32-wasip2, or leave out what needs the import"
                    .to_owned()
            }
            Self::Import(_) => format!(
                "leave out what needs it: a sink may import messages, templates, http, objects, streams, sql, documents, log and \
                 clock of ampline:sink@{SUPPORTED}"
            ),
            Self::Link(_) => format!("rebuild it with the contract of this runtime: sinks-wit/wit/{SUPPORTED}"),
            Self::Newer { .. } => format!("run a later runtime, or build it for {SUPPORTED}"),
            Self::Compile(_) => {
                "build it anew: the file is damaged, or uses what WebAssembly had not settled when this runtime was \
                 made (`wasm-tools validate` says where)"
                    .to_owned()
            }
            Self::CompileTime(_) => {
                "make the component smaller: fewer dependencies, `wasm-opt -Os`; an interpreter of 18 MB takes a \
                 fraction of that on an idle machine"
                    .to_owned()
            }
            Self::CompileBroken { most, .. } => {
                format!(
                    "it gets {} MiB of memory: make the component smaller, with fewer dependencies and `wasm-opt -Os`",
                    most >> 20
                )
            }
            Self::Machine(_) => "nothing is wrong with the component: repair that and install it again".to_owned(),
            Self::Describe(_) => "leave everything but plain values out of `describe`, and what it needs to `open`".to_owned(),
            Self::Descriptor(_) => "change what `describe` returns".to_owned(),
            Self::Duplicate(_) => "install one of them".to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason(), self.remedy())
    }
}

impl std::error::Error for Problem {}
