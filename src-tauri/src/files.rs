//! Files of a person: only those that were chosen in a dialog, named on the command line or opened before are read, written and watched.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hasher},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use serde::Serialize;

use crate::call::Refusal;

/// Largest file that is opened or saved.
const BYTES_MAX: u64 = 8 << 20;
/// Files that are watched at once.
const WATCHED_MAX: usize = 64;

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Changes with its content.
    pub(crate) version: String,
}

/// A file that somebody else has changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changed {
    pub(crate) path: PathBuf,
    /// Of its content now; nothing where it is gone.
    pub(crate) version: Option<String>,
}

/// The files that pages may use.
#[derive(Default)]
pub(crate) struct Files(Mutex<Known>);

#[derive(Default)]
struct Known {
    allowed: BTreeSet<PathBuf>,
    watched: BTreeMap<PathBuf, Seen>,
}

/// What was last seen of a file.
#[derive(Default)]
struct Seen {
    /// Cheap to ask for; the content is read where it has changed.
    stamp: Option<(SystemTime, u64)>,
    version: Option<String>,
}

impl Files {
    /// A person has chosen this file; the path under which it is known from now on.
    pub(crate) fn allow(&self, path: &Path) -> PathBuf {
        let path = settled(path);
        self.known().allowed.insert(path.clone());
        path
    }

    /// Reads a file and watches it from now on.
    pub(crate) fn read(&self, path: &Path) -> Result<File, Refusal> {
        let path = self.allowed(path)?;
        let (stamp, text) = contents(&path).map_err(|error| Refusal::file(&path, "read", &error))?;
        let version = version_of(text.as_bytes());
        let mut known = self.known();
        if known.watched.len() >= WATCHED_MAX && !known.watched.contains_key(&path) {
            return Err(Refusal::asked(format!("{WATCHED_MAX} files are open already; close one first")));
        }
        known.watched.insert(path.clone(), Seen { stamp, version: Some(version.clone()) });
        Ok(File { path, text, version })
    }

    /// Replaces a file's content if it is still that of `version`; where none is given, whatever it is. Gives back its new version.
    pub(crate) fn save(&self, path: &Path, text: &str, version: Option<&str>) -> Result<String, Refusal> {
        let path = self.allowed(path)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(Refusal::asked(format!("a file has at most {} MiB", BYTES_MAX >> 20)));
        }
        // Held over the write, so that the watch does not take it for somebody else's.
        let mut known = self.known();
        if let Some(expected) = version {
            let found = match contents(&path) {
                Ok((_, text)) => Some(version_of(text.as_bytes())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(Refusal::file(&path, "read", &error)),
            };
            if found.as_deref() != Some(expected) {
                return Err(Refusal::changed(&path));
            }
        }
        replace(&path, text.as_bytes()).map_err(|error| Refusal::file(&path, "write", &error))?;
        let version = version_of(text.as_bytes());
        known.watched.insert(path.clone(), Seen { stamp: stamp(&path), version: Some(version.clone()) });
        Ok(version)
    }

    /// It is not watched any more.
    pub(crate) fn close(&self, path: &Path) {
        self.known().watched.remove(path);
    }

    /// What somebody else has done since the last look.
    pub(crate) fn look(&self) -> Vec<Changed> {
        let mut known = self.known();
        let mut changed = Vec::new();
        for (path, seen) in &mut known.watched {
            let now = stamp(path);
            if now == seen.stamp {
                continue;
            }
            let version = contents(path).ok().map(|(_, text)| version_of(text.as_bytes()));
            seen.stamp = now;
            if version != seen.version {
                seen.version.clone_from(&version);
                changed.push(Changed { path: path.clone(), version });
            }
        }
        changed
    }

    fn allowed(&self, path: &Path) -> Result<PathBuf, Refusal> {
        let path = settled(path);
        if self.known().allowed.contains(&path) {
            return Ok(path);
        }
        Err(Refusal::asked(format!("{} was not opened by you; open it by the dialog first", path.display())))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One path for one file: links are followed, so that a save keeps them. Of a file that is not there, its folder's are.
fn settled(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(path) = whole.canonicalize() {
        return path;
    }
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}

fn contents(path: &Path) -> io::Result<(Option<(SystemTime, u64)>, String)> {
    let file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::other(format!("it has more than {} MiB", BYTES_MAX >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))?;
    Ok((metadata.modified().ok().map(|time| (time, metadata.len())), text))
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn version_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

/// Writes beside and renames, with the permissions of the file before: a crash leaves the old content or the new.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".ampline-new");
    let beside = PathBuf::from(beside);
    let write = || {
        let mut file = std::fs::File::create(&beside)?;
        if let Ok(metadata) = std::fs::metadata(path) {
            file.set_permissions(metadata.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_files_that_a_person_has_chosen_are_read_and_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("amp.yaml");
        std::fs::write(&path, "specVersion: 1.0.0\n").unwrap();
        let files = Files::default();
        assert!(files.read(&path).unwrap_err().message.contains("was not opened by you"));
        assert!(files.save(&path, "", None).is_err());
        assert_eq!(files.allow(&folder.path().join("./amp.yaml")), path);
        let file = files.read(&path).unwrap();
        assert_eq!(file.text, "specVersion: 1.0.0\n");
        for wrong in ["/etc/passwd", "amp.yaml/../other", ".."] {
            assert!(files.read(&folder.path().join(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_save_keeps_permissions_and_links_and_never_covers_what_others_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("amp.yaml");
        let link = folder.path().join("link.yaml");
        std::fs::write(&path, "one").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let files = Files::default();
        files.allow(&link);
        let version = files.read(&link).unwrap().version;
        let second = files.save(&link, "two", Some(&version)).unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(files.look(), []);
        std::fs::write(&path, "three").unwrap();
        let refused = files.save(&link, "four", Some(&second)).unwrap_err();
        assert_eq!((refused.reason, std::fs::read_to_string(&path).unwrap().as_str()), ("changed", "three"));
        files.save(&link, "four", None).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "four");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_others_do_to_a_file_is_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("amp.yaml");
        std::fs::write(&path, "one").unwrap();
        let files = Files::default();
        files.allow(&path);
        let first = files.read(&path).unwrap();
        assert_eq!(files.look(), []);
        std::fs::write(&path, "another").unwrap();
        let version = Some(version_of(b"another"));
        assert_eq!(files.look(), [Changed { path: path.clone(), version }]);
        assert_eq!(files.look(), []);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(files.look(), [Changed { path: path.clone(), version: None }]);
        std::fs::write(&path, "one").unwrap();
        assert_eq!(files.look(), [Changed { path: path.clone(), version: Some(first.version) }]);
        files.close(&path);
        std::fs::write(&path, "more").unwrap();
        assert_eq!(files.look(), []);
    }

    #[test]
    fn what_is_no_text_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::default();
        for (name, content, expected) in [("binary", vec![0xff], "no text in UTF-8"), ("large", vec![b'a'; 9 << 20], "8 MiB")] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            files.allow(&path);
            assert!(files.read(&path).unwrap_err().message.contains(expected), "{name}");
        }
    }
}
