//! Rust files that nothing compiles: no module declares them, no target begins with them, no other file names them.

use super::code::stands_in;
use super::{Problem, Source};

/// Files with which cargo begins a target without being told.
const ROOTS: &[&str] = &["build.rs", "lib.rs", "main.rs"];

/// Folders whose files cargo takes for targets.
const ROOT_FOLDERS: &[&str] = &["benches", "bin", "examples", "tests"];

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let dead = sources.iter().filter(|source| source.is_rust() && !is_root(&source.path) && !is_used(&source.path, sources));
    dead.map(|source| Problem {
        path: source.path.clone(),
        line: 0,
        rule: "dead-file",
        message: "nothing compiles this file; declare it with `mod`, or remove it".to_owned(),
    })
    .collect()
}

/// The folder and the name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_root(path: &str) -> bool {
    let (folder, name) = split(path);
    ROOTS.contains(&name) || ROOT_FOLDERS.contains(&split(folder).1)
}

/// Whether the parent module declares it, or a path in some file (`#[path]`, `include!`, `[[bin]]`) names it.
fn is_used(path: &str, sources: &[Source]) -> bool {
    let (folder, name) = split(path.strip_suffix("/mod.rs").unwrap_or(path));
    let module = name.strip_suffix(".rs").unwrap_or(name);
    let declaration = format!("mod {module};");
    let parent = format!("{folder}.rs");
    let declares = |source: &&Source| split(&source.path).0 == folder || source.path == parent;
    let mut parents = sources.iter().filter(|source| source.is_rust()).filter(declares);
    if parents.any(|source| source.code.lines().any(|line| stands_in(line, &declaration))) {
        return true;
    }
    let (as_path, as_name) = (format!("/{}\"", split(path).1), format!("\"{}\"", split(path).1));
    sources.iter().any(|source| source.path != path && (source.text.contains(&as_path) || source.text.contains(&as_name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        check(&sources).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn declared_modules_live() {
        for (path, parent, text) in [
            ("a/src/retry.rs", "a/src/lib.rs", "pub mod retry;"),
            ("a/src/sink/mod.rs", "a/src/lib.rs", "pub(crate) mod sink;"),
            ("a/src/sink/host.rs", "a/src/sink/mod.rs", "mod host;"),
            ("a/src/sink/host.rs", "a/src/sink.rs", "#[cfg(unix)]\nmod host;"),
            ("a/tests/store/rows.rs", "a/tests/store/mod.rs", "mod rows;"),
            ("a/src/odd-name.rs", "a/src/main.rs", "#[path = \"odd-name.rs\"]\nmod odd;"),
            ("a/guest/lib_of_guest.rs", "a/Cargo.toml", "[lib]\npath = \"guest/lib_of_guest.rs\""),
        ] {
            let files = [(path, ""), (parent, text), ("a/src/lib.rs", "mod sink;"), ("a/tests/all.rs", "mod store;")];
            assert_eq!(dead(&files), [""; 0], "{path}");
        }
    }

    #[test]
    fn the_rest_is_dead() {
        for (parent, text) in [
            ("a/src/lib.rs", "mod other;"),
            ("a/src/lib.rs", "// mod retry;"),
            ("b/src/lib.rs", "mod retry;"),
            ("a/src/lib.rs", "my_mod retry;"),
        ] {
            assert_eq!(dead(&[("a/src/retry.rs", ""), (parent, text)]), ["a/src/retry.rs"], "{parent}: {text}");
        }
    }
}
