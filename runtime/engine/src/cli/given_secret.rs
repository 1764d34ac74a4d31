//! A secret that a command is given: out of the environment, a file or standard input, never out of the command line itself.

use std::{io::Read, path::PathBuf};

use super::Failure;
use crate::secrets::{self, Secret, SecretSource};

/// Longest secret that is read.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// Reads the secret: of this variable, of this file, or of standard input where neither is named.
pub(super) fn read(variable: Option<String>, file: Option<PathBuf>) -> Result<Secret, Failure> {
    if let Some(source) = variable.map(SecretSource::Env).or(file.map(SecretSource::File)) {
        return secrets::read(&source, &|name: &str| std::env::var(name).ok()).map_err(Failure::unable);
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    let reading = std::io::stdin().lock().take(SECRET_BYTES_MAX).read_to_string(&mut text);
    reading.map_err(|error| Failure::unable(format!("cannot read the secret from standard input: {error}")))?;
    match text.trim() {
        "" => Err(Failure::refused("standard input holds no secret")),
        text => Ok(Secret::new(text)),
    }
}
