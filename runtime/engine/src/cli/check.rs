#[derive(Debug, clap::Args)] pub(super) struct CheckArgs {}
pub(super) fn run(_: &CheckArgs) -> std::process::ExitCode { todo!() }
pub(super) fn print_issues(_: &std::path::Path, _: &[u8], _: &[ampline_core::manifest::Issue]) {}
