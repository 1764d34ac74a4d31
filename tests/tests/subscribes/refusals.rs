//! Who is not believed, and what is not taken in.

use ampline_tests::{hubspot::sign, world::TOKEN};
use serde_json::{Value, json};

use crate::stage::{CLIENT_SECRET, EVERYTHING, PATH, Stage};

const BODY: &str = r#"[{"eventId":1,"subscriptionId":7,"portalId":62515,"occurredAt":1700000000000,"subscriptionType":"contact.deletion","objectId":2}]"#;

/// A call: path, content type, body, secret, how old its signature is.
struct Case<'a> {
    path: &'a str,
    content_type: &'a str,
    body: &'a str,
    secret: &'a str,
    age_ms: i64,
}

const GOOD: Case<'static> = Case { path: PATH, content_type: "application/json", body: BODY, secret: CLIENT_SECRET, age_ms: 0 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_say_why_and_give_nothing_away() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.start();
    let base = format!("http://{}", runtime.client.address());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let large = format!("[{}]", " ".repeat(1 << 20));
    let stranger = BODY.replace("62515", "1");
    let rows: [(Case<'_>, u16, &str); 12] = [
        (Case { secret: "another", ..GOOD }, 401, "the call is not authentic"),
        (Case { age_ms: 301_000, ..GOOD }, 401, "signed more than 300 s ago"),
        (Case { age_ms: -301_000, ..GOOD }, 401, "signed more than 300 s ago"),
        (Case { path: "/subscribe/v1/projects/other/integrations/crm", ..GOOD }, 404, "there is no project"),
        (Case { path: "/subscribe/v1/projects/demo/integrations/none", ..GOOD }, 404, "nothing is subscribed"),
        (Case { path: "/subscribe/v1/projects/demo/integrations/crm/installations/none", ..GOOD }, 404, "nothing is subscribed"),
        (Case { content_type: "text/plain", ..GOOD }, 415, "application/json"),
        (Case { body: "{}", ..GOOD }, 400, "not a JSON array"),
        (Case { body: r#"[{"subscriptionType":"contact.deletion"}]"#, ..GOOD }, 400, "event 1: `occurredAt`"),
        (Case { body: &large, ..GOOD }, 413, "at most 1024 KiB"),
        (Case { body: &stranger, ..GOOD }, 200, r#""ignored":1"#),
        (GOOD, 200, r#""accepted":1"#),
    ];
    for (case, status, expected) in rows {
        let url = format!("{base}{}", case.path);
        let at = (jiff::Timestamp::now().as_millisecond() - case.age_ms).to_string();
        let signature = sign(case.secret, "POST", &url, case.body, &at);
        let request = http.post(&url).header("content-type", case.content_type).header("x-hubspot-signature-v3", signature);
        let answer = request.header("x-hubspot-request-timestamp", at).body(case.body.to_owned()).send().await.unwrap();
        let got = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert!(got == status && text.contains(expected), "{}: {got} {text}, not {status} {expected}", case.path);
    }
    let unsigned = http.post(format!("{base}{PATH}")).header("x-hubspot-signature", "old").body(BODY).send().await.unwrap();
    assert_eq!(unsigned.status().as_u16(), 401);
    let problem: Value = serde_json::from_str(&unsigned.text().await.unwrap()).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("x-hubspot-signature-v3"), "{problem}");
    assert_eq!(http.get(format!("{base}{PATH}")).send().await.unwrap().status().as_u16(), 405);
    assert_eq!(stage.entries_after(1).await[0]["id"], json!("2"));
    assert!(runtime.terminate().unwrap().success());
    let log = std::fs::read_to_string(stage.workplace.log_file()).unwrap();
    assert!(log.contains("call.refused") && log.contains("events.unaddressed"), "{log}");
    for secret in [CLIENT_SECRET, "older-secret", TOKEN] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
