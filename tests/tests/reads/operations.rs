//! Operations, their logs and the progress of backfills, as the contract shows them.

use ampline_tests::{
    faults::{Answer, Rule},
    hubspot::Options,
};
use serde_json::{Value, json};

use crate::stage::{Stage, ended, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_tell_of_themselves() {
    let stage = Stage::new(Options::default().with("contacts", 450));
    stage.world.emulator.fault(Rule::answer(1, Answer::Truncated).on("list"));
    let runtime = stage.start();
    let client = &runtime.client;
    let status = ended(client, "success").await;
    let installation = status["reads"][0]["installationId"].as_str().unwrap();
    let of_installation = format!("integrations/crm/installations/{installation}");

    let progress = client.get(&format!("{of_installation}/objects/contacts/backfill-progress")).await.unwrap();
    assert_eq!((&progress["recordsProcessed"], &progress["recordsEstimatedTotal"]), (&json!(450), &json!(450)), "{progress}");
    assert_eq!((&progress["objectName"], &progress["installationId"]), (&json!("contacts"), &json!(installation)));
    let missing = client.get(&format!("{of_installation}/objects/deals/backfill-progress")).await.unwrap_err();
    assert!(missing.starts_with("404"), "{missing}");

    let operation = client.get(&format!("{of_installation}/operations")).await.unwrap()["results"][0].clone();
    for (key, expected) in [
        ("projectId", json!("demo")),
        ("installationId", json!(installation)),
        ("actionType", json!("read")),
        ("status", json!("success")),
        ("result", json!("[contacts] 450 records read")),
    ] {
        assert_eq!(operation[key], expected, "{key}: {operation:#}");
    }
    assert!(operation["integrationId"].is_string() && operation["configId"].is_string(), "{operation:#}");
    assert_eq!(operation["metadata"]["objects"], json!(["contacts"]));
    assert_eq!(operation["metadata"]["progress"]["operationId"], operation["id"]);

    let id = operation["id"].as_str().unwrap();
    let logs = client.get(&format!("operations/{id}/logs")).await.unwrap();
    let logs = logs.as_array().unwrap();
    let messages: Vec<&str> = logs.iter().map(|entry| entry["message"]["msg"].as_str().unwrap()).collect();
    assert_eq!(messages.first(), Some(&"began to read contacts"), "{messages:?}");
    assert_eq!(messages.last(), Some(&"[contacts] 450 records read"), "{messages:?}");
    assert_eq!(messages.iter().filter(|message| message.contains("is stored")).count(), 5, "{messages:?}");
    let retried = logs.iter().find(|entry| entry["severity"] == "warning").unwrap();
    assert!(retried["message"]["error"].is_string() && retried["message"]["operation_id"] == id, "{retried}");
    assert!(logs.iter().all(|entry| entry["timestamp"].is_string()));
    assert!(stage.printed(&["operations", "logs", id]).contains("450 records read"));

    for _ in 0..5 {
        let before = client.get("operations?pageSize=1").await.unwrap()["results"][0]["id"].clone();
        client.post("reads:run", &json!({})).await.unwrap();
        until(client, "operations?pageSize=1", |page| {
            page["results"][0]["id"] != before && page["results"][0]["status"] == "success"
        })
        .await;
    }
    let (mut found, mut path) = (0, "operations?pageSize=2".to_owned());
    loop {
        let page = client.get(&path).await.unwrap();
        found += page["results"].as_array().unwrap().len();
        assert_eq!(page["pagination"]["done"], Value::from(page["pagination"]["nextPageToken"].is_null()));
        let Some(token) = page["pagination"]["nextPageToken"].as_str() else { break };
        path = format!("operations?pageSize=2&pageToken={token}");
    }
    assert_eq!(found, 6);
    for wrong in ["operations?pageSize=0", "operations?pageSize=1001", "operations?pageToken=x", "operations?shoe=1"] {
        let refused = client.get(wrong).await.unwrap_err();
        assert!(refused.starts_with("422"), "{wrong}: {refused}");
    }
    for missing in ["operations/x", "operations/019a0000-0000-7000-8000-000000000000/logs"] {
        let refused = client.get(missing).await.unwrap_err();
        assert!(refused.starts_with("404"), "{missing}: {refused}");
    }
}
