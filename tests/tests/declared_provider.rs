//! A provider that is a YAML file in the operator's folder, read by the real binary.
//!
//! Double: `Api`, a small server with two lists (pages by the header `Link` and a filter of time; pages by a cursor and none).
//! Oracle: the server's own records and the requests that it saw.

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use ampline_tests::{
    loopback::{Gate, Server},
    receiver::{self, Received, Receiver},
    runtime::{RuntimeProcess, Workplace},
    world::SIGNING_KEY,
};
use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const PAGE: usize = 2;
const TOKEN: &str = "acme-token-4711";

const PROVIDER: &str = r#"
name: acme
displayName: Acme
baseURL: https://api.acme.example/v1
auth: { type: apiKey, header: Authorization, prefix: "Bearer " }
headers: { Acme-Version: "7" }
errors: { message: problem.text }
defaults:
  id: id
  updatedAt: updated
objects:
  - name: notes
    path: /notes
    records: $
    since: { query: since }
    paging: { type: linkHeader }
  - name: things
    path: /things
    records: page.items
    paging: { type: cursor, next: page.next, query: cursor }
"#;

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: sync
    provider: acme
    read:
      objects:
        - objectName: notes
          destination: hook
          schedule: "0 0 1 1 *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: text }]
        - objectName: things
          destination: hook
          schedule: "0 0 1 1 *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: text }]
"#;

/// The server's records by list and id, and what was asked.
#[derive(Default)]
struct Lists {
    records: HashMap<&'static str, Vec<(Timestamp, String)>>,
    asked: Vec<String>,
    address: String,
}

type Shared = Arc<Mutex<Lists>>;

/// A page of a list: its records from `since` on, where the next begins and whether there is one; nothing without credentials.
fn page(
    lists: &Shared,
    name: &'static str,
    uri: &Uri,
    headers: &HeaderMap,
    query: &HashMap<String, String>,
) -> Option<(Vec<Value>, usize, bool)> {
    let mut lists = lists.lock().unwrap();
    lists.asked.push(uri.to_string());
    let authorised = headers.get(header::AUTHORIZATION).is_some_and(|value| value == &format!("Bearer {TOKEN}"));
    if !authorised || headers.get("acme-version").is_none() {
        return None;
    }
    let since: Timestamp = query.get("since").map_or(Timestamp::MIN, |since| since.parse().unwrap());
    let records: Vec<Value> = lists.records[name]
        .iter()
        .enumerate()
        .filter(|(_, (updated, _))| *updated >= since)
        .map(|(id, (updated, text))| json!({ "id": id, "updated": updated.to_string(), "text": text }))
        .collect();
    let start: usize = query.get("cursor").map_or(0, |at| at.parse().unwrap());
    let more = start + PAGE < records.len();
    Some((records.into_iter().skip(start).take(PAGE).collect(), start + PAGE, more))
}

fn refusal() -> Response {
    (StatusCode::UNAUTHORIZED, json!({ "problem": { "text": "who are you?" } }).to_string()).into_response()
}

async fn notes(
    State(lists): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some((records, next, more)) = page(&lists, "notes", &uri, &headers, &query) else { return refusal() };
    let body = Value::Array(records).to_string();
    if !more {
        return body.into_response();
    }
    let since = query.get("since").map_or_else(String::new, |since| format!("&since={since}"));
    let link = format!("<{}/v1/notes?cursor={next}{since}>; rel=\"next\"", lists.lock().unwrap().address);
    ([(header::LINK, link)], body).into_response()
}

async fn things(
    State(lists): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    match page(&lists, "things", &uri, &headers, &query) {
        Some((items, next, more)) => {
            let next = more.then(|| next.to_string());
            json!({ "page": { "items": items, "next": next } }).to_string().into_response()
        }
        None => refusal(),
    }
}

