//! `ampline.toml`: everything that a runtime needs besides amp.yaml. Flags and environment variables stand above it.

mod api;
mod connection_file;
mod connections;
mod credentials;
pub(crate) mod destinations;
mod file;
pub(crate) mod folder;
mod grants;
pub(crate) mod installations;
#[cfg(test)]
mod mutants;
pub(crate) mod notifications;
mod reach;
pub(crate) mod resolve;
#[cfg(test)]
mod tests;

pub use crate::secrets::SecretSource;
pub use api::{ApiSettings, TlsSettings};
pub use connection_file::{
    BasicSettings, ClientSettings, ConnectionSettings, OAuth2Settings, PasswordSettings, ProviderAppSettings, RateLimitSettings,
};
pub(crate) use credentials::{PASSWORD, USERNAME, credential_names, credentials_fault};
pub use file::{
    DestinationSettings, Durability, InstallationSettings, IntegrationSettings, LimitsSettings, NetworkSettings,
    PostgresSettings, ProjectSettings, ProvidersSettings, RetentionSettings, RuntimeSettings, SecretsSettings, Settings,
    SinksSettings,
};
pub use grants::{CredentialSettings, GrantsSettings};
pub(crate) use reach::{as_user, bare, permit_plain_http};
pub use resolve::{Problem, Resolved, resolve};

use std::path::{Path, PathBuf};

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be; the message names line and column.
    #[error("{path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
}

/// Reads a settings file.
pub fn load(path: &Path) -> Result<Settings, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
    let mut settings = parse(&text).map_err(|message| SettingsError::Parse { path: path.to_owned(), message })?;
    if let Some(folder) = &mut settings.project.installations_dir {
        *folder = path.with_file_name("").join(&*folder);
    }
    Ok(settings)
}

/// Parses the text of a settings file; an error names line and column.
pub fn parse(text: &str) -> Result<Settings, String> {
    parsed(text)
}

/// Parses TOML into whatever is wanted.
fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    // Not the parser's own display: it quotes the line, and a line may hold a secret in the wrong place.
    toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        format!("line {line}, column {column}: {}", error.message())
    })
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
