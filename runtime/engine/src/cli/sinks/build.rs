//! `ampline sink build`.

use std::path::PathBuf;

use ampline_sink_kit::{Project, build};
use clap::Args;

use crate::cli::Failure;

/// Builds a sink's project to a WebAssembly component, by the tools of its language.
///
/// What compilers say goes to stderr. Nothing is installed: what is missing is named, with the command that brings it.
/// Exit code: 0 built, 1 a tool is missing or found a fault.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The component; by default dist/NAME.wasm in the project
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &BuildArgs) -> Result<(), Failure> {
    let project = Project::read(&args.dir).map_err(Failure::refused)?;
    let built = build(&project, args.out.as_deref()).map_err(Failure::refused)?;
    let (size, seconds) = (built.bytes as f64 / 1e6, built.took.as_secs_f64());
    println!("{} ({}, {size:.2} MB, {seconds:.1} s)", built.file.display(), project.language);
    Ok(())
}
