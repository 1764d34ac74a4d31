//! Who refreshes, how often, and what becomes of a refresh that fails.

use std::time::Duration;

use ampline_core::provider::ReadErrorClass;

use super::*;

/// What each of so many readers gets at the same time.
async fn all_at_once(one: &Arc<Connection>, count: usize, refused: Option<u64>) -> Vec<Result<String, ReadErrorClass>> {
    let readers = (0..count).map(|_| {
        let one = one.clone();
        tokio::spawn(async move {
            let access = match refused {
                Some(generation) => one.renewed(generation, "the token has expired").await,
                None => one.access().await,
            };
            access.map(|access| shown(&access)).map_err(|error| error.class)
        })
    });
    let readers: Vec<_> = readers.collect();
    let mut got = Vec::new();
    for reader in readers {
        got.push(reader.await.unwrap());
    }
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_readers_with_an_expired_token_send_one_refresh() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    assert_eq!(all_at_once(&one, 50, None).await, vec![Ok("access-0".to_owned()); 50]);
    assert!(stage.endpoint.asked().is_empty(), "the token holds");
    stage.endpoint.delay(Duration::from_millis(50));
    stage.clock.advance(1800);
    assert_eq!(all_at_once(&one, 50, None).await, vec![Ok("access-1".to_owned()); 50]);
    assert_eq!(stage.endpoint.asked(), ["refresh_token"]);
    // Refused all the same: one more, also for who was refused with what is long replaced.
    assert_eq!(all_at_once(&one, 50, Some(2)).await, vec![Ok("access-2".to_owned()); 50]);
    assert_eq!(all_at_once(&one, 50, Some(1)).await, vec![Ok("access-2".to_owned()); 50]);
    assert_eq!(stage.endpoint.asked().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_as_soon_as_it_is_new_is_not_renewed_a_third_time() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    let first = one.access().await.unwrap().generation;
    let second = one.renewed(first, "no").await.unwrap().generation;
    // Another reader began with the second already, and is refused, too.
    assert_eq!(one.renewed(second, "no").await.unwrap_err().class, ReadErrorClass::BadCredentials);
    assert_eq!(stage.endpoint.asked().len(), 1);
    assert_eq!(one.record().status, ConnectionStatus::BadCredentials);
    // One that was accepted once may be renewed again.
    one.refresh_now().await.unwrap();
    let third = one.access().await.unwrap().generation;
    one.accepted(third).await;
    assert!(one.renewed(third, "no").await.is_ok());
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_and_used_until_then() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    // Seconds after the beginning; what is used; refreshes so far.
    stage.endpoint.answer_with(Some((503, "later")));
    stage.clock.advance(1000);
    assert_eq!(shown(&one.access().await.unwrap()), "access-0");
    assert!(stage.endpoint.asked().is_empty());
    stage.clock.advance(600);
    assert_eq!(shown(&one.access().await.unwrap()), "access-0", "due, and not refreshed, but it still holds");
    assert_eq!(stage.endpoint.asked().len(), 1);
    assert_eq!(shown(&one.access().await.unwrap()), "access-0");
    assert_eq!(stage.endpoint.asked().len(), 1, "the endpoint is left alone for a while");
    stage.clock.advance(300);
    stage.endpoint.answer_with(None);
    assert_eq!(shown(&one.access().await.unwrap()), "access-1");
    // A clock that was set back far cannot tell whether a token holds.
    stage.clock.advance(-3 * 3_600);
    assert_eq!(shown(&one.access().await.unwrap()), "access-2");
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_is_waited_out_and_is_nobodys_bad_credentials() {
    for answer in [
        (503, "<h1>Unavailable</h1>"),
        (429, r#"{"error":"slow_down"}"#),
        (200, "{}"),
        (302, ""),
        (500, r#"{"error":"invalid_grant"}"#),
    ] {
        let stage = Stage::new().await;
        let one = stage.connected().await;
        stage.clock.advance(1800);
        stage.endpoint.answer_with(Some(answer));
        let error = one.access().await.unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Transient, "{answer:?}: {error}");
        assert!(error.retry_after.is_some_and(|wait| wait <= Duration::from_secs(3)), "{error:?}");
        assert_eq!(one.record().status, ConnectionStatus::Created);
        assert_eq!(one.access().await.unwrap_err().class, ReadErrorClass::Transient);
        assert_eq!(stage.endpoint.asked().len(), 1, "the endpoint is left alone for a while");
        stage.endpoint.answer_with(None);
        stage.clock.advance(5);
        assert_eq!(shown(&one.access().await.unwrap()), "access-1");
    }
}

#[tokio::test]
async fn a_revoked_grant_is_bad_credentials_with_the_providers_words_until_it_is_renewed() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    stage.clock.advance(1800);
    stage.endpoint.revoke();
    for _ in 0..3 {
        let error = one.access().await.unwrap_err();
        assert_eq!(error.class, ReadErrorClass::BadCredentials);
        assert_eq!(error.message, "the token endpoint answered 400: invalid_grant: it is invalid_grant");
    }
    assert_eq!(stage.endpoint.asked().len(), 1, "a grant that is gone is not asked with again");
    let stage = stage.again().await;
    let one = stage.one();
    assert_eq!(one.record().status, ConnectionStatus::BadCredentials, "after a restart");
    assert_eq!(one.access().await.unwrap_err().class, ReadErrorClass::BadCredentials);
    assert_eq!(stage.endpoint.asked().len(), 1);
    assert!(stage.connected().await.access().await.is_ok(), "a person renewed it");
}

#[tokio::test]
async fn a_refused_registration_stops_reads_but_is_tried_again() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    stage.clock.advance(1800);
    stage.endpoint.answer_with(Some((401, r#"{"error":"invalid_client","error_description":"no client-secret-4711 of ours"}"#)));
    let error = one.access().await.unwrap_err();
    assert_eq!(error.class, ReadErrorClass::BadCredentials);
    assert!(error.message.ends_with("invalid_client: no [secret] of ours"), "{error}");
    assert_eq!(one.record().status, ConnectionStatus::BadCredentials);
    stage.endpoint.answer_with(None);
    stage.clock.advance(5);
    let access = one.access().await.unwrap();
    one.accepted(access.generation).await;
    assert_eq!(one.record().status, ConnectionStatus::Working);
}

#[tokio::test]
async fn credentials_that_cannot_be_renewed_are_bad_once_they_are_refused() {
    let stage = Stage::new().await;
    let one = stage.put("one", "plain", Credentials::Basic { username: "u".to_owned(), password: Secret::new("p4ssword") }).await;
    let access = one.access().await.unwrap();
    let error = one.renewed(access.generation, "wrong password").await.unwrap_err();
    assert_eq!(error.class, ReadErrorClass::BadCredentials);
    assert_eq!(one.access().await.unwrap_err().class, ReadErrorClass::BadCredentials);
    // New ones serve at once, and an answer to the old ones does not judge them.
    stage.put("one", "plain", Credentials::Basic { username: "u".to_owned(), password: Secret::new("another") }).await;
    one.refused(access.generation, "wrong password").await;
    assert!(one.access().await.is_ok());
    assert_eq!(one.without_secrets(&Bytes::from_static(b"p4ssword and another")), "[secret] and [secret]");
}

#[tokio::test]
async fn a_reader_that_gives_up_takes_no_token_with_it() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    stage.clock.advance(1800);
    stage.endpoint.delay(Duration::from_millis(200));
    let impatient = tokio::time::timeout(Duration::from_millis(50), one.access()).await;
    assert!(impatient.is_err());
    assert_eq!(shown(&one.access().await.unwrap()), "access-1");
    assert_eq!(stage.endpoint.asked().len(), 1);
}

#[tokio::test]
async fn a_grant_that_nobody_uses_is_kept_alive() {
    let stage = Stage::new().await;
    let one = stage.connected().await;
    stage.clock.advance(23 * 3_600);
    assert_eq!((stage.connections.keep_alive(24).await, stage.endpoint.asked().len()), (0, 0));
    stage.clock.advance(2 * 3_600);
    assert_eq!((stage.connections.keep_alive(24).await, stage.endpoint.asked().len()), (1, 1));
    assert_eq!((stage.connections.keep_alive(24).await, stage.endpoint.asked().len()), (0, 1), "it was used just now");
    // What nobody used yet may be refused when somebody does, and is renewed then as ever.
    let unused = one.access().await.unwrap().generation;
    assert!(one.renewed(unused, "the session has ended").await.is_ok());

    // A restart forgets nothing; a provider in trouble is asked later, and a grant that is gone no more.
    let stage = stage.again().await;
    assert_eq!(stage.connections.keep_alive(24).await, 0);
    stage.clock.advance(25 * 3_600);
    stage.endpoint.answer_with(Some((503, "later")));
    assert_eq!((stage.connections.keep_alive(24).await, stage.connections.keep_alive(24).await), (1, 0));
    stage.clock.advance(3_600);
    stage.endpoint.answer_with(Some((400, r#"{"error":"invalid_grant"}"#)));
    assert_eq!((stage.connections.keep_alive(24).await, stage.connections.keep_alive(24).await), (1, 0));
}
