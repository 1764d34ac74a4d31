//! The operator's pages: their packages from npm, kept outside the clone; their build, which the runtime embeds; their checks and their
//! tests in a browser.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{place, process, step::Outcome};

/// For fetching the packages, some 100 MB.
const INSTALL_TIME_MAX: Duration = Duration::from_secs(600);
/// For the tests in a browser: about a minute on an idle machine.
const BROWSER_TIME_MAX: Duration = Duration::from_secs(900);
/// Says of a build what it was made from; the runtime does not embed names that begin with a dot.
const STAMP: &str = "dist/.made-from";
/// What the build reads.
const SOURCES: [&str; 7] =
    ["index.html", "package.json", "package-lock.json", "public", "src", "svelte.config.js", "vite.config.ts"];

fn folder() -> PathBuf {
    place::repository().join("ui")
}

/// Builds the pages into `ui/dist`, unless they are there already as their sources are now.
///
/// # Errors
/// The packages cannot be had, or the build fails.
pub(crate) fn build() -> Outcome {
    install()?;
    let ui = folder();
    let made_from = fingerprint(&ui, &SOURCES)?;
    let is_built = fs::read_to_string(ui.join(STAMP)).is_ok_and(|found| found == made_from);
    if is_built && ui.join("dist/index.html").is_file() {
        return Ok("as they were built before".to_owned());
    }
    process::run(&mut npm(&["run", "build"]))?;
    fs::write(ui.join(STAMP), &made_from).map_err(|error| format!("{STAMP} could not be written: {error}"))?;
    Ok("built into ui/dist".to_owned())
}

/// Types, lints, layout and components.
///
/// # Errors
/// One of them has something to complain of, which was printed.
pub(crate) fn check() -> Outcome {
    install()?;
    process::run(&mut npm(&["run", "check"]))?;
    Ok("no complaint".to_owned())
}

/// The pages in Chromium over the real runtime, which was built; with a folder, a picture of every page is kept there.
///
/// # Errors
/// A test fails, which was printed.
pub(crate) fn in_browser(pictures: Option<&Path>) -> Outcome {
    install()?;
    let mut command = npm(&["run", "e2e"]);
    command.env("AMPLINE_BIN_DIR", place::target()?.join("debug"));
    let Some(pictures) = pictures else {
        process::run_within(BROWSER_TIME_MAX, &mut command)?;
        return Ok("every page, light and dark".to_owned());
    };
    let pictures = std::path::absolute(pictures).map_err(|error| format!("{}: {error}", pictures.display()))?;
    command.args(["--", "sights"]).env("AMPLINE_SCREENSHOTS", &pictures);
    process::run_within(BROWSER_TIME_MAX, &mut command)?;
    Ok(format!("pictures are in {}", pictures.display()))
}

/// What the pages and the desktop's window cost, of what was built for release; the figures are kept beside the build as JSON.
///
/// # Errors
/// It cannot be measured, which was printed.
pub(crate) fn measure() -> Outcome {
    install()?;
    let target = place::target()?;
    let figures = target.join("bench-desk.json");
    let mut command = npm(&["run", "bench"]);
    command.env("AMPLINE_BIN_DIR", target.join("release")).env("AMPLINE_BENCH_JSON", &figures);
    process::run_within(BROWSER_TIME_MAX, &mut command)?;
    Ok(format!("figures are in {}", figures.display()))
}

/// Packages as the lock file names them, in a folder of the cache that is called after it; `ui/node_modules` leads there. A folder of
/// that name that somebody filled by hand is left alone.
fn install() -> Result<(), String> {
    let ui = folder();
    let modules = ui.join("node_modules");
    if modules.is_dir() && !modules.is_symlink() {
        return Ok(());
    }
    let cached = place::cache()?.join(format!("ui-{}", fingerprint(&ui, &["package.json", "package-lock.json"])?));
    let done = cached.join("installed");
    if !done.is_file() {
        let failed = |error: std::io::Error| format!("{} could not be filled: {error}", cached.display());
        fs::create_dir_all(&cached).map_err(failed)?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(ui.join(name), cached.join(name)).map_err(failed)?;
        }
        let mut command = Command::new("npm");
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&cached);
        process::run_within(INSTALL_TIME_MAX, &mut command)?;
        fs::write(&done, "").map_err(failed)?;
    }
    link(&cached.join("node_modules"), &modules)
}

fn link(to: &Path, from: &Path) -> Result<(), String> {
    if fs::read_link(from).is_ok_and(|found| found == to) {
        return Ok(());
    }
    let failed = |error: std::io::Error| format!("{} could not be made to lead to {}: {error}", from.display(), to.display());
    if from.is_symlink() {
        fs::remove_file(from).map_err(failed)?;
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(to, from).map_err(failed);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(to, from).map_err(failed);
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(folder()).stdin(Stdio::null());
    command
}

/// Names and contents of files and folders, in few digits.
fn fingerprint(root: &Path, names: &[&str]) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    for name in names {
        hash(&root.join(name), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} could not be read: {error}", path.display());
    path.file_name().hash(hasher);
    if path.is_dir() {
        let entries: Result<Vec<PathBuf>, _> =
            fs::read_dir(path).map_err(failed)?.map(|entry| entry.map(|it| it.path())).collect();
        let mut entries = entries.map_err(failed)?;
        entries.sort();
        return entries.iter().try_for_each(|entry| hash(entry, hasher));
    }
    fs::read(path).map_err(failed)?.hash(hasher);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_counts() {
        let ui = folder();
        let all = fingerprint(&ui, &SOURCES).unwrap();
        assert_eq!(all, fingerprint(&ui, &SOURCES).unwrap());
        assert_ne!(all, fingerprint(&ui, &SOURCES[1..]).unwrap());
        assert!(fingerprint(&ui, &["nothing-of-this-name"]).is_err());
    }
}
