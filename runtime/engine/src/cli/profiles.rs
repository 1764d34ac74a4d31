//! `ampline profile`: runtimes by name, in a file that its owner alone may read.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::{
    Failure, Format, output,
    place::{API_KEY_VARIABLE, Remote, sound_url},
    table,
};
use crate::{
    data_dir::write_private,
    secrets::{self, KeyringEntry, Secret, SecretSource},
};

/// Flags of `ampline profile`.
#[derive(Debug, Args)]
pub(super) struct ProfileArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give a runtime a name, or change what is known of it.
    ///
    /// The key comes from standard input with --key-stdin, or from AMPLINE_API_KEY; with --keyring it is kept in the keyring of the
    /// system, else in the file of profiles, which its owner alone may read.
    Add {
        /// Letters, digits, dashes and dots.
        name: String,
        /// Where the runtime is reached, for example https://ampline.example.com.
        #[arg(long, value_name = "URL")]
        url: String,
        /// Its project; asked for where it is left out.
        #[arg(long, value_name = "NAME")]
        project: Option<String>,
        /// Certificates (PEM) of authorities to trust besides the system's.
        #[arg(long, value_name = "FILE")]
        ca_file: Option<PathBuf>,
        /// Read the key from standard input.
        #[arg(long)]
        key_stdin: bool,
        /// Keep the key in this entry of the keyring. Without a key, it must be there already.
        #[arg(long, value_name = "SERVICE/USER")]
        keyring: Option<KeyringEntry>,
        /// Use this profile from now on.
        #[arg(long = "use")]
        in_use: bool,
    },
    /// List the profiles. Never a key.
    List {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Use a profile wherever no other runtime is named; without a name, the data folder again.
    Use {
        /// Its name.
        name: Option<String>,
    },
    /// Forget a profile. A key in the keyring stays there.
    Remove {
        /// Its name.
        name: String,
    },
}

/// The file of profiles.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profiles {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// What is known of a runtime.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_from: Option<SecretSource>,
}

/// A profile may hold a key.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Runs outside of any async executor: a keyring may block.
pub(super) fn run(args: ProfileArgs) -> Result<(), Failure> {
    let mut profiles = Profiles::load()?;
    match args.action {
        Action::List { format } => return profiles.list(format),
        Action::Add { name, url, project, ca_file, key_stdin, keyring, in_use } => {
            let ca_file = ca_file.map(|path| std::path::absolute(&path).unwrap_or(path));
            let profile = Profile { url: sound_url(&url)?, project, ca_file, key: None, key_from: None };
            profiles.add(&name, with_key(profile, key_stdin, keyring)?)?;
            if in_use {
                profiles.current = Some(name);
            }
        }
        Action::Use { name } => {
            if let Some(name) = &name {
                profiles.get(name)?;
            }
            profiles.current = name;
        }
        Action::Remove { name } => profiles.remove(&name)?,
    }
    profiles.store()
}

/// The profile with the key that was given, where it is to be kept.
fn with_key(mut profile: Profile, key_stdin: bool, keyring: Option<KeyringEntry>) -> Result<Profile, Failure> {
    let given = match key_stdin {
        true => {
            let mut text = String::new();
            let read = std::io::stdin().lock().take(4_096).read_to_string(&mut text);
            read.map_err(|error| Failure::unable(format!("cannot read the key from standard input: {error}")))?;
            Some(text)
        }
        false => std::env::var(API_KEY_VARIABLE).ok(),
    };
    let given = given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match (given, keyring) {
        (Some(key), Some(entry)) => {
            secrets::store_in_keyring(&entry, &Secret::new(key)).map_err(Failure::unable)?;
            profile.key_from = Some(SecretSource::Keyring(entry));
        }
        (None, Some(entry)) => profile.key_from = Some(SecretSource::Keyring(entry)),
        (Some(key), None) => profile.key = Some(key),
        (None, None) => {
            let message =
                format!("no key is given: pass one with --key-stdin or {API_KEY_VARIABLE}, or name where it is with --keyring");
            return Err(Failure::refused(message));
        }
    }
    Ok(profile)
}

/// A profile, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Where the runtime is reached.
    pub url: String,
    /// Its project, where it was told.
    pub project: Option<String>,
}

/// The profiles by name, never a key.
///
/// # Errors
/// The file of profiles cannot be read, or others may read it.
pub fn known() -> Result<Vec<Known>, String> {
    let profiles = Profiles::load().map_err(|failure| failure.message)?;
    let known = |(name, profile): (String, Profile)| Known { name, url: profile.url, project: profile.project };
    Ok(profiles.profiles.into_iter().map(known).collect())
}

/// Makes or replaces a profile whose key is kept in the keyring, in an entry `ampline/NAME`. Blocks as a keyring does.
///
/// # Errors
/// The name or the address is not sound, or the key or the file cannot be kept.
pub fn keep(name: &str, url: &str, key: &Secret) -> Result<(), String> {
    let keep = || {
        let mut profiles = Profiles::load()?;
        let entry: KeyringEntry = format!("ampline/{name}").parse().map_err(Failure::refused)?;
        let key_from = Some(SecretSource::Keyring(entry.clone()));
        profiles.add(name, Profile { url: sound_url(url)?, project: None, ca_file: None, key: None, key_from })?;
        secrets::store_in_keyring(&entry, key).map_err(Failure::unable)?;
        profiles.store()
    };
    keep().map_err(|failure: Failure| failure.message)
}

