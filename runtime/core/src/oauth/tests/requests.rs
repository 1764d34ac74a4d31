//! What is sent: the consent address and token requests, against the examples of the standards.

use std::collections::BTreeMap;

use super::oauth2;
use crate::{
    oauth::{AuthorizationRequest, Client, ProofKey, TokenGrant, authorization_url, token_request},
    provider::OAuth2,
};

/// RFC 7636 appendix B.
const RANDOM: [u8; 32] = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5,
    88, 83, 132, 141, 121,
];

#[test]
fn a_proof_key_is_that_of_the_standard() {
    let key = ProofKey::new(&RANDOM);
    assert_eq!(key.verifier(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(key.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_eq!(ProofKey::from_verifier(key.verifier()), Some(key.clone()));
    for (verifier, is_one) in [
        ("a".repeat(42), false),
        ("a".repeat(43), true),
        ("~".repeat(128), true),
        ("a".repeat(129), false),
        ("+".repeat(43), false),
    ] {
        assert_eq!(ProofKey::from_verifier(verifier.clone()).is_some(), is_one, "{verifier}");
    }
    assert_eq!(format!("{key:?}"), "[proof key]");
}

/// What the rows below change.
struct Asked {
    oauth2: OAuth2,
    scopes: Vec<String>,
    params: BTreeMap<String, String>,
}

#[test]
fn the_consent_address_holds_everything_encoded_and_nothing_is_overridden() {
    let key = ProofKey::new(&RANDOM);
    let check = |change: &dyn Fn(&mut Asked), expected: &str| {
        let mut asked = Asked { oauth2: oauth2(), scopes: Vec::new(), params: BTreeMap::new() };
        change(&mut asked);
        let Asked { oauth2, scopes, params } = asked;
        let request = AuthorizationRequest {
            auth_url: &oauth2.auth_url.clone(),
            client_id: "s6BhdRkqt3",
            redirect_uri: "https://client.example.com/cb?x=1",
            state: "xyz/+",
            scopes: &scopes,
            params: &params,
            proof_key: &key,
        };
        let all = "response_type=code&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb%3Fx%3D1&\
                   state=xyz%2F%2B&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        assert_eq!(authorization_url(&oauth2, &request), expected.replace("{all}", all));
    };
    check(&|_| (), "https://provider.example/authorize?{all}");
    check(&|asked| asked.oauth2.auth_url.push_str("?prompt=x"), "https://provider.example/authorize?prompt=x&{all}");
    check(&|asked| asked.oauth2.auth_url.push('?'), "https://provider.example/authorize?{all}");
    check(
        &|asked| asked.oauth2.scopes = vec!["a b".into(), "c".into()],
        "https://provider.example/authorize?{all}&scope=a%20b%20c",
    );
    check(
        &|asked| {
            asked.oauth2.scopes = vec!["theirs".into()];
            asked.oauth2.scope_separator = ",".into();
            asked.scopes = vec!["one".into(), "two".into()];
        },
        "https://provider.example/authorize?{all}&scope=one%2Ctwo",
    );
    check(
        &|asked| {
            asked.oauth2.auth_url_params = [("access_type", "offline"), ("state", "stolen"), ("prompt", "a")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            asked.params.insert("prompt".into(), "consent".into());
            asked.params.insert("redirect_uri".into(), "https://evil.example".into());
        },
        "https://provider.example/authorize?{all}&access_type=offline&prompt=consent",
    );
}

#[test]
fn token_requests_are_those_of_the_standard() {
    let key = ProofKey::new(&RANDOM);
    let check = |grant: TokenGrant<'_>, secret: Option<&str>, basic: bool, expected: &str, authorization: Option<&str>| {
        let oauth2 = OAuth2 { client_auth_basic: basic, scopes: vec!["default".into()], ..oauth2() };
        let client = Client { id: "s6BhdRkqt3", secret };
        let request = token_request(&oauth2, &oauth2.token_url, client, grant).unwrap();
        assert_eq!(std::str::from_utf8(request.body()).unwrap(), expected);
        assert_eq!(request.headers().get("authorization").map(|value| value.to_str().unwrap()), authorization);
        assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", "https://provider.example/token"));
    };
    // RFC 6749 section 4.1.3, with the proof key.
    let code = TokenGrant::AuthorizationCode {
        code: "SplxlOBeZQQYbYS6WxSbIA",
        redirect_uri: "https://client.example.com/cb",
        proof_key: &key,
    };
    let form = "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb&\
                code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    check(code, Some("gX1fBat3bV"), true, form, Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"));
    check(code, Some("gX1&"), false, &format!("{form}&client_id=s6BhdRkqt3&client_secret=gX1%26"), None);
    check(code, None, true, &format!("{form}&client_id=s6BhdRkqt3"), None);
    // Section 6.
    let refresh = TokenGrant::RefreshToken("tGzv3JOkF0XG5Qx2TlKWIA");
    let form = "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA";
    check(refresh, Some("gX1fBat3bV"), true, form, Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"));
    // Section 4.4.2; section 2.3.1 encodes both parts before base64: `s6BhdRkqt3:a%3Ab%2Fc`.
    let own = ["one".to_owned()];
    let client = TokenGrant::ClientCredentials { scopes: &own };
    check(client, Some("a:b/c"), true, "grant_type=client_credentials&scope=one", Some("Basic czZCaGRSa3F0MzphJTNBYiUyRmM="));
    check(
        TokenGrant::ClientCredentials { scopes: &[] },
        None,
        false,
        "grant_type=client_credentials&scope=default&client_id=s6BhdRkqt3",
        None,
    );
    // Section 4.3.2.
    let password = TokenGrant::Password { username: "johndoe", password: "A3ddj3w", scopes: &[] };
    let form = "grant_type=password&username=johndoe&password=A3ddj3w&scope=default&client_id=s6BhdRkqt3";
    check(password, None, false, form, None);
}

#[test]
fn the_catalog_adds_parameters_but_replaces_none() {
    let token_params = [("audience", "https://api.example"), ("grant_type", "password"), ("client_secret", "theirs")];
    let token_params = token_params.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let oauth2 = OAuth2 { token_params, ..oauth2() };
    let client = Client { id: "c", secret: None };
    let request = token_request(&oauth2, &oauth2.token_url, client, TokenGrant::RefreshToken("r")).unwrap();
    let expected = "grant_type=refresh_token&refresh_token=r&audience=https%3A%2F%2Fapi.example&client_id=c";
    assert_eq!(std::str::from_utf8(request.body()).unwrap(), expected);
    let wrong = token_request(&oauth2, "no address", client, TokenGrant::RefreshToken("r-secret")).unwrap_err();
    assert!(wrong.contains("\"no address\" is not valid") && !wrong.contains("r-secret"), "{wrong}");
}
