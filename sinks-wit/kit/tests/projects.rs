//! A new project of each language, as a newcomer has it: made outside of this repository, its own unit tests run, built.
//!
//! Nothing here is a double: cargo, npm and pip do what they do at a newcomer's. Where a language's tools are missing its test is
//! skipped loudly, and fails with `CI=true`. What was downloaded or built before is kept in the user's cache.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use ampline_sink_kit::{Language, New, Project, build, create};

/// `None` where the test must be skipped.
fn tools(test: &str, programs: &[&str]) -> Option<()> {
    let starts = |program: &&&str| Command::new(program).arg("--version").output().is_ok();
    let missing: Vec<_> = programs.iter().filter(|program| !starts(program)).collect();
    if missing.is_empty() {
        return Some(());
    }
    assert!(env::var("CI").as_deref() != Ok("true"), "{test} needs {missing:?} (CI=true, so nothing is skipped)");
    // Not eprintln!: the test harness swallows that of tests that pass. A broken stderr has no reader to tell.
    drop(writeln!(std::io::stderr(), "\n*** SKIPPED {test}: {missing:?} cannot be started\n"));
    None
}

/// A folder that lasts, for what builds leave behind.
fn cache(name: &str) -> PathBuf {
    let root = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
    let root = root.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache"))).unwrap_or_else(env::temp_dir);
    let folder = root.join("ampline/sink-projects").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn made(language: Language, name: &str) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join(name);
    create(&New { name, language, dir: &dir }).unwrap();
    (place, dir)
}

fn run(command: &mut Command) -> String {
    // Settings of the cargo that runs this test are not a newcomer's.
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME") {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// The first bytes of a component, not of a core module.
fn is_component(file: &Path) {
    let bytes = fs::read(file).unwrap();
    assert_eq!(bytes.get(..8), Some(&b"\0asm\x0d\0\x01\0"[..]), "{}", file.display());
}

#[test]
fn a_sink_in_rust() {
    if tools("a_sink_in_rust", &["cargo"]).is_none() {
        return;
    }
    let (_place, dir) = made(Language::Rust, "team-chat");
    let said = run(Command::new("cargo").args(["test", "--target-dir"]).arg(cache("rust")).current_dir(&dir));
    assert!(said.contains("an_answer_decides ... ok"), "{said}");
    assert!(
        fs::read_to_string(dir.join("Cargo.lock")).unwrap().contains("\nname = \"team-chat\""),
        "cargo took the lock file in"
    );
    // What is compiled for WebAssembly lasts too.
    fs::create_dir_all(dir.join("target")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(cache("rust-sink"), dir.join("target/sink")).unwrap();
    let built = build(&Project::read(&dir).unwrap(), None).unwrap();
    assert_eq!(built.file, dir.join("dist/team-chat.wasm"));
    is_component(&built.file);
    assert!(built.bytes < 200_000, "{} bytes are too many for a small sink", built.bytes);
}

#[test]
fn a_sink_in_javascript() {
    if tools("a_sink_in_javascript", &["node", "npm"]).is_none() {
        return;
    }
    let (_place, dir) = made(Language::JavaScript, "team-chat");
    let project = Project::read(&dir).unwrap();
    assert!(build(&project, None).unwrap_err().contains("npm ci"), "what is missing is named");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--prefer-offline"]).current_dir(&dir));
    run(Command::new("npm").arg("test").current_dir(&dir));
    is_component(&build(&project, None).unwrap().file);
    fs::write(dir.join("src/sink.js"), "export const sink = {").unwrap();
    assert!(build(&project, None).unwrap_err().contains("the JavaScript makes no component"));
}

#[test]
fn a_sink_in_python() {
    if tools("a_sink_in_python", &["python3"]).is_none() {
        return;
    }
    let (_place, dir) = made(Language::Python, "team-chat");
    run(Command::new("python3").args(["-m", "unittest"]).current_dir(&dir));
    let project = Project::read(&dir).unwrap();
    assert!(build(&project, None).unwrap_err().contains(".venv/bin/pip install"), "what is missing is named");
    run(Command::new("python3").args(["-m", "venv", ".venv"]).current_dir(&dir));
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"];
    run(Command::new(dir.join(".venv/bin/python")).args(install).current_dir(&dir));
    is_component(&build(&project, None).unwrap().file);
}

#[test]
fn what_is_no_project_is_refused_with_a_remedy() {
    let place = tempfile::tempdir().unwrap();
    let read = || Project::read(place.path()).unwrap_err();
    assert!(read().contains("ampline sink new"));
    fs::write(place.path().join("ampline-sink.toml"), "name = \"x\"\nlanguage = \"cobol\"\n").unwrap();
    assert!(read().contains("expected one of `rust`, `javascript`, `python`"), "{}", read());
    fs::write(place.path().join("ampline-sink.toml"), "name = \"x\"\nlanguage = \"python\"\n").unwrap();
    let reason = build(&Project::read(place.path()).unwrap(), None).unwrap_err();
    assert!(reason.contains("src/sink.py is not there"), "{reason}");
}
