//! What shells and manuals know of the command line, made from the same definition that parses it.

use std::path::Path;

use clap::Command;
use clap_complete::Shell;

use super::{Failure, output};

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell, mut command: Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "ampline", &mut script);
    output::print(String::from_utf8_lossy(&script).trim_end())
}

/// Writes a page for the program and one for each of its commands.
pub(super) fn manual(folder: &Path, command: Command) -> Result<(), Failure> {
    let unable = |error: std::io::Error| Failure::unable(format!("cannot write into {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(unable)?;
    clap_mangen::generate_to(command, folder).map_err(unable)
}
