//! Pauses by hand and by themselves.

use ampline_tests::{
    faults::{Answer, Rule},
    hubspot::Options,
    runtime::RuntimeProcess,
};
use serde_json::{Value, json};

use crate::stage::{Stage, ended, holds, until};

fn installation(status: &Value) -> String {
    status["reads"][0]["installationId"].as_str().unwrap().to_owned()
}

async fn fail(stage: &Stage, runtime: &RuntimeProcess, times: usize) {
    let answer = Answer::Status {
        status: 400,
        retry_after: None,
        body: Some(r#"{"status":"error","message":"Property \"shoe\" does not exist"}"#.to_owned()),
        content_type: Some("application/json".to_owned()),
    };
    stage.world.emulator.fault(Rule { answer, ..Rule::default() });
    for round in 1..=times {
        // Once paused, a wish is refused.
        runtime.client.post("reads:run", &json!({})).await.unwrap();
        until(&runtime.client, "status", |status| status["reads"][0]["failures"].as_u64() >= Some(round as u64)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_refusals_in_a_row_pause_a_read_until_a_person_lets_it_go_on() {
    let stage = Stage::new(Options::default().with("contacts", 120));
    let runtime = stage.start();
    let client = &runtime.client;
    ended(client, "success").await;
    fail(&stage, &runtime, 5).await;
    let status = until(client, "status", |status| !status["reads"][0]["paused"].is_null()).await;
    let pause = &status["reads"][0]["paused"];
    assert!(pause["automatic"] == true && pause["reason"].as_str().unwrap().contains("shoe"), "{pause}");
    assert_eq!(status["reads"][0]["nextRunAt"], Value::Null);
    let refused = client.post("reads:run", &json!({})).await.unwrap_err();
    assert!(refused.contains("404") && refused.contains("paused"), "{refused}");
    assert!(std::fs::read_to_string(stage.world.workplace.log_file()).unwrap().contains("read.schedule.paused"));
    drop(runtime);

    let runtime = stage.start();
    let status = runtime.client.get("status").await.unwrap();
    assert_eq!(status["reads"][0]["paused"]["automatic"], true, "a restart changes nothing");
    assert!(stage.printed(&["status"]).contains("paused"));
    {
        let mut state = stage.world.emulator.state();
        state.faults.clear();
        state.add("contacts", 3, &Default::default()).unwrap();
    }
    stage.printed(&["unpause", &installation(&status)]);
    holds(&runtime.client, "acme", 123).await;
    assert_eq!(ended(&runtime.client, "success").await["reads"][0]["failures"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_by_hand_stops_a_backfill_at_a_page_and_it_goes_on_from_there() {
    let stage = Stage::new(Options::default().with("contacts", 1_000));
    let list = Rule { delay_ms: 100, on: Some("list".to_owned()), ..Rule::default() };
    stage.world.emulator.fault(list);
    let runtime = stage.start();
    let client = &runtime.client;
    let some = |status: &Value| status["reads"][0]["operation"]["recordsProcessed"].as_u64() >= Some(200);
    let status = until(client, "status", some).await;
    let installation = installation(&status);
    stage.printed(&["pause", &installation, "--object", "contacts", "--note", "moving house"]);
    let status = until(client, "status", |status| status["reads"][0]["paused"]["reason"] == "moving house").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let still = client.get("status").await.unwrap();
    let processed = |status: &Value| status["reads"][0]["operation"]["recordsProcessed"].as_u64().unwrap();
    assert!(processed(&still) < 1_000 && processed(&still) <= processed(&status) + 200, "{still:#}");
    assert_eq!(still["reads"][0]["operation"]["status"], "in_progress");
    let unknown = stage.ampline(&["pause", &installation, "--object", "shoes"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("shoes"));
    stage.printed(&["unpause", &installation]);
    holds(client, "acme", 1_000).await;
    assert_eq!(stage.world.emulator.count("list", 200), 10, "no page was read twice");
}
