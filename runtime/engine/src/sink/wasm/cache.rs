//! Compiled components on disk.
//!
//! Loading compiled code runs it: a file is loaded only when its tag, an HMAC under a key that only this runtime's user can
//! read, fits its name and its bytes. What does not fit is compiled anew. One assumption remains: between the check of the tag
//! and the mapping of the file, and while it is mapped, nobody writes to it. The directory is private (0700) and its files are
//! replaced, never changed, so only a process of the same user could, and that one can do anything already.

use std::{
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

const KEY_BYTES: usize = 32;

/// The directory of compiled components.
pub(super) struct Cache {
    dir: PathBuf,
    key: Hmac<Sha256>,
}

/// Why a file of the cache is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unused {
    #[error("it is not there")]
    Absent,
    #[error("its tag does not fit: it was altered, cut short, or written under another key")]
    Tag,
    #[error("the engine refuses it: {0:#}")]
    Engine(wasmtime::Error),
}

impl Cache {
    /// Opens the directory, making it and its key where they are missing.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        make_private(dir)?;
        let key = key(dir)?;
        let key = Hmac::new_from_slice(&key).map_err(io::Error::other)?;
        Ok(Self { dir: dir.to_owned(), key })
    }

    /// The directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the code of this component is kept: named by the component's content, and the engine's version and settings.
    pub(super) fn entry(&self, engine: &Engine, component: &[u8]) -> PathBuf {
        let mut settings = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut settings);
        let content: String = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect();
        self.dir.join(format!("{content}-{:016x}.cwasm", settings.finish()))
    }

    /// The component in `entry`, if the file is one that [`Cache::store`] wrote.
    pub(super) fn load(&self, engine: &Engine, entry: &Path) -> Result<Component, Unused> {
        let code = fs::read(entry).map_err(|_| Unused::Absent)?;
        let tag = fs::read(tag_path(entry)).map_err(|_| Unused::Absent)?;
        self.mac(entry, &code).verify_slice(&tag).map_err(|_| Unused::Tag)?;
        drop(code);
        // SAFETY: the tag shows that these bytes are compiled code that this runtime wrote; see the assumption above.
        #[expect(unsafe_code, reason = "mapping compiled code is what a cache of it is for")]
        let loaded = unsafe { Component::deserialize_file(engine, entry) };
        loaded.map_err(Unused::Engine)
    }

    /// Keeps compiled code. Processes that write one entry at the same time do no harm: a code and a tag that do not fit are
    /// never loaded.
    pub(super) fn store(&self, entry: &Path, code: &[u8]) -> io::Result<()> {
        let tag = self.mac(entry, code).finalize().into_bytes();
        replace(entry, code)?;
        replace(&tag_path(entry), &tag)
    }

    /// A path for this process alone.
    pub(super) fn scratch(&self) -> io::Result<PathBuf> {
        scratch(&self.dir)
    }

    fn mac(&self, entry: &Path, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.key.clone();
        mac.update(entry.file_name().unwrap_or_default().as_encoded_bytes());
        mac.update(&[0]);
        mac.update(code);
        mac
    }
}

fn tag_path(entry: &Path) -> PathBuf {
    entry.with_extension("cwasm.tag")
}

fn scratch(dir: &Path) -> io::Result<PathBuf> {
    let mut chance = [0; 8];
    getrandom::fill(&mut chance).map_err(io::Error::other)?;
    Ok(dir.join(format!("scratch-{:016x}", u64::from_ne_bytes(chance))))
}

/// Puts a file in its place whole or not at all.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = scratch(path.parent().unwrap_or(Path::new(".")))?;
    write_private(&new, content)?;
    fs::rename(&new, path).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

/// The key of this directory; a new one makes every tag unfit, so a key that is lost or damaged costs a compilation.
fn key(dir: &Path) -> io::Result<Vec<u8>> {
    let path = dir.join("key");
    match fs::read(&path) {
        Ok(key) if key.len() == KEY_BYTES => return Ok(key),
        Ok(_) => fs::remove_file(&path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let new = scratch(dir)?;
    write_private(&new, &key)?;
    // A link fails where another process was faster; then its key is the one.
    let linked = fs::hard_link(&new, &path);
    fs::remove_file(&new)?;
    match linked {
        Ok(()) => Ok(key.to_vec()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(&path),
        Err(error) => Err(error),
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}
