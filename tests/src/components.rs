//! Components that the tools of other languages make, as authors use them, kept in the user's cache by a digest of what they are made from.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ampline_sink_kit::{Language, New, Project, build, create};
use sha2::{Digest, Sha256};

use crate::{
    cache::{self, run},
    npm,
    python::Venv,
};

/// The contract, from the root of the repository.
const CONTRACT: &str = "sinks-wit/wit/1.0.0";
/// What tools leave behind where a project is tried in place.
const LEFTOVERS: [&str; 5] = [".venv", "__pycache__", "dist", "node_modules", "target"];
/// What installs the packages of a project in JavaScript, where npm does not ask the registry for what it has.
const NPM_CI: &[&str] = &["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"];
/// The same for one in Python.
const PIP: &[&str] = &[
    "sh",
    "-c",
    "python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt",
];

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file beneath a folder of the repository, from its root, in order.
fn files(folder: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let unread = |error| format!("read {folder}: {error}");
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type().map_err(unread)?.is_file() {
            found.push((path.clone(), fs::read(entry.path()).map_err(unread)?));
        } else if !LEFTOVERS.contains(&name.as_str()) {
            found.extend(files(&path)?);
        }
    }
    found.sort();
    Ok(found)
}

/// A folder of the user's cache with copies of these folders of the repository, in which `make` ran once.
fn made(folders: &[&str], pins: &str, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let mut digest = Sha256::new_with_prefix(pins);
    let mut sources = Vec::new();
    for folder in folders {
        sources.extend(files(folder)?);
    }
    for (path, bytes) in &sources {
        digest.update(path.as_bytes());
        digest.update(Sha256::digest(bytes));
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let place = cache::folder("sink", &digest)?;
    cache::installed_once(&place, &digest, || {
        for (path, bytes) in &sources {
            let path = place.join(path);
            let written = fs::create_dir_all(path.parent().unwrap_or(&place)).and_then(|()| fs::write(&path, bytes));
            written.map_err(|error| format!("write {}: {error}", path.display()))?;
        }
        make(&place)
    })?;
    Ok(place)
}

/// Runs commands in a project, then builds it.
fn built(dir: &Path, commands: &[&[&str]]) -> Result<(), String> {
    for line in commands {
        run(Command::new(line[0]).args(&line[1..]).current_dir(dir), "install it")?;
    }
    build(&Project::read(dir)?, None).map(drop)
}

/// What installs a project's packages; then what runs its own unit tests, but for cargo, which builds them for another target.
fn commands(language: Language) -> &'static [&'static [&'static str]] {
    match language {
        Language::Rust => &[],
        Language::JavaScript => &[NPM_CI, &["npm", "test"]],
        Language::Python => &[PIP, &[".venv/bin/python", "-m", "unittest"]],
    }
}

/// An example of `examples`, its own unit tests run.
///
/// # Errors
/// Where a tool is missing or fails, with what it said; give it to [`crate::requirement::require`].
pub fn example(name: &str, language: Language) -> Result<PathBuf, String> {
    let folder = format!("examples/{name}");
    let place = made(&[CONTRACT, "sinks-wit/templates/python/stubs", &folder], "", |place| {
        built(&place.join(&folder), commands(language))
    })?;
    Ok(place.join(folder).join("dist").join(name).with_extension("wasm"))
}

/// What `ampline sink new` makes in a language: the same sink in each.
///
/// # Errors
/// Those of [`example`].
pub fn of_template(language: Language) -> Result<PathBuf, String> {
    let name = "collector";
    let template = match language {
        Language::Rust => "sinks-wit/templates/rust",
        Language::JavaScript => "sinks-wit/templates/javascript",
        Language::Python => "sinks-wit/templates/python",
    };
    let sources: &[&str] = if language == Language::Rust { &["sinks-wit/src", "sinks-wit/derive/src"] } else { &[] };
    let place = made(&[&[CONTRACT, template], sources].concat(), "template", |place| {
        let dir = place.join(name);
        create(&New { name, language, dir: &dir })?;
        built(&dir, commands(language))
    })?;
    Ok(place.join(name).join("dist").join(name).with_extension("wasm"))
}

/// The guest in `tests/guests/wasi/python`: a component of CPython that imports WASI, of 18 MB.
///
/// # Errors
/// Those of [`example`].
pub fn python_with_wasi() -> Result<PathBuf, String> {
    let tool = Venv::of("componentize.txt")?;
    let folder = "tests/guests/wasi/python";
    let place = made(&[CONTRACT, folder], include_str!("../python/componentize.txt"), |place| {
        let mut command = tool.command("componentize-py");
        command.arg("--quiet").arg("--wit-path").arg(place.join(CONTRACT)).args(["--world", "http-sink"]);
        command.args(["componentize", "--python-path"]).arg(place.join(folder)).arg("guest");
        run(command.arg("--output").arg(place.join("guest.wasm")), "install Python 3 with venv")
    })?;
    Ok(place.join("guest.wasm"))
}

/// The guest in `tests/guests/wasi/javascript`: a component of StarlingMonkey that imports WASI, of 12 MB.
///
/// # Errors
/// Those of [`example`].
pub fn javascript_with_wasi() -> Result<PathBuf, String> {
    let tools = npm::componentizers()?;
    let folder = "tests/guests/wasi/javascript";
    let place = made(&[CONTRACT, folder], include_str!("../npm/componentize/package-lock.json"), |place| {
        let (source, contract, out) = (place.join(folder).join("guest.js"), place.join(CONTRACT), place.join("guest.wasm"));
        let arguments: [&OsStr; 7] = [
            source.as_ref(),
            "--wit".as_ref(),
            contract.as_ref(),
            "--world-name".as_ref(),
            "http-sink".as_ref(),
            "--out".as_ref(),
            out.as_ref(),
        ];
        tools.run("componentize-js", &arguments)
    })?;
    Ok(place.join("guest.wasm"))
}
