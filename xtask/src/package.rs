//! `cargo xtask package`: the desktop as a Debian package, made of what cargo and npm built, without the network once both have fetched.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place;
use crate::process;
use crate::step::Outcome;

/// Tauri's command line, as ui/package-lock.json pins it.
const TAURI: &str = "ui/node_modules/.bin/tauri";

/// Bundles a binary that is built already. Gives back what to tell: where the package is, and how to install it.
///
/// # Errors
/// Tauri's words, or that no package came of it.
pub(crate) fn bundle(profile: &str) -> Outcome {
    let before = made(profile)?;
    for old in before {
        std::fs::remove_file(&old)
            .map_err(|error| format!("the package before, {}, cannot be removed: {error}", old.display()))?;
    }
    let mut command = Command::new(place::repository().join(TAURI));
    command.args(["bundle", "--bundles", "deb", "--ci"]).current_dir(place::repository().join("src-tauri"));
    if profile == "debug" {
        command.arg("--debug");
    }
    process::run(&mut command)?;
    let package = made(profile)?.pop().ok_or("no package came of it; what Tauri said is above")?;
    let size = std::fs::metadata(&package).map_err(|error| format!("{}: {error}", package.display()))?.len();
    Ok(format!("{} ({:.1} MB); install it with: sudo apt install {0}", package.display(), size as f64 / 1e6))
}

/// The packages that are there.
fn made(profile: &str) -> Result<Vec<PathBuf>, String> {
    let folder = place::built(profile, "bundle")?.join("deb");
    Ok(debs(&folder))
}

fn debs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "deb")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_holds_no_packages() {
        assert_eq!(debs(Path::new("/no/such/folder")), Vec::<PathBuf>::new());
    }
}
