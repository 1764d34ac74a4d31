//! Compiled components: made once, in a child process, and never loaded unless they are the very bytes that were written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ampline::sink::wasm::{Compiler, HostOptions, LoadError, WasmSinks, compile::COMPILE_MAX};

use tempfile::TempDir;

use crate::fakes::{MISBEHAVING, options};

fn child() -> Compiler {
    Compiler::Child { program: PathBuf::from(env!("CARGO_BIN_EXE_compile-sink")), args: Vec::new(), time_max: COMPILE_MAX }
}

async fn load(dir: &TempDir, compiler: Compiler) -> Result<usize, LoadError> {
    let options = HostOptions { cache_dir: dir.path().to_owned(), compiler, ..options() };
    Ok(WasmSinks::load(options, MISBEHAVING).await?.compiled())
}

fn file(dir: &TempDir, ending: &str) -> PathBuf {
    let files = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.to_str().unwrap().ends_with(ending)).expect(ending)
}

fn change(path: &PathBuf, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    how(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_genuine_entry_is_used_and_any_other_is_made_anew() {
    let dir = TempDir::new().unwrap();
    assert_eq!(load(&dir, child()).await.unwrap(), 1, "nothing is cached at first");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "code, tag and key; nothing is left behind");
    type Damage = fn(&TempDir);
    for (what, damage, compiled) in [
        ("nothing", (|_| {}) as Damage, 0),
        ("a byte of the code", |d| change(&file(d, ".cwasm"), |b| *b.last_mut().unwrap() ^= 1), 1),
        ("code cut short", |d| change(&file(d, ".cwasm"), |b| b.truncate(b.len() / 2)), 1),
        ("empty code", |d| change(&file(d, ".cwasm"), Vec::clear), 1),
        ("a byte of the tag", |d| change(&file(d, ".tag"), |b| b[0] ^= 1), 1),
        ("a tag cut short", |d| change(&file(d, ".tag"), |b| b.truncate(16)), 1),
        ("no tag", |d| fs::remove_file(file(d, ".tag")).unwrap(), 1),
        ("another key", |d| change(&file(d, "key"), |b| b[0] ^= 1), 1),
        ("a damaged key", |d| change(&file(d, "key"), |b| b.truncate(3)), 1),
        ("no key", |d| fs::remove_file(file(d, "key")).unwrap(), 1),
    ] {
        damage(&dir);
        assert_eq!(load(&dir, Compiler::InProcess).await.unwrap(), compiled, "{what}");
        assert_eq!(load(&dir, Compiler::InProcess).await.unwrap(), 0, "after {what}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_cache_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    load(&dir, Compiler::InProcess).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.path()), 0o700);
    for ending in ["key", ".cwasm", ".tag"] {
        assert_eq!(mode(&file(&dir, ending)), 0o600, "{ending}");
    }
}

#[tokio::test]
async fn processes_may_share_a_cache() {
    let dir = TempDir::new().unwrap();
    let loads = futures_util::future::join_all((0..3).map(|_| load(&dir, child()))).await;
    assert!(loads.into_iter().all(|load| load.is_ok()));
    assert_eq!(load(&dir, child()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_compiler_that_fails_is_quoted() {
    let shell = |script: &str| Compiler::Child {
        program: "/bin/sh".into(),
        args: ["-c", script].map(Into::into).to_vec(),
        time_max: COMPILE_MAX,
    };
    for (compiler, words) in [
        (shell("echo out of ideas >&2; exit 3"), "exit status: 3: out of ideas"),
        (shell("true"), "the compiler left no"),
        (
            Compiler::Child { program: "/nowhere/ampline".into(), args: Vec::new(), time_max: COMPILE_MAX },
            "cannot start the compiler",
        ),
        (shell("echo nonsense > \"$1\""), "the compiled code cannot be loaded"),
    ] {
        let dir = TempDir::new().unwrap();
        let error = load(&dir, compiler).await.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}
