//! The API's document against the real binary: Schemathesis asks whatever it allows and much that it does not, and clients are generated
//! from it in two languages.
//!
//! Doubles: the emulated HubSpot and the receiver. Oracles: Schemathesis' checks, the TypeScript compiler, openapi-python-client.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use ampline_tests::{hubspot::Options, npm, python::Venv, requirement::require, runtime::RuntimeProcess, world::World};
use serde_json::{Value, json};

/// Names how many examples each operation gets.
const EXAMPLES_VARIABLE: &str = "AMPLINE_SCHEMATHESIS_EXAMPLES";
/// Enough to meet every member of every request, in a minute.
const EXAMPLES: &str = "25";
/// Two at once keep the server and the generator of examples busy.
const WORKERS: &str = "2";
const MANIFEST: &str = "
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - { objectName: contacts, destination: hook, requiredFields: [{ fieldName: email }], backfill: { defaultPeriod: { fullHistory: true } } }
        - { objectName: companies, destination: mirror, requiredFields: [{ fieldName: name }], backfill: { defaultPeriod: { fullHistory: true } } }
";
const DESTINATIONS: &str = r#"
# The judge shows wrong keys at every path.
[api]
wrong_keys_max = 0

[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }

[destinations.mirror]
type = "api"
endpoint = "companies"
"#;

struct Stage {
    runtime: RuntimeProcess,
    folder: tempfile::TempDir,
    _world: World,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", 20).with("companies", 20);
        let world = World::new(folder.path(), options, MANIFEST, DESTINATIONS).unwrap();
        let runtime = world.workplace.start().unwrap();
        Self { runtime, folder, _world: world }
    }

    fn address(&self) -> String {
        format!("http://{}", self.runtime.client.address())
    }

    /// The id of the first of a list.
    async fn first(&self, list: &str) -> String {
        self.runtime.client.get(list).await.unwrap()[0]["id"].as_str().unwrap().to_owned()
    }
}

/// The committed document, which a test of the engine holds to the code.
fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/engine/openapi.json")
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).join("\n")
}

