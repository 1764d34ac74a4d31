//! Fuzzing with libFuzzer: the crate `tests/fuzz` is built with coverage into a folder of its own, and each target runs for a while.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step::Outcome;
use crate::{place, process};

/// What `cargo fuzz` passes: LLVM counts edges and tells what is compared with what. No sanitizer: the core has no unsafe code, and those need
/// another compiler than the stable one.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// An input that takes longer hangs, in seconds.
const TIMEOUT_S: u32 = 5;
const MEMORY_MB_MAX: u32 = 1_024;
/// Longer inputs find little more, and slowly.
const INPUT_BYTES_MAX: u32 = 16 << 10;

/// One thing to fuzz.
pub(crate) struct Target {
    pub(crate) name: String,
    /// Name of its file of words.
    dictionary: String,
}

/// The built program and where it works.
pub(crate) struct Fuzzer {
    program: PathBuf,
    folder: PathBuf,
    targets: Vec<Target>,
}

impl Fuzzer {
    /// Builds the program and asks it for its targets.
    ///
    /// # Errors
    /// It does not compile, or does not answer.
    pub(crate) fn build() -> Result<Self, String> {
        let folder = place::target()?.join("fuzz");
        let host = host()?;
        // With a target named, build scripts and macros are left without coverage, which they could not be linked with.
        let mut build =
            place::cargo(&["build", "--release", "--locked", "--target", &host, "--manifest-path", "tests/fuzz/Cargo.toml"]);
        process::run(build.env("RUSTFLAGS", RUSTFLAGS).env("CARGO_TARGET_DIR", &folder))?;
        let program = folder.join(host).join("release").join(format!("ampline-fuzz{}", env::consts::EXE_SUFFIX));
        let listed = output(Command::new(&program).env("AMPLINE_FUZZ_TARGET", "list"))?;
        let target = |line: &str| {
            let (name, dictionary) = line.split_once(' ')?;
            Some(Target { name: name.to_owned(), dictionary: dictionary.to_owned() })
        };
        Ok(Self { program, folder, targets: listed.lines().filter_map(target).collect() })
    }

    /// All that can be fuzzed.
    pub(crate) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The targets of these names; all where there is none.
    ///
    /// # Errors
    /// There is no target of a name.
    pub(crate) fn choose(&self, names: &[String]) -> Result<Vec<&Target>, String> {
        if names.is_empty() {
            return Ok(self.targets.iter().collect());
        }
        let find = |name: &String| {
            let found = self.targets.iter().find(|target| target.name == *name);
            found.ok_or_else(|| {
                let all: Vec<&str> = self.targets.iter().map(|target| target.name.as_str()).collect();
                format!("there is no target `{name}`; there are {}", all.join(", "))
            })
        };
        names.iter().map(find).collect()
    }

