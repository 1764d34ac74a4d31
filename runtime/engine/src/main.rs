//! `ampline`: the headless binary.

use std::process::ExitCode;

/// Messages are many small allocations on several threads; the system's allocator took a tenth of a profile of deliveries.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ampline::cli::main()
}
