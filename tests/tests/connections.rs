//! Connections by the real binary: what a provider's addresses need, credentials of a provider's own form, and changes by mask.
//!
//! Double: `Api`, a server that keeps the address and the credentials of every request. Oracle: what it was asked, and the bytes of the
//! data folder.

use std::{
    fs,
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
    time::Duration,
};

use ampline_tests::{
    loopback::{Gate, Server},
    runtime::{RuntimeProcess, Workplace},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use reqwest::Method;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const KEY: &str = "custom-key-4711-of-the-customer";
const LATER_KEY: &str = "custom-key-4712-of-the-customer";

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: sync
    provider: acme
    read:
      objects:
        - objectName: things
          destination: store
          schedule: "0 0 1 1 *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: text }]
"#;

fn provider(address: &str) -> String {
    format!(
        r#"
name: acme
displayName: Acme
baseURL: {address}/{{{{.region}}}}/{{{{.cloudId}}}}
inputs:
  - {{ name: region, displayName: Region, documentation: eu or us }}
  - {{ name: cloudId }}
auth:
  type: custom
  headers: {{ X-Account: "{{{{.account}}}}", Authorization: "Key {{{{.key}}}}" }}
  queryParams: {{ account: "{{{{.account}}}}" }}
  inputs:
    - {{ name: account }}
    - {{ name: key, displayName: API key, documentation: "under Settings, API" }}
objects: [{{ name: things, path: /things, records: data, id: id }}]
"#
    )
}

/// What was asked: address, `X-Account`, `Authorization`.
type Asked = Arc<Mutex<Vec<[String; 3]>>>;

async fn answer(State(asked): State<Asked>, uri: Uri, headers: HeaderMap) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap_or("?")).to_owned();
    asked.lock().unwrap().push([uri.to_string(), header("x-account"), header("authorization")]);
    r#"{"data":[{"id":"1","text":"one"}]}"#.into_response()
}

struct Stage {
    asked: Asked,
    workplace: Workplace,
    _server: Server,
    folder: tempfile::TempDir,
}

