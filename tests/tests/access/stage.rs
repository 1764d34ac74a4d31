//! A workplace of two customers, of whom nothing is read, and ways to ask its runtime.

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Output},
    time::{Duration, Instant},
};

use ampline_tests::runtime::{RuntimeProcess, Workplace};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;

/// How long anything that must come may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: hook
          schedule: ""
          requiredFields:
            - fieldName: email
"#;

const SETTINGS: &str = r#"
[project]
id = "demo"

[destinations.hook]
type = "webhook"
url = "https://example.com/hook"

[connections.of-acme]
provider = "hubspot"
access_token = { env = "HUBSPOT_TOKEN" }

[connections.of-beta]
provider = "hubspot"
access_token = { env = "HUBSPOT_TOKEN" }

[[installations]]
integration = "crm"
connection = "of-acme"
group_ref = "acme"
consumer_ref = "una"

[[installations]]
integration = "crm"
connection = "of-beta"
group_ref = "beta"
consumer_ref = "ben"
"#;

pub(crate) struct Stage {
    pub(crate) workplace: Workplace,
    folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

impl Stage {
    /// `further` stands behind the other settings.
    pub(crate) fn new(further: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets = [("HUBSPOT_TOKEN", "pat-of-nobody")];
        let mut workplace =
            Workplace::new(&folder.path().join("work"), MANIFEST, &format!("{SETTINGS}{further}"), &secrets).unwrap();
        // No profile of whoever runs the tests counts here.
        workplace.set("XDG_CONFIG_HOME", folder.path().join("config").to_str().unwrap());
        Self { workplace, folder }
    }

    pub(crate) fn start(&self) -> RuntimeProcess {
        self.workplace.start().unwrap()
    }

    /// A file beside the workplace.
    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    /// What a command prints, which must succeed.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        said(&self.ampline(arguments), arguments)
    }

    /// The first key, which the first start printed.
    pub(crate) fn first_key(&self) -> String {
        let out = fs::read_to_string(self.workplace.out_file()).unwrap();
        out.lines().find_map(|line| line.strip_prefix("the first key for the API, shown this once: ")).unwrap().to_owned()
    }
}

/// What a command printed, which must have succeeded.
pub(crate) fn said(output: &Output, arguments: &[&str]) -> String {
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

/// Runs a program that is no part of this project.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap()
}

/// Asks a runtime with these headers.
pub(crate) async fn ask(address: SocketAddr, asked: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    let (method, path) = asked.split_once(' ').unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method.parse::<Method>().unwrap(), format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.send().await.unwrap();
    let (status, headers): (StatusCode, _) = (response.status(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    Answer { status: status.as_u16(), headers, body }
}

/// Waits until something is so.
pub(crate) fn until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}
