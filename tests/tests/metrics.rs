//! Figures for Prometheus, from the real binary while it reads and delivers.
//!
//! Doubles: the HubSpot emulator and the receiver. Oracle: the parser of Prometheus' own Python client.

use std::time::Duration;

use ampline_tests::{hubspot::Options, loopback::Client, python::Venv, requirement::require, world::World};
use serde_json::Value;

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

/// The samples of one name with these labels, summed up; nothing where there are none.
fn sum(families: &Value, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let samples = families.as_array().unwrap().iter().flat_map(|family| family["samples"].as_array().unwrap());
    let fits = |sample: &&Value| sample["name"] == name && labels.iter().all(|(label, value)| sample["labels"][label] == *value);
    let values: Vec<f64> = samples.filter(fits).map(|sample| sample["value"].as_f64().unwrap()).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_what_prometheus_reads_and_count_what_happened() {
    let Some(venv) = require("metrics", "Prometheus' Python client", Venv::of("prometheus.txt")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), Options::default().with("contacts", 20), MANIFEST, DESTINATIONS).unwrap();
    let runtime = world.workplace.start().unwrap();
    let base = format!("http://{}", runtime.client.address());
    assert_eq!(Client::new(&base).get("/metrics").await.unwrap().status, 401, "nobody is told without a key");
    let client = Client::new(&base).with("x-api-key", runtime.client.key());
    let scraped = async || {
        let answer = client.get("/metrics").await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        let parsed = venv.run("prometheus.py", answer.body.as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&parsed).unwrap()
    };
    let read = async || {
        loop {
            let families = scraped().await;
            if sum(&families, "ampline_delivery_attempts_total", &[("destination", "hook"), ("outcome", "delivered")]).is_some() {
                return families;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let families = tokio::time::timeout(PATIENCE, read()).await.expect("a delivery is counted");

    let hook = ("destination", "hook");
    let delivered = sum(&families, "ampline_delivery_attempts_total", &[hook, ("outcome", "delivered")]);
    assert_eq!(sum(&families, "ampline_delivery_latency_seconds_count", &[hook]), delivered);
    assert_eq!(sum(&families, "ampline_delivery_attempt_duration_seconds_bucket", &[hook, ("le", "+Inf")]), delivered);
    assert!(sum(&families, "ampline_delivered_bytes_total", &[hook]) > Some(0.0));
    assert!(sum(&families, "ampline_read_records_total", &[("provider", "hubspot")]) >= Some(20.0));
    assert!(sum(&families, "ampline_store_commit_duration_seconds_count", &[]) > Some(0.0));
    assert_eq!(sum(&families, "ampline_destination_stopped", &[hook]), Some(0.0));
    assert_eq!(sum(&families, "ampline_http_requests_total", &[("path", "/metrics"), ("status", "4xx")]), Some(1.0));
    assert_eq!(sum(&families, "ampline_build_info", &[]), Some(1.0));
    if cfg!(target_os = "linux") {
        assert!(sum(&families, "process_resident_memory_bytes", &[]) > Some(1e6));
        assert!(sum(&families, "process_start_time_seconds", &[]) > Some(1e9));
    }
}