impl Stage {
    /// `settings` is the rest of ampline.toml.
    fn new(settings: &str) -> Self {
        let asked = Asked::default();
        let router = Router::new().fallback(answer).with_state(asked.clone());
        let server = Server::start(Gate::bind(([127, 0, 0, 1], 0).into()).unwrap(), 1, router).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("providers")).unwrap();
        let address = format!("http://{}", server.address());
        fs::write(folder.path().join("providers/acme.yaml"), provider(&address)).unwrap();
        let head = "[project]\nid = \"demo\"\n[network]\nallow = [\"127.0.0.0/8\"]\n[destinations.store]\ntype = \"api\"\nendpoint = \"things\"\n";
        let custom = json!({ "account": "acc-9", "key": KEY }).to_string();
        let secrets = [("ACME_ACCOUNT", "acc-1"), ("ACME_KEY", KEY), ("CUSTOM", custom.as_str())];
        let workplace = Workplace::new(folder.path(), MANIFEST, &format!("{head}{settings}"), &secrets).unwrap();
        Self { asked, workplace, _server: server, folder }
    }

    fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ampline(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits for the next requests that differ from the last known, and gives the last of them.
    async fn asked_after(&self, count: usize) -> [String; 3] {
        let waiting = async {
            while self.asked.lock().unwrap().len() <= count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the provider is asked");
        self.asked.lock().unwrap().last().cloned().unwrap()
    }

    /// Runs the read anew and says what the provider was asked.
    async fn read(&self) -> [String; 3] {
        let before = self.asked.lock().unwrap().len();
        self.json(&["read"]);
        self.asked_after(before).await
    }
}

/// Asks the API; the status and the body.
async fn call(runtime: &RuntimeProcess, method: Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("http://{}/v1/projects/demo/{path}", runtime.client.address());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, url).header("x-api-key", runtime.client.key());
    let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Whether any file beneath a folder holds these bytes.
fn holds(folder: &Path, wanted: &str) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, wanted),
        false => fs::read(&path).unwrap_or_default().windows(wanted.len()).any(|part| part == wanted.as_bytes()),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_says_what_the_provider_needs_and_is_changed_by_mask() {
    let stage = Stage::new("");
    let runtime = stage.workplace.start().unwrap();
    let generate = async |metadata: Value, auth: Value| {
        let body = json!({ "provider": "acme", "groupRef": "acme", "providerMetadata": metadata, "customAuth": auth });
        call(&runtime, Method::POST, "connections:generate", body).await
    };
    let sound = json!({ "account": "acc-1", "key": KEY });
    let refusals = [
        (json!({}), sound.clone(), "Acme needs `region` (Region: eu or us) and `cloudId`: give them with the connection"),
        (json!({ "region": "eu" }), sound.clone(), "Acme needs `cloudId`: give it with the connection"),
        (json!({ "region": "eu", "cloudId": "a/b" }), sound.clone(), "`cloudId` may hold letters, digits, `-`, `_` and `.` only"),
        (json!({}), json!({ "account": "a", "kye": "b" }), "acme is authorised by account, key: key not given, kye not known"),
    ];
    for (metadata, auth, expected) in refusals {
        let (status, body) = generate(metadata, auth).await;
        assert_eq!((status, body["detail"].as_str().unwrap_or_default()), (422, expected), "{body}");
    }
    let metadata = json!({ "region": "eu", "cloudId": { "value": "c1", "source": "input" } });
    let (status, made) = generate(metadata, sound).await;
    assert_eq!((status, &made["authScheme"], made.get("customAuth")), (201, &json!("custom"), None), "{made}");
    assert!(!made.to_string().contains(KEY));
    let id = made["id"].as_str().unwrap();
    let (integration, customer) = (["--integration", "sync"], ["--group", "acme", "--connection", id]);
    stage.json(&[&["installations", "create"][..], &integration, &customer, &["--object", "things"]].concat());
    let key = |key: &str| format!("Key {key}");
    let expected = ["/eu/c1/things?account=acc-1".to_owned(), "acc-1".to_owned(), key(KEY)];
    assert_eq!(stage.asked_after(0).await, expected);

    let path = format!("connections/{id}");
    let change = async |mask: Value, connection: Value| {
        call(&runtime, Method::PATCH, &path, json!({ "updateMask": mask, "connection": connection })).await
    };
    let moved = json!({ "providerMetadata": { "cloudId": "c2", "region": "never asked" }, "customAuth": { "key": "ignored" } });
    let (status, changed) = change(json!(["providerMetadata.cloudId"]), moved).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(stage.read().await, ["/eu/c2/things?account=acc-1".to_owned(), "acc-1".to_owned(), key(KEY)]);
    let renewed = json!({ "customAuth": { "account": "acc-2", "key": LATER_KEY } });
    assert_eq!(change(json!(["customAuth"]), renewed).await.0, 200);
    assert_eq!(stage.read().await, ["/eu/c2/things?account=acc-2".to_owned(), "acc-2".to_owned(), key(LATER_KEY)]);
    let shown = call(&runtime, Method::GET, &format!("{path}?includeCreds=true"), json!({})).await.1;
    assert_eq!(shown["customAuth"], json!({ "account": "acc-2", "key": LATER_KEY }));
    for (mask, connection, expected) in [
        (json!(["providerMetadata.region"]), json!({}), "Acme needs `region`"),
        (json!(["providerMetadata"]), json!({ "providerMetadata": {} }), "and `cloudId`"),
        (json!(["status"]), json!({}), "updateMask[0]: nothing can be changed by the mask \"status\""),
        (json!([]), json!({}), "updateMask: has 0 items"),
        (json!(["customAuth"]), json!({}), "no credentials are given"),
        (json!(["apiKey"]), json!({ "apiKey": "k" }), "an API key is given"),
    ] {
        let (status, body) = change(mask.clone(), connection).await;
        assert!(status == 422 && body["detail"].as_str().unwrap().contains(expected), "{mask}: {status} {body}");
    }
    assert_eq!(
        call(&runtime, Method::PATCH, "connections/nobody", json!({ "updateMask": ["apiKey"], "connection": {} })).await.0,
        404
    );
    assert_eq!(stage.read().await[0], "/eu/c2/things?account=acc-2", "what is refused changes nothing");
    assert!(runtime.terminate().unwrap().success());
    for secret in [KEY, LATER_KEY] {
        assert!(!holds(&stage.folder.path().join("data"), secret), "{secret} lies open in the data folder");
        assert!(!fs::read_to_string(stage.workplace.log_file()).unwrap().contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_and_commands_say_it_too() {
    let connection = |metadata: &str, auth: &str| {
        format!(
            "[connections.acme]\nprovider = \"acme\"\nmetadata = {{ {metadata} }}\ncustom = {{ {auth} }}\n\
             [[installations]]\nintegration = \"sync\"\nconnection = \"acme\"\ngroup_ref = \"acme\"\n"
        )
    };
    let auth = r#"account = { env = "ACME_ACCOUNT" }, key = { env = "ACME_KEY" }"#;
    for (metadata, auth, expected) in [
        (r#"region = "us""#, auth, "connections.acme.metadata: Acme needs `cloudId`: give it with the connection"),
        (r#"region = "us", cloudId = "c 3""#, auth, "connections.acme.metadata: `cloudId` may hold letters"),
        (r#"region = "us", cloudId = "c3""#, r#"key = { env = "ACME_KEY" }"#, "account, key: account not given"),
    ] {
        let error = Stage::new(&connection(metadata, auth)).workplace.start().err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let stage = Stage::new(&connection(r#"region = "us", cloudId = "c3""#, auth));
    let runtime = stage.workplace.start().unwrap();
    let expected = ["/us/c3/things?account=acc-1".to_owned(), "acc-1".to_owned(), format!("Key {KEY}")];
    assert_eq!(stage.asked_after(0).await, expected);
    let declared = call(&runtime, Method::GET, "connections/acme", json!({})).await.1;
    let patch = json!({ "updateMask": ["providerMetadata.cloudId"], "connection": { "providerMetadata": { "cloudId": "c4" } } });
    let path = format!("connections/{}", declared["id"].as_str().unwrap());
    let (status, refused) = call(&runtime, Method::PATCH, &path, patch).await;
    assert!(status == 409 && refused["detail"].as_str().unwrap().contains("declared in ampline.toml"), "{refused}");

    let create = ["connections", "create", "--provider", "acme", "--group", "beta", "--kind", "custom", "--secret-env", "CUSTOM"];
    let refused = stage.ampline(&[&create[..], &["--input", "region=eu"]].concat());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Acme needs `cloudId`"), "{refused:?}");
    let made = stage.json(&[&create[..], &["--input", "region=eu", "--input", "cloudId=c5"]].concat());
    assert_eq!((&made["authScheme"], &made["group"]["groupRef"]), (&json!("custom"), &json!("beta")));
    let shown = String::from_utf8(stage.ampline(&["providers", "show", "acme"]).stdout).unwrap();
    assert!(shown.contains("input       region: Region. eu or us") && shown.contains("secret      key: API key"), "{shown}");
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_app_is_changed_by_mask_and_keeps_its_secret_to_itself() {
    let stage = Stage::new("[provider_apps.salesforce]\nclient_id = \"of-the-file\"\n");
    let runtime = stage.workplace.start().unwrap();
    let app = json!({ "provider": "hubspot", "clientId": "one", "clientSecret": KEY, "scopes": ["a"], "externalRef": "mine",
        "metadata": { "authQueryParams": { "prompt": "login" } } });
    let (status, made) = call(&runtime, Method::POST, "provider-apps", app).await;
    assert_eq!(status, 201, "{made}");
    let other = call(&runtime, Method::POST, "provider-apps", json!({ "provider": "hubspot", "clientId": "two" })).await.1;
    let path = format!("provider-apps/{}", made["id"].as_str().unwrap());
    let change = async |mask: Value, app: Value| {
        call(&runtime, Method::PATCH, &path, json!({ "updateMask": mask, "providerApp": app })).await
    };
    let (status, changed) = change(
        json!(["scopes", "clientSecret"]),
        json!({ "scopes": ["b", "c"], "clientId": "not asked", "clientSecret": LATER_KEY }),
    )
    .await;
    assert_eq!((status, &changed["scopes"], &changed["clientId"]), (200, &json!(["b", "c"]), &json!("one")));
    assert_eq!((&changed["createTime"], &changed["externalRef"]), (&made["createTime"], &json!("mine")));
    assert!(!changed.to_string().contains(LATER_KEY));
    let (_, changed) = change(
        json!(["metadata.providerParams", "externalRef"]),
        json!({ "metadata": { "providerParams": { "region": "eu" } } }),
    )
    .await;
    assert_eq!(changed["metadata"], json!({ "authQueryParams": { "prompt": "login" }, "providerParams": { "region": "eu" } }));
    assert_eq!(changed["externalRef"], Value::Null, "what the mask names and the body lacks is taken away");
    for (mask, app, expected) in [
        (json!(["provider"]), json!({}), "updateMask[0]: nothing can be changed by the mask \"provider\""),
        (json!(["clientId"]), json!({}), "providerApp.clientId: is missing"),
        (json!(["clientId"]), json!({ "clientId": "two" }), "has a provider app of the clientId \"two\" already"),
        (json!(["scopes"]), json!({ "scopes": "a" }), "providerApp.scopes: "),
    ] {
        let (status, body) = change(mask.clone(), app).await;
        assert!(status == 422 && body["detail"].as_str().unwrap().contains(expected), "{mask}: {status} {body}");
    }
    let listed = call(&runtime, Method::GET, "provider-apps", json!({})).await.1;
    let found = listed.as_array().unwrap().iter().find(|app| app["id"] == made["id"]).unwrap();
    assert_eq!((&found["scopes"], listed.as_array().unwrap().len()), (&json!(["b", "c"]), 3));
    let of_file = json!({ "updateMask": ["scopes"], "providerApp": {} });
    assert_eq!(call(&runtime, Method::PATCH, "provider-apps/salesforce", of_file).await.0, 409);
    let deleted = call(&runtime, Method::DELETE, &format!("provider-apps/{}", other["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(deleted.0, 204);
    runtime.kill().unwrap();
    let runtime = stage.workplace.start().unwrap();
    let listed = call(&runtime, Method::GET, "provider-apps", json!({})).await.1;
    assert!(listed.as_array().unwrap().iter().any(|app| app["scopes"] == json!(["b", "c"])), "{listed}");
    assert!(runtime.terminate().unwrap().success());
    assert!(!holds(&stage.folder.path().join("data"), LATER_KEY));
}
