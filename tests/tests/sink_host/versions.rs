//! The contract's versions keep their policy: a minor version adds functions and interfaces, and a component runs on every host of its major version.
//!
//! Oracles: `wit_component::semver_check`, and the real host. Double: components that `wit_component` makes for a world, whose every
//! function traps, so that what links is told by how it fails.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ampline::sink::wasm::{HostOptions, LoadError, Problem, WasmSinks};
use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata, semver_check};
use wit_parser::{ManglingAndAbi, PackageId, Resolve};

use crate::fakes::options;

/// Every version that there is, as `(name, text)`, oldest first.
fn versions() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sinks-wit/wit");
    let mut dirs: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    let number = |path: &PathBuf| -> Vec<u32> {
        path.file_name().unwrap().to_str().unwrap().split('.').map(|part| part.parse().unwrap()).collect()
    };
    dirs.sort_by_key(number);
    let version = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path.join("sink.wit")).unwrap())
    };
    dirs.into_iter().map(version).collect()
}

/// The newest version, whose text a case changes to what a next minor version would be.
fn next_minor(from: &str, to: &str) -> String {
    let (_, text) = versions().pop().unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).replace("package ampline:sink@1.0.0;", "package ampline:sink@1.1.0;")
}

fn read(resolve: &mut Resolve, text: &str) -> PackageId {
    resolve.push_str("sink.wit", text).unwrap()
}

/// Every fault that keeps `new` from being a minor version behind `old`: one for each world, where there is any.
fn faults(old: &str, new: &str) -> Vec<String> {
    let mut resolve = Resolve::default();
    let (old, new) = (read(&mut resolve, old), read(&mut resolve, new));
    let worlds = resolve.packages[old].worlds.clone();
    let faults = worlds.into_iter().filter_map(|(name, before)| {
        let after = resolve.packages[new].worlds.get(&name).copied().ok_or_else(|| format!("there is no world {name}"));
        // A world's own interfaces may have grown: a component of the old one must not notice.
        let checked = after.and_then(|after| semver_check(resolve.clone(), before, after).map_err(|e| format!("{name}: {e:#}")));
        checked.err()
    });
    faults.collect()
}

/// A component of this world, made for this text; its functions trap.
fn component(text: &str, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = read(&mut resolve, text);
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

/// What the host says of a component that nothing is wrong with but that it traps.
async fn admitted(bytes: &[u8]) -> Result<(), String> {
    let dir = TempDir::new().unwrap();
    let options = HostOptions { cache_dir: dir.path().to_owned(), ..options() };
    match WasmSinks::load(options, &[("mine", bytes)]).await.err().expect("it traps") {
        LoadError::Components(problems) => match problems.as_slice() {
            [(_, Problem::Describe(failure))] => {
                assert_eq!(failure.code, "sink.trap");
                Ok(())
            }
            other => Err(other.iter().map(|(_, problem)| problem.to_string()).collect()),
        },
        other => panic!("{other}"),
    }
}

const NEW_FUNCTION: (&str, &str) =
    ("  now: func() -> u64;", "  now: func() -> u64;\n  @since(version = 1.1.0)\n  zone: func() -> string;");

#[test]
fn each_version_adds_to_the_one_before() {
    let major = |version: &str| version.split('.').next().unwrap().to_owned();
    let versions = versions();
    for pair in versions.windows(2).filter(|pair| major(&pair[0].0) == major(&pair[1].0)) {
        assert_eq!(faults(&pair[0].1, &pair[1].1), Vec::<String>::new(), "{} to {}", pair[0].0, pair[1].0);
    }
    for (name, text) in versions {
        assert!(text.contains(&format!("package ampline:sink@{name};")), "the directory of {name} holds another version");
    }
}

#[test]
fn a_minor_version_may_add_functions_and_interfaces_and_nothing_else() {
    let (_, current) = versions().pop().unwrap();
    let interface = ("/// What a sink exports.", "interface queue { push: func(bytes: list<u8>); }\n/// What a sink exports.");
    let world = ("world http-sink { ", "world http-sink { import sql; ");
    for (from, to) in [NEW_FUNCTION, interface, world] {
        assert_eq!(faults(&current, &next_minor(from, to)), Vec::<String>::new(), "{to}");
    }
    for (from, to) in [
        ("    transient,", "    transient,\n    lost,"),
        ("    /// No bytes.\n    empty,", "    /// No bytes.\n    empty,\n    later,"),
        ("    attempt: u32,\n  }", "    attempt: u32,\n    deadline: u64,\n  }"),
        ("  now: func() -> u64;", "  now: func() -> s64;"),
        ("  probe: func() -> result<_, failure>;\n  /// One outcome", "  /// One outcome"),
    ] {
        assert_ne!(faults(&current, &next_minor(from, to)), Vec::<String>::new(), "{to}");
    }
}

#[tokio::test]
async fn components_of_every_version_and_world_run() {
    for (name, text) in versions() {
        for world in ["http-sink", "document-sink", "object-sink", "stream-sink", "sql-sink", "full-sink"] {
            assert_eq!(admitted(&component(&text, world)).await, Ok(()), "{world} of {name}");
        }
    }
}

/// The host of 1.0.0 stands for every older host.
#[tokio::test]
async fn a_component_of_a_later_minor_version_runs_where_it_calls_nothing_new() {
    let (from, to) = NEW_FUNCTION;
    assert_eq!(admitted(&component(&next_minor(from, from), "http-sink")).await, Ok(()));
    let refused = admitted(&component(&next_minor(from, to), "http-sink")).await.unwrap_err();
    for words in ["zone", "1.1.0", "1.0.0"] {
        assert!(refused.contains(words), "{refused}");
    }
}
