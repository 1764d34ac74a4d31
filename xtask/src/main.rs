//! What a newcomer types: `cargo xtask demo`, `cargo xtask test`, and the smaller commands behind them.

mod audit;
mod fuzz;
mod package;
mod pages;
mod place;
mod prerequisite;
mod process;
mod step;
mod tally;
mod tidy;
mod tool;

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
};

use clap::{Args, Parser, Subcommand};

use prerequisite::{
    C_COMPILER, CHROMIUM, CLIPPY, CPP_COMPILER, DISPLAY, KEYRING, NGINX, NODE, POSTGRES, PYTHON, Prerequisite, RUSTFMT,
    S3_SERVER, WASM_COMPILER, WEBKIT,
};
use step::{Failed, Steps};

/// Everything a person types in this repository, apart from cargo itself.
///
/// Each command first looks for what it needs and installs what is missing: with rustup, and as root on Debian with apt-get. Where neither
/// may be done it says what to type.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Typed {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the runtime and watch it at work: an emulated HubSpot, a webhook receiver, a backfill, changes, an outage that is retried
    Demo(Demo),
    /// Check everything: format, tidy rules, dependency audit, lints, all tests
    Test(Test),
    /// Build for release and measure: deliveries, journal, sandbox, memory, start
    Bench(Bench),
    /// Feed what the core reads (manifests, providers' files and answers, events, templates, …) with inputs that coverage guides
    Fuzz(Fuzz),
    /// Build the desktop as a Debian package
    Package(Package),
    /// Build the operator's pages into ui/dist, which the runtime embeds when it is built next
    Pages(Pages),
    /// Build everything and keep a picture of every page, light and dark
    Screenshots(Screenshots),
    /// Check the house rules that no other tool knows: shape of files, what may depend on what, links
    Tidy,
    /// Check licences, bans, duplicates and sources of dependencies by deny.toml, and advisories where they can be fetched
    Audit,
}

#[derive(Args)]
struct Install {
    /// Only name what is missing, install nothing
    #[arg(long)]
    no_install: bool,
}

#[derive(Args)]
struct Demo {
    #[command(flatten)]
    install: Install,
    /// Leave everything running at the end, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Further arguments for the demo, after `--` (`cargo xtask demo -- --help` lists them)
    #[arg(last = true)]
    further: Vec<String>,
}

#[derive(Args)]
struct Test {
    #[command(flatten)]
    install: Install,
    /// Leave out the dependency audit, and let long suites do fewer rounds (AMPLINE_TEST_FAST=1)
    #[arg(long)]
    fast: bool,
}

#[derive(Args)]
struct Bench {
    #[command(flatten)]
    install: Install,
    /// Benchmarks to run; all but `desk` where none is named. `desk` measures the operator's pages in Chromium, and the window
    names: Vec<String>,
    /// Further arguments for the benchmarks, after `--` (`cargo xtask bench -- --help` lists them)
    #[arg(last = true)]
    further: Vec<String>,
}

#[derive(Args)]
struct Pages {
    #[command(flatten)]
    install: Install,
}

#[derive(Args)]
struct Screenshots {
    #[command(flatten)]
    install: Install,
    /// Where the pictures go; a file that is there is replaced
    #[arg(default_value = "target/screenshots")]
    folder: PathBuf,
}

