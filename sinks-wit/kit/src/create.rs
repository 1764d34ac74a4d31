//! `ampline sink new`: writes a project, or says why not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Language, files, vendor};

/// Longest name of a destination type, in bytes.
const NAME_BYTES_MAX: usize = 40;
/// Names of the sinks that every runtime has.
const TAKEN: [&str; 5] = ["api", "kinesis", "postgres", "s3", "webhook"];
/// What cargo would not take as a package, or another language as a module.
const RESERVED: [&str; 6] = ["core", "proc-macro", "sink", "std", "test", "wit-world"];

/// What a project of any language has: cases, and a message to try.
const EVERY: &str = "templates/every";

/// What is to be made.
#[derive(Debug)]
pub struct New<'a> {
    /// The destination type that the sink will serve.
    pub name: &'a str,
    /// What it will be written in.
    pub language: Language,
    /// The new folder; it must not be there, or be empty.
    pub dir: &'a Path,
}

/// A project that was made.
#[derive(Debug)]
pub struct Created {
    /// What was written, from the project's folder, in order.
    pub files: Vec<PathBuf>,
    /// What to type next, line by line, in the project's folder.
    pub next: Vec<String>,
}

/// Writes a project that builds, tests and runs as it is.
///
/// # Errors
/// Where the name or the folder will not do, or a file cannot be written; with what to do instead.
pub fn create(new: &New<'_>) -> Result<Created, String> {
    if let Some(fault) = name_fault(new.name) {
        return Err(format!("`{}` {fault}", new.name));
    }
    is_free(new.dir)?;
    let templates = files::of(folder(new.language)).chain(files::of(EVERY));
    let mut made: Vec<(String, String)> = templates.map(|file| filled(file, new.name)).collect();
    match new.language {
        Language::Rust => made.extend(vendor::sdk(new.name)?),
        Language::JavaScript | Language::Python => {
            made.extend(files::of("wit/1.0.0").map(|(path, text)| (format!("wit/{path}"), text.to_owned())));
        }
    }
    made.sort();
    for (path, text) in &made {
        write(&new.dir.join(path), text)?;
    }
    Ok(Created { files: made.into_iter().map(|(path, _)| path.into()).collect(), next: next(new) })
}

fn folder(language: Language) -> &'static str {
    match language {
        Language::Rust => "templates/rust",
        Language::JavaScript => "templates/javascript",
        Language::Python => "templates/python",
    }
}

/// A file of a template with its path and text as they are in the project. Files that would mean something in this repository have
/// `.template` behind their names there.
fn filled((path, text): (&str, &str), name: &str) -> (String, String) {
    let path = path.strip_suffix(".template").unwrap_or(path);
    let path = if path == "gitignore" { ".gitignore" } else { path };
    let text = text.replace("{{name}}", name).replace("{{title}}", &title(name)).replace("{{Type}}", &type_name(name));
    (path.to_owned(), text)
}

/// `team-chat` as `Team chat`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// `team-chat` as `TeamChat`.
fn type_name(name: &str) -> String {
    name.split('-').map(title).collect()
}

fn name_fault(name: &str) -> Option<String> {
    let sound = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if name.is_empty()
        || !sound(name)
        || !name.starts_with(|c: char| c.is_ascii_lowercase())
        || name.ends_with('-')
        || name.contains("--")
    {
        return Some(
            "is no name for a sink: use lower-case letters, digits and single dashes, a letter first, as in team-chat".to_owned(),
        );
    }
    if name.len() > NAME_BYTES_MAX {
        return Some(format!("is too long: at most {NAME_BYTES_MAX} characters"));
    }
    if TAKEN.contains(&name) {
        return Some(format!("is a destination type that every runtime has: choose another name, such as my-{name}"));
    }
    RESERVED.contains(&name).then(|| format!("means something to compilers already: choose another name, such as my-{name}"))
}

