//! `ampline secrets`. Works on the files of the data folder: the keys of the kept secrets are never given to the API.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::{Failure, Format, Target, output, table};
use crate::{
    data_dir::DataDir,
    secrets::{self, KeyringEntry, MasterKey, SecretSource, Vault, VaultError},
};

/// Flags of `ampline secrets`.
#[derive(Debug, Args)]
pub(super) struct SecretsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Names, times and the key that each secret is encrypted under. Never a value.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Print a secret: `api-key`, or `destinations/NAME/signing-key`.
    Show {
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Encrypt everything under another key. The runtime must be stopped.
    ///
    /// Without a flag a new key takes the place of the old one (a file or the keyring). A flag names another place, where a key
    /// must be already; `[secrets] key` in ampline.toml must name it from then on.
    Rotate {
        #[command(flatten)]
        new_key: NewKey,
        #[command(flatten)]
        target: Target,
    },
    /// Make a key to encrypt secrets under, and print it or put it where no key is yet.
    NewKey {
        /// Write it to this file.
        #[arg(long, value_name = "PATH", conflicts_with = "keyring")]
        file: Option<PathBuf>,
        /// Store it in the keyring of the system.
        #[arg(long, value_name = "SERVICE/USER")]
        keyring: Option<KeyringEntry>,
    },
}

/// Where another key is.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("new-key")))]
struct NewKey {
    /// The new key is in this environment variable.
    #[arg(long, value_name = "NAME", group = "new-key")]
    new_key_env: Option<String>,
    /// The new key is in this file.
    #[arg(long, value_name = "PATH", group = "new-key")]
    new_key_file: Option<PathBuf>,
    /// The new key is in this entry of the keyring.
    #[arg(long, value_name = "SERVICE/USER", group = "new-key")]
    new_key_keyring: Option<KeyringEntry>,
}

impl NewKey {
    fn source(self) -> Option<SecretSource> {
        let file = self.new_key_file.map(SecretSource::File);
        self.new_key_env.map(SecretSource::Env).or(file).or(self.new_key_keyring.map(SecretSource::Keyring))
    }
}

/// Runs outside of any async executor: a keyring may block.
pub(super) fn run(args: SecretsArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { target } => list(&target),
        Action::Show { name, target } => show(&name, &target),
        Action::Rotate { new_key, target } => rotate(new_key.source().as_ref(), &target),
        Action::NewKey { file, keyring } => new_key(file.map(SecretSource::File).or(keyring.map(SecretSource::Keyring))),
    }
}

fn list(target: &Target) -> Result<(), Failure> {
    let listed = Vault::list(&data(target)?).map_err(unable)?;
    if target.format != Format::Table {
        return output::show_whole(target.format, &serde_json::json!({ "secrets": listed }));
    }
    let rows: Vec<[String; 4]> = (listed.into_iter())
        .map(|one| {
            let until = one.until.map(|until| until.strftime("%F %T").to_string()).unwrap_or_default();
            [one.name, one.made_at.strftime("%F %T").to_string(), until, one.key_id]
        })
        .collect();
    output::print(&table::text(["name", "made", "holds until", "key"], &rows, "no secrets yet"))
}

fn show(name: &str, target: &Target) -> Result<(), Failure> {
    let vault = Vault::open_to_read(&data(target)?, env).map_err(unable)?;
    let found = vault.get(name).map_err(unable)?;
    let found =
        found.ok_or_else(|| Failure::refused(format!("no secret is called {name:?}; `ampline secrets list` names all")))?;
    output::print(found.reveal())
}

fn rotate(new_key: Option<&SecretSource>, target: &Target) -> Result<(), Failure> {
    let done = secrets::rotate(&data(target)?, new_key, env).map_err(|error| Failure::refused(error.to_string()))?;
    if target.format != Format::Table {
        let done = serde_json::json!({ "from": done.from, "to": done.to, "values": done.values, "key": done.moved_to });
        return output::show_whole(target.format, &done);
    }
    output::print(&format!("{} secrets are encrypted under {} now; that key is in {}", done.values, done.to, done.place))?;
    let Some(moved_to) = done.moved_to else { return Ok(()) };
    output::print(&format!(
        "Write this into ampline.toml before the next start; {} opens nothing any more:\n\n[secrets]\nkey = {}",
        done.from,
        setting(&moved_to)
    ))
}

/// As ampline.toml writes it.
fn setting(source: &SecretSource) -> String {
    let (key, value) = match source {
        SecretSource::Env(name) => ("env", name.clone()),
        SecretSource::File(path) => ("file", path.display().to_string()),
        SecretSource::Keyring(entry) => ("keyring", entry.to_string()),
    };
    format!("{{ {key} = {} }}", toml::Value::String(value))
}

fn new_key(place: Option<SecretSource>) -> Result<(), Failure> {
    match place {
        None => {
            let key = MasterKey::generate().map_err(|error| Failure::unable(error.to_string()))?;
            output::print(key.text().reveal())
        }
        Some(place) => {
            secrets::new_key_into(&place).map_err(Failure::refused)?;
            output::print(&format!("a new key is in {place}; ampline.toml names it so:\n\n[secrets]\nkey = {}", setting(&place)))
        }
    }
}

fn data(target: &Target) -> Result<DataDir, Failure> {
    let path = target.place.folder()?;
    DataDir::existing(&path).ok_or_else(|| Failure::unable(super::place::no_data(&path)))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn unable(error: VaultError) -> Failure {
    Failure::unable(error.to_string())
}
