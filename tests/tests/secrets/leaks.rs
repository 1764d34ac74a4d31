//! Every secret that a run used is searched for in everything the run wrote: the data folder (pages and write-ahead logs of the
//! stores included), logs, what commands print, what the API answers and what the other side was given.
//!
//! Doubles: the emulated HubSpot, the receiver, and a receiver that echoes what it was sent in its error page.

use std::{
    net::SocketAddr,
    process::Output,
    sync::{Arc, Mutex},
};

use ampline_tests::runtime::RuntimeProcess;
use axum::{Router, extract::State, http::HeaderMap};
use serde_json::{Value, json};

use crate::{
    search::Search,
    stage::{Stage, files},
};

const MASTER: &str = "amplinekey_TUFTVEVSLUNBTkFSWS0wMTIzNDU2Nzg5YWJjZGVmZ2g=";
const NEXT_MASTER: &str = "amplinekey_TkVYVEVSLUNBTkFSWS0wMTIzNDU2Nzg5YWJjZGVmZ2g=";
const SIGNING: &str = "whsec_U0lHTklORy1DQU5BUlktMDEyMzQ1Njc4OWFiY2RlZg==";
const TOKEN: &str = "pat-na1-canary-token-5f3a";
const PASSWORD: &str = "p4ss/w+rd?canary";
const HEADER: &str = "header canary value 77";
const AWS_ID: &str = "AKIACANARYCANARY0001";
const AWS_SECRET: &str = "aws/secret+canary/EXAMPLEKEY000000000001";
const POSTGRES: &str = "postgres://app:pg-canary-password@127.0.0.1:1/app";
const CLIENT_SECRET: &str = "client-secret-canary-31c7";
const REFRESH: &str = "refresh-token-canary-9d20";
const PASSWORD_OF_CUSTOMER: &str = "customers-password-canary-77";
const CODE: &str = "authorization-code-canary-e1";
const INBOUND: &str = "inbound-canary-key-8d21";
/// Secrets that a person wrote into the wrong places.
const MISPLACED: &str = "misplaced-canary-4242";

const DESTINATIONS: &str = r#"
[secrets]
key = { env = "MASTER" }

[postgres]
url = { env = "POSTGRES" }

[integrations.crm]
inbound_key = { env = "INBOUND" }

[destinations.hook]
type = "webhook"
url = "http://user:{password}@{echo}/hook"
secret_headers = { X-Key = { env = "HEADER" } }
signing_key = { env = "SIGNING" }
retry_delays_s = [0]

[destinations.second]
type = "webhook"
url = "{receiver}/second"

[destinations.lake]
type = "s3"
bucket = "lake"
region = "us-east-1"
endpointUrl = "http://{echo}"
secrets = { awsKeyId = { env = "AWS_ID" }, awsSecretKey = { env = "AWS_SECRET" } }
retry_delays_s = [0]

[destinations.table]
type = "postgres"
tableName = "Tickets"
retry_delays_s = [0]

[provider_apps.hubspot]
client_id = "canary"
client_secret = { env = "CLIENT_SECRET" }
token_url = "http://{echo}/token"

[connections.leaky]
provider = "hubspot"
base_url = "http://{echo}"
oauth2 = { refresh_token = { env = "REFRESH" } }

[connections.owned]
provider = "hubspot"
base_url = "http://{echo}"
password_credentials = { username = "una", password = { env = "CUSTOMER" } }
"#;

/// What the echoing receiver was sent.
type Sent = Arc<Mutex<Vec<HeaderMap>>>;
/// What its token endpoint was sent.
type Forms = Arc<Mutex<Vec<String>>>;

/// A receiver that answers 500 and repeats all headers, as carelessly written ones do, with a token endpoint that refuses in the
/// words that it was asked in.
async fn echoing() -> (SocketAddr, Sent, Forms) {
    async fn token(State(forms): State<Forms>, form: String) -> (axum::http::StatusCode, String) {
        forms.lock().unwrap().push(form.clone());
        // What is passed on of a refusal is short: the secrets come first.
        let secrets: Vec<&str> = form.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value).rev().collect();
        let said = json!({ "error": "invalid_request", "error_description": secrets.join(" ") });
        (axum::http::StatusCode::BAD_REQUEST, said.to_string())
    }
    async fn echo(State(sent): State<Sent>, headers: HeaderMap) -> (axum::http::StatusCode, HeaderMap, String) {
        let mut answer = HeaderMap::new();
        answer.extend(headers.get("authorization").map(|value| (axum::http::HeaderName::from_static("x-echo"), value.clone())));
        // What matters comes first: the delivery log keeps a page's beginning.
        let page = format!("what is {:?} with {:?} in {headers:?}?", headers.get("authorization"), headers.get("x-key"));
        sent.lock().unwrap().push(headers);
        (axum::http::StatusCode::INTERNAL_SERVER_ERROR, answer, page)
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sent = Sent::default();
    let forms = Forms::default();
    let tokens = Router::new().route("/token", axum::routing::post(token)).with_state(forms.clone());
    let app = Router::new().fallback(echo).with_state(sent.clone()).merge(tokens);
    tokio::spawn(async { axum::serve(listener, app).await });
    (address, sent, forms)
}

