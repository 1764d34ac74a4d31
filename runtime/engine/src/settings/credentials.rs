//! The credentials of a destination: which names there are, and where the values come from.

use std::collections::BTreeMap;

use super::{SecretSource, resolve::Fault};
use crate::secrets::{Secret, read};

/// Whom a webhook's requests are from: what becomes Basic authentication.
pub(crate) const USERNAME: &str = "username";
/// See [`USERNAME`].
pub(crate) const PASSWORD: &str = "password";

/// The names of the credentials that a destination of this type may have.
pub(crate) fn credential_names(kind: &str) -> &'static [&'static str] {
    match kind {
        "s3" | "kinesis" => &["awsKeyId", "awsSecretKey", "awsSessionToken"],
        "webhook" => &[USERNAME, PASSWORD],
        _ => &[],
    }
}

/// What is wrong with having these credentials and no others.
pub(crate) fn credentials_fault(has: impl Fn(&str) -> bool) -> Option<&'static str> {
    let half = has("awsKeyId") != has("awsSecretKey") || (has("awsSessionToken") && !has("awsKeyId"));
    let message = "awsKeyId and awsSecretKey go together: give both, or none for the machine's own role";
    let nobody = (has(PASSWORD) && !has(USERNAME)).then_some("a password is somebody's: give the username as well");
    half.then_some(message).or(nobody)
}

/// Reads a destination's credentials. A name that nobody would ask for is refused: unnoticed, it would leave the destination with
/// the machine's own role.
pub(super) fn credentials(
    kind: &str,
    declared: &BTreeMap<String, SecretSource>,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Secret>, Fault> {
    let fault = |message: String| Err((".secrets", message));
    let own = credential_names(kind);
    if own.is_empty() && !declared.is_empty() {
        return fault(format!("a destination of type {kind:?} has no credentials of its own: take `secrets` out"));
    }
    if let Some(name) = declared.keys().find(|name| !own.contains(&name.as_str())) {
        return fault(format!("nothing is called {name:?}; there are: {}", own.join(", ")));
    }
    if let Some(message) = credentials_fault(|name| declared.contains_key(name)) {
        return fault(message.to_owned());
    }
    let mut values = BTreeMap::new();
    for (name, source) in declared {
        let value = read(source, env).map_err(|message| (".secrets", format!("{name}: {message}")))?;
        values.insert(name.clone(), value);
    }
    Ok(values)
}