fn is_free(dir: &Path) -> Result<(), String> {
    let place = dir.display();
    match fs::read_dir(dir) {
        Ok(entries) => match entries.count() {
            0 => Ok(()),
            _ => Err(format!("{place} is not empty: name another folder with --dir, or empty this one")),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) if dir.is_file() => Err(format!("{place} is a file: name another folder with --dir")),
        Err(error) => Err(format!("cannot look into {place}: {error}")),
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, text)).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn next(new: &New<'_>) -> Vec<String> {
    let setup: &[&str] = match new.language {
        Language::Rust => &["cargo test"],
        Language::JavaScript => &["npm ci", "npm test"],
        Language::Python => &[
            "python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt",
            ".venv/bin/python -m unittest",
        ],
    };
    let component = format!("dist/{}.wasm", new.name);
    let common =
        ["ampline sink build".to_owned(), format!("ampline sink test {component}"), format!("ampline sink install {component}")];
    std::iter::once(format!("cd {}", new.dir.display())).chain(setup.iter().map(ToString::to_string)).chain(common).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, language: Language) -> Result<(tempfile::TempDir, Created), String> {
        let place = tempfile::tempdir().unwrap();
        let created = create(&New { name, language, dir: &place.path().join("project") })?;
        Ok((place, created))
    }

    #[test]
    fn a_project_is_whole_and_nothing_is_left_to_fill_in() {
        for (language, expected) in [
            (Language::Rust, &["Cargo.toml", "Cargo.lock", "src/lib.rs", "vendor/ampline-sink/wit/1.0.0/sink.wit"][..]),
            (
                Language::JavaScript,
                &["package.json", "package-lock.json", "src/sink.js", "types/ampline-sink.d.ts", "wit/sink.wit"],
            ),
            (Language::Python, &["requirements.txt", "src/sink.py", "stubs/wit_world/imports/http.py", "wit/sink.wit"]),
        ] {
            let (place, created) = made("team-chat", language).unwrap();
            for file in expected.iter().chain(&[
                "README.md",
                ".gitignore",
                "ampline-sink.toml",
                "cases/sink.yaml",
                "samples/message.json",
            ]) {
                assert!(created.files.contains(&PathBuf::from(file)), "{language}: {file} is not among {:?}", created.files);
            }
            for file in &created.files {
                let text = fs::read_to_string(place.path().join("project").join(file)).unwrap();
                let open = ["{{name}}", "{{title}}", "{{Type}}"].iter().any(|place| text.contains(place));
                assert!(!open, "{language}: {} has a place that was not filled", file.display());
                assert!(!file.to_string_lossy().ends_with(".template"), "{language}: {}", file.display());
            }
        }
    }

    #[test]
    fn a_name_that_will_not_do_is_refused_with_a_remedy() {
        for (name, part) in [
            ("", "lower-case letters"),
            ("Team", "lower-case letters"),
            ("team_chat", "lower-case letters"),
            ("../x", "lower-case letters"),
            ("1st", "a letter first"),
            ("-x", "a letter first"),
            ("x-", "single dashes"),
            ("a--b", "single dashes"),
            ("é", "lower-case letters"),
            ("webhook", "my-webhook"),
            ("core", "my-core"),
            (&"a".repeat(41), "at most 40"),
        ] {
            let reason = made(name, Language::Rust).unwrap_err();
            assert!(reason.contains(part), "{name}: {reason}");
        }
    }

    #[test]
    fn a_folder_in_use_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("letter"), "mine").unwrap();
        let into = |dir: &Path| create(&New { name: "chat", language: Language::Python, dir }).map(drop);
        assert!(into(place.path()).unwrap_err().contains("is not empty: name another folder with --dir"));
        assert!(into(&place.path().join("letter")).unwrap_err().contains("is a file"));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        fs::create_dir(place.path().join("empty")).unwrap();
        into(&place.path().join("empty")).unwrap();
    }
}
