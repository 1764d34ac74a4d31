//! `ampline`: the headless binary.

use std::process::ExitCode;

/// Messages are many small allocations on several threads, which the system's allocator serves slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ampline::cli::main()
}
