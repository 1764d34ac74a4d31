//! Reads apart from the schedule: between two times, kept across a crash, beside the schedule's own place.

use ampline_tests::{hubspot::Options, loopback::Client};
use serde_json::{Value, json};

use crate::stage::{MANIFEST, Stage, ended, holds, stored, until};

const PATH: &str = "integrations/crm/objects/contacts";

struct Read {
    client: Client,
}

impl Read {
    fn of(runtime: &ampline_tests::runtime::RuntimeProcess) -> Self {
        let base = format!("http://{}/read/v1/projects/demo", runtime.client.address());
        Self { client: Client::new(&base).with("x-api-key", runtime.client.key()) }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.client.post(&format!("/{path}"), &body).await.unwrap();
        (answer.status, answer.json())
    }
}

fn ids_between(stage: &Stage, since: &str, until: &str) -> Vec<String> {
    let mut ids: Vec<String> = (stage.world.emulator.state().records("contacts").unwrap().into_iter())
        .filter(|record| record.updated_at.as_str() >= since && record.updated_at.as_str() <= until)
        .map(|record| record.id)
        .collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_triggered_read_brings_what_changed_between_two_times_and_nothing_else() {
    let stage = Stage::new(Options::default().with("contacts", 900));
    // No backfill: whatever arrives was triggered.
    let manifest =
        MANIFEST.replace("backfill: { defaultPeriod: { fullHistory: true } }", "backfill: { defaultPeriod: { days: 0 } }");
    std::fs::write(stage.world.workplace.settings_file().with_file_name("amp.yaml"), manifest).unwrap();
    let runtime = stage.start();
    ended(&runtime.client, "success").await;
    let mut times: Vec<String> =
        stage.world.emulator.state().records("contacts").unwrap().into_iter().map(|record| record.updated_at).collect();
    times.sort();
    let (since, to) = (times[300].clone(), times[500].clone());
    let body = json!({ "groupRef": "acme", "mode": "async", "sinceTimestamp": since, "untilTimestamp": to });
    let (status, answer) = Read::of(&runtime).post(PATH, body).await;
    assert_eq!(status, 201, "{answer}");
    let id = answer["operationId"].as_str().unwrap();
    let operation = until(&runtime.client, &format!("operations/{id}"), |one| one["status"] == "success").await;
    assert_eq!(operation["metadata"]["readType"], "triggered");
    let expected = ids_between(&stage, &since, &to);
    holds(&runtime.client, "acme", expected.len()).await;
    let mut found = stored(&runtime.client, "acme").await;
    found.sort();
    assert_eq!(found, expected);
    let status = runtime.client.get("status").await.unwrap();
    assert_ne!(status["reads"][0]["operation"]["id"], id, "the schedule has its own operations");

    let answer = stage.json(&["read", "--object", "contacts", "--group", "acme", "--full-history"]);
    let id = answer["operationId"].as_str().unwrap();
    until(&runtime.client, &format!("operations/{id}"), |one| one["status"] == "success").await;
    holds(&runtime.client, "acme", 900).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_with_a_reason() {
    let stage = Stage::new(Options::default().with("contacts", 10));
    let runtime = stage.start();
    let read = Read::of(&runtime);
    let body = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({ "groupRef": "acme", "mode": "async" });
        change(&mut body);
        body
    };
    let rows: [(&str, Value, u16, &str); 8] = [
        ("integrations/crm/objects/shoes", body(&|_| ()), 404, "contacts"),
        ("integrations/nothing/objects/contacts", body(&|_| ()), 404, "nothing"),
        (PATH, body(&|body| body["groupRef"] = "nobody".into()), 404, "nobody"),
        (PATH, body(&|body| body["mode"] = "sync".into()), 422, "async"),
        (PATH, json!({ "mode": "async" }), 422, "groupRef"),
        (PATH, body(&|body| body["sinceTimestamp"] = "yesterday".into()), 422, "sinceTimestamp"),
        (PATH, body(&|body| body["sinceTimestamp"] = "2199-01-01T00:00:00Z".into()), 422, "future"),
        (
            PATH,
            body(&|body| {
                body["sinceTimestamp"] = "2026-01-02T00:00:00Z".into();
                body["untilTimestamp"] = "2026-01-01T00:00:00Z".into();
            }),
            422,
            "later than",
        ),
    ];
    for (path, body, expected, words) in rows {
        let (status, answer) = read.post(path, body.clone()).await;
        assert_eq!(status, expected, "{path} {body}: {answer}");
        assert!(answer.to_string().contains(words), "{path} {body}: {answer}");
    }
    stage.world.emulator.pause(true);
    let mut refused = None;
    for _ in 0..40 {
        let (status, answer) = read.post(PATH, json!({ "groupRef": "acme", "mode": "async" })).await;
        if status != 201 {
            refused = Some((status, answer));
            break;
        }
    }
    assert_eq!(refused.as_ref().map(|(status, _)| *status), Some(429), "{refused:?}");
    stage.world.emulator.pause(false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_loses_no_triggered_read() {
    let stage = Stage::new(Options::default().with("contacts", 300));
    let runtime = stage.start();
    ended(&runtime.client, "success").await;
    stage.world.emulator.pause(true);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (status, answer) = Read::of(&runtime).post(PATH, json!({ "groupRef": "acme", "mode": "async" })).await;
        assert_eq!(status, 201, "{answer}");
        ids.push(answer["operationId"].as_str().unwrap().to_owned());
    }
    runtime.kill().unwrap();
    stage.world.emulator.pause(false);
    let runtime = stage.start();
    for id in ids {
        let done = until(&runtime.client, &format!("operations/{id}"), |one| one["status"] == "success").await;
        assert_eq!(done["metadata"]["progress"]["recordsProcessed"], 300);
    }
}
