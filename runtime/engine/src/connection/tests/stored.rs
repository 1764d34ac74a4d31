//! What is kept, what a death at any instant leaves, and what damage to the store is told from what.

use std::time::Duration;

use ampline_core::provider::ReadErrorClass;

use super::*;
use crate::project::{Change, CredentialNews};

#[tokio::test]
async fn a_replaced_refresh_token_is_durable_before_its_access_token_is_used() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    for given in 1..=3 {
        stage.clock.advance(1800);
        assert_eq!(shown(&one.access().await.unwrap()), format!("access-{given}"));
        // The process dies now: the next one goes on with the token that was given last.
        let next = stage.after_death().await;
        assert_eq!(shown(&next.one().access().await.unwrap()), format!("access-{given}"));
    }
    for secret in ["access-", "refresh-", endpoint::CLIENT_SECRET] {
        assert!(!is_written(stage.folder.path(), secret), "{secret}");
    }
}

#[tokio::test]
async fn a_token_that_was_lost_with_the_process_is_not_lost_silently() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    stage.clock.advance(1800);
    stage.endpoint.delay(Duration::from_millis(300));
    let asking = tokio::spawn(async move { one.access().await.map(|access| shown(&access)) });
    while stage.endpoint.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The provider has replaced the token, and its answer is on the way.
    let next = stage.after_death().await;
    stage.endpoint.delay(Duration::ZERO);
    let error = next.one().access().await.unwrap_err();
    assert_eq!(error.class, ReadErrorClass::BadCredentials);
    assert!(error.message.contains("invalid_grant"), "{error}");
    assert!(error.message.contains("a refresh that began at 2026-01-01T00:30:00Z was cut off"), "{error}");
    assert_eq!(next.one().record().status_reason, Some(error.message));
    assert_eq!(asking.await.unwrap().unwrap(), "access-1", "the one that lives gets it");
}

#[tokio::test]
async fn a_file_is_where_tokens_begin_and_counts_again_when_it_changes() {
    let stage = Stage::new().await;
    let declared = |refresh: &str| {
        let oauth2 = OAuth2Credentials {
            tokens: Some(Tokens::seed(None, Secret::new(refresh))),
            ..OAuth2Credentials::new(How::AuthorizationCode, ClientOf::App("app".to_owned()))
        };
        vec![Declared {
            rate_limit: None,
            id: "one".to_owned(),
            name: "acme".to_owned(),
            provider: "crm".to_owned(),
            group: None,
            workspace: None,
            base_url: None,
            metadata: Default::default(),
            credentials: Credentials::OAuth2(Box::new(oauth2)),
        }]
    };
    let declare = async |stage: &Stage, refresh: &str| {
        stage.connections.declare("ampline.toml", vec![app()], declared(refresh)).await.unwrap().len()
    };
    assert_eq!(declare(&stage, "refresh-0").await, 1);
    assert_eq!(shown(&stage.one().access().await.unwrap()), "access-1", "there was no access token yet");
    assert_eq!(stage.one().record().workspace.as_deref(), Some("acme"), "as the token answer said");
    assert_eq!(declare(&stage, "refresh-0").await, 0);
    let stage = stage.again().await;
    assert_eq!(declare(&stage, "refresh-0").await, 0, "the file says what it said");
    assert_eq!(shown(&stage.one().access().await.unwrap()), "access-1");
    assert_eq!(stage.one().record().workspace.as_deref(), Some("acme"));
    assert_eq!(declare(&stage, "refresh-1").await, 1, "an edit counts");
    assert_eq!(shown(&stage.one().access().await.unwrap()), "access-2");
    stage.connections.declare("ampline.toml", vec![app()], Vec::new()).await.unwrap();
    let error = stage.one().access().await.unwrap_err();
    assert!(error.message.contains("declares it no longer"), "{error}");
}

#[tokio::test]
async fn rows_that_were_exchanged_or_damaged_are_told_apart_and_do_not_stop_the_others() {
    let stage = Stage::new().await;
    stage.connected().await;
    stage.put("two", "plain", Credentials::Basic { username: "u".to_owned(), password: Secret::new("p4ssword") }).await;
    stage.put("three", "plain", Credentials::Basic { username: "u".to_owned(), password: Secret::new("p4ssword") }).await;
    let swapped = stage.store.sealed("two").await.unwrap().unwrap();
    let mut damaged = stage.store.sealed("three").await.unwrap().unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    for (id, sealed) in [("one", swapped), ("three", damaged)] {
        let record = stage.connections.get(id).unwrap().record();
        let Change::PutConnection(draft) = room::put(&record, Some(sealed), CredentialNews::Same) else { unreachable!() };
        stage.store.apply(vec![Change::PutConnection(draft)], stage.clock.now()).await.unwrap();
    }
    let stage = stage.again().await;
    let error = async |id: &str| stage.connections.get(id).unwrap().access().await.unwrap_err();
    let one = error("one").await;
    assert_eq!(one.class, ReadErrorClass::BadCredentials);
    assert!(one.message.contains("it is that of two"), "{one}");
    assert!(error("three").await.message.contains("it was altered or is damaged"));
    assert!(stage.connections.get("two").unwrap().access().await.is_ok());
    // A key that does not belong to these rows.
    let stage = Stage { key: MasterKey::generate().unwrap(), ..stage }.again().await;
    let error = stage.connections.get("two").unwrap().access().await.unwrap_err();
    assert!(error.message.contains("it is encrypted under the data key k-"), "{error}");
}

#[tokio::test]
async fn a_provider_app_is_kept_with_its_secret_and_without_showing_it() {
    let stage = Stage::new().await;
    let mut made = app();
    (made.id, made.is_declared) = ("made".to_owned(), false);
    made.client_secret = Some(Secret::new("another-secret-0815"));
    stage.connections.put_app(made).await.unwrap();
    let stage = stage.again().await;
    let found = stage.connections.apps().into_iter().find(|app| app.id == "made").unwrap();
    assert_eq!(found.client_secret, Some(Secret::new("another-secret-0815")));
    assert!(!is_written(stage.folder.path(), "another-secret-0815"));
    let refused = stage.connections.delete_app("app").await.unwrap_err();
    assert!(refused.to_string().contains("is declared in ampline.toml"), "{refused}");
    stage.connections.delete_app("made").await.unwrap();
    assert_eq!(stage.again().await.connections.apps().len(), 1);
}
