//! Grants of a destination by command, API and file: what is refused says what to do, and that helps; secrets only go in.

use std::{io::Write, process::Stdio};

use ampline_tests::{guests::MISBEHAVING, receiver::Received, runtime::RuntimeProcess};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{PATIENCE, Stage, ask, at, eventually};

const TOKEN: &str = "granted-token-canary-4711";
const NEXT_TOKEN: &str = "granted-token-canary-4712";
const FILE_TOKEN: &str = "granted-token-canary-4713";

/// A runtime with the misbehaving sink installed.
pub(crate) fn start(stage: &Stage) -> RuntimeProcess {
    let runtime = stage.start();
    let path = stage.folder.path().join("misbehaving.wasm");
    std::fs::write(&path, MISBEHAVING).unwrap();
    stage.says(&["sinks", "install", path.to_str().unwrap()]);
    runtime
}

/// The receiver's origin.
pub(crate) fn origin(stage: &Stage) -> String {
    stage.receiver.url("").trim_end_matches('/').to_owned()
}

/// A request for a destination whose sink sends to this path of the receiver.
pub(crate) fn sender(stage: &Stage, name: &str, path: &str, credential: Option<&str>) -> Value {
    let mut metadata = json!({ "behaviour": "slow-host", "url": stage.receiver.url(path) });
    if let Some(credential) = credential {
        metadata["credential"] = credential.into();
    }
    json!({ "name": name, "type": "misbehaving", "metadata": metadata })
}

/// Runs a command that a message tells, between backticks, with a text on its standard input.
pub(crate) fn run_told(stage: &Stage, message: &str, input: &str) {
    let command = message.split('`').nth(1).unwrap_or_else(|| panic!("no command in {message}"));
    let arguments: Vec<&str> = command.strip_prefix("ampline ").unwrap().split(' ').collect();
    with_input(stage, &arguments, input);
}

pub(crate) fn with_input(stage: &Stage, arguments: &[&str], input: &str) {
    let mut command = stage.world.workplace.command();
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && !told.contains(TOKEN), "{arguments:?}: {told}");
}

/// A delivery that a destination stopped on, and why it stopped.
pub(crate) async fn stopped(runtime: &RuntimeProcess, name: &str) -> (Value, String) {
    let sent = ask(runtime, Method::POST, &format!("destinations/{name}:test"), None, None).await;
    assert_eq!(sent.status, 202, "{:#}", sent.body);
    let shown = eventually(runtime, &format!("destinations/{name}"), |one| one["disabledReason"].is_string()).await;
    let delivery = runtime.client.get(&format!("deliveries/{}", sent.body["deliveryId"])).await.unwrap();
    (delivery, shown["disabledReason"].as_str().unwrap().to_owned())
}

