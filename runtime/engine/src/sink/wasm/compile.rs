//! Compiling a component, once, in a child process: the compiler works on foreign bytes, and what it allocates goes with it.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    time::Duration,
};

use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use super::{engine, problem::Problem};

/// The hidden subcommand of the runtime that compiles: `compile-sink IN OUT`.
pub const SUBCOMMAND: &str = "compile-sink";

/// How long a component may take to compile, on a machine that has other things to do as well.
pub const COMPILE_MAX: Duration = Duration::from_secs(600);
/// Processor time of a compilation: an interpreter of 18 MB takes 40 s.
const COMPILE_CPU_MAX: Duration = Duration::from_secs(300);
const COMPILE_MEMORY_BYTES_MAX: u64 = 4 << 30;
/// Exit statuses of the child: it is the component's fault (`EX_DATAERR`), or the machine's (`EX_IOERR`).
const COMPONENT: u8 = 65;
const MACHINE: u8 = 74;
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
    pub(super) async fn compile(&self, component: &[u8], scratch: &Path) -> Result<Vec<u8>, Problem> {
        match self {
            Self::InProcess => compile(component).map_err(Problem::Compile),
            Self::Child { program, args, time_max } => {
                let files = Scratch { input: scratch.with_extension("in"), output: scratch.with_extension("out") };
                let unwritten = |e| Problem::Machine(format!("cannot write {}: {e}", files.input.display()));
                fs::write(&files.input, component).map_err(unwritten)?;
                run(Command::new(program).args(args).arg(&files.input).arg(&files.output), *time_max).await?;
                fs::read(&files.output)
                    .map_err(|e| Problem::Machine(format!("the compiler left no {}: {e}", files.output.display())))
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

async fn run(command: &mut Command, time_max: Duration) -> Result<(), Problem> {
    // The compiler needs nothing of the environment, where secrets may be.
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|e| Problem::Machine(format!("cannot start the compiler: {e}")))?;
    let begun = std::time::Instant::now();
    let mut words = Vec::new();
    let stderr = child.stderr.take();
    let done = timeout(time_max, async {
        if let Some(stderr) = stderr {
            stderr.take(STDERR_BYTES_MAX).read_to_end(&mut words).await?;
        }
        child.wait().await
    });
    let status = match done.await {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => return Err(Problem::Machine(format!("lost the compiler: {error}"))),
        Err(_) => return Err(Problem::CompileTime(time_max)),
    };
    let words = String::from_utf8_lossy(&words).trim().to_owned();
    match status.code() {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(COMPONENT) => Err(Problem::Compile(words)),
        Some(code) if code == i32::from(MACHINE) => Err(Problem::Machine(words)),
        // The limit on processor time ends it by a signal.
        None if begun.elapsed() >= COMPILE_CPU_MAX / 8 => Err(Problem::CompileTime(COMPILE_CPU_MAX)),
        _ => Err(Problem::CompileBroken { reason: format!("{status}: {words}"), most: COMPILE_MEMORY_BYTES_MAX }),
    }
}

/// What the child does: compiles the component in `input` to code in `output`, within limits of time and memory. What is wrong is said on
/// standard error; the exit status tells the parent whose fault it is.
pub fn child_main(input: &Path, output: &Path) -> ExitCode {
    limit_resources();
    let unable = |what: &str, path: &Path, error: std::io::Error| (MACHINE, format!("cannot {what} {}: {error}", path.display()));
    let made = fs::read(input).map_err(|error| unable("read", input, error)).and_then(|component| {
        let code = compile(&component).map_err(|reason| (COMPONENT, reason))?;
        fs::write(output, code).map_err(|error| unable("write", output, error))
    });
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, reason)) => {
            eprintln!("{reason}");
            ExitCode::from(status)
        }
    }
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
