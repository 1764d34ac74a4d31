//! Traces for OpenTelemetry, from the real binary while it reads and delivers.
//!
//! Doubles: the HubSpot emulator, and receivers in the places of a webhook and of a collector. Oracle: OpenTelemetry's own messages in
//! Python.

use std::time::Duration;

use ampline_tests::{
    faults::{Answer, Rule},
    hubspot::Options,
    loopback::Client,
    python::Venv,
    receiver::{self, Receiver},
    requirement::require,
    world::World,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const MANIFEST: &str = "
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - { objectName: contacts, destination: hook, requiredFields: [{ fieldName: email }], backfill: { defaultPeriod: { fullHistory: true } } }
";
const DESTINATIONS: &str =
    "[destinations.hook]\ntype = \"webhook\"\nurl = \"{receiver}/hook\"\nsigning_key = { env = \"SIGNING_KEY\" }\n";
/// The example of W3C Trace Context.
const CALLER: (&str, &str) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

/// Every span that the collector was told of so far.
fn told(venv: &Venv, collector: &Receiver) -> Vec<Value> {
    let exports: Vec<String> = collector.seen().requests.iter().map(|request| STANDARD.encode(&request.body)).collect();
    serde_json::from_slice(&venv.run("traces.py", exports.join("\n").as_bytes()).unwrap()).unwrap()
}

fn only<'s>(spans: &'s [Value], name: &str) -> &'s Value {
    let found: Vec<&Value> = spans.iter().filter(|span| span["name"] == name).collect();
    let [span] = found.as_slice() else { panic!("{} spans are named {name}: {spans:#?}", found.len()) };
    span
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_tells_of_an_operation_its_pages_its_requests_and_every_attempt() {
    let Some(venv) = require("traces", "OpenTelemetry's Python messages", Venv::of("traces.txt")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path(), Options::default().with("contacts", 20), MANIFEST, DESTINATIONS).unwrap();
    let collector = Receiver::start(receiver::Options { read_records: false, ..receiver::Options::default() }).unwrap();
    world.workplace.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url(""));
    world.workplace.set("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-collector");
    world.workplace.set("OTEL_BSP_SCHEDULE_DELAY", "50");
    let refusal = Answer::Status { status: 503, retry_after: None, body: None, content_type: None };
    world.receiver.fault(Rule { on: Some("/hook".to_owned()), times: Some(1), every: None, delay_ms: 0, answer: refusal });
    let runtime = world.workplace.start().unwrap();
    world.receiver.wait_until(PATIENCE, |seen| seen.counts.accepted > 0).await.unwrap();
    let client = Client::new(&format!("http://{}", runtime.client.address())).with("x-api-key", runtime.client.key());
    let traceparent = format!("00-{}-{}-01", CALLER.0, CALLER.1);
    assert_eq!(client.clone().with("traceparent", &traceparent).get("/v1/projects").await.unwrap().status, 200);
    let operation = runtime.client.get("status").await.unwrap()["reads"][0]["operation"]["id"].as_str().unwrap().replace('-', "");
    let key = runtime.client.key().to_owned();
    // Its end sends what is kept.
    assert!(runtime.terminate().unwrap().success());

    let requests = collector.seen().requests.clone();
    assert!(!requests.is_empty() && requests.iter().all(|one| one.path == "/v1/traces"), "{requests:?}");
    assert!(requests.iter().all(|one| one.headers["authorization"] == "Bearer of-the-collector"));
    let spans = told(&venv, &collector);
    assert!(spans.iter().all(|span| span["resource"]["service.name"] == "ampline" && span["scope"] == "ampline"));

    let of_operation: Vec<Value> = spans.iter().filter(|span| span["trace"] == operation.as_str()).cloned().collect();
    let root = only(&of_operation, "read contacts");
    assert_eq!((&root["parent"], &root["kind"], &root["error"]), (&json!(""), &json!("SPAN_KIND_INTERNAL"), &Value::Null));
    assert_eq!(root["attributes"]["ampline.records"], 20);
    assert!(of_operation.iter().all(|span| span["id"] == root["id"] || span["parent"] == root["id"]), "{of_operation:#?}");
    assert!(spans.iter().all(|span| span["tookNs"].as_i64() >= Some(0)));
    assert_eq!(only(&of_operation, "page")["attributes"]["ampline.records"], 20);
    let asked: Vec<_> = of_operation.iter().filter(|span| span["kind"] == "SPAN_KIND_CLIENT").collect();
    assert!(asked.iter().any(|span| span["attributes"]["http.response.status_code"] == 200), "{asked:?}");
    let attempts: Vec<_> = of_operation.iter().filter(|span| span["name"] == "deliver hook").collect();
    let came_of = |span: &&Value| (span["attributes"]["ampline.outcome"].clone(), span["error"].clone());
    let outcomes: Vec<_> = attempts.iter().map(came_of).collect();
    assert!(outcomes.contains(&(json!("retry"), json!("http.503"))), "{outcomes:?}");
    assert!(outcomes.contains(&(json!("delivered"), Value::Null)), "{outcomes:?}");

    let served = spans.iter().find(|span| span["trace"] == CALLER.0).expect("the caller's trace goes on");
    assert_eq!((&served["parent"], &served["name"]), (&json!(CALLER.1), &json!("GET /v1/projects")));
    assert_eq!(served["kind"], "SPAN_KIND_SERVER");
    let all = serde_json::to_string(&spans).unwrap();
    for (name, secret) in world.workplace.environment() {
        assert!(name.starts_with("OTEL_") || !all.contains(secret.as_str()), "{name} is told");
    }
    assert!(!all.contains(&key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_holds_up_nothing_and_is_told_of_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path(), Options::default().with("contacts", 20), MANIFEST, DESTINATIONS).unwrap();
    // Discard: nothing listens there.
    world.workplace.set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    world.workplace.set("OTEL_BSP_SCHEDULE_DELAY", "20");
    let runtime = world.workplace.start().unwrap();
    world.receiver.wait_until(PATIENCE, |seen| seen.counts.accepted > 0).await.unwrap();
    assert!(runtime.terminate().unwrap().success());
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    assert_eq!(log.matches("the collector takes no spans").count(), 1, "{log}");

    world.workplace.set("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let refused = world.workplace.start().err().expect("gRPC is not spoken").to_string();
    assert!(refused.contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc: traces go out by http/protobuf alone"), "{refused}");
}
