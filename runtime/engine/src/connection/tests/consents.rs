//! A person's consent: what is asked, and which answers count.

use super::*;
use crate::connection::consent::Consent;

const CALLBACK: &str = "https://ampline.example/callbacks/v1/oauth";

fn request(provider: &str) -> ConsentRequest {
    ConsentRequest {
        provider: provider.to_owned(),
        provider_app: None,
        group: Party { reference: "acme".to_owned(), name: "ACME".to_owned() },
        consumer: None,
        workspace: None,
        metadata: Default::default(),
        connection: None,
        origin: Origin::Api,
    }
}

/// The answer that the provider would send a person back with.
async fn asked(stage: &Stage) -> (Consent, ConsentAnswer) {
    let consent = stage.connections.begin_consent(request("crm"), CALLBACK.to_owned()).await.unwrap();
    let asked = stage.endpoint.consent(&consent.url);
    let of = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    assert_eq!(of("redirect_uri").as_deref(), Some(CALLBACK));
    assert_eq!((of("client_id").as_deref(), of("scope").as_deref()), (Some("client"), Some("read")));
    assert_eq!(of("code_challenge_method").as_deref(), Some("S256"));
    let state = of("state").unwrap();
    assert!(state.len() >= 43 && !is_written(stage.folder.path(), &state), "the state itself is nowhere");
    (consent, ConsentAnswer { state, code: Some("code-4711".to_owned()), ..ConsentAnswer::default() })
}

fn why(result: Result<Arc<Connection>, ConsentError>) -> String {
    result.unwrap_err().to_string()
}

#[tokio::test]
async fn an_answer_counts_once_and_makes_the_connection_that_was_asked_for() {
    let stage = Stage::new().await;
    let (consent, answer) = asked(&stage).await;
    // A restart in between loses nothing.
    let stage = stage.again().await;
    let made = stage.connections.end_consent(answer.clone()).await.unwrap();
    assert_eq!(made.id, consent.connection);
    let record = made.record();
    assert_eq!((record.workspace.as_deref(), record.scheme.as_str()), (Some("acme"), "oauth2/authorizationCode"));
    assert_eq!(shown(&made.access().await.unwrap()), "access-1");
    assert!(why(stage.connections.end_consent(answer).await).contains("used already"));
    // Consent again renews the group's own connection.
    let (again, answer) = asked(&stage).await;
    assert_eq!(again.connection, made.id);
    stage.connections.end_consent(answer).await.unwrap();
    assert_eq!(shown(&made.access().await.unwrap()), "access-2", "whoever holds it has the new tokens");
    assert_eq!(stage.connections.list().len(), 1);
}

#[tokio::test]
async fn no_other_answer_counts() {
    let stage = Stage::new().await;
    let (_, answer) = asked(&stage).await;
    let forged = ConsentAnswer { state: "A".repeat(43), ..answer.clone() };
    assert!(why(stage.connections.end_consent(forged).await).contains("used already"));
    stage.clock.advance(600);
    assert!(why(stage.connections.end_consent(answer.clone()).await).contains("older than ten minutes"));
    assert!(why(stage.connections.end_consent(answer).await).contains("used already"));
    let (_, answer) = asked(&stage).await;
    let denied = ConsentAnswer {
        code: None,
        error: Some("access_denied".to_owned()),
        error_description: Some("the user said no".to_owned()),
        ..answer.clone()
    };
    assert_eq!(why(stage.connections.end_consent(denied).await), "the provider says: access_denied: the user said no");
    assert!(why(stage.connections.end_consent(answer).await).contains("used already"), "a refusal uses it up");
    let (_, answer) = asked(&stage).await;
    let wrong = ConsentAnswer { code: Some("code-of-another".to_owned()), ..answer };
    assert!(why(stage.connections.end_consent(wrong).await).contains("invalid_grant"));
    let (_, answer) = asked(&stage).await;
    let empty = ConsentAnswer { code: None, ..answer };
    assert!(why(stage.connections.end_consent(empty).await).contains("neither a code nor a reason"));
    assert!(stage.connections.list().is_empty());
}

#[tokio::test]
async fn what_cannot_be_consented_to_says_why() {
    let stage = Stage::new().await;
    for (provider, told) in [
        ("plain", "nobody can consent at plain: it is authorised by a user name and a password"),
        ("nowhere", "no provider is called \"nowhere\""),
        ("hubspot", "there is no provider app for hubspot"),
    ] {
        let refused = stage.connections.begin_consent(request(provider), CALLBACK.to_owned()).await.unwrap_err();
        assert!(refused.to_string().contains(told), "{refused}");
    }
}
