//! Tokens of customers' users: a JWT (RFC 7519) that the product's own server signs with RS256 and that holds for ten minutes at
//! most. No other algorithm is known here, so none can be talked into use.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::public_key::PublicKey;

/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8_192;
/// Longest life of a token, from `iat` to `exp` (contract: 600 s).
const LIFE_S_MAX: i64 = 600;
/// How far two clocks may be apart.
const LEEWAY_S: i64 = 30;
/// Longest reference of a group or a consumer.
const REFERENCE_BYTES_MAX: usize = 512;

/// For whom a token was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The customer's team.
    pub(crate) group: String,
    /// The person.
    pub(crate) consumer: String,
}

/// Why a token is not believed. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the token is no JWT: three parts in base64url with dots between")]
    Form,
    #[error("the token's header must say alg RS256 and name its key as kid; no other algorithm is accepted")]
    Header,
    #[error("no active JWT key has the token's kid; `ampline jwt-keys list` shows which there are")]
    UnknownKey,
    #[error("the token's signature does not fit its key")]
    Signature,
    #[error("the token's claims must hold groupRef, consumerRef or sub, and iat and exp in whole seconds")]
    Claims,
    #[error("the token may hold for 600 s at most: exp − iat is greater, or not positive")]
    Life,
    #[error("the token has expired; make a new one")]
    Expired,
    #[error("the token is not valid yet: the clocks of its server and of this one are more than 30 s apart")]
    Early,
}

/// What of a header matters.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

/// What of the claims matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    sub: Option<String>,
    group_ref: String,
    #[serde(default)]
    consumer_ref: Option<String>,
    iat: i64,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
}

/// A token in its parts, nothing of it believed yet.
pub(super) struct Token<'a> {
    /// The name of its key.
    pub(super) key_id: String,
    signed: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub(super) fn parse(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Form);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Form)?;
        let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Form);
        let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| TokenError::Header)?;
        let is_jwt = header.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"));
        // Extensions that must be understood (RFC 7515, 4.1.11) are not.
        if header.alg != "RS256" || header.crit.is_some() || !is_jwt {
            return Err(TokenError::Header);
        }
        Ok(Self { key_id: header.kid, signed: signed.as_bytes(), payload: bytes(payload)?, signature: bytes(signature)? })
    }

    /// Believes the token, or says why not. `now_s` are seconds since 1970.
    pub(super) fn verify(&self, key: &PublicKey, now_s: i64) -> Result<Claims, TokenError> {
        if !key.signed(self.signed, &self.signature) {
            return Err(TokenError::Signature);
        }
        let payload: Payload = serde_json::from_slice(&self.payload).map_err(|_| TokenError::Claims)?;
        payload.claims(now_s)
    }
}

impl Payload {
    fn claims(self, now_s: i64) -> Result<Claims, TokenError> {
        let Self { sub, group_ref, consumer_ref, iat, exp, nbf } = self;
        let life = exp.checked_sub(iat).ok_or(TokenError::Life)?;
        if !(1..=LIFE_S_MAX).contains(&life) {
            return Err(TokenError::Life);
        }
        if exp <= now_s.saturating_sub(LEEWAY_S) {
            return Err(TokenError::Expired);
        }
        if iat.max(nbf.unwrap_or(iat)) > now_s.saturating_add(LEEWAY_S) {
            return Err(TokenError::Early);
        }
        let consumer = consumer_ref.or(sub).ok_or(TokenError::Claims)?;
        let sound = |reference: &str| (1..=REFERENCE_BYTES_MAX).contains(&reference.len());
        if !sound(&group_ref) || !sound(&consumer) {
            return Err(TokenError::Claims);
        }
        Ok(Claims { group: group_ref, consumer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_700_000_000;

    fn claims(json: serde_json::Value) -> Result<Claims, TokenError> {
        serde_json::from_value::<Payload>(json).map_err(|_| TokenError::Claims)?.claims(NOW_S)
    }

    #[test]
    fn claims_are_held_to_their_times() {
        let with = |iat: i64, exp: i64| {
            claims(serde_json::json!({ "sub": "jane", "groupRef": "acme", "iat": NOW_S + iat, "exp": NOW_S + exp, "aud": "x" }))
        };
        let jane = Ok(Claims { group: "acme".to_owned(), consumer: "jane".to_owned() });
        for (iat, exp, expected) in [
            (0, 600, jane.clone()),
            (-570, 1, jane.clone()),
            (30, 31, jane.clone()),
            (-600, -29, jane),
            (-600, -30, Err(TokenError::Expired)),
            (0, 601, Err(TokenError::Life)),
            (0, 0, Err(TokenError::Life)),
            (10, 0, Err(TokenError::Life)),
            (31, 100, Err(TokenError::Early)),
        ] {
            assert_eq!(with(iat, exp), expected, "{iat} {exp}");
        }
        let extreme = claims(serde_json::json!({ "sub": "jane", "groupRef": "acme", "iat": i64::MIN, "exp": i64::MAX }));
        assert_eq!(extreme, Err(TokenError::Life));
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_refused() {
        let base = serde_json::json!({ "sub": "jane", "groupRef": "acme", "iat": NOW_S, "exp": NOW_S + 60 });
        for (key, value) in [
            ("groupRef", serde_json::json!(null)),
            ("groupRef", serde_json::json!("")),
            ("groupRef", serde_json::json!(["acme"])),
            ("sub", serde_json::json!(null)),
            ("consumerRef", serde_json::json!("")),
            ("iat", serde_json::json!("1700000000")),
            ("exp", serde_json::json!(1.5)),
        ] {
            let mut changed = base.clone();
            changed[key] = value;
            assert_eq!(claims(changed.clone()), Err(TokenError::Claims), "{changed}");
        }
        let mut named = base.clone();
        named["consumerRef"] = "joe".into();
        assert_eq!(claims(named).map(|claims| claims.consumer), Ok("joe".to_owned()));
        let mut early = base;
        early["nbf"] = (NOW_S + 31).into();
        assert_eq!(claims(early), Err(TokenError::Early));
    }

    #[test]
    fn headers_name_rs256_and_a_key_and_nothing_else_counts() {
        let token = |header: &str| {
            let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
            let text = format!("{}.{}.{}", encode(header), encode("{}"), encode("signature"));
            Token::parse(&text).map(|token| token.key_id)
        };
        assert_eq!(token(r#"{"alg":"RS256","kid":"k","typ":"JWT"}"#), Ok("k".to_owned()));
        for header in [
            r#"{"alg":"none","kid":"k"}"#,
            r#"{"alg":"HS256","kid":"k"}"#,
            r#"{"alg":"rs256","kid":"k"}"#,
            r#"{"alg":"RS512","kid":"k"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","kid":"k","crit":["x"]}"#,
            r#"{"alg":"RS256","alg":"none","kid":"k"}"#,
            r#"{"alg":"RS256","kid":"k","typ":"JWE"}"#,
            "[]",
        ] {
            assert_eq!(token(header), Err(TokenError::Header), "{header}");
        }
        for text in ["", ".", "..", "a.b.c.d", "e30", "e30.e30", "e30=.e30.e30", &"a".repeat(TOKEN_BYTES_MAX + 1)] {
            assert!(Token::parse(text).is_err(), "{text:.20}");
        }
    }
}