/// What is there to be found by its id; all else is of chance. What files made, no request changes, so it stays there.
async fn things(stage: &Stage) -> String {
    let (installation, connection) = (stage.first("installations").await, stage.first("connections").await);
    // Not the one that is shown: it would be revoked.
    let made = stage.runtime.client.post("api-keys", &json!({ "label": "to be found" })).await.unwrap();
    let key = made["id"].as_str().unwrap().to_owned();
    format!(
        r#"[parameters]
"path.projectIdOrName" = "demo"
"path.integrationIdOrName" = "crm"
"path.installationId" = "{installation}"
"path.connectionId" = "{connection}"
"path.destinationIdOrName" = "hook"
"path.objectName" = "contacts"
"path.endpoint" = "companies"
"path.groupRef" = "acme"
"path.apiKeyId" = "{key}"
"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_leads_beyond_the_document() {
    let test = "no_request_leads_beyond_the_document";
    let Some(venv) = require(test, "Schemathesis", Venv::of("requirements-openapi.txt")) else { return };
    let stage = Stage::new();
    let config = stage.folder.path().join("schemathesis.toml");
    fs::write(&config, things(&stage).await).unwrap();
    // A status that is not listed by name is a finding too.
    let mut document: Value = serde_json::from_slice(&fs::read(document()).unwrap()).unwrap();
    let operations =
        document["paths"].as_object_mut().unwrap().values_mut().flat_map(|item| item.as_object_mut().unwrap().values_mut());
    operations.for_each(|operation| {
        drop(operation["responses"].as_object_mut().unwrap().remove("default"));
        // It can write the same bytes under their general name alone.
        if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
            drop(content.remove("application/wasm"));
        }
    });
    let path = stage.folder.path().join("openapi.json");
    fs::write(&path, document.to_string()).unwrap();

    let examples = std::env::var(EXAMPLES_VARIABLE).unwrap_or_else(|_| EXAMPLES.to_owned());
    let mut command = venv.command("schemathesis");
    // It leaves what it has learnt where it runs.
    command.current_dir(stage.folder.path());
    command.arg("--config-file").arg(&config).arg("run").arg(&path).args(["--url", &stage.address()]);
    command.args(["--header", &format!("X-Api-Key: {}", stage.runtime.client.key())]);
    command.args(["--max-examples", &examples, "--workers", WORKERS, "--continue-on-failure", "--seed", "1", "--no-color"]);
    // What a schema cannot say, such as which providers there are, is refused with 422, as it should be.
    command.args(["--exclude-checks", "positive_data_acceptance", "--warnings", "off"]);
    // A stream has no end that could be waited for.
    command.args(["--exclude-operation-id", "followEvents"]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("Test cases:"), "{}", said(&output));
    drop(stage.runtime.client.get("status").await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_python_client_creates_and_repeats() {
    let test = "a_generated_python_client_creates_and_repeats";
    let Some(venv) = require(test, "openapi-python-client", Venv::of("requirements-openapi.txt")) else { return };
    let stage = Stage::new();
    let config = stage.folder.path().join("generator.json");
    let settings = json!({
        "post_hooks": [], "package_name_override": "ampline_client", "content_type_overrides": { "application/wasm": "application/octet-stream" },
    });
    fs::write(&config, settings.to_string()).unwrap();
    let target = stage.folder.path().join("ampline_client");
    let mut generate = venv.command("openapi-python-client");
    generate.args(["generate", "--meta", "none", "--fail-on-warning", "--path"]).arg(document());
    let generated = generate.arg("--output-path").arg(&target).arg("--config").arg(&config).output().unwrap();
    assert!(generated.status.success(), "{}", said(&generated));

    let given = json!({
        "folder": stage.folder.path(), "address": stage.address(), "key": stage.runtime.client.key(), "project": "demo",
    });
    let answer = venv.run("client.py", given.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!((&answer["again"], &answer["listed"]), (&answer["made"], &json!([answer["made"]])), "{answer}");
    assert!(answer["refused"].as_str().unwrap().contains("hubspots"), "{answer}");
    let (created, got) = (&answer["destination"], &answer["got"]);
    assert_eq!(created["name"], "leadConvertedWebhook", "{answer}");
    let metadata = json!({
        "url": "https://webhooks.mailmonkey.com/salesforce-lead-converted", "headers": { "Authorization": "Bearer 1234" },
    });
    assert_eq!((&created["metadata"], &got["metadata"]), (&metadata, &metadata), "what belongs to Kinesis is left out: {answer}");
    assert!(got["secrets"]["webhookSigningKey"].as_str().is_some_and(|key| !key.is_empty()), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_types_for_typescript() {
    let Some(packages) = require("the_document_is_types_for_typescript", "npm packages", npm::packages()) else { return };
    let stage = Stage::new();
    // Within the packages' folder, so that Node finds them.
    let folder = tempfile::tempdir_in(packages.folder()).unwrap();
    let bin = |name: &str| Command::new(packages.folder().join("node_modules/.bin").join(name));
    let types = bin("openapi-typescript").arg(document()).arg("--output").arg(folder.path().join("api.d.ts")).output().unwrap();
    assert!(types.status.success(), "{}", said(&types));
    for file in ["client.ts", "tsconfig.json"] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("npm").join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("package.json"), r#"{ "type": "module" }"#).unwrap();
    let compiled = bin("tsc").arg("--project").arg(folder.path()).output().unwrap();
    assert!(compiled.status.success(), "{}", said(&compiled));
    let client = [&stage.address(), stage.runtime.client.key(), "demo"].map(str::to_owned);
    let ran = Command::new("node").arg(folder.path().join("client.js")).args(client).output().unwrap();
    assert!(ran.status.success(), "{}", said(&ran));
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(answer, json!({ "done": true, "refused": 404 }));
}
