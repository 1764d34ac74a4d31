//! The webhook receiver, over real sockets.
//!
//! Doubles: none; the receiver is what is tested. Oracles: the public Standard Webhooks vector (beside the code), and both official
//! verifiers from npm, which must agree with the receiver about a fresh signature.

use std::{
    collections::HashMap,
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ampline_tests::{
    faults::{Answer, RetryAfter, Rule},
    loopback::Client,
    npm,
    receiver::{Flaw, Mode, Options, Receiver, log, signature},
    requirement::require,
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const LIMIT: Duration = Duration::from_secs(20);

fn start(options: Options) -> Result<(Receiver, Client), std::io::Error> {
    let receiver = Receiver::start(options)?;
    let client = Client::new(&receiver.url(""));
    Ok((receiver, client))
}

fn message(object: &str, records: &[(&str, &str)]) -> Value {
    let result: Vec<_> = records.iter().map(|(id, at)| json!({"fields": {}, "raw": {"id": id, "updatedAt": at}})).collect();
    json!({"objectName": object, "resultInfo": {"type": "inline", "numRecords": records.len()}, "result": result})
}

fn now_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

/// All six headers of a delivery.
fn signed(id: &str, at_seconds: i64, body: &str) -> Result<HashMap<String, String>, String> {
    let headers = signature::sign(SECRET, id, at_seconds, body.as_bytes())?;
    let twice = headers
        .into_iter()
        .flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.replace("webhook", "svix"), value)]);
    Ok(twice.collect())
}

#[tokio::test]
async fn notes_events_and_records_with_their_multiplicity() -> Outcome {
    let (receiver, client) = start(Options::default())?;
    let deliveries = [
        ("e1", message("contact", &[("1", "2026-01-01"), ("2", "2026-01-01")])),
        ("e2", message("contact", &[("2", "2026-01-03")])),
        ("e1", message("contact", &[("1", "2026-01-01"), ("2", "2026-01-01")])),
        ("e3", json!({"objectName": "company", "resultInfo": {"type": "url", "downloadUrl": "http://x/1"}})),
    ];
    for (id, body) in &deliveries {
        assert_eq!(client.clone().with("webhook-id", id).post("/hooks/a?b=c", body).await?.status, 200);
    }
    receiver.wait_until(LIMIT, |seen| seen.counts.requests >= 4).await?;
    let seen = receiver.seen();
    let counts = &seen.counts;
    assert_eq!((counts.requests, counts.accepted, counts.events, counts.events_accepted, counts.records), (4, 4, 3, 3, 2));
    assert_eq!((seen.events["e1"].times, seen.events["e2"].times), (2, 1));
    let record = &seen.records["contact"]["2"];
    assert_eq!((record.times, record.updated_at.as_deref()), (3, Some("2026-01-03")));
    assert_eq!(seen.download_urls, ["http://x/1"]);
    assert_eq!(
        (seen.requests[0].path.as_str(), &seen.requests[0].body[..]),
        ("/hooks/a?b=c", deliveries[0].1.to_string().as_bytes())
    );
    Ok(())
}

#[tokio::test]
async fn answers_as_told() -> Outcome {
    let (receiver, client) = start(Options::default())?;
    let status = |status, retry_after| Answer::Status { status, retry_after, body: None, content_type: None };
    let post = async |path: &str| client.clone().with("webhook-id", path).post(path, &json!({})).await;
    receiver.fault(Rule::answer(1, status(429, Some(RetryAfter::Seconds(2.0)))));
    receiver.fault(Rule { times: None, ..Rule::answer(0, status(410, None)) }.on("/gone"));
    let answer = post("/a").await?;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "2"));
    assert_eq!([post("/a").await?.status, post("/gone/1").await?.status, post("/gone/2").await?.status], [200, 410, 410]);
    receiver.set_mode(Mode::down()).await;
    assert_eq!([post("/a").await?.status, post("/gone").await?.status], [503, 410]);
    receiver.set_mode(Mode::Up).await;
    for broken in [Answer::Truncated, Answer::Reset] {
        receiver.fault(Rule::answer(1, broken.clone()));
        assert!(post("/broken").await.is_err_and(|error| !error.is_timeout()), "{broken:?}");
    }
    receiver.fault(Rule::answer(1, Answer::Stall));
    assert!(tokio::time::timeout(Duration::from_millis(200), post("/hung")).await.is_err());
    let seen = receiver.seen();
    assert_eq!(seen.counts.by_status, [(0, 3), (200, 1), (410, 3), (429, 1), (503, 1)].into());
    assert_eq!((seen.events["/a"].times, seen.events["/a"].accepted, seen.events["/broken"].accepted), (3, 1, 0));
    Ok(())
}

#[tokio::test]
async fn a_refusing_receiver_comes_back_on_its_port() -> Outcome {
    let (receiver, client) = start(Options::default())?;
    assert_eq!(client.post("/", &json!({})).await?.status, 200);
    for _ in 0..3 {
        receiver.set_mode(Mode::Refuse).await;
        assert!(client.post("/", &json!({})).await.is_err(), "a connection outlived the closing of the port");
        let outcome = Client::new(&receiver.url("")).post("/", &json!({})).await;
        assert!(outcome.as_ref().is_err_and(reqwest::Error::is_connect), "{outcome:?}");
        receiver.set_mode(Mode::Up).await;
        assert_eq!(client.post("/", &json!({})).await?.status, 200);
    }
    assert_eq!(receiver.counts().requests, 4);
    Ok(())
}