/// Forgets a profile. A key in the keyring stays there.
///
/// # Errors
/// There is no such profile, or the file cannot be written.
pub fn forget(name: &str) -> Result<(), String> {
    let forget = || {
        let mut profiles = Profiles::load()?;
        profiles.remove(name)?;
        profiles.store()
    };
    forget().map_err(|failure: Failure| failure.message)
}

impl Profiles {
    /// As they are kept; none where there is no file.
    pub(super) fn load() -> Result<Self, Failure> {
        let Some(path) = file() else { return Ok(Self::default()) };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::unable(format!("cannot read {}: {error}", path.display()))),
        };
        owners_alone(&path)?;
        Self::parse(&text).map_err(|failure| Failure::unable(format!("{}: {}", path.display(), failure.message)))
    }

    /// From the text of the file. A fault does not quote it: it holds keys.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..text.floor_char_boundary(span.start)].matches('\n').count() + 1);
            Failure::unable(format!("line {line} is not as `ampline profile add` writes it: repair or delete the file"))
        })
    }

    /// The profile in use.
    pub(super) fn in_use(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The runtime of a profile, with `key` in place of the profile's own where it is given.
    pub(super) fn remote(&self, name: &str, key: Option<String>) -> Result<Remote, Failure> {
        let Profile { url, project, ca_file, key: kept, key_from } = self.get(name)?.clone();
        let env = |name: &str| std::env::var(name).ok();
        let key = match (key, kept, key_from) {
            (Some(key), _, _) | (None, Some(key), _) => Secret::new(key.trim()),
            (None, None, Some(source)) => secrets::read(&source, &env).map_err(Failure::unable)?,
            (None, None, None) => return Err(Failure::unable(format!("the profile {name:?} has no key; add it again"))),
        };
        Ok(Remote { url: sound_url(&url)?, key, project, ca_file })
    }

    fn get(&self, name: &str) -> Result<&Profile, Failure> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let known = if names.is_empty() {
                "there are none; `ampline profile add` makes one".to_owned()
            } else {
                format!("there are: {}", names.join(", "))
            };
            Failure::refused(format!("no profile is called {name:?}; {known}"))
        })
    }

    fn add(&mut self, name: &str, profile: Profile) -> Result<(), Failure> {
        let is_sound = |name: &str| {
            (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        if !is_sound(name) {
            return Err(Failure::refused(format!("{name:?} is no name: 1 to 64 letters, digits, dashes, underscores and dots")));
        }
        self.profiles.insert(name.to_owned(), profile);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), Failure> {
        self.get(name)?;
        self.profiles.remove(name);
        self.current = self.current.take().filter(|current| current != name);
        Ok(())
    }

    fn store(&self) -> Result<(), Failure> {
        let path = file().ok_or_else(|| {
            Failure::unable("neither XDG_CONFIG_HOME nor HOME is set, so there is no place for profiles; set one of them")
        })?;
        let unable = |error: std::io::Error| Failure::unable(format!("cannot write {}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unable)?;
        }
        let text = toml::to_string(self).map_err(|error| Failure::unable(error.to_string()))?;
        write_private(&path, text.as_bytes()).map_err(unable)
    }

    fn list(&self, format: Format) -> Result<(), Failure> {
        let key_in = |profile: &Profile| match &profile.key_from {
            Some(source) => source.to_string(),
            None => "the file of profiles".to_owned(),
        };
        let told: Vec<serde_json::Value> = (self.profiles.iter())
            .map(|(name, profile)| {
                let is_current = self.current.as_ref() == Some(name);
                serde_json::json!({
                    "name": name, "url": profile.url, "project": profile.project, "key": key_in(profile), "inUse": is_current,
                })
            })
            .collect();
        output::show(format, &serde_json::Value::from(told), |_| {
            let row = |(name, profile): (&String, &Profile)| {
                let mark = if self.current.as_ref() == Some(name) { "*" } else { "" };
                let project = profile.project.clone().unwrap_or_default();
                [mark.to_owned(), name.clone(), profile.url.clone(), project, key_in(profile)]
            };
            let rows: Vec<[String; 5]> = self.profiles.iter().map(row).collect();
            table::text(["", "name", "url", "project", "key in"], &rows, "no profiles yet; `ampline profile add` makes one")
        })
    }
}

/// Where profiles are kept.
fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("ampline/profiles.toml"))
}

/// Keys that others may read are no keys any more.
#[cfg(unix)]
fn owners_alone(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map(|file| file.permissions().mode());
    match mode {
        Ok(mode) if mode & 0o077 != 0 => {
            let message = format!("others may read {}, which holds keys: `chmod 600 {0}`", path.display());
            Err(Failure::unable(message))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn owners_alone(_path: &Path) -> Result<(), Failure> {
    Ok(())
}