/// The server, the product's webhook endpoint, and the files of a runtime between them.
struct Stage {
    lists: Shared,
    receiver: Receiver,
    workplace: Workplace,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(provider: &str) -> Self {
        let long_ago: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let five = || (0..5).map(|number| (long_ago, format!("number {number}"))).collect();
        let lists: Shared = Arc::default();
        lists.lock().unwrap().records = [("notes", five()), ("things", five())].into();
        let router = Router::new().route("/v1/notes", get(notes)).route("/v1/things", get(things)).with_state(Arc::clone(&lists));
        let server = Server::start(Gate::bind(([127, 0, 0, 1], 0).into()).unwrap(), 1, router).unwrap();
        let address = format!("http://{}", server.address());
        lists.lock().unwrap().address.clone_from(&address);
        let receiver =
            Receiver::start(receiver::Options { secrets: vec![SIGNING_KEY.into()], ..receiver::Options::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("providers")).unwrap();
        fs::write(folder.path().join("providers/acme.yaml"), provider).unwrap();
        let secrets = [("SIGNING_KEY", SIGNING_KEY), ("ACME_TOKEN", TOKEN)];
        let workplace = Workplace::new(folder.path(), MANIFEST, &settings(&address, &receiver), &secrets).unwrap();
        Self { lists, receiver, workplace, _server: server, _folder: folder }
    }

    /// Changes a record of a list now.
    fn change(&self, list: &str, id: usize) {
        self.lists.lock().unwrap().records.get_mut(list).unwrap()[id] = (Timestamp::now(), "changed".to_owned());
    }

    /// Waits for so many messages; each holds the records of one page.
    async fn arrived(&self, messages: u64) {
        self.receiver.wait_until(PATIENCE, |seen| seen.counts.events == messages).await.unwrap();
    }

    /// Waits until the server was asked so often.
    async fn asked(&self, times: usize) {
        let waiting = async {
            while self.lists.lock().unwrap().asked.len() < times {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the server was not asked");
    }

    /// Waits until both reads have ended so.
    async fn ended(&self, runtime: &RuntimeProcess, result: impl Fn(&str) -> bool) {
        let waiting = async {
            loop {
                let status = runtime.client.get("status").await.unwrap();
                let reads = status["reads"].as_array().unwrap();
                if reads.iter().all(|read| {
                    read["operation"]["status"] == "success" && result(read["operation"]["result"].as_str().unwrap_or_default())
                }) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the reads did not end as they should");
    }

    fn ampline(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.workplace.command().args(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }
}

fn settings(address: &str, receiver: &Receiver) -> String {
    let hook = receiver.url("hook");
    format!(
        r#"
[network]
allow = ["127.0.0.0/8"]

[destinations.hook]
type = "webhook"
url = "{hook}"
signing_key = {{ env = "SIGNING_KEY" }}

[connections.acme]
provider = "acme"
base_url = "{address}/v1"
access_token = {{ env = "ACME_TOKEN" }}

[[installations]]
integration = "sync"
connection = "acme"
group_ref = "group"
"#
    )
}

/// The records of a message.
fn result(message: &Received) -> Value {
    serde_json::from_slice::<Value>(&message.body).unwrap()["result"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_enough_to_read_an_api_fully_and_then_what_changed() {
    let stage = Stage::new(PROVIDER);
    let runtime = stage.workplace.start().unwrap();
    stage.arrived(6).await;
    stage.ended(&runtime, |result| result.ends_with("5 records read")).await;
    let asked = stage.lists.lock().unwrap().asked.clone();
    for expected in
        ["/v1/notes", "/v1/notes?cursor=2", "/v1/notes?cursor=4", "/v1/things", "/v1/things?cursor=2", "/v1/things?cursor=4"]
    {
        assert_eq!(asked.iter().filter(|asked| *asked == expected).count(), 1, "{expected}: {asked:?}");
    }
    stage.change("notes", 3);
    stage.change("things", 1);
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    stage.arrived(8).await;
    let changed = stage.receiver.seen().requests[6..].iter().map(result).collect::<Vec<_>>();
    assert!(changed.iter().all(|records| records.as_array().is_some_and(|records| records.len() == 1)), "{changed:?}");
    assert!(changed.iter().all(|records| records[0]["raw"]["text"] == "changed"), "{changed:?}");
    stage.ended(&runtime, |result| result.ends_with("records read")).await;
    let since = stage.lists.lock().unwrap().asked.iter().any(|asked| asked.starts_with("/v1/notes?since=20"));
    assert!(since, "the filter of time was sent");
    let before = stage.lists.lock().unwrap().asked.len();
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    // One page of notes, which are filtered there, and three of things, which are filtered here.
    stage.asked(before + 4).await;
    stage.ended(&runtime, |_| true).await;
    assert_eq!(stage.receiver.counts().events, 8, "what was delivered is not delivered again");
    assert!(runtime.terminate().unwrap().success());
    // Nothing runs: the data folder remembers where providers are declared.
    let (sound, shown) = stage.ampline(&["installations", "list", "--format", "json"]);
    assert!(sound && shown.contains("sync") && !shown.contains("no provider is called"), "{shown}");
    let deployed = stage.workplace.data_dir().with_file_name("other.yaml");
    fs::write(&deployed, MANIFEST.replace("name: sync", "name: other")).unwrap();
    let (sound, told) = stage.ampline(&["deploy", deployed.to_str().unwrap(), "--yes"]);
    assert!(sound, "{told}");
    let create =
        ["installations", "create", "--integration", "other", "--group", "group", "--connection", "acme", "--object", "notes"];
    let (sound, told) = stage.ampline(&create);
    assert!(sound, "{told}");
    let log = fs::read_to_string(stage.workplace.log_file()).unwrap();
    assert!(log.contains("provider.added") && !log.contains(TOKEN), "{log}");
}

#[test]
fn commands_show_what_the_folder_declares() {
    let stage = Stage::new(PROVIDER);
    let (_, listed) = stage.ampline(&["providers", "list"]);
    assert!(listed.contains("acme") && listed.contains("stripe") && listed.contains("hubspot"), "{listed}");
    let (_, shown) = stage.ampline(&["providers", "show", "acme"]);
    assert!(shown.contains("objects     notes, things"), "{shown}");
    let (found, unknown) = stage.ampline(&["providers", "show", "acmee"]);
    assert!(!found && unknown.contains("did you mean \"acme\"?"), "{unknown}");
    let (sound, checked) = stage.ampline(&["providers", "check", "providers/acme.yaml"]);
    assert!(sound && checked.contains("Acme (acme)"), "{checked}");
    let schema: Value = serde_json::from_str(&stage.ampline(&["providers", "schema"]).1).unwrap();
    assert_eq!(schema["properties"]["objects"]["type"], "array");
}

#[test]
fn a_file_that_is_wrong_or_lacks_the_object_stops_the_start_and_says_where() {
    let rows = [
        (
            PROVIDER.replace("paging: { type: cursor", "paging: { type: cursed"),
            "providers/acme.yaml:20:15: `type` must be one of",
        ),
        (PROVIDER.replace("name: things", "name: thing"), "provider acme has no object \"things\": did you mean \"thing\"?"),
    ];
    for (provider, expected) in rows {
        let stage = Stage::new(&provider);
        let error = stage.workplace.start().err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