    /// Fuzzes a target for so many seconds, from its seeds and what earlier runs on this machine found.
    ///
    /// # Errors
    /// Something did not hold, hung or took too much memory; the input is named.
    pub(crate) fn run(&self, target: &Target, seconds: u32) -> Outcome {
        let corpus = self.folder_of("corpus", target)?;
        let artifacts = self.folder_of("artifacts", target)?;
        let log = self.folder_of("log", target)?.join("log");
        let dictionary = place::repository().join("tests/fuzz/dictionaries").join(&target.dictionary);
        let mut command = self.command(target);
        command.env("AMPLINE_FUZZ_SEEDS_INTO", &corpus).arg(format!("-dict={}", dictionary.display()));
        command.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-timeout={TIMEOUT_S}")).arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"));
        command.arg(format!("-max_len={INPUT_BYTES_MAX}")).arg("-print_final_stats=1").arg(&corpus);
        let file = fs::File::create(&log).map_err(|error| format!("{} could not be made: {error}", log.display()))?;
        let ended = process::run(command.stdout(Stdio::null()).stderr(file));
        let said = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        match ended {
            Ok(()) => Ok(told(&target.name, &said)),
            Err(reason) => Err(failure(&said).unwrap_or(reason) + &format!("; the whole log is {}", log.display())),
        }
    }

    /// Minimises what was found and writes the shortest of it as the target's committed corpus.
    ///
    /// # Errors
    /// libFuzzer failed, or the file cannot be written.
    pub(crate) fn keep(&self, target: &Target) -> Outcome {
        let (corpus, minimal) = (self.folder_of("corpus", target)?, self.folder.join("minimal").join(&target.name));
        if minimal.exists() {
            fs::remove_dir_all(&minimal).map_err(|error| format!("{} could not be removed: {error}", minimal.display()))?;
        }
        let minimal = self.folder_of("minimal", target)?;
        let mut merge = self.command(target);
        process::run(merge.arg("-merge=1").arg(&minimal).arg(&corpus).stdout(Stdio::null()).stderr(Stdio::null()))?;
        let packed = output(self.command(target).env("AMPLINE_FUZZ_PACK", &minimal))?;
        let file = format!("tests/fuzz/corpus/{}.txt", target.name);
        fs::write(place::repository().join(&file), &packed).map_err(|error| format!("{file} could not be written: {error}"))?;
        Ok(format!("{} inputs in {file}", packed.lines().count()))
    }

    fn command(&self, target: &Target) -> Command {
        let mut command = Command::new(&self.program);
        command.env("AMPLINE_FUZZ_TARGET", &target.name).stdin(Stdio::null());
        command
    }

    fn folder_of(&self, what: &str, target: &Target) -> Result<PathBuf, String> {
        let folder = self.folder.join(what).join(&target.name);
        fs::create_dir_all(&folder).map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
        Ok(folder)
    }
}

/// The machine that the compiler runs on.
fn host() -> Result<String, String> {
    let told = output(Command::new(env::var_os("RUSTC").unwrap_or_else(|| Path::new("rustc").into())).arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` names no host".to_owned())
}

/// What a program prints.
fn output(command: &mut Command) -> Result<String, String> {
    let name = process::shown(command);
    let output = command.stderr(Stdio::null()).output().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{name}` ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{name}` printed something that is no text"))
}

/// How far a run came, by libFuzzer's own last words.
fn told(name: &str, log: &str) -> String {
    let last = |what: &str| {
        let line = log.lines().rev().find(|line| line.contains(what))?;
        line.split(what).nth(1)?.split_whitespace().next().map(str::to_owned)
    };
    let [runs, coverage, inputs] =
        ["stat::number_of_executed_units:", "cov:", "corp:"].map(|what| last(what).unwrap_or_else(|| "?".to_owned()));
    format!("{name}: {runs} inputs run, {coverage} edges covered, {inputs} kept")
}

/// What did not hold, and the input that shows it.
fn failure(log: &str) -> Option<String> {
    let input = log.lines().rev().find_map(|line| line.split("Test unit written to ").nth(1))?;
    let mut lines = log.lines().skip_while(|line| !line.contains("panicked at") && !line.contains("ERROR: libFuzzer"));
    let words: Vec<&str> = lines.by_ref().take(2).map(str::trim).collect();
    Some(format!("{}; the input is {input}", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_understood() {
        let log = "#163\tINITED cov: 4625 ft: 10459 corp: 115/33Kb exec/s: 0 rss: 37Mb\n#9\tDONE   cov: 4785 ft: 9 corp: 1606/189Kb lim: 818\n\
            stat::number_of_executed_units: 50888\n";
        assert_eq!(told("events", log), "events: 50888 inputs run, 4785 edges covered, 1606/189Kb kept");
        let log = "thread '<unnamed>' (517) panicked at src/targets/messages.rs:75:57:\nexpected `,`\n   0: main\n\
            artifact_prefix='a/'; Test unit written to a/crash-3a2d\n";
        let expected =
            "thread '<unnamed>' (517) panicked at src/targets/messages.rs:75:57: expected `,`; the input is a/crash-3a2d";
        assert_eq!(failure(log).as_deref(), Some(expected));
        assert_eq!(failure("INFO: nothing\n"), None);
    }
}
