//! The providers of this runtime: those built in, and those that an operator's folder declares.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use ampline_core::{
    manifest::{Issue, Severity},
    provider::{Catalog, PROVIDER_FILE_BYTES_MAX},
};

use crate::settings::Problem;

/// Most files of one folder that are read.
const FILES_MAX: usize = 1_000;

/// The catalog with what `folder` declares, or every problem of every file. Reads files: for a thread that may wait.
///
/// # Errors
/// Where the folder or a file of it cannot be read or is not right: a provider that is left out would be missed later.
pub fn catalog(folder: Option<&Path>) -> Result<Catalog, Vec<Problem>> {
    let mut catalog = Catalog::built_in();
    let Some(folder) = folder else { return Ok(catalog) };
    let files = files(folder).map_err(|error| vec![unreadable(folder, &error)])?;
    let mut problems = Vec::new();
    let mut declared: Vec<(String, PathBuf)> = Vec::new();
    for file in files {
        match read(&file) {
            Err(error) => problems.push(unreadable(&file, &error)),
            Ok(source) => match catalog.add(&source) {
                Err(issues) => problems
                    .extend(issues.iter().filter(|issue| issue.severity == Severity::Error).map(|issue| told(&file, issue))),
                Ok(added) => {
                    if let Some((_, other)) = declared.iter().find(|(name, _)| *name == added.name) {
                        let message = format!("declares {}, and so does {}: remove one of them", added.name, other.display());
                        problems.push(Problem { place: file.display().to_string(), message });
                    } else if added.replaced {
                        tracing::warn!(target: "ampline::providers", event = "provider.replaced", provider = %added.name,
                            file = %file.display(), "a file stands in place of the built-in provider of this name");
                    } else {
                        tracing::info!(target: "ampline::providers", event = "provider.added", provider = %added.name, file = %file.display());
                    }
                    declared.push((added.name, file));
                }
            },
        }
    }
    if problems.is_empty() { Ok(catalog) } else { Err(problems) }
}

/// The YAML files right in the folder, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if is_yaml && path.is_file() {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(io::Error::other(format!("the folder holds more than {FILES_MAX} providers")));
        }
    }
    files.sort();
    Ok(files)
}

/// The file, or one byte more of it than a provider may have.
pub(crate) fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut source = Vec::new();
    File::open(file)?.take(PROVIDER_FILE_BYTES_MAX as u64 + 1).read_to_end(&mut source)?;
    Ok(source)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem { place: path.display().to_string(), message: format!("cannot be read: {error}") }
}

fn told(file: &Path, issue: &Issue) -> Problem {
    let remedy = issue.suggestion.as_ref().map_or_else(String::new, |remedy| format!(": {remedy}"));
    let place = format!("{}:{}:{}", file.display(), issue.line, issue.column);
    Problem { place, message: format!("{}{remedy}", issue.message) }
}

#[cfg(test)]
mod tests {
    //! No doubles: real files in a folder of their own.

    use super::*;

    const GOOD: &str =
        "name: acme\nbaseURL: https://api.acme.example\nobjects: [{name: things, path: /things, records: data, id: id}]\n";

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: Result<&[&str], &[&str]>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let inside = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
        match (catalog(Some(folder.path())), expected) {
            (Ok(catalog), Ok(names)) => names.iter().for_each(|name| assert!(catalog.get(name).is_some(), "{name}")),
            (Err(problems), Err(expected)) => {
                let told: Vec<String> =
                    problems.iter().map(|problem| inside(format!("{}: {}", problem.place, problem.message))).collect();
                assert_eq!(told, expected);
            }
            (Ok(_), Err(expected)) => panic!("expected {expected:?}"),
            (Err(problems), Ok(_)) => panic!("{problems:?}"),
        }
    }

    #[test]
    fn a_folder_adds_to_what_is_built_in() {
        check(
            &[("acme.yaml", GOOD), ("readme.md", "# not a provider"), (".hidden.txt", "x")],
            Ok(&["acme", "hubspot", "stripe"]),
        );
        check(&[("mine.yml", &GOOD.replace("acme\n", "stripe\n"))], Ok(&["stripe"]));
    }

    #[test]
    fn every_problem_of_every_file_is_told() {
        let twice = "declares acme, and so does acme.yaml: remove one of them";
        check(&[("acme.yaml", GOOD), ("b.yaml", GOOD)], Err(&[&format!("b.yaml: {twice}")]));
        let broken = GOOD.replace("records", "record").replace("https", "ftp");
        check(
            &[("a.yaml", &broken), ("b.yaml", "")],
            Err(&[
                "a.yaml:2:1: `ftp://api.acme.example` is not an address that can be asked: write an address like `https://api.example.com/v1`, without user name and password",
                "a.yaml:3:11: `records` is missing in the object `things`: add `records: …` to it, or to `defaults`",
                "a.yaml:3:41: `record` is not a key of an object: did you mean `records`?",
                "b.yaml:1:1: the file holds no provider: begin with `name:`, `baseURL:` and `objects:`",
            ]),
        );
        let missing = catalog(Some(Path::new("/nowhere/providers"))).err().unwrap();
        assert!(missing[0].message.starts_with("cannot be read: "), "{missing:?}");
    }
}
