//! A record too large for a webhook: the real binary sends a signed URL, and what is behind it is fetched, whole, in ranges, altered.
//!
//! Doubles: an emulated HubSpot and a receiver. Oracle: the record as the emulated HubSpot holds it.

use std::time::Duration;

use ampline_tests::{
    hubspot::{Large, Options},
    world::World,
};
use reqwest::{Method, Response};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);

/// More than a message may have, so that every record goes alone and by URL.
const LARGE_TEXT_BYTES: usize = 400_000;

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields:
            - fieldName: email
            - fieldName: large_text
"#;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
"#;

async fn ask(method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = headers.iter().fold(client.request(method, url), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The records behind a URL, fetched at once and checked against what the message said of them.
async fn whole(url: &str) -> Vec<u8> {
    let response = ask(Method::GET, url, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!((header(&response, "content-type"), header(&response, "accept-ranges")), ("application/json", "bytes"));
    assert_eq!(header(&response, "cache-control"), "private, no-store");
    let body = response.bytes().await.unwrap().to_vec();
    let records: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(records.len(), 1, "`numRecords` says one");
    let [record] = records.as_slice() else { unreachable!("one record") };
    let text = record["fields"]["large_text"].as_str().unwrap();
    assert!(text.len() == LARGE_TEXT_BYTES && record["raw"]["properties"]["large_text"] == text, "the record is whole");
    body
}

async fn check_ranges(url: &str, body: &[u8]) {
    let len = body.len();
    let tag = header(&ask(Method::HEAD, url, &[]).await, "etag").to_owned();
    let rows = [
        ("bytes=0-99999".to_owned(), Some(0..100_000)),
        (format!("bytes=100000-{}", len * 2), Some(100_000..len)),
        ("bytes=-7".to_owned(), Some(len - 7..len)),
        (format!("bytes={}-", len - 1), Some(len - 1..len)),
        ("bytes=0-0,5-6".to_owned(), None),
        ("bytes=x".to_owned(), None),
    ];
    for (range, expected) in rows {
        for condition in [None, Some((tag.as_str(), true)), Some(("\"another\"", false))] {
            let mut headers = vec![("range", range.as_str())];
            headers.extend(condition.map(|(tag, _)| ("if-range", tag)));
            let response = ask(Method::GET, url, &headers).await;
            let expected = expected.clone().filter(|_| condition.is_none_or(|(_, holds)| holds));
            let place = expected.as_ref().map_or(String::new(), |part| format!("bytes {}-{}/{len}", part.start, part.end - 1));
            assert_eq!(response.status(), if expected.is_some() { 206 } else { 200 }, "{headers:?}");
            assert_eq!((header(&response, "content-range"), header(&response, "etag")), (place.as_str(), tag.as_str()));
            assert_eq!(response.bytes().await.unwrap(), body[expected.unwrap_or(0..len)], "{headers:?}");
        }
    }
    let beyond = ask(Method::GET, url, &[("range", &format!("bytes={len}-"))]).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range")), (416, format!("bytes */{len}").as_str()));
    assert_eq!(header(&beyond, "content-type"), "application/problem+json");
    let head = ask(Method::HEAD, url, &[("range", "bytes=0-1")]).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, len.to_string().as_str()));
    assert!(head.bytes().await.unwrap().is_empty());
    assert_eq!(ask(Method::GET, url, &[("if-none-match", &tag)]).await.status(), 304);
}

/// Flips every byte of the id, the time and the signature to another that a URL may have, one at a time.
async fn check_altered(url: &str) {
    let start = url.rfind('/').unwrap() + 1;
    let mut altered = 0;
    for (place, byte) in url.bytes().enumerate().skip(start).filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
        let other = if byte == b'1' { '2' } else { '1' };
        let mut flipped = url.to_owned();
        flipped.replace_range(place..=place, &other.to_string());
        let refused = ask(Method::GET, &flipped, &[]).await;
        // Without its names the query is not one of a download.
        assert!([403, 422].contains(&refused.status().as_u16()), "{flipped}: {}", refused.status());
        assert_eq!(header(&refused, "content-type"), "application/problem+json", "{flipped}");
        let problem: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{problem}");
        altered += 1;
    }
    assert!(altered > 32 + 10 + 40, "{altered} bytes of {url}");
    assert_eq!(ask(Method::GET, &url.replace("expires=", "expires=9"), &[]).await.status(), 403, "nor a longer time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_too_large_for_a_webhook_is_fetched_by_a_signed_url() {
    let folder = tempfile::tempdir().unwrap();
    let large = Large { every: 2, bytes: LARGE_TEXT_BYTES };
    let options = Options { large: Some(large), ..Options::default().with("contacts", 4) };
    let world = World::new(folder.path(), options, MANIFEST, DESTINATIONS).unwrap();
    let runtime = world.workplace.start().unwrap();
    world.receiver.wait_until(PATIENCE, |seen| seen.download_urls.len() == 2 && seen.counts.records == 2).await.unwrap();
    for request in &world.receiver.seen().requests {
        assert!(request.body.len() <= 300_000, "a message of {} bytes", request.body.len());
        let message: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(message["resultInfo"]["type"] == "url", message.get("result").is_none());
    }
    let urls = world.receiver.seen().download_urls.clone();
    let bodies = [whole(&urls[0]).await, whole(&urls[1]).await];
    assert_ne!(bodies[0], bodies[1], "each URL has its own record");
    check_ranges(&urls[0], &bodies[0]).await;
    check_altered(&urls[0]).await;
    assert!(runtime.terminate().unwrap().success());
}

/// With a life of a second a URL is refused soon, and a replay carries a fresh one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_url_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { large: Some(Large { every: 1, bytes: LARGE_TEXT_BYTES }), ..Options::default().with("contacts", 1) };
    let destinations = format!("{DESTINATIONS}\n[runtime]\ndownload_expiry_s = 1\n");
    let world = World::new(folder.path(), options, MANIFEST, &destinations).unwrap();
    let runtime = world.workplace.start().unwrap();
    world.receiver.wait_until(PATIENCE, |seen| seen.download_urls.len() == 1).await.unwrap();
    let url = world.receiver.seen().download_urls[0].clone();
    let refused = async {
        loop {
            let response = ask(Method::GET, &url, &[]).await;
            if response.status() != 200 {
                return response;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let refused = tokio::time::timeout(PATIENCE, refused).await.expect("the URL expires");
    assert_eq!((refused.status().as_u16(), header(&refused, "content-type")), (403, "application/problem+json"));
    let problem: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("has expired"), "{problem}");
    assert!(runtime.terminate().unwrap().success());
}
