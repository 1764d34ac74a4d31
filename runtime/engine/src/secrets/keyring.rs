//! The system's keyring: the Secret Service of Linux desktops, the keychain of macOS.

use std::{fmt, str::FromStr, sync::mpsc, thread, time::Duration};

use keyring_core::{Entry, Error};
use serde::{Serialize, Serializer};

/// Until a keyring must have answered; a locked one asks a person first.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Which entry of the keyring: `service/user`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringEntry {
    service: String,
    user: String,
}

impl FromStr for KeyringEntry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((service, user)) if !service.is_empty() && !user.is_empty() => {
                Ok(Self { service: service.to_owned(), user: user.to_owned() })
            }
            _ => Err("write a keyring entry as SERVICE/USER".to_owned()),
        }
    }
}

impl fmt::Display for KeyringEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.user)
    }
}

impl Serialize for KeyringEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What an entry holds; nothing where there is none.
pub(super) fn get(entry: &KeyringEntry) -> Result<Option<String>, String> {
    ask(entry, |entry| match entry.get_password() {
        Ok(text) => Ok(Some(text)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })
}

/// Makes or replaces an entry.
pub(super) fn set(entry: &KeyringEntry, text: &str) -> Result<(), String> {
    let text = zeroize::Zeroizing::new(text.to_owned());
    ask(entry, move |entry| entry.set_password(&text))
}

/// Asks on a thread of its own: the libraries block, some run an executor of theirs, and none has a time limit.
fn ask<T: Send + 'static>(
    entry: &KeyringEntry,
    question: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, String> {
    let (sender, answer) = mpsc::sync_channel(1);
    let asked = entry.clone();
    let asking = move || {
        let answer = open(&asked).and_then(|entry| question(&entry));
        // Whoever asked may have given up by now.
        drop(sender.send(answer.map_err(|error| reason(&error))));
    };
    let thread = thread::Builder::new().name("keyring".to_owned()).spawn(asking);
    thread.map_err(|error| format!("cannot start a thread to ask the keyring: {error}"))?;
    match answer.recv_timeout(ANSWER_TIMEOUT) {
        Ok(answer) => answer.map_err(|reason| format!("the keyring's entry {entry}: {reason}")),
        Err(_) => Err(format!("the keyring gave no answer about {entry} within {ANSWER_TIMEOUT:?}; unlock it and try again")),
    }
}

#[cfg(target_os = "linux")]
fn open(entry: &KeyringEntry) -> keyring_core::Result<Entry> {
    use keyring_core::api::CredentialStoreApi;
    zbus_secret_service_keyring_store::Store::new()?.build(&entry.service, &entry.user, None)
}

#[cfg(target_os = "macos")]
fn open(entry: &KeyringEntry) -> keyring_core::Result<Entry> {
    use keyring_core::api::CredentialStoreApi;
    apple_native_keyring_store::keychain::Store::new()?.build(&entry.service, &entry.user, None)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn open(_: &KeyringEntry) -> keyring_core::Result<Entry> {
    Err(Error::NotSupportedByStore("there is no keyring for this system; use an environment variable or a file".to_owned()))
}

/// Why, without the bytes that some errors carry.
fn reason(error: &Error) -> String {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => {
            format!(
                "{cause}; is a keyring service running and unlocked for this user? Else use an environment variable or a file"
            )
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "it holds something other than text".to_owned(),
        Error::Ambiguous(entries) => format!("{} entries fit; remove all but one", entries.len()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_service_and_a_user() {
        for (text, expected) in [
            ("ampline/master", Some(("ampline", "master"))),
            ("ampline/a/b", Some(("ampline", "a/b"))),
            ("ampline", None),
            ("/user", None),
            ("service/", None),
            ("", None),
        ] {
            let entry = text.parse::<KeyringEntry>().ok();
            assert_eq!(entry.as_ref().map(|entry| (entry.service.as_str(), entry.user.as_str())), expected, "{text}");
        }
    }
}
