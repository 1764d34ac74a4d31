//! OAuth beyond what clients do by themselves: what is refused, and how tokens end.

use ampline_tests::{
    loopback::{Answer, Client},
    salesforce::Options,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{Outcome, asking, escaped, refusal_of, start};

const CLIENT: &str = "client_id=3MVG9emulator.client&client_secret=emulator-client-secret";
const REDIRECT: &str = "https://app.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn token(client: &Client, form: &str) -> Result<Answer, reqwest::Error> {
    client.call("POST", "/services/oauth2/token", form).await
}

/// The code that the authorization page gives.
async fn code(client: &Client, with: &str) -> Result<String, reqwest::Error> {
    let path = format!("/services/oauth2/authorize?response_type=code&{CLIENT}&redirect_uri={}{with}", escaped(REDIRECT));
    let page = client.get(&path).await?;
    let code = page.header("location").strip_prefix(&format!("{REDIRECT}?code=")).unwrap_or_default();
    Ok(code.split('&').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn grants_are_refused_in_oauths_words() -> Outcome {
    let (_emulator, client) = start(Options::default())?;
    let password = "username=reader%40emulator.example&password=emulator-password";
    for (form, error) in [
        (format!("grant_type=password&{CLIENT}&{password}emulatorSecurityToken"), ""),
        (format!("grant_type=password&{CLIENT}&{password}"), ""),
        (format!("grant_type=password&{CLIENT}&{password}x"), "invalid_grant"),
        (format!("grant_type=password&client_id=3MVG9emulator.client&{password}"), "invalid_client"),
        (format!("grant_type=client_credentials&{CLIENT}"), ""),
        (format!("grant_type=client_credentials&{CLIENT}x"), "invalid_client"),
        ("grant_type=client_credentials&client_id=x&client_secret=x".into(), "invalid_client_id"),
        (format!("grant_type=refresh_token&{CLIENT}&refresh_token=5Aep861emulator.refresh"), ""),
        (format!("grant_type=refresh_token&{CLIENT}&refresh_token=x"), "invalid_grant"),
        (format!("grant_type=authorization_code&{CLIENT}&code=x"), "invalid_grant"),
        (format!("grant_type=magic&{CLIENT}"), "unsupported_grant_type"),
        (String::new(), "invalid_client_id"),
    ] {
        let answer = token(&client, &form).await?;
        let told = answer.json();
        assert_eq!(
            (answer.status, told["error"].as_str().unwrap_or_default()),
            (if error.is_empty() { 200 } else { 400 }, error),
            "{form}"
        );
        assert_eq!(told["error_description"].is_string(), !error.is_empty(), "{form}");
        assert!(told.get("expires_in").is_none() && told.get("refresh_token").is_none(), "{told}");
    }
    Ok(())
}

#[tokio::test]
async fn a_challenge_wants_its_verifier() -> Outcome {
    let (emulator, client) = start(Options::default())?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let challenged = format!("&code_challenge={challenge}&code_challenge_method=S256&state=x");
    let trade = |code: &str, with: &str| {
        format!("grant_type=authorization_code&{CLIENT}&code={code}&redirect_uri={}{with}", escaped(REDIRECT))
    };
    let right = format!("&code_verifier={VERIFIER}");
    for (asked, with, description) in [
        ("", "", ""),
        (challenged.as_str(), right.as_str(), ""),
        (&challenged, "&code_verifier=wrong", "invalid code verifier"),
        (&challenged, "", "invalid code verifier"),
    ] {
        let code = code(&client, asked).await?;
        let answer = token(&client, &trade(&code, with)).await?.json();
        assert_eq!(answer["error_description"].as_str().unwrap_or_default(), description, "{asked} {with}");
        // Used or not: the code is gone.
        assert_eq!(token(&client, &trade(&code, with)).await?.json()["error_description"], "invalid authorization code");
    }
    let late = code(&client, "").await?;
    emulator.state().advance(16 * 60_000);
    assert_eq!(token(&client, &trade(&late, "")).await?.json()["error_description"], "expired authorization code");
    let plain = client
        .get(&format!(
            "/services/oauth2/authorize?response_type=code&{CLIENT}&redirect_uri={}&code_challenge=x&code_challenge_method=plain",
            escaped(REDIRECT)
        ))
        .await?;
    assert!(plain.header("location").contains("error=invalid_request"), "{plain:?}");
    let stranger = client.get("/services/oauth2/authorize?response_type=code&client_id=x&redirect_uri=https://a.example").await?;
    assert_eq!((stranger.status, stranger.json()["error"].as_str()), (400, Some("invalid_client_id")));
    Ok(())
}

#[tokio::test]
async fn tokens_end_by_time_by_order_and_by_rotation() -> Outcome {
    let options = Options { access_token_lasts_ms: Some(60_000), rotates_refresh_tokens: true, ..crate::fixed() };
    let (emulator, client) = start(options)?;
    let refresh = |token: &str| format!("grant_type=refresh_token&{CLIENT}&refresh_token={token}");
    let first = token(&client, &refresh("5Aep861emulator.refresh")).await?.json();
    let (access, next) =
        (first["access_token"].as_str().unwrap_or_default(), first["refresh_token"].as_str().unwrap_or_default());
    // The rotation ended the old refresh token and the session that came from it.
    assert_eq!(token(&client, &refresh("5Aep861emulator.refresh")).await?.status, 400);
    let ended = client.get(&asking("SELECT Id FROM Contact")).await?;
    assert_eq!((ended.status, refusal_of(&ended)), (401, ("INVALID_SESSION_ID".into(), "Session expired or invalid".into())));
    let renewed = client.clone().with("authorization", &format!("Bearer {access}"));
    assert_eq!(renewed.get(&asking("SELECT Id FROM Contact")).await?.status, 200);
    assert_eq!(renewed.get("/services/oauth2/userinfo").await?.json()["preferred_username"], "reader@emulator.example");
    emulator.state().advance(60_000);
    assert_eq!(renewed.get(&asking("SELECT Id FROM Contact")).await?.status, 401);
    assert_eq!(renewed.get("/services/oauth2/userinfo").await?.status, 403);
    let second = token(&client, &refresh(next)).await?.json();
    let renewed = client.clone().with("authorization", &format!("OAuth {}", second["access_token"].as_str().unwrap_or_default()));
    assert_eq!(renewed.get(&asking("SELECT Id FROM Contact")).await?.status, 200);
    let revoked = format!("token={}", escaped(second["refresh_token"].as_str().unwrap_or_default()));
    assert_eq!(client.call("POST", "/services/oauth2/revoke", revoked.as_str()).await?.status, 200);
    assert_eq!(client.call("POST", "/services/oauth2/revoke", revoked.as_str()).await?.status, 400);
    assert_eq!(renewed.get(&asking("SELECT Id FROM Contact")).await?.status, 401);
    assert_eq!(emulator.state().grants("refresh_token"), 2);
    Ok(())
}