#[tokio::test]
async fn counts_bad_signatures() -> Outcome {
    let (receiver, client) = start(Options { secrets: vec![SECRET.to_owned()], ..Options::default() })?;
    let body = r#"{"test": 2432232314}"#;
    let rows = [(0, body, None), (-600, body, Some(Flaw::BadTimestamp)), (0, r#"{"test":2432232314}"#, Some(Flaw::NoMatch))];
    for (shift, sent, expected) in rows {
        receiver.forget();
        let headers = signed("msg_1", now_seconds() + shift, body)?;
        let client = headers.iter().fold(client.clone(), |client, (name, value)| client.with(name, value));
        client.call("POST", "/", sent).await?;
        let flaws: Vec<_> = receiver.seen().flaws.keys().copied().collect();
        assert_eq!(flaws, expected.into_iter().collect::<Vec<_>>(), "{shift} {sent}");
        assert_eq!(receiver.counts().signature_failures, u64::from(expected.is_some()));
    }
    Ok(())
}

#[test]
fn both_official_verifiers_agree_about_a_fresh_signature() -> Outcome {
    let need = require("both_official_verifiers_agree_about_a_fresh_signature", "npm packages", npm::packages());
    let Some(packages) = need else { return Ok(()) };
    let body = "{\"text\": \"Zoë, \\u00e9 and 1742558812455698400\", \"n\": 1742558812455698400}";
    let headers = signed("msg_2", now_seconds(), body)?;
    let good = packages.verify(SECRET, &headers, body)?;
    assert_eq!((good.standardwebhooks, good.svix), (None, None));
    let bad = packages.verify(SECRET, &headers, "{}")?;
    assert!(bad.standardwebhooks.is_some() && bad.svix.is_some(), "a changed body was accepted: {bad:?}");
    let old = packages.verify(SECRET, &signed("msg_2", now_seconds() - 600, body)?, body)?;
    assert!(old.standardwebhooks.is_some() && old.svix.is_some(), "an old signature was accepted: {old:?}");
    Ok(())
}

#[tokio::test]
async fn the_program_is_steered_and_leaves_a_log() -> Outcome {
    let path = std::env::temp_dir().join(format!("ampline-receiver-{}.log", std::process::id()));
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_webhook-receiver"))
        .arg("--log")
        .arg(&path)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut line = String::new();
    let mut stdout = tokio::io::BufReader::new(child.stdout.take().ok_or("no stdout")?);
    tokio::io::AsyncBufReadExt::read_line(&mut stdout, &mut line).await?;
    let ready: Value = serde_json::from_str(&line)?;
    let url = ready["url"].as_str().ok_or("no url")?;
    let (steering, client) = (Client::new(url), Client::new(url).with("webhook-id", "e1"));
    let mode = async |mode: &str| steering.call("PUT", "/_control/mode", json!({"mode": mode}).to_string()).await;

    let body = message("contact", &[("7", "2026-01-01")]);
    assert_eq!(mode("down").await?.status, 204);
    assert_eq!(client.post("/a", &body).await?.status, 503);
    assert_eq!(mode("refuse").await?.status, 204);
    assert!(client.post("/a", &body).await.is_err());
    assert_eq!(mode("up").await?.status, 204);
    assert_eq!(client.post("/a", &body).await?.status, 200);
    let waited = steering.get("/_control/wait?events_accepted=1&timeout_ms=10000").await?;
    assert_eq!((waited.status, waited.json()["requests"].as_u64(), waited.json()["records"].as_u64()), (200, Some(2), Some(1)));
    assert_eq!(steering.get("/_control/wait?records=2&timeout_ms=1").await?.status, 408);
    let records = steering.get("/_control/records").await?.json();
    assert_eq!(records, json!({"contact": {"7": {"times": 1, "updatedAt": "2026-01-01"}}}));
    let events = steering.get("/_control/events").await?.json();
    assert_eq!((events["e1"]["times"].as_u64(), events["e1"]["accepted"].as_u64()), (Some(2), Some(1)));
    child.kill().await?;

    let lines = log::read(&path)?;
    std::fs::remove_file(&path)?;
    let seen: Vec<_> = lines.iter().map(|line| (line.event.as_str(), line.status, line.records[0].id.as_str())).collect();
    assert_eq!(seen, [("e1", 503, "7"), ("e1", 200, "7")]);
    Ok(())
}

#[tokio::test]
async fn waiting_in_vain_says_what_there_is() -> Outcome {
    let (receiver, client) = start(Options::default())?;
    client.post("/", &json!({})).await?;
    let outcome = receiver.wait_until(Duration::from_millis(20), |seen| seen.counts.requests > 1).await;
    assert!(outcome.is_err_and(|reason| reason.contains("requests: 1")));
    Ok(())
}
