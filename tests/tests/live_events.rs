//! What happens, as it happens: the stream of the real binary beside its lists.
//!
//! Doubles: the HubSpot emulator and the receiver. Oracles: the lists of the API, and the event stream format of the HTML standard,
//! section 9.2.6.

use std::time::Duration;

use ampline_tests::{hubspot::Options, runtime::RuntimeProcess, world::World};
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

/// One event of a stream.
#[derive(Debug, Default, Clone, PartialEq)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

/// A stream that is followed.
struct Stream {
    response: reqwest::Response,
    rest: String,
}

impl Stream {
    async fn open(runtime: &RuntimeProcess, query: &str, last: Option<&str>) -> Self {
        let response = ask(runtime, query, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, rest: String::new() }
    }

    /// The next event; nothing at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((whole, rest)) = self.rest.clone().split_once("\n\n") {
                self.rest = rest.to_owned();
                let mut event = Event::default();
                for line in whole.lines() {
                    match line.split_once(':').map(|(name, value)| (name, value.strip_prefix(' ').unwrap_or(value))) {
                        Some(("id", value)) => event.id = value.to_owned(),
                        Some(("event", value)) => event.name = value.to_owned(),
                        Some(("data", value)) => event.data = serde_json::from_str(value).unwrap(),
                        Some(("", _)) => {}
                        other => panic!("{other:?} is no field of an event"),
                    }
                }
                if !event.name.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something in time").unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event of this name that says so.
    async fn until(&mut self, name: &str, so: impl Fn(&Value) -> bool) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.name == name && so(&event.data) {
                return event;
            }
        }
    }
}

fn client() -> reqwest::Client {
    // Another test may have chosen it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn ask(runtime: &RuntimeProcess, query: &str, last: Option<&str>) -> reqwest::Response {
    let url = format!("http://{}/v1/projects/demo/live-events{query}", runtime.client.address());
    let mut request = client().get(url).header("x-api-key", runtime.client.key());
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.send().await.unwrap()
}

fn any(rows: &Value, so: impl Fn(&Value) -> bool) -> bool {
    rows.as_array().unwrap().iter().any(so)
}

fn stage(folder: &std::path::Path) -> World {
    World::new(folder, Options::default().with("contacts", 20), MANIFEST, DESTINATIONS).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_is_what_the_lists_say() {
    let folder = tempfile::tempdir().unwrap();
    let world = stage(folder.path());
    let runtime = world.workplace.start().unwrap();
    let mut stream = Stream::open(&runtime, "", None).await;
    let trigger = json!({ "groupRef": "acme", "mode": "async" });
    let base = format!("http://{}/read/v1/projects/demo", runtime.client.address());
    let read = ampline_tests::loopback::Client::new(&base).with("x-api-key", runtime.client.key());
    assert_eq!(read.post("/integrations/crm/objects/contacts", &trigger).await.unwrap().status, 201);

    let triggered = |one: &Value| one["metadata"]["readType"] == "triggered" && one["status"] == "success";
    let operations = stream.until("operations", |rows| any(rows, triggered)).await.data;
    let told = operations.as_array().unwrap().iter().find(|one| triggered(one)).unwrap().clone();
    let path = format!("operations/{}", told["id"].as_str().unwrap());
    assert_eq!(told, runtime.client.get(&path).await.unwrap(), "as the API shows it");
    let mut stream = Stream::open(&runtime, "?types=deliveries,destinations,reads", Some("elsewhere-7")).await;
    assert_eq!(stream.next().await.unwrap().name, "lagged", "nobody remembers that event");
    assert_eq!(read.post("/integrations/crm/objects/contacts", &trigger).await.unwrap().status, 201);
    let event = stream.until("deliveries", |rows| any(rows, |one| one["status"] == "delivered")).await;
    let row = event.data.as_array().unwrap().iter().find(|one| one["status"] == "delivered").unwrap().clone();
    let listed = runtime.client.get("deliveries").await.unwrap();
    assert!(any(&listed["results"], |one| *one == row), "{row} is not in {listed}");

    let mut again = Stream::open(&runtime, "?types=deliveries", Some(&event.id)).await;
    let mut before = Stream::open(&runtime, "?types=destinations,deliveries,reads,operations", Some(&event.id)).await;
    assert_eq!(read.post("/integrations/crm/objects/contacts", &trigger).await.unwrap().status, 201);
    let next = again.until("deliveries", |_| true).await;
    assert_ne!(next.id, event.id, "what was heard is not told again");
    before.until("destinations", |rows| any(rows, |one| one["name"] == "hook" && one["delivered"].as_u64() > Some(0))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_bounded_and_end_with_the_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let world = stage(folder.path());
    let runtime = world.workplace.start().unwrap();
    let refused = ask(&runtime, "?types=deliveries,shoes", None).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("shoes"));
    let url = format!("http://{}/v1/projects/demo/live-events", runtime.client.address());
    assert_eq!(client().get(url).send().await.unwrap().status(), 401);

    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(Stream::open(&runtime, "", None).await);
    }
    let refused = ask(&runtime, "", None).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let mut last = streams.pop().unwrap();
    drop(streams);
    let reopened = async {
        while ask(&runtime, "", None).await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reopened).await.expect("places of those who left are free again");
    let ended = tokio::task::spawn_blocking(move || runtime.terminate().unwrap());
    while last.next().await.is_some() {}
    assert!(ended.await.unwrap().success());
}