pub(crate) async fn arrives(stage: &Stage, path: &str, count: usize) -> Received {
    stage.receiver.wait_until(PATIENCE, |seen| at(seen, path).len() >= count).await.unwrap();
    at(&stage.receiver.seen(), path)[count - 1].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_denial_names_the_command_that_lets_the_backlog_flow() {
    let stage = Stage::new("");
    let runtime = start(&stage);
    let made = ask(&runtime, Method::POST, "destinations", Some(&sender(&stage, "odd", "odd", Some("api"))), None).await;
    assert_eq!(
        (made.status, &made.body["grants"]),
        (201, &json!({ "hosts": [], "limits": {}, "credentials": {} })),
        "{:#}",
        made.body
    );

    // First the host is missing, then the credential; no attempt is burnt, and the backlog flows once both are there.
    let (delivery, reason) = stopped(&runtime, "odd").await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("pending"), &json!(0)), "{delivery:#}");
    assert!(
        reason.contains("grant.host") && reason.contains("ampline destinations grant odd --host http://127.0.0.1:"),
        "{reason}"
    );
    run_told(&stage, &reason, "");
    let missing = |one: &Value| one["disabledReason"].as_str().is_some_and(|reason| reason.contains("grant.credential"));
    let shown = eventually(&runtime, "destinations/odd", missing).await;
    assert!(at(&stage.receiver.seen(), "/odd").is_empty());
    run_told(&stage, shown["disabledReason"].as_str().unwrap(), &format!("{TOKEN}\n"));
    assert_eq!(arrives(&stage, "/odd", 1).await.headers["authorization"], format!("Bearer {TOKEN}"));
    let id = delivery["id"].to_string();
    let delivered = eventually(&runtime, &format!("deliveries/{id}"), |one| one["status"] == "delivered").await;

    // The value goes in and never comes out, and it goes nowhere else without being given again.
    let bound = json!([{ "name": "api", "binding": { "kind": "bearer", "origins": [origin(&stage)] } }]);
    let all = runtime.client.get("destinations/odd/credentials").await.unwrap();
    assert_eq!(all, bound);
    let elsewhere = json!({ "kind": "bearer", "origins": ["https://evil.example"] });
    let refused = ask(&runtime, Method::PUT, "destinations/odd/credentials/api", Some(&elsewhere), None).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.to_string().contains("changes only together with its value"), "{:#}", refused.body);
    let same = json!({ "kind": "bearer", "origins": [origin(&stage)] });
    assert_eq!(ask(&runtime, Method::PUT, "destinations/odd/credentials/api", Some(&same), None).await.status, 200);
    let next = json!({ "kind": "bearer", "origins": [origin(&stage)], "value": NEXT_TOKEN });
    assert_eq!(ask(&runtime, Method::PUT, "destinations/odd/credentials/api", Some(&next), None).await.status, 200);
    stage.says(&["destinations", "test", "odd"]);
    assert_eq!(arrives(&stage, "/odd", 2).await.headers["authorization"], format!("Bearer {NEXT_TOKEN}"));

    // Over a restart, and over a key of the secrets that is another one then.
    let told = stage.says(&["destinations", "grant", "odd", "--limit", "memory-mebibytes=32"]);
    assert!(told.contains("memory-mebibytes=32") && told.contains("api") && told.contains(&origin(&stage)), "{told}");
    let shown = runtime.client.get("destinations/odd").await.unwrap();
    let listed = stage.says(&["destinations", "credentials", "list", "odd"]);
    assert!(runtime.terminate().unwrap().success());
    stage.says(&["secrets", "rotate"]);
    let runtime = stage.start();
    let again = runtime.client.get("destinations/odd").await.unwrap();
    assert_eq!(again["grants"], shown["grants"]);
    stage.says(&["destinations", "test", "odd"]);
    assert_eq!(arrives(&stage, "/odd", 3).await.headers["authorization"], format!("Bearer {NEXT_TOKEN}"));

    stage.says(&["destinations", "credentials", "delete", "odd", "api"]);
    let gone = ask(&runtime, Method::DELETE, "destinations/odd/credentials/api", None, None).await;
    assert_eq!(gone.status, 404);
    let (_, reason) = stopped(&runtime, "odd").await;
    assert!(reason.contains("has no credential \"api\""), "{reason}");
    let export = runtime.client.get("deliveries?destination=odd").await.unwrap();
    assert!(runtime.terminate().unwrap().success());
    search(&stage, &[delivered, all, shown, export, json!(listed), json!(told)], "grant.host", &[TOKEN, NEXT_TOKEN]);
}

