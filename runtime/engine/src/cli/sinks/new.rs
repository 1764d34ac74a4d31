//! `ampline sink new`.

use std::path::PathBuf;

use ampline_sink_kit::{Language, New, create};
use clap::{Args, ValueEnum};

use crate::cli::Failure;

/// Makes a project for a sink: it builds, tests and runs as it is, and needs nothing but the tools of its language.
///
/// Exit code: 0 made, 1 the name or the folder will not do, or a file could not be written.
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The destination type that the sink will serve, as in team-chat
    #[arg(value_name = "NAME")]
    name: String,
    /// What to write it in
    #[arg(long, value_enum)]
    language: Written,
    /// The new folder; by default NAME in the working directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// What a sink is written in.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Written {
    /// The smallest and fastest components.
    Rust,
    /// By QuickJS: components of 1.7 MB.
    #[value(name = "javascript", alias = "js")]
    JavaScript,
    /// By CPython: components of 18 MB.
    Python,
}

pub(super) fn run(args: &NewArgs) -> Result<(), Failure> {
    let language = match args.language {
        Written::Rust => Language::Rust,
        Written::JavaScript => Language::JavaScript,
        Written::Python => Language::Python,
    };
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let created = create(&New { name: &args.name, language, dir: &dir }).map_err(Failure::refused)?;
    println!("made {} ({language}, {} files). Next:", dir.display(), created.files.len());
    for line in created.next {
        println!("    {line}");
    }
    Ok(())
}