#[derive(Args)]
struct Fuzz {
    #[command(flatten)]
    install: Install,
    /// Targets to fuzz; all where none is named
    targets: Vec<String>,
    /// How long, over all of them
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    minutes: u32,
    /// Minimise what was found at the end, and keep the shortest of it in tests/fuzz/corpus, to be committed
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
struct Package {
    #[command(flatten)]
    install: Install,
    /// Package the debug build, which the tests have made already: larger and slower, and there in seconds
    #[arg(long)]
    debug: bool,
}

/// What to type to build the pages alone.
const PAGES: &str = "cargo xtask pages";
/// The benchmark of the pages and the window.
const DESK_BENCH: &str = "desk";
/// What the pages' tests in a browser start beside the runtime.
const DESK: [&str; 2] = ["hubspot-emulator", "webhook-receiver"];

fn main() -> ExitCode {
    let done = match Typed::parse().command {
        Task::Demo(demo) => demo.run(),
        Task::Test(test) => test.run(),
        Task::Bench(bench) => bench.run(),
        Task::Fuzz(fuzz) => fuzz.run(),
        Task::Package(package) => package.run(),
        Task::Pages(pages) => pages.run(),
        Task::Screenshots(screenshots) => screenshots.run(),
        Task::Tidy => Steps::of("tidy").run("tidy", "cargo xtask tidy", tidy::run),
        Task::Audit => Steps::of("audit").run("audit", "cargo xtask audit", audit::run),
    };
    done.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

impl Demo {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("demo");
        prepare(&mut steps, &[&C_COMPILER, &WASM_COMPILER], &self.install)?;
        build(&mut steps, "debug", &["demo"])?;
        let keep = self.keep.then(|| "--keep".to_owned());
        hand_over("debug", "demo", keep.into_iter().chain(self.further))
    }
}

impl Bench {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("bench");
        let (desk, others): (Vec<String>, Vec<String>) = self.names.into_iter().partition(|name| name == DESK_BENCH);
        if !desk.is_empty() {
            const NEEDED: [&Prerequisite; 7] = [&C_COMPILER, &WASM_COMPILER, &NODE, &CHROMIUM, &KEYRING, &WEBKIT, &DISPLAY];
            prepare(&mut steps, &NEEDED, &self.install)?;
            steps.run("pages", PAGES, pages::build)?;
            build(&mut steps, "release", &[DESK[0], DESK[1], "ampline-desktop"])?;
            steps.run("desk", "cargo xtask bench desk", pages::measure)?;
            if others.is_empty() {
                return Ok(());
            }
        }
        prepare(&mut steps, &[&C_COMPILER, &WASM_COMPILER, &NGINX, &POSTGRES, &PYTHON, &NODE], &self.install)?;
        build(&mut steps, "release", &["bench", "hubspot-emulator"])?;
        hand_over("release", "bench", others.into_iter().chain(self.further))
    }
}

impl Pages {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("pages");
        prepare(&mut steps, &[&NODE], &self.install)?;
        steps.run("pages", PAGES, pages::build)
    }
}

impl Screenshots {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("screenshots");
        const NEEDED: [&Prerequisite; 7] = [&C_COMPILER, &WASM_COMPILER, &NODE, &CHROMIUM, &KEYRING, &WEBKIT, &DISPLAY];
        prepare(&mut steps, &NEEDED, &self.install)?;
        steps.run("pages", PAGES, pages::build)?;
        build(&mut steps, "debug", &DESK)?;
        steps.run("screenshots", "cargo xtask screenshots", || pages::in_browser(Some(&self.folder)))?;
        let folder = std::path::absolute(&self.folder).unwrap_or(self.folder);
        let mut window = place::cargo(&["test", "--workspace", "--test", "window"]);
        steps.run("window", "cargo test --workspace --test window", || {
            process::run(window.env("AMPLINE_SCREENSHOTS", &folder)).map(|()| format!("in {}", folder.display()))
        })
    }
}

impl Fuzz {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("fuzz");
        prepare(&mut steps, &[&CPP_COMPILER], &self.install)?;
        let mut fuzzer = None;
        steps.run("build", "cargo xtask fuzz", || {
            let built = fuzz::Fuzzer::build()?;
            let note = format!("{} targets", built.targets().len());
            fuzzer = Some(built);
            Ok(note)
        })?;
        let Some(fuzzer) = fuzzer else { return Err(Failed) };
        let mut chosen = Vec::new();
        steps.run("targets", "cargo xtask fuzz", || {
            chosen = fuzzer.choose(&self.targets)?;
            Ok(chosen.iter().map(|target| target.name.as_str()).collect::<Vec<_>>().join(" "))
        })?;
        let seconds = (self.minutes * 60 / u32::try_from(chosen.len()).unwrap_or(u32::MAX)).max(1);
        for target in chosen {
            let rerun = format!("cargo xtask fuzz {} --minutes 1", target.name);
            steps.run("fuzz", &rerun, || fuzzer.run(target, seconds))?;
            if self.keep {
                steps.run("keep", &format!("{rerun} --keep"), || fuzzer.keep(target))?;
            }
        }
        print!("{}", steps.summary());
        Ok(())
    }
}