/// What was written and answered holds none of these secrets, and the text that is known to be there.
pub(crate) fn search(stage: &Stage, answers: &[Value], known: &str, secrets: &[&str]) {
    let workplace = &stage.world.workplace;
    let data = std::fs::read_dir(workplace.data_dir()).unwrap().map(|entry| entry.unwrap().path());
    let files = data.filter(|path| path.is_file()).chain([workplace.log_file()]).map(|path| std::fs::read(&path).unwrap());
    let texts: Vec<Vec<u8>> = files.chain(answers.iter().map(|answer| answer.to_string().into_bytes())).collect();
    let holds = |needle: &str| texts.iter().any(|text| text.windows(needle.len()).any(|window| window == needle.as_bytes()));
    assert!(holds(known), "the search has eyes");
    for secret in secrets {
        assert!(!holds(secret), "{secret} shows itself");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_the_same_time_lose_nothing() {
    let stage = Stage::new("");
    let runtime = start(&stage);
    let made = ask(&runtime, Method::POST, "destinations", Some(&sender(&stage, "odd", "odd", None)), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    let hosts: Vec<String> = (0..4).map(|number| format!("https://host-{number}.example")).collect();
    std::thread::scope(|scope| {
        for host in &hosts {
            scope.spawn(|| stage.says(&["destinations", "grant", "odd", "--host", host]));
        }
    });
    let mut granted: Vec<String> =
        serde_json::from_value(runtime.client.get("destinations/odd").await.unwrap()["grants"]["hosts"].clone()).unwrap();
    granted.sort();
    assert_eq!(granted, hosts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_grants_is_told_with_its_place() {
    let stage = Stage::new("");
    let runtime = start(&stage);
    let with = |members: Value| {
        let mut body = sender(&stage, "odd", "odd", None);
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body
    };
    let credential = |more: Value| {
        let mut one = json!({ "kind": "bearer", "origins": ["https://a.example"], "value": TOKEN });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with(json!({ "grants": { "credentials": { "api": one } } }))
    };
    let webhook =
        |grants: Value| json!({ "name": "odd", "type": "webhook", "metadata": { "url": "https://a.example" }, "grants": grants });
    for (body, place, words) in [
        (
            with(json!({ "grants": { "hosts": ["https://a.example", "b.example"] } })),
            "grants.hosts[1]",
            "write https://b.example",
        ),
        (with(json!({ "grants": { "hosts": ["https://*.com"] } })), "grants.hosts[0]", "too wide"),
        (
            with(json!({ "grants": { "limits": { "memoryMebibytes": 65_536 } } })),
            "grants.limits.memoryMebibytes",
            "between 1 and",
        ),
        (with(json!({ "grants": { "limits": { "instances": 9 } } })), "grants.limits.instances", "9 is not between 1 and 3"),
        (with(json!({ "grants": { "limits": { "memory": 1 } } })), "grants.limits.memory", "memoryMebibytes"),
        (credential(json!({ "origins": [] })), "grants.credentials.api.origins", "the least is 1"),
        (credential(json!({ "origins": ["http://a.example"] })), "grants.credentials.api.origins[0]", "unencrypted"),
        (credential(json!({ "kind": "cookie" })), "grants.credentials.api.kind", "bearer"),
        (webhook(json!({ "hosts": ["https://a.example"] })), "grants.hosts", "built in and needs no grant"),
        (with(json!({ "delivery": { "concurrency": 0 } })), "delivery.concurrency", "the least is 1"),
        (with(json!({ "delivery": { "ratePerSecond": -1.0 } })), "delivery.ratePerSecond", "the least is 0.001"),
        (with(json!({ "delivery": { "retryDelaysSeconds": [99_999_999] } })), "delivery.retryDelaysSeconds", "30 days"),
    ] {
        let answer = ask(&runtime, Method::POST, "destinations", Some(&body), None).await;
        let issue = &answer.body["issues"][0];
        assert_eq!((answer.status, issue["name"].as_str()), (422, Some(place)), "{body}: {:#}", answer.body);
        let told = answer.body.to_string();
        assert!(told.contains(words) && !told.contains(TOKEN), "{told}");
    }
    // What is there is told the same way by a change of it.
    let made = ask(&runtime, Method::POST, "destinations", Some(&sender(&stage, "odd", "odd", None)), None).await;
    assert_eq!(made.status, 201);
    for (path, value, place) in [
        ("grants.hosts", json!({ "grants": { "hosts": ["x"] } }), "destination.grants.hosts[0]"),
        ("grants.nothing", json!({}), "updateMask[0]"),
        ("grants.limits.nothing", json!({}), "updateMask[0]"),
        ("delivery.nothing", json!({}), "updateMask[0]"),
        ("delivery.concurrency", json!({ "delivery": { "concurrency": 5_000 } }), "destination.delivery.concurrency"),
    ] {
        let body = json!({ "updateMask": [path], "destination": value });
        let answer = ask(&runtime, Method::PATCH, "destinations/odd", Some(&body), None).await;
        assert_eq!((answer.status, &answer.body["issues"][0]["name"]), (422, &json!(place)), "{:#}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pace_is_set_by_command_and_by_api() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let url = stage.receiver.url("slow");
    let paced = ["--concurrency", "1", "--rate", "50", "--retry-delays", "0,1", "--disable-after", "0", "--backlog", "7"];
    stage.says(&[["destinations", "create", "slow", "--type", "webhook", "--url", &url].as_slice(), &paced].concat());
    let delivery = || async { runtime.client.get("destinations/slow").await.unwrap()["delivery"].clone() };
    let all = json!({
        "concurrency": 1, "ratePerSecond": 50.0, "retryDelaysSeconds": [0, 1], "disableAfterSeconds": 0, "backlogMegabytes": 7,
    });
    assert_eq!(delivery().await, all);
    stage.receiver.set_mode(ampline_tests::receiver::Mode::down()).await;
    let sent = ask(&runtime, Method::POST, "destinations/slow:test", None, None).await;
    let path = format!("deliveries/{}", sent.body["deliveryId"]);
    let dead = eventually(&runtime, &path, |one| one["status"] == "dead").await;
    assert_eq!(dead["attempts"], 3, "the first attempt, and a retry for each delay: {dead:#}");
    stage.says(&[
        "destinations",
        "update",
        "slow",
        "--concurrency",
        "9",
        "--unset-delivery",
        "rate",
        "--unset-delivery",
        "backlog",
    ]);
    assert_eq!(delivery().await, json!({ "concurrency": 9, "retryDelaysSeconds": [0, 1], "disableAfterSeconds": 0 }));
    let usual = json!({ "updateMask": ["delivery"], "destination": {} });
    let changed = ask(&runtime, Method::PATCH, "destinations/slow", Some(&usual), None).await;
    assert_eq!((changed.status, &changed.body["delivery"]), (200, &json!({})));
}

const OF_FILE: &str = r#"
[destinations.hook]
type = "misbehaving"
behaviour = "slow-host"
url = "{url}"
credential = "api"

[destinations.hook.grants]
hosts = ["{origin}"]
limits = { memory_mebibytes = 32 }

[destinations.hook.grants.credentials.api]
kind = "header"
header = "X-Token"
origins = ["{origin}"]
value = { env = "GRANTED" }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_grants_the_same_and_is_named_where_it_does_not() {
    let mut stage = Stage::new("# destinations come here\n");
    stage.world.workplace.set("GRANTED", FILE_TOKEN);
    // The sink has to be there before a file may name it.
    let runtime = start(&stage);
    let table = OF_FILE.replace("{url}", &stage.receiver.url("file")).replace("{origin}", &origin(&stage));
    for (wrong, place) in [
        (table.replace("memory_mebibytes = 32", "memory_mebibytes = 65536"), "destinations.hook.grants.limits.memory_mebibytes"),
        (table.replace("hosts = [\"http://", "hosts = [\""), "destinations.hook.grants.hosts[0]"),
        (table.replace("GRANTED", "NOT_THERE"), "destinations.hook.grants.credentials.api.value"),
        (table.replace("{ env = \"GRANTED\" }", &format!("\"{FILE_TOKEN}\"")), "grants"),
    ] {
        stage.edit("ampline.toml", "# destinations come here\n", &wrong);
        let refused = stage.refused(&["reload"]);
        assert!(refused.contains(place) && !refused.contains(FILE_TOKEN), "{place}: {refused}");
        stage.edit("ampline.toml", &wrong, "# destinations come here\n");
    }
    let without = OF_FILE.replace("hosts = [\"{origin}\"]", "hosts = []").replace("{origin}", "https://elsewhere.example");
    let without = without.replace("{url}", &stage.receiver.url("file"));
    stage.edit("ampline.toml", "# destinations come here\n", &without);
    stage.says(&["reload"]);
    let denied = |one: &Value| one["disabledReason"].as_str().is_some_and(|reason| reason.contains("grant.host"));
    let shown = eventually(&runtime, "destinations/hook", denied).await;
    let reason = shown["disabledReason"].as_str().unwrap();
    let told = format!("add \"{}\" to `hosts` of [destinations.hook.grants] in ampline.toml", origin(&stage));
    assert!(reason.contains(&told), "{reason}");
    stage.edit("ampline.toml", &without, &table);
    stage.says(&["reload"]);
    assert_eq!(arrives(&stage, "/file", 1).await.headers["x-token"], FILE_TOKEN);
    let refused = stage.refused(&["destinations", "grant", "hook", "--host", "https://b.example"]);
    assert!(refused.contains("ampline.toml"), "{refused}");
    let answers = [runtime.client.get("destinations").await.unwrap()];
    assert!(runtime.terminate().unwrap().success());
    search(&stage, &answers, "grant.host", &[FILE_TOKEN]);
}
