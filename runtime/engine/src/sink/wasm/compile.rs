//! Compiling a component, once, in a child process: the compiler works on foreign bytes, and what it allocates goes with it.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use super::engine;

/// The hidden subcommand of the runtime that compiles: `compile-sink IN OUT`.
pub const SUBCOMMAND: &str = "compile-sink";

/// How long a component may take to compile, on a machine that has other things to do as well.
pub const COMPILE_MAX: Duration = Duration::from_secs(600);
/// Processor time of a compilation: an interpreter of 18 MB takes 40 s.
const COMPILE_CPU_MAX: Duration = Duration::from_secs(300);
const COMPILE_MEMORY_BYTES_MAX: u64 = 4 << 30;
const STDERR_BYTES_MAX: u64 = 16 << 10;

/// How components are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// By running a program with these arguments and two more: the component to read and the file to write. The program
    /// calls [`child_main`].
    Child {
        /// Path of the program.
        program: PathBuf,
        /// What comes before the two paths.
        args: Vec<OsString>,
        /// How long it may take; [`COMPILE_MAX`] but for tests.
        time_max: Duration,
    },
    /// In this process: for tests, whose executable has no subcommands.
    InProcess,
}

impl Compiler {
    /// This very program, with the hidden subcommand.
    pub fn this_program() -> std::io::Result<Self> {
        Ok(Self::Child { program: std::env::current_exe()?, args: vec![SUBCOMMAND.into()], time_max: COMPILE_MAX })
    }

    /// Compiles `component` to code for this machine. `scratch` is a path beside which two files may be written.
    pub(super) async fn compile(&self, component: &[u8], scratch: &Path) -> Result<Vec<u8>, String> {
        match self {
            Self::InProcess => compile(component),
            Self::Child { program, args, time_max } => {
                let files = Scratch { input: scratch.with_extension("in"), output: scratch.with_extension("out") };
                fs::write(&files.input, component).map_err(|e| format!("cannot write {}: {e}", files.input.display()))?;
                run(Command::new(program).args(args).arg(&files.input).arg(&files.output), *time_max).await?;
                fs::read(&files.output).map_err(|e| format!("the compiler left no {}: {e}", files.output.display()))
            }
        }
    }
}

/// The files between parent and child, gone with the compilation.
struct Scratch {
    input: PathBuf,
    output: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Either may be missing, and one that cannot be removed does no harm.
        let _ = fs::remove_file(&self.input);
        let _ = fs::remove_file(&self.output);
    }
}

async fn run(command: &mut Command, time_max: Duration) -> Result<(), String> {
    // The compiler needs nothing of the environment, where secrets may be.
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|e| format!("cannot start the compiler: {e}"))?;
    let begun = std::time::Instant::now();
    let mut words = Vec::new();
    let stderr = child.stderr.take();
    let done = timeout(time_max, async {
        if let Some(stderr) = stderr {
            stderr.take(STDERR_BYTES_MAX).read_to_end(&mut words).await?;
        }
        child.wait().await
    });
    match done.await {
        Ok(Ok(status)) if status.success() => Ok(()),
        // The limit on processor time ends it by a signal.
        Ok(Ok(status)) if status.code().is_none() && begun.elapsed() >= COMPILE_CPU_MAX / 8 => Err(too_long(COMPILE_CPU_MAX)),
        Ok(Ok(status)) => Err(format!("the compiler ended with {status}: {}", String::from_utf8_lossy(&words).trim())),
        Ok(Err(error)) => Err(format!("lost the compiler: {error}")),
        Err(_) => Err(too_long(time_max)),
    }
}

fn too_long(most: Duration) -> String {
    format!(
        "the compiler took more than {} ms, which is all that it gets; make the component smaller: fewer dependencies, `wasm-opt -Os`",
        most.as_millis()
    )
}

/// What the child does: compiles the component in `input` to code in `output`, within limits of time and memory. An error is
/// for standard error; the exit status must then not be 0.
pub fn child_main(input: &Path, output: &Path) -> Result<(), String> {
    limit_resources();
    let component = fs::read(input).map_err(|e| format!("cannot read {}: {e}", input.display()))?;
    fs::write(output, compile(&component)?).map_err(|e| format!("cannot write {}: {e}", output.display()))
}

fn compile(component: &[u8]) -> Result<Vec<u8>, String> {
    let compiled = engine::compiling().and_then(|engine| engine.precompile_component(component));
    compiled.map_err(|e| format!("{e:#}"))
}

#[cfg(unix)]
fn limit_resources() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in [(Resource::As, COMPILE_MEMORY_BYTES_MAX), (Resource::Cpu, COMPILE_CPU_MAX.as_secs())] {
        // A lower limit may hold already; then that one does.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(unix))]
fn limit_resources() {}
