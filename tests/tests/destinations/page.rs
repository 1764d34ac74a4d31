//! The page `create-destination` of the specification: its call as it stands there, and every way to get it wrong.

use std::process::Command;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::stage::{Stage, ask};

/// The call of the page, with the host and the key to be filled in.
const CALL: &str = r#"curl --silent --request POST \
  --url https://api.withampersand.com/v1/projects/{projectIdOrName}/destinations \
  --header 'Content-Type: application/json' \
  --header 'X-Api-Key: <api-key>' \
  --data '{
  "name": "leadConvertedWebhook",
  "type": "webhook",
  "secrets": {
    "awsKeyId": "AKIAIOSFODNN7EXAMPLE",
    "awsSecretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "awsSessionToken": "AQoEXAMPLEH4aoAH0gNCAPy..."
  },
  "metadata": {
    "url": "https://webhooks.mailmonkey.com/salesforce-lead-converted",
    "headers": {
      "Authorization": "Bearer 1234"
    },
    "kinesisRegion": "us-east-1",
    "kinesisStreamName": "my-kinesis-stream",
    "kinesisEndpointUrl": "https://kinesis.us-east-1.amazonaws.com",
    "kinesisPartitionKeyTemplate": "data.user_id"
  }
}'"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_call_of_the_page_is_answered_as_the_page_says() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let call = CALL
        .replace("https://api.withampersand.com", &format!("http://{}", runtime.client.address()))
        .replace("{projectIdOrName}", "demo")
        .replace("<api-key>", runtime.client.key());
    let output = Command::new("bash").args(["-c", &call]).env("no_proxy", "*").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let metadata = json!({
        "url": "https://webhooks.mailmonkey.com/salesforce-lead-converted",
        "headers": { "Authorization": "Bearer 1234" },
    });
    assert_eq!((&made["name"], &made["type"]), (&json!("leadConvertedWebhook"), &json!("webhook")), "{made}");
    assert_eq!((&made["metadata"], made.get("secrets")), (&metadata, None));
    for member in ["createTime", "updateTime"] {
        assert!(made[member].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{made}");
    }
    let id = made["id"].as_str().unwrap();
    for path in [format!("destinations/{id}"), "destinations/leadConvertedWebhook".to_owned()] {
        assert_eq!(runtime.client.get(&path).await.unwrap(), made);
        let shown = runtime.client.get(&format!("{path}?includeSecrets=true")).await.unwrap();
        assert!(shown["secrets"]["webhookSigningKey"].as_str().unwrap().starts_with("whsec_"), "{shown}");
    }
    assert_eq!(runtime.client.get("destinations").await.unwrap(), json!([made]));

    // The other type of the page, in both spellings; each is shown in the one that was sent.
    let secrets = json!({ "awsKeyId": "AKIAIOSFODNN7EXAMPLE", "awsSecretKey": "wJalrXUtnFEMI" });
    for (name, prefix) in [("old", "kinesis"), ("new", "")] {
        let key = |name: &str| {
            if prefix.is_empty() { name.to_owned() } else { format!("{prefix}{}{}", name[..1].to_uppercase(), &name[1..]) }
        };
        let mut metadata = Map::new();
        metadata.insert(key("region"), "us-east-1".into());
        metadata.insert(key("streamName"), "my-kinesis-stream".into());
        metadata.insert(key("partitionKeyTemplate"), "data.user_id".into());
        let mut sent = metadata.clone();
        sent.insert("url".to_owned(), "https://example.com/".into());
        let body = json!({ "name": name, "type": "kinesis", "metadata": sent, "secrets": secrets });
        let answer = ask(&runtime, Method::POST, "destinations", Some(&body), None).await;
        assert_eq!((answer.status, &answer.body["metadata"]), (201, &Value::Object(metadata)), "{:#}", answer.body);
    }
    // Another spelling of a key takes the place of the one before.
    let body = json!({ "updateMask": ["metadata.region"], "destination": { "metadata": { "region": "eu-west-1" } } });
    let answer = ask(&runtime, Method::PATCH, "destinations/old", Some(&body), None).await;
    let region = [&answer.body["metadata"]["region"], &answer.body["metadata"]["kinesisRegion"]];
    assert_eq!((answer.status, region), (200, [&json!("eu-west-1"), &Value::Null]), "{:#}", answer.body);
    let told = std::fs::read(stage.world.workplace.log_file()).unwrap();
    for secret in ["wJalrXUtnFEMI", "AQoEXAMPLEH4aoAH0gNCAPy"] {
        let everywhere = [told.clone(), std::fs::read(stage.world.workplace.data_dir().join("project.db")).unwrap()];
        for place in everywhere {
            assert!(!place.windows(secret.len()).any(|window| window == secret.as_bytes()), "a secret shows itself");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_request_is_told_with_its_place() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let webhook = |name: &str, metadata: Value| json!({ "name": name, "type": "webhook", "metadata": metadata });
    let url = || json!({ "url": "https://example.com/" });
    let rows: [(Value, u16, &[&str]); 14] = [
        (json!([]), 422, &[""]),
        (json!({}), 422, &["name", "type", "metadata"]),
        (json!({ "name": 1, "type": "webhook", "metadata": [] }), 422, &["name", "metadata"]),
        (webhook("with space", url()), 422, &["name"]),
        (webhook("ünder", url()), 422, &["name"]),
        (webhook("0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", url()), 422, &["name"]),
        (webhook("a", json!({ "url": "http://example.com/" })), 422, &["metadata.url"]),
        (webhook("a", json!({ "url": "example.com/" })), 422, &["metadata.url"]),
        (webhook("a", json!({ "url": "ftp://me:word@example.com/" })), 422, &["metadata.url"]),
        (
            webhook("a", json!({ "urL": "https://example.com/", "headers": { "host": "x" } })),
            422,
            &["metadata.url", "metadata.headers.host", "metadata.urL"],
        ),
        (json!({ "name": "a", "type": "fax", "metadata": {} }), 422, &["type"]),
        (json!({ "name": "a", "type": "postgres", "metadata": { "tableName": "t" } }), 422, &["type"]),
        (
            json!({ "name": "a", "type": "s3", "secrets": { "awsKeyId": "AKIA", "aws": "secret-word" },
                    "metadata": { "bucket": "b-1", "region": "us-east-1", "keyTemplate": "join('', [" } }),
            422,
            &["secrets.aws", "secrets", "metadata.keyTemplate"],
        ),
        (webhook("a", url()), 201, &[]),
    ];
    for (body, status, expected) in &rows {
        let answer = ask(&runtime, Method::POST, "destinations", Some(body), None).await;
        let named: Vec<&str> =
            answer.body["issues"].as_array().into_iter().flatten().map(|issue| issue["name"].as_str().unwrap()).collect();
        let mut sorted = (named.clone(), expected.to_vec());
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        assert_eq!((answer.status, &sorted.0), (*status, &sorted.1), "{body}: {:#}", answer.body);
        assert!(!answer.body.to_string().contains("secret-word") && !answer.body.to_string().contains("me:word"));
    }
    let fax = ask(&runtime, Method::POST, "destinations", Some(&rows[10].0), None).await.body.to_string();
    assert!(fax.contains("api, kinesis, postgres, s3, webhook"), "{fax}");
    let template = ask(&runtime, Method::POST, "destinations", Some(&rows[12].0), None).await.body.to_string();
    assert!(template.contains("character"), "{template}");
    let again = ask(&runtime, Method::POST, "destinations", Some(&webhook("a", url())), None).await;
    assert_eq!(again.status, 409, "{:#}", again.body);

    let mask = |mask: Value, destination: Value| json!({ "updateMask": mask, "destination": destination });
    let rows: [(Value, u16, &str); 9] = [
        (mask(json!([]), json!({})), 422, "updateMask"),
        (mask(json!(["colour"]), json!({})), 422, "updateMask[0]"),
        (mask(json!(["name", "metadata.color"]), json!({ "name": "b" })), 422, "updateMask[1]"),
        (mask(json!(["secrets.colour"]), json!({})), 422, "updateMask[0]"),
        (mask(json!(["type"]), json!({ "type": "s3" })), 422, "updateMask[0]"),
        (mask(json!(["name"]), json!({})), 422, "destination.name"),
        (mask(json!(["metadata.url"]), json!({})), 422, "destination.metadata.url"),
        (mask(json!(["metadata.url"]), json!({ "metadata": { "url": "ftp://x" } })), 422, "destination.metadata.url"),
        (mask(json!(["metadata"]), json!({ "metadata": { "url": "https://example.com/2" } })), 200, ""),
    ];
    for (body, status, expected) in rows {
        let answer = ask(&runtime, Method::PATCH, "destinations/a", Some(&body), None).await;
        let first = answer.body["issues"][0]["name"].as_str().unwrap_or_default();
        assert_eq!((answer.status, first), (status, expected), "{body}: {:#}", answer.body);
    }
    for (method, path) in
        [(Method::GET, "destinations/none"), (Method::DELETE, "destinations/none"), (Method::POST, "destinations/none:test")]
    {
        assert_eq!(ask(&runtime, method, path, None, None).await.status, 404, "{path}");
    }
}
