//! The credentials of a destination: a pair of keys with or without a session token, or none at all.

use aws_credential_types::Credentials;

use super::super::failure;
use crate::{
    secrets::{Secret, Secrets},
    sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass},
};

/// What the SDK calls them in its own words.
const PROVIDER: &str = "destination";

/// Shorter texts are no secrets of AWS' (the shortest has 16 characters), and would take words out of what is told.
const REDACTED_BYTES_MIN: usize = 8;

/// What requests are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keys {
    /// The runtime's own surroundings: environment, profile, web identity, container, instance.
    Ambient,
    /// The destination's own.
    Own { id: Secret, secret: Secret, token: Option<Secret> },
}

impl Keys {
    /// Those of a destination. Half of a pair is a fault: signing with other credentials than were meant would be worse.
    pub(super) fn of(secrets: &dyn Secrets, destination: &str) -> Result<Self, Failure> {
        let [id, secret, token] =
            ["awsKeyId", "awsSecretKey", "awsSessionToken"].map(|name| (name, secrets.credential(destination, name)));
        for (name, given) in [&id, &secret, &token] {
            if given.as_ref().is_some_and(|secret| secret.reveal().trim().is_empty()) {
                return Err(fault(&format!("the destination's {name} is empty; give it a value, or leave it out")));
            }
        }
        match (id.1, secret.1, token.1) {
            (Some(id), Some(secret), token) => Ok(Self::Own { id, secret, token }),
            (None, None, None) if secrets.has_surroundings(destination) => Ok(Self::Ambient),
            (None, None, None) => Err(fault("there is no awsKeyId and no awsSecretKey")),
            (Some(_), None, _) => Err(fault("the destination has an awsKeyId and no awsSecretKey; store both, or neither")),
            (None, Some(_), _) => Err(fault("the destination has an awsSecretKey and no awsKeyId; store both, or neither")),
            (None, None, Some(_)) => {
                Err(fault("the destination has an awsSessionToken and no keys; store awsKeyId and awsSecretKey with it"))
            }
        }
    }

    /// Nothing where they are ambient.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        let Self::Own { id, secret, token } = self else { return None };
        let token = token.as_ref().map(|token| token.reveal().to_owned());
        Some(Credentials::new(id.reveal(), secret.reveal(), token, None, PROVIDER))
    }

    /// The text without any of them.
    pub(super) fn redacted(&self, mut text: String) -> String {
        let Self::Own { id, secret, token } = self else { return text };
        for secret in [Some(id), Some(secret), token.as_ref()].into_iter().flatten() {
            let secret = secret.reveal();
            if secret.len() >= REDACTED_BYTES_MIN && text.contains(secret) {
                text = text.replace(secret, "[secret]");
            }
        }
        text
    }
}

fn fault(message: &str) -> Failure {
    failure(FailureClass::Blocked, "aws.credentials", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::SigningKey;

    struct Given([Option<&'static str>; 3]);

    impl Secrets for Given {
        fn signing_keys(&self, _: &str) -> Vec<SigningKey> {
            Vec::new()
        }

        fn credential(&self, _: &str, name: &str) -> Option<Secret> {
            let place = ["awsKeyId", "awsSecretKey", "awsSessionToken"].iter().position(|other| *other == name)?;
            self.0[place].map(Secret::new)
        }
    }

    fn check(given: [Option<&'static str>; 3], expected: &str) {
        let got = match Keys::of(&Given(given), "d") {
            Ok(Keys::Ambient) => "ambient".to_owned(),
            Ok(keys) => format!("own, token: {}", keys.credentials().unwrap().session_token().unwrap_or("none")),
            Err(failure) => failure.message,
        };
        assert!(got.contains(expected), "{given:?}: {got}");
    }

    #[test]
    fn half_a_pair_is_a_fault() {
        check([None, None, None], "ambient");
        check([Some("id"), Some("key"), None], "own, token: none");
        check([Some("id"), Some("key"), Some("t")], "own, token: t");
        check([Some("id"), None, None], "no awsSecretKey");
        check([None, Some("key"), Some("t")], "no awsKeyId");
        check([None, None, Some("t")], "no keys");
        check([Some(" "), Some("key"), None], "awsKeyId is empty");
        check([Some("id"), Some("key"), Some("")], "awsSessionToken is empty");
    }

    #[test]
    fn what_the_other_side_repeats_is_taken_out() {
        let keys = Keys::of(&Given([Some("AKIDEXAMPLE"), Some("any"), Some("session/token+1=")]), "d").unwrap();
        let told = "<Token-0>session/token+1=</Token-0> of AKIDEXAMPLE: many";
        assert_eq!(keys.redacted(told.to_owned()), "<Token-0>[secret]</Token-0> of [secret]: many");
        assert!(!format!("{keys:?}").contains("session"));
    }
}
