//! libFuzzer around one of the targets. `cargo xtask fuzz` says by environment variables which one, and where its seeds go.
#![no_main]

mod corpus;
mod targets;

use std::{env, fs, path::Path, process, sync::OnceLock};

use targets::{TARGETS, Target};

/// The target's name; `list` prints all of them, each with its dictionary.
const TARGET: &str = "AMPLINE_FUZZ_TARGET";

/// A folder that gets the target's seeds before libFuzzer reads it.
const SEEDS_INTO: &str = "AMPLINE_FUZZ_SEEDS_INTO";

/// A folder of inputs that are printed in the form in which they are committed; nothing is fuzzed.
const PACK: &str = "AMPLINE_FUZZ_PACK";

static CHOSEN: OnceLock<&'static Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = env::var(TARGET).unwrap_or_default();
        if name == "list" {
            TARGETS.iter().for_each(|target| println!("{} {}", target.name, target.dictionary));
            process::exit(0);
        }
        let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
            eprintln!("{TARGET} names no target: `{name}`; `list` prints them");
            process::exit(2);
        };
        if let Err(error) = prepare(target) {
            eprintln!("the folder of the corpus could not be used: {error}");
            process::exit(2);
        }
        CHOSEN.get_or_init(|| target);
    },
    |data: &[u8]| {
        if let Some(target) = CHOSEN.get() {
            (target.run)(data);
        }
    }
);

fn prepare(target: &Target) -> std::io::Result<()> {
    if let Some(folder) = env::var_os(PACK) {
        let inputs: Vec<Vec<u8>> = fs::read_dir(folder)?.map(|file| fs::read(file?.path())).collect::<Result<_, _>>()?;
        print!("{}", corpus::pack(inputs));
        process::exit(0);
    }
    if let Some(folder) = env::var_os(SEEDS_INTO) {
        let kept = corpus::unpack(target.corpus);
        for (number, seed) in (target.seeds)().into_iter().chain(kept).enumerate() {
            fs::write(Path::new(&folder).join(format!("seed-{number:04}")), seed)?;
        }
    }
    Ok(())
}
