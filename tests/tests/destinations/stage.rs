//! The files of a runtime whose manifest names a destination that nobody has made yet, and a client that sees every answer whole.

use std::{process::Output, time::Duration};

use ampline_tests::{
    hubspot::{Options, Properties},
    receiver::{self, Received, Receiver, Seen},
    runtime::RuntimeProcess,
    world::{ONCE, World, contacts},
};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// Contacts that HubSpot has at first: five pages.
pub(crate) const CONTACTS: u64 = 450;

pub(crate) struct Stage {
    pub(crate) world: World,
    /// Verifies nothing by itself: keys are made by the runtime.
    pub(crate) receiver: Receiver,
    pub(crate) folder: tempfile::TempDir,
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

impl Stage {
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", CONTACTS);
        let world = World::new(folder.path(), options, &contacts("hook", ONCE), settings).unwrap();
        let receiver = Receiver::start(receiver::Options::default()).unwrap();
        Self { world, receiver, folder }
    }

    pub(crate) fn start(&self) -> RuntimeProcess {
        self.world.workplace.start().unwrap()
    }

    /// A request for a webhook at this path of the receiver.
    pub(crate) fn webhook(&self, name: &str, path: &str) -> Value {
        json!({ "name": name, "type": "webhook", "metadata": { "url": self.receiver.url(path) } })
    }

    pub(crate) fn ampline(&self, arguments: &[&str]) -> Output {
        self.world.workplace.command().args(arguments).output().unwrap()
    }

    /// What a command that succeeds prints.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.ampline(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The words of a refusal.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.ampline(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// A contact changes, and is read.
    pub(crate) async fn changes(&self, runtime: &RuntimeProcess, to: &str) {
        // A read that still runs would not look again.
        eventually(runtime, "status", |status| status["reads"][0]["operation"]["status"] == "success").await;
        let written: Properties = [("email".to_owned(), Some(format!("{to}@example.com")))].into();
        self.world.emulator.state().change("contacts", 1, &written).unwrap();
        runtime.client.post("reads:run", &json!({ "objectName": "contacts" })).await.unwrap();
    }

    /// Replaces a part of a file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }
}

/// Asks under `/v1/projects/demo/`.
pub(crate) async fn ask(
    runtime: &RuntimeProcess,
    method: Method,
    path: &str,
    body: Option<&Value>,
    if_match: Option<&str>,
) -> Answer {
    let client = &runtime.client;
    let url = format!("http://{}/v1/projects/demo/{path}", client.address());
    let mut request = http().request(method, url).header("x-api-key", client.key());
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    if let Some(tag) = if_match {
        request = request.header("if-match", tag);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let etag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    Answer { status, etag, body }
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Waits until a question has the answer that it should have.
pub(crate) async fn eventually(runtime: &RuntimeProcess, path: &str, so: impl Fn(&Value) -> bool) -> Value {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let value = runtime.client.get(path).await.unwrap();
            if so(&value) {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    match waited.await {
        Ok(value) => value,
        Err(_) => panic!("{path} never was as it should be: {:#}", runtime.client.get(path).await.unwrap()),
    }
}

/// How one destination stands.
pub(crate) fn standing<'v>(status: &'v Value, name: &str) -> &'v Value {
    status["destinations"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap_or(&Value::Null)
}

/// Requests at a path, in the order of arrival.
pub(crate) fn at<'s>(seen: &'s Seen, path: &str) -> Vec<&'s Received> {
    seen.requests.iter().filter(|request| request.path == path).collect()
}

/// Records in requests, each message counted once.
pub(crate) fn records(requests: &[&Received]) -> usize {
    let mut ids = std::collections::HashSet::new();
    let new = requests.iter().filter(|request| ids.insert(request.headers["webhook-id"].clone()));
    new.map(|request| serde_json::from_slice::<Value>(&request.body).unwrap()["result"].as_array().unwrap().len()).sum()
}