/// The search, and everything that was written, by where.
struct Evidence {
    search: Search,
    written: Vec<(String, Vec<u8>)>,
}

impl Evidence {
    fn keep(&mut self, place: &str, output: &Output) {
        self.written.push((format!("{place} (standard output)"), output.stdout.clone()));
        self.written.push((format!("{place} (standard error)"), output.stderr.clone()));
    }

    fn keep_files(&mut self, when: &str, stage: &Stage) {
        for path in files(&stage.workplace.data_dir()).into_iter().chain([stage.workplace.log_file()]) {
            // A file may go between the listing and now: checkpoints end write-ahead logs.
            let bytes = std::fs::read(&path).unwrap_or_default();
            self.written.push((format!("{} {when}", path.display()), bytes));
        }
    }

    fn judge(&self) {
        // What is certainly written is found: the search has eyes, in the stores and in the answers.
        let mut known = Search::default();
        known.add("a message's member", "installationUpdateTime");
        for place in ["journal.db", "GET a delivery"] {
            let seen = |(at, bytes): &(String, Vec<u8>)| at.contains(place) && !known.found_in(bytes).is_empty();
            assert!(self.written.iter().any(seen), "{place} was not searched");
        }
        let told = |(place, bytes): &(String, Vec<u8>)| {
            let found = self.search.found_in(bytes);
            (!found.is_empty()).then(|| format!("{place}: {found:?}"))
        };
        let found: Vec<String> = self.written.iter().filter_map(told).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

fn stage(echo: SocketAddr) -> Stage {
    let encoded: String = PASSWORD.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let destinations = DESTINATIONS.replace("{password}", &encoded).replace("{echo}", &echo.to_string());
    let mut stage = Stage::of_four(&destinations);
    for (name, value) in [
        ("MASTER", MASTER),
        ("NEXT_MASTER", NEXT_MASTER),
        ("SIGNING", SIGNING),
        ("HUBSPOT_TOKEN", TOKEN),
        ("HEADER", HEADER),
        ("AWS_ID", AWS_ID),
        ("AWS_SECRET", AWS_SECRET),
        ("POSTGRES", POSTGRES),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("REFRESH", REFRESH),
        ("CUSTOMER", PASSWORD_OF_CUSTOMER),
        ("INBOUND", INBOUND),
        ("AMPLINE_LOG", "debug"),
    ] {
        stage.world.workplace.set(name, value);
    }
    stage.emulator.state().token = Some(TOKEN.into());
    stage
}

fn evidence() -> Evidence {
    let mut search = Search::default();
    for (name, secret) in [
        ("the key of the secrets", MASTER),
        ("the next key of the secrets", NEXT_MASTER),
        ("the configured signing key", SIGNING),
        ("the provider's token", TOKEN),
        ("the password of the URL", PASSWORD),
        ("the secret header", HEADER),
        ("the AWS key id", AWS_ID),
        ("the AWS secret", AWS_SECRET),
        ("the database's address", POSTGRES),
        ("the database's password", "pg-canary-password"),
        ("the client's secret", CLIENT_SECRET),
        ("the refresh token", REFRESH),
        ("the customer's password", PASSWORD_OF_CUSTOMER),
        ("the authorisation code", CODE),
        ("the key of events", INBOUND),
        ("a misplaced secret", MISPLACED),
    ] {
        search.add(name, secret);
        // Keys must not be written without their prefix either.
        if let Some((_, encoded)) = secret.split_once('_') {
            search.add(name, encoded);
        }
    }
    Evidence { search, written: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_run_writes_holds_a_secret_that_it_used() {
    let (echo, sent, forms) = echoing().await;
    let (stage, mut evidence) = (stage(echo), evidence());
    let runtime = stage.start();
    let all_dead = |status: &Value| {
        let dead = |name| status["destinations"].as_array().unwrap().iter().any(|one| one["name"] == name && one["dead"] != 0);
        ["hook", "lake", "table"].into_iter().all(dead)
    };
    stage.stands(&runtime, all_dead).await;
    stage.receiver.wait_until(crate::stage::PATIENCE, |seen| seen.counts.requests > 0).await.unwrap();
    let secrets = ["api-key", "download-key", "destinations/second/signing-key"];
    for (name, known) in secrets.into_iter().zip(["the API key", "the download key", "a made signing key"]) {
        evidence.search.add(known, &stage.workplace.secret(name).unwrap());
    }
    let authorizations: Vec<String> =
        sent.lock().unwrap().iter().map(|sent| sent["authorization"].to_str().unwrap().to_owned()).collect();
    for start in [format!("Basic {}", base64(&format!("user:{PASSWORD}"))), format!("AWS4-HMAC-SHA256 Credential={AWS_ID}/")] {
        assert!(authorizations.iter().any(|sent| sent.starts_with(&start)), "the secrets were in use at all");
    }
    assert!(sent.lock().unwrap().iter().any(|sent| sent.get("x-key").is_some_and(|key| key == HEADER)));

    stage.emulator.state().token = Some("another".into());
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    stage.stands(&runtime, |status| status["reads"][0]["operation"]["status"] == "failure").await;
    commands(&stage, &runtime, &mut evidence).await;
    connections(&stage, &runtime, &forms, &mut evidence).await;
    evidence.keep_files("while it ran", &stage);
    assert!(runtime.terminate().unwrap().success());
    evidence.keep("rotate", &stage.ampline(&["secrets", "rotate", "--new-key-env", "NEXT_MASTER"]));
    evidence.keep("wrong key", &stage.ampline(&["run", "amp.yaml"]));
    bad_settings(&stage, &mut evidence);
    evidence.keep_files("at the end", &stage);
    evidence.judge();
}

/// What commands and the API say of deliveries that failed, and of everything else.
async fn commands(stage: &Stage, runtime: &RuntimeProcess, evidence: &mut Evidence) {
    let deliveries = runtime.client.get("deliveries?destination=hook").await.unwrap();
    let id = deliveries["results"][0]["id"].to_string();
    let shown = runtime.client.get(&format!("deliveries/{id}")).await.unwrap();
    assert!(shown.to_string().contains("[secret]"), "the echo is in the log, without its secrets: {shown}");
    for path in ["status", "deliveries", "destinations/hook", "destinations/second"] {
        let answer = runtime.client.get(path).await.unwrap();
        evidence.written.push((format!("GET {path}"), answer.to_string().into_bytes()));
    }
    evidence.written.push(("GET a delivery".to_owned(), shown.to_string().into_bytes()));
    let rotated = runtime.client.get("destinations/second?includeSecrets=true&rotate=true").await.unwrap();
    evidence.search.add("the rotated signing key", rotated["secrets"]["webhookSigningKey"].as_str().unwrap());
    for arguments in [
        ["status", "--format", "json"].as_slice(),
        &["deliveries"],
        &["deliveries", "show", &id],
        &["deliveries", "replay", "--status", "dead"],
        &["destinations", "rotate", "hook"],
        &["destinations", "disable", "hook"],
        &["secrets", "list"],
        &["secrets", "list", "--format", "json"],
        &["secrets", "rotate"],
        &["secrets", "show", "nothing"],
    ] {
        evidence.keep(&arguments.join(" "), &stage.ampline(arguments));
    }
    evidence.written.push(("GET without a key".to_owned(), unkeyed(runtime).await));
    for (place, answer) in ["events with a signature", "events with the key in its place"].into_iter().zip(inbound(runtime).await)
    {
        evidence.written.push((place.to_owned(), answer));
    }
}

/// A provider's call as it should be, and one by somebody who took the key for a signature.
async fn inbound(runtime: &RuntimeProcess) -> [Vec<u8>; 2] {
    let url = format!("http://{}/subscribe/v1/projects/demo/integrations/crm", runtime.client.address());
    let body = r#"[{"eventId":1,"portalId":1,"occurredAt":1700000000000,"subscriptionType":"company.deletion","objectId":2}]"#;
    let at = jiff::Timestamp::now().as_millisecond().to_string();
    let send = async |signature: &str, status: u16| {
        let request = reqwest::Client::new().post(&url).header("x-hubspot-signature-v3", signature).body(body);
        let answer = request.header("x-hubspot-request-timestamp", &at).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        answer.bytes().await.unwrap().to_vec()
    };
    [send(&ampline_tests::hubspot::sign(INBOUND, "POST", &url, body, &at), 200).await, send(INBOUND, 401).await]
}

/// What is said of connections whose token endpoint repeats every secret that it is sent.
async fn connections(stage: &Stage, runtime: &RuntimeProcess, forms: &Forms, evidence: &mut Evidence) {
    for arguments in [
        ["connections", "refresh", "leaky"].as_slice(),
        &["connections", "refresh", "owned"],
        &["connections", "check", "leaky"],
        &["connections", "show", "leaky", "--format", "json"],
        &["connections", "list"],
        &["status"],
    ] {
        evidence.keep(&arguments.join(" "), &stage.ampline(arguments));
    }
    let asked = json!({ "provider": "hubspot", "groupRef": "acme", "projectIdOrName": "demo" });
    let connect = reqwest::Client::new().post(format!("http://{}/v1/oauth-connect", runtime.client.address()));
    let connect = connect
        .header("x-api-key", runtime.client.key())
        .header("content-type", "application/json")
        .body(asked.to_string())
        .send()
        .await
        .unwrap();
    let url = reqwest::Url::parse(&connect.text().await.unwrap()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let callback = format!("http://{}/callbacks/v1/oauth?state={state}&code={CODE}", runtime.client.address());
    let page = reqwest::get(callback).await.unwrap();
    assert_eq!(page.status(), 502);
    evidence.written.push(("the callback's page".to_owned(), page.bytes().await.unwrap().to_vec()));
    let forms = forms.lock().unwrap().clone();
    for secret in [CLIENT_SECRET, REFRESH, PASSWORD_OF_CUSTOMER, CODE] {
        assert!(forms.iter().any(|form| form.contains(secret)), "{secret} was in use at all");
    }
    let verifier = forms.iter().find_map(|form| form.split('&').find_map(|pair| pair.strip_prefix("code_verifier=")));
    evidence.search.add("the proof key", verifier.unwrap());
    evidence.search.add("the state", &state);
    evidence.search.add("the connections' key", &stage.workplace.secret("connections-key").unwrap());
}

async fn unkeyed(runtime: &RuntimeProcess) -> Vec<u8> {
    let url = format!("http://{}/v1/projects/demo/destinations/second?includeSecrets=true", runtime.client.address());
    reqwest::get(url).await.unwrap().bytes().await.unwrap().to_vec()
}

/// Starts with secrets where none may be: what is said must not repeat them.
fn bad_settings(stage: &Stage, evidence: &mut Evidence) {
    let sound = std::fs::read_to_string(stage.workplace.settings_file()).unwrap();
    for (from, to) in [
        ("signing_key = { env = \"SIGNING\" }", format!("signing_key = \"{MISPLACED}\"")),
        ("{ env = \"HEADER\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"MASTER\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"POSTGRES\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"INBOUND\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"HUBSPOT_TOKEN\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"REFRESH\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"CLIENT_SECRET\" }", format!("\"{MISPLACED}\"")),
        ("{ env = \"CUSTOMER\" }", format!("\"{MISPLACED}\"")),
        ("token_url = \"http://", format!("token_url = \"http://user:{MISPLACED}@")),
        ("{ env = \"SIGNING\" }", "{ env = \"HEADER\" }".to_owned()),
        ("{ env = \"MASTER\" }", "{ env = \"HEADER\" }".to_owned()),
        ("http://user:", format!("ftp://{MISPLACED}:{MISPLACED}")),
        ("http://user:", format!("http://[{MISPLACED}@")),
        ("X-Key =", "Webhook-Id =".to_owned()),
        ("base_url = \"http://", format!("base_url = \"ftp://user:{MISPLACED}@")),
    ] {
        let wrong = sound.replace(from, &to);
        assert_ne!(wrong, sound, "{from}");
        stage.rewrite(|_| wrong);
        let output = stage.ampline(&["run", "amp.yaml", "--listen", "127.0.0.1:0"]);
        assert!(!output.status.success(), "{from} to {to}");
        evidence.keep(&format!("run with {from}"), &output);
    }
}

fn base64(text: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(text)
}
