//! Which file is deployed, found as the official tool finds it.

use std::path::{Path, PathBuf};

use super::Failure;

/// In a folder, in this order; the last two are where manifests of 2023 are.
const NAMES: [&str; 4] = ["amp.yaml", "amp.yml", "amp/amp.yaml", "amp/amp.yml"];

/// The manifest of a folder, or the file itself.
pub(super) fn manifest(source: &Path) -> Result<PathBuf, Failure> {
    let about =
        std::fs::metadata(source).map_err(|error| Failure::unable(format!("cannot read {}: {error}", source.display())))?;
    if !about.is_dir() {
        return Ok(source.to_owned());
    }
    let found = NAMES.iter().map(|name| source.join(name)).find(|path| path.is_file());
    let missing = || format!("{} holds none of {}: name the file or its folder", source.display(), NAMES.join(", "));
    found.ok_or_else(|| Failure::unable(missing()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_lead_to_the_manifest() {
        let rows: [(&[&str], &str, Result<&str, &str>); 7] = [
            (&["amp.yaml"], "", Ok("amp.yaml")),
            (&["amp.yml"], "", Ok("amp.yml")),
            (&["amp.yml", "amp.yaml"], "", Ok("amp.yaml")),
            (&["amp/amp.yaml", "amp/upper.ts"], "", Ok("amp/amp.yaml")),
            (&["other.yaml"], "other.yaml", Ok("other.yaml")),
            (&["other.yaml"], "", Err("holds none of amp.yaml")),
            (&[], "nowhere", Err("cannot read")),
        ];
        for (files, asked, expected) in rows {
            let folder = tempfile::tempdir().unwrap();
            for file in files {
                let path = folder.path().join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "").unwrap();
            }
            match (manifest(&folder.path().join(asked)), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, folder.path().join(expected), "{files:?} {asked:?}"),
                (Err(failure), Err(part)) => assert!(failure.message.contains(part) && failure.code == 2, "{}", failure.message),
                (found, _) => panic!("{files:?} {asked:?}: {found:?}"),
            }
        }
    }
}
