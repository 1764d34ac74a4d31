//! Programs from the Rust registry, built once at a pinned version into the cache that outlives a clone.

use std::fs;
use std::path::PathBuf;

use crate::{place, process};

/// A program to build.
pub(crate) struct Tool {
    /// Of the crate and of its program.
    pub(crate) name: &'static str,
    /// Pinned, so that the same tree gets the same verdict everywhere.
    pub(crate) version: &'static str,
    /// Features of the crate; none where it is empty.
    pub(crate) features: &'static str,
}

/// The dependency audit.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", features: "" };

/// An S3 server that verifies signatures and checksums. Later versions want a later compiler.
pub(crate) const S3S_FS: Tool = Tool { name: "s3s-fs", version: "0.14.1", features: "binary" };

impl Tool {
    fn root(&self) -> Result<PathBuf, String> {
        Ok(place::cache()?.join("tools").join(format!("{}-{}", self.name, self.version)))
    }

    fn program(&self) -> Result<PathBuf, String> {
        Ok(self.root()?.join("bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX)))
    }

    /// The version, where the program is there.
    pub(crate) fn found(&self) -> Option<String> {
        self.program().ok()?.is_file().then(|| self.version.to_owned())
    }

    /// The program, built on first use.
    ///
    /// # Errors
    /// It could not be built, or there is no cache to keep it in.
    pub(crate) fn installed(&self) -> Result<PathBuf, String> {
        let (root, program) = (self.root()?, self.program()?);
        if program.is_file() {
            return Ok(program);
        }
        println!("   building {} {} into {} (once, about 3 CPU-minutes)", self.name, self.version, root.display());
        let build = root.join("build");
        let mut install = place::cargo(&["install", "--quiet", "--locked", "--force", "--version", self.version, self.name]);
        if !self.features.is_empty() {
            install.args(["--features", self.features]);
        }
        // Outside the repository, whose own cargo settings are not meant for it.
        install.arg("--root").arg(&root).arg("--target-dir").arg(&build).current_dir(std::env::temp_dir());
        let installed = process::run(&mut install);
        // Only the binary is kept. Where this fails some disk is wasted, no more.
        let _ = fs::remove_dir_all(&build);
        installed.map(|()| program)
    }
}
