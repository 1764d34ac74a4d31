//! s3s-fs: an S3 server that verifies every signature and checksum, and keeps objects as plain files.

use std::{fs, path::PathBuf, process::Command};

use super::{
    Service,
    aws::{Keys, Looking},
};
use crate::cache;

/// As `cargo xtask test` installs it.
const VERSION: &str = "0.14.1";
/// Names the program, in place of the one in the cache.
const PROGRAM_VARIABLE: &str = "AMPLINE_S3S_FS";

/// A running server, whose objects go with it.
pub struct S3s {
    service: Service,
    looking: Looking,
    folder: tempfile::TempDir,
}

impl S3s {
    /// The keys that it knows.
    pub fn keys() -> Keys {
        Keys::pair("AKIDLOOPBACKTESTS", "loopback-secret-key-of-s3s-fs")
    }

    /// Starts it, with these buckets.
    ///
    /// # Errors
    /// When it is not installed or cannot be started; give it to [`crate::requirement::require`].
    pub fn start(buckets: &[&str]) -> Result<Self, String> {
        let program = program()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        for bucket in buckets {
            fs::create_dir(folder.path().join(bucket)).map_err(|error| error.to_string())?;
        }
        let Keys { id, secret, .. } = Self::keys();
        let service = Service::start("s3s-fs", |port| {
            let mut command = Command::new(&program);
            command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--access-key", &id, "--secret-key", &secret]);
            command.arg(folder.path());
            command
        })?;
        let looking = Looking::at(&service.url())?.with(&Self::keys());
        Ok(Self { service, looking, folder })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.service.url()
    }

    /// Looks at what it stores.
    pub fn looking(&self) -> &Looking {
        &self.looking
    }

    /// The file of an object.
    pub fn file(&self, bucket: &str, key: &str) -> PathBuf {
        self.folder.path().join(bucket).join(key)
    }
}

fn program() -> Result<PathBuf, String> {
    if let Some(program) = cache::set(PROGRAM_VARIABLE) {
        return Ok(program);
    }
    let program = cache::root()?.join("tools").join(format!("s3s-fs-{VERSION}")).join("bin").join("s3s-fs");
    let missing = || format!("{} is not there; `cargo xtask test` installs it", program.display());
    program.is_file().then(|| program.clone()).ok_or_else(missing)
}
