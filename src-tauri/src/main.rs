//! The operator's desk: a window over the API of a runtime, which is a child of this very program or runs elsewhere.

mod call;
mod desk;
mod files;
mod folder;
mod key_prompt;
mod local;
mod log_file;
mod memory;
mod menu;
mod notify;
mod pages;
mod relay;
mod single;
mod tray;
mod trouble;
mod watch;
mod window;

use std::process::ExitCode;

/// As in the headless binary: messages are many small allocations, and the local runtime is this program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == local::CHILD => local::child_main(arguments),
        // The runtime compiles sinks in a process of their own, which is the program it runs in.
        Some(first) if first == "compile-sink" => ampline::cli::main(),
        first => window::main(first.into_iter().chain(arguments)),
    }
}