impl Package {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("package");
        prepare(&mut steps, &[&C_COMPILER, &WASM_COMPILER, &NODE, &WEBKIT], &self.install)?;
        let profile = if self.debug { "debug" } else { "release" };
        steps.run("pages", PAGES, pages::build)?;
        // As the tests build it, so that nothing is built twice.
        build(&mut steps, profile, &["ampline-desktop"])?;
        let rerun = if self.debug { "cargo xtask package --debug" } else { "cargo xtask package" };
        steps.run("package", rerun, || package::bundle(profile))?;
        print!("{}", steps.summary());
        Ok(())
    }
}

impl Test {
    fn run(self) -> Result<(), Failed> {
        let mut steps = Steps::of("test");
        const NEEDED: [&Prerequisite; 12] = [
            &C_COMPILER,
            &WASM_COMPILER,
            &RUSTFMT,
            &CLIPPY,
            &NODE,
            &CHROMIUM,
            &PYTHON,
            &POSTGRES,
            &KEYRING,
            &S3_SERVER,
            &WEBKIT,
            &DISPLAY,
        ];
        prepare(&mut steps, &NEEDED, &self.install)?;
        cargo(&mut steps, "format", &["fmt", "--all", "--check"])?;
        steps.run("tidy", "cargo xtask tidy", tidy::run)?;
        if !self.fast {
            steps.run("audit", "cargo xtask audit", audit::run)?;
        }
        steps.run("pages", PAGES, pages::build)?;
        steps.run("pages check", "cd ui && npm run check", pages::check)?;
        cargo(&mut steps, "lint", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
        let mut tests = place::cargo(&["test", "--workspace", "--no-fail-fast"]);
        if self.fast {
            tests.env("AMPLINE_TEST_FAST", "1");
        }
        steps.run("test", "cargo test --workspace --no-fail-fast", || tally::run(&mut tests))?;
        // With the binaries that the tests were built with: built by themselves they would have other features of their dependencies,
        // and wasmtime would be compiled once more.
        steps.run("browser", "cd ui && npm run e2e", || pages::in_browser(None))?;
        print!("{}", steps.summary());
        if self.fast {
            println!(
                "--fast: the dependency audit was left out and long suites did fewer rounds; `cargo xtask test` does it all"
            );
        }
        Ok(())
    }
}

fn prepare(steps: &mut Steps, wanted: &[&'static Prerequisite], install: &Install) -> Result<(), Failed> {
    let rerun = format!("cargo xtask {}", steps.command());
    steps.run("prerequisites", &rerun, || prerequisite::ensure(wanted, !install.no_install))
}

fn cargo(steps: &mut Steps, name: &'static str, arguments: &[&str]) -> Result<(), Failed> {
    let mut command = place::cargo(arguments);
    let rerun = process::shown(&command);
    steps.run(name, &rerun, || process::run(&mut command).map(|()| "no complaint".to_owned()))
}

/// Builds the runtime and the binaries that drive it, with cargo's own progress to look at. Of the whole workspace, so that dependencies
/// have mostly the features that they have for the tests; those that only tests depend on give some of them others.
fn build(steps: &mut Steps, profile: &'static str, binaries: &[&'static str]) -> Result<(), Failed> {
    let mut arguments = vec!["build", "--workspace", "--bin", "ampline"];
    arguments.extend(binaries.iter().flat_map(|binary| ["--bin", binary]));
    if profile == "release" {
        arguments.push("--release");
    }
    cargo(steps, "build", &arguments)
}

/// Becomes a binary that was built, so that Ctrl-C and exit code are its own.
fn hand_over(profile: &str, binary: &str, arguments: impl Iterator<Item = String>) -> Result<(), Failed> {
    let (Ok(reason) | Err(reason)) =
        place::built(profile, binary).map(|program| process::become_it(Command::new(program).args(arguments)));
    // Who became another program does not come back.
    eprintln!("{reason}");
    Err(Failed)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Typed::command().debug_assert();
    }

    #[test]
    fn what_the_readme_names_is_understood() {
        for typed in [
            "demo",
            "demo --keep",
            "demo --keep -- --port 0",
            "test",
            "test --fast --no-install",
            "bench",
            "bench webhook journal",
            "bench desk",
            "package",
            "package --debug",
            "fuzz",
            "fuzz manifest answers --minutes 60 --keep",
            "pages",
            "screenshots",
            "screenshots /tmp/pictures",
            "tidy",
        ] {
            let words = ["cargo xtask"].into_iter().chain(typed.split(' '));
            assert!(Typed::try_parse_from(words).is_ok(), "{typed}");
        }
    }
}
