//! The HubSpot emulator, over real sockets.
//!
//! Doubles: none; the emulator is what is tested. Oracle: HubSpot's own client for Node (`tests/npm/hubspot.mjs`). Search has a suite
//! of its own.

use std::{error::Error, time::Duration};

use ampline_tests::{
    faults::{self, RetryAfter, Rule},
    hubspot::{Emulator, Large, Limits, Options},
    loopback::{Answer, Client},
    npm,
    requirement::require,
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;

fn start(options: Options) -> Result<(Emulator, Client), std::io::Error> {
    let emulator = Emulator::start(options)?;
    let client = Client::new(&emulator.base_url()).with("authorization", "Bearer secret");
    Ok((emulator, client))
}

fn ids(answer: &Answer) -> Vec<u64> {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().filter_map(|record| record["id"].as_str()?.parse().ok()).collect()
}

#[tokio::test]
async fn hubspots_own_client_is_satisfied() -> Outcome {
    let Some(packages) = require("hubspots_own_client_is_satisfied", "npm packages", npm::packages()) else { return Ok(()) };
    let options = Options { token: Some("secret".into()), ..Options::default() }
        .with("contacts", 350)
        .with("companies", 40)
        .with("cars", 5);
    let (emulator, _client) = start(options)?;
    let output = packages.node("hubspot.mjs", &[&emulator.base_url()], b"")?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("ok: ").count(), 10, "{said}");
    assert!(emulator.count("search", 200) >= 4 && emulator.count("search", 429) == 1 && emulator.count("list", 503) == 1);
    Ok(())
}

