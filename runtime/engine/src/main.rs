//! `ampline`: the headless binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ampline::cli::main()
}
