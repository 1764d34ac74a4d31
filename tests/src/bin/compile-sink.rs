//! The child that compiles sinks, as a program of its own: `compile-sink IN OUT`.

use std::{path::Path, process::ExitCode};

use ampline::sink::wasm::compile::child_main;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(input), Some(output)) = (args.next(), args.next()) else {
        eprintln!("usage: compile-sink IN OUT");
        return ExitCode::FAILURE;
    };
    child_main(Path::new(&input), Path::new(&output))
}