#[tokio::test]
async fn lists_by_opaque_cursor_with_the_properties_asked_for() -> Outcome {
    let (_emulator, client) = start(Options::default().with("contacts", 205))?;
    let mut next =
        Some("/crm/v3/objects/contacts?limit=100&properties=email,city&properties=phone&properties=unknown".to_owned());
    let mut all = Vec::new();
    while let Some(path) = next {
        let page = client.get(&path).await?;
        all.extend(ids(&page));
        let properties = page.json()["results"][0]["properties"].as_object().cloned().ok_or("no properties")?;
        let names: Vec<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(names, ["city", "createdate", "email", "hs_object_id", "lastmodifieddate", "phone"]);
        assert!(properties.values().all(|value| value.is_string() || value.is_null()), "{properties:?}");
        next = page.json()["paging"]["next"]["link"].as_str().map(str::to_owned);
    }
    assert_eq!(all, (1..=205).collect::<Vec<_>>());
    let defaults = client.get("/crm/v3/objects/0-2?limit=1").await?;
    let expected = r#""properties":{"createdate":"#;
    assert!(defaults.body.contains(expected) && defaults.body.contains(r#""hs_lastmodifieddate":"#), "{}", defaults.body);
    Ok(())
}

#[tokio::test]
async fn the_same_seed_gives_the_same_records() -> Outcome {
    let options = |seed| Options { seed, clock_ms: Some(NEW_YEAR_MS), ..Options::default() };
    let mut pages = Vec::new();
    for seed in [1, 1, 2] {
        let (_emulator, client) = start(options(seed))?;
        pages.push(
            client.get("/crm/v3/objects/contacts?limit=100&properties=email,phone,num_notes").await?.json()["results"].clone(),
        );
    }
    assert_eq!(pages[0], pages[1]);
    assert_ne!(pages[1], pages[2]);
    Ok(())
}

/// HubSpot's category for what it cannot make sense of.
const INVALID: &str = "VALIDATION_ERROR";

#[tokio::test]
async fn refuses_in_hubspots_shape() -> Outcome {
    let options = Options { token: Some("secret".into()), ..Options::default() };
    let (_emulator, client) = start(options)?;
    let filters = |count: usize| vec![json!({"propertyName": "city", "operator": "HAS_PROPERTY"}); count];
    let group = |count: usize| json!({"filters": filters(count)});
    let one = |filter: Value| json!({"filterGroups": [{"filters": [filter]}]});
    let rows = [
        ("GET", "contacts?limit=101", json!(null), 400, INVALID),
        ("GET", "contacts?limit=x", json!(null), 400, INVALID),
        ("GET", "contacts?after=100", json!(null), 400, INVALID),
        ("GET", "widgets", json!(null), 400, ""),
        ("GET", "contacts/0", json!(null), 404, "OBJECT_NOT_FOUND"),
        ("GET", "contacts/abc", json!(null), 404, "OBJECT_NOT_FOUND"),
        ("PATCH", "contacts/99999", json!({"properties": {}}), 404, "OBJECT_NOT_FOUND"),
        ("DELETE", "contacts/99999", json!(null), 404, "OBJECT_NOT_FOUND"),
        ("POST", "contacts", json!({"properties": {"nothing": "1"}}), 400, INVALID),
        ("POST", "contacts", json!({"properties": {"createdate": "1"}}), 400, INVALID),
        ("POST", "contacts/batch/read", json!({"inputs": vec![json!({"id": "1"}); 101]}), 400, INVALID),
        ("POST", "contacts/search", json!([]), 400, INVALID),
        ("POST", "contacts/search", json!({"limit": 201}), 400, INVALID),
        ("POST", "contacts/search", json!({"properties": vec!["a_property_of_some_length"; 120]}), 400, INVALID),
        ("POST", "contacts/search", json!({"limit": "200", "after": "9801"}), 400, INVALID),
        ("POST", "contacts/search", json!({"after": "MTAwCg=="}), 400, INVALID),
        ("POST", "contacts/search", json!({"sorts": ["city", "phone"]}), 400, INVALID),
        ("POST", "contacts/search", json!({"filterGroups": vec![group(1); 6]}), 400, INVALID),
        ("POST", "contacts/search", json!({"filterGroups": [group(7)]}), 400, INVALID),
        ("POST", "contacts/search", json!({"filterGroups": [group(5), group(5), group(5), group(4)]}), 400, INVALID),
        ("POST", "contacts/search", one(json!({"propertyName": "city", "operator": "LIKE", "value": "x"})), 400, INVALID),
        ("POST", "contacts/search", one(json!({"propertyName": "city", "operator": "EQ"})), 400, INVALID),
        ("POST", "contacts/search", one(json!({"propertyName": "nope", "operator": "EQ", "value": "x"})), 400, INVALID),
        // The mistake that the modification time's two names invite.
        (
            "POST",
            "contacts/search",
            one(json!({"propertyName": "hs_lastmodifieddate", "operator": "GT", "value": "1"})),
            400,
            INVALID,
        ),
        ("POST", "contacts/search", one(json!({"propertyName": "createdate", "operator": "GT", "value": "soon"})), 400, INVALID),
    ];
    for (method, path, body, status, category) in rows {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = client.call(method, &format!("/crm/v3/objects/{path}"), body.clone()).await?;
        let error = answer.json();
        assert_eq!((answer.status, error["category"].as_str().unwrap_or_default()), (status, category), "{method} {path} {body}");
        assert!(error["status"] == "error" && error["message"].is_string() && error["correlationId"].is_string(), "{error}");
    }
    for token in ["Bearer wrong", "Bearer ", "secret", "Basic secret"] {
        let answer = client.clone().with("authorization", token).get("/crm/v3/objects/contacts").await?;
        assert_eq!((answer.status, answer.json()["category"].as_str()), (401, Some("INVALID_AUTHENTICATION")), "{token}");
    }
    let long = format!("/crm/v3/objects/contacts?properties={}", "p".repeat(8 << 10));
    assert_eq!(client.get(&long).await?.status, 414);
    Ok(())
}

#[tokio::test]
async fn faults_strike_as_ordered_and_are_counted() -> Outcome {
    let (emulator, client) = start(Options::default())?;
    let status = |status, retry_after| faults::Answer::Status { status, retry_after, body: None, content_type: None };
    emulator.fault(Rule::answer(1, status(503, Some(RetryAfter::Seconds(1.5)))));
    emulator.fault(Rule::answer(1, status(429, Some(RetryAfter::DateInSeconds(60)))).on("list"));
    let list = "/crm/v3/objects/contacts?limit=1";
    let answer = client.get(list).await?;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1.5"));
    assert_eq!(client.post("/crm/v3/objects/contacts/search", &json!({})).await?.status, 200);
    let answer = client.get(list).await?;
    assert!(answer.status == 429 && answer.header("retry-after").ends_with(" GMT"), "{answer:?}");
    emulator.fault(Rule::answer(1, faults::Answer::NotJson));
    let answer = client.get(list).await?;
    assert_eq!((answer.status, answer.json()), (200, Value::Null));
    for broken in [faults::Answer::Truncated, faults::Answer::Reset] {
        emulator.fault(Rule::answer(1, broken.clone()));
        let outcome = client.get(list).await;
        assert!(outcome.as_ref().is_err_and(|error| !error.is_timeout()), "{broken:?}: {outcome:?}");
    }
    emulator.fault(Rule::answer(1, faults::Answer::Stall));
    assert!(tokio::time::timeout(Duration::from_millis(200), client.get(list)).await.is_err(), "a stalled request was answered");
    emulator.fault(Rule { every: Some(2), times: Some(1), ..Rule::status(1, 500) });
    assert_eq!([client.get(list).await?.status, client.get(list).await?.status, client.get(list).await?.status], [200, 500, 200]);
    let by_status = [503, 429, 200, 500].map(|status| emulator.count("list", status));
    assert_eq!(by_status, [1, 1, 3, 1]);
    Ok(())
}

#[tokio::test]
async fn a_pause_holds_requests_and_limits_refuse_them() -> Outcome {
    let limits = Limits { per_ten_seconds: Some(3), ..Limits::default() };
    let (emulator, client) = start(Options { limits, ..Options::default() })?;
    emulator.pause(true);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.get("/crm/v3/objects/contacts?limit=1").await }
    });
    assert!(tokio::time::timeout(Duration::from_millis(100), client.get("/crm/v3/objects/contacts")).await.is_err());
    assert!(!waiting.is_finished());
    emulator.pause(false);
    let answer = waiting.await??;
    assert_eq!((answer.status, answer.header("x-hubspot-ratelimit-max")), (200, "3"));
    let mut last = client.get("/crm/v3/objects/contacts").await?;
    while last.status == 200 {
        last = client.get("/crm/v3/objects/contacts").await?;
    }
    assert_eq!((last.status, last.json()["policyName"].as_str()), (429, Some("TEN_SECONDLY_ROLLING")));
    assert_eq!((last.header("x-hubspot-ratelimit-remaining"), last.header("retry-after")), ("0", ""));
    Ok(())
}

#[tokio::test]
async fn the_program_is_steered_over_its_control_surface() -> Outcome {
    let program = env!("CARGO_BIN_EXE_hubspot-emulator");
    let mut child = tokio::process::Command::new(program)
        .args(["--contacts", "12", "--token", "t", "--large-every", "5", "--large-bytes", "1000"])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut line = String::new();
    let mut stdout = tokio::io::BufReader::new(child.stdout.take().ok_or("no stdout")?);
    tokio::io::AsyncBufReadExt::read_line(&mut stdout, &mut line).await?;
    let ready: Value = serde_json::from_str(&line)?;
    let client = Client::new(ready["url"].as_str().ok_or("no url")?).with("authorization", "Bearer t");

    let changed = client.post("/_control/records/contacts/change", &json!({"count": 3, "properties": {"city": "Oslo"}})).await?;
    let changed: Vec<String> = serde_json::from_value(changed.json()["ids"].clone())?;
    let added = client.post("/_control/records/contacts/add", &json!({"count": 2})).await?;
    assert_eq!(added.json(), json!({"ids": ["13", "14"]}));
    client.post("/_control/records/contacts/archive", &json!({"ids": ["13"]})).await?;
    let listed = client.get("/_control/records/contacts").await?.json();
    assert_eq!(
        (listed[12]["id"].as_str(), listed[12]["archived"].as_bool(), listed[13]["archived"].as_bool()),
        (Some("13"), Some(true), Some(false))
    );
    let record = client.get(&format!("/crm/v3/objects/contacts/{}?properties=revision,city", changed[0])).await?.json();
    assert_eq!((record["properties"]["revision"].as_str(), record["properties"]["city"].as_str()), (Some("2"), Some("Oslo")));
    let large = client.get("/crm/v3/objects/contacts/5?properties=large_text").await?.json();
    assert_eq!(large["properties"]["large_text"].as_str().map(str::len), Some(1_000));

    client.call("PUT", "/_control/settings", json!({"token": "new"}).to_string()).await?;
    client.post("/_control/faults", &json!({"times": 1, "answer": "reset"})).await?;
    assert!(client.get("/crm/v3/objects/contacts").await.is_err());
    assert_eq!(client.get("/crm/v3/objects/contacts").await?.status, 401);
    let counters = client.get("/_control/counters").await?.json();
    assert_eq!(counters, json!({"get": {"200": 2}, "list": {"0": 1, "401": 1}}));
    client.post("/_control/reset", &json!({})).await?;
    assert_eq!(ids(&client.get("/crm/v3/objects/contacts?limit=100").await?).len(), 12);
    child.kill().await?;
    Ok(())
}

#[test]
fn an_address_outside_the_loopback_is_refused() {
    let outcome = Emulator::start(Options { listen: ([0, 0, 0, 0], 0).into(), ..Options::default() });
    assert!(outcome.is_err_and(|error| error.to_string().contains("not a loopback address")));
}

#[tokio::test]
async fn large_records_have_exactly_the_size_ordered() -> Outcome {
    let large = Some(Large { every: 2, bytes: 400_000 });
    let (_emulator, client) = start(Options { large, ..Options::default() })?;
    let page = client.get("/crm/v3/objects/contacts?limit=2&properties=large_text").await?.json();
    let sizes = [0, 1].map(|at: usize| page["results"][at]["properties"]["large_text"].as_str().map(str::len));
    assert_eq!(sizes, [None, Some(400_000)]);
    Ok(())
}
