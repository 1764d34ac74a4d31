//! Signatures over TLS and during a rotation, judged by the official libraries of PyPI and npm; and what is not done on the way.

use ampline_tests::{
    hubspot::Properties, loopback::TlsFront, npm, receiver, receiver::Receiver, requirement::require, runtime::RuntimeProcess,
    verifiers,
};
use serde_json::{Value, json};

use crate::stage::{PATIENCE, Stage};

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "https://{front}/hook"

[destinations.second]
type = "webhook"
url = "https://{front}/second"
signing_key = { env = "SIGNING_KEY" }
"#;

/// A stage whose receiver is behind TLS; what made keys sign is verified by the libraries, so the receiver itself checks nothing.
fn stage() -> (Stage, Receiver, TlsFront) {
    let receiver = Receiver::start(receiver::Options::default()).unwrap();
    let front = TlsFront::start(receiver.address()).unwrap();
    let address = format!("localhost:{}", front.address().port());
    let stage = Stage::new(&DESTINATIONS.replace("{front}", &address));
    (stage, receiver, front)
}

fn trust(stage: &Stage, front: &TlsFront) {
    let authority = stage.workplace.settings_file().with_file_name("ca.pem");
    std::fs::write(&authority, front.authority_pem()).unwrap();
    stage.rewrite(|text| text.replace("[network]", &format!("[network]\nca_file = {:?}", authority.display().to_string())));
}

async fn read_again(stage: &Stage, runtime: &RuntimeProcess, receiver: &Receiver, value: &str) {
    let before = receiver.counts().events_accepted;
    stage.stands(runtime, |status| status["reads"][0]["operation"]["status"] == "success").await;
    let written: Properties = [("email".to_owned(), Some(format!("{value}@example.com")))].into();
    stage.emulator.state().change("contacts", 120, &written).unwrap();
    runtime.client.post("reads:run", &json!({ "objectName": "contacts" })).await.unwrap();
    receiver.wait_until(PATIENCE, |seen| seen.counts.events_accepted > before).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn official_libraries_accept_every_message_over_tls_and_with_either_key_of_a_rotation() {
    let (stage, receiver, front) = stage();
    trust(&stage, &front);
    let runtime = stage.start();
    receiver.wait_until(PATIENCE, |seen| seen.counts.records == 253).await.unwrap();
    let first = stage.workplace.secret("destinations/hook/signing-key").unwrap();

    let told = stage.says(&["destinations", "rotate", "hook"]);
    let second = told.lines().next().unwrap().to_owned();
    assert!(second.starts_with("whsec_") && second != first, "{told}");
    read_again(&stage, &runtime, &receiver, "rotated").await;
    assert!(runtime.terminate().unwrap().success());
    let runtime = stage.start();
    read_again(&stage, &runtime, &receiver, "restarted").await;
    let shown = runtime.client.get("destinations/hook?includeSecrets=true").await.unwrap();
    assert_eq!((&shown["secrets"]["webhookSigningKey"], &shown["type"]), (&json!(second), &json!("webhook")));
    assert_eq!(runtime.client.get("destinations/hook").await.unwrap().get("secrets"), None);
    refusals(&runtime).await;

    let requests = receiver.seen().requests.clone();
    let (hook, configured): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| request.path == "/hook");
    let signatures =
        |request: &receiver::Received, family: &str| request.headers[&format!("{family}-signature")].split(' ').count();
    let (after, before): (Vec<_>, Vec<_>) = hook.into_iter().partition(|request| signatures(request, "webhook") == 2);
    assert!(before.len() >= 3 && after.len() >= 2 && !configured.is_empty(), "{} and {}", before.len(), after.len());
    assert!(after.iter().all(|request| signatures(request, "svix") == 2));
    let rows = [
        ("before", &before, &first, true),
        ("before, the later key", &before, &second, false),
        ("after, the new key", &after, &second, true),
        ("after, the old key", &after, &first, true),
        ("configured", &configured, &ampline_tests::world::SIGNING_KEY.to_owned(), true),
    ];
    let claims: Vec<verifiers::Claim<'_>> =
        rows.iter().flat_map(|(_, messages, key, _)| messages.iter().map(move |message| (key.as_str(), message))).collect();
    let judge = |judges: &str, verdicts: Vec<verifiers::Verdict>| {
        let expected = rows.iter().flat_map(|(what, messages, _, sound)| std::iter::repeat_n((*what, *sound), messages.len()));
        assert_eq!(verdicts.len(), claims.len(), "{judges}");
        for (verdict, (what, sound)) in verdicts.into_iter().zip(expected) {
            assert_eq!(verdict.is_none(), sound, "{judges}, {what}: {verdict:?}");
        }
    };
    if let Some(venv) = require("secrets", "PyPI's verifiers", verifiers::of_pypi()) {
        judge("PyPI", verifiers::judged_by_pypi(&venv, &claims).unwrap());
    }
    if let Some(packages) = require("secrets", "npm's verifiers", npm::packages()) {
        judge("npm", verifiers::judged_by_npm(&packages, &claims).unwrap());
    }
}

async fn refusals(runtime: &RuntimeProcess) {
    for (path, status, expected) in [
        ("destinations/second?rotate=true", "409", "`destinations.second.signing_key` in ampline.toml"),
        ("destinations/nobody?rotate=true", "404", "there is no destination"),
        ("destinations/hook?includeSecret=true", "422", "includeSecret"),
    ] {
        let told = runtime.client.get(path).await.unwrap_err();
        assert!(told.starts_with(status) && told.contains(expected), "{path}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_an_unknown_authority_is_not_accepted() {
    let (stage, receiver, _front) = stage();
    stage.rewrite(|text| text.replace("[destinations.second]", "retry_delays_s = []\n[destinations.second]"));
    let runtime = stage.start();
    let gave_up = |status: &Value| status["destinations"][0]["dead"].as_u64() > Some(0);
    stage.stands(&runtime, gave_up).await;
    let dead = runtime.client.get("deliveries?destination=hook&status=dead").await.unwrap();
    let reason = dead["results"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("certificate") && reason.contains("localhost"), "{reason}");
    assert_eq!(receiver.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_of_the_environment_see_no_message() {
    let receiver = Receiver::start(receiver::Options::default()).unwrap();
    let proxy = Receiver::start(receiver::Options::default()).unwrap();
    let url = receiver.url("").replace("127.0.0.1", "localhost");
    let plain = DESTINATIONS.replace("https://{front}/", &url);
    let mut stage = Stage::new(&plain);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        stage.world.workplace.set(name, proxy.url("").trim_end_matches('/'));
    }
    // Providers are read through a proxy where the environment names one; this one is told to leave them out.
    stage.world.workplace.set("NO_PROXY", "127.0.0.1");
    stage.world.workplace.set("no_proxy", "127.0.0.1");
    let _runtime = stage.start();
    receiver.wait_until(PATIENCE, |seen| seen.counts.records == 253).await.unwrap();
    assert_eq!(proxy.counts().requests, 0);
}

#[test]
fn what_is_wrong_with_a_webhook_is_named_by_its_place() {
    let stage = Stage::new(DESTINATIONS);
    let sound = std::fs::read_to_string(stage.workplace.settings_file()).unwrap();
    let url = |url: &str| format!("[destinations.hook]\ntype = \"webhook\"\nurl = \"{url}\"\n");
    let with = |line: &str| format!("{}{line}\n", url("https://example.com/hook"));
    for (hook, expected) in [
        (url("http://example.com/"), "destinations.hook.url: must be https"),
        (url("example.com/hook"), "destinations.hook.url: must be absolute"),
        (url("ftp://example.com/"), "destinations.hook.url: must be https"),
        (url("https://user:word@exa mple.com/"), "destinations.hook.url: is no address"),
        (url("http://10.0.0.1/"), "destinations.hook.url: must be https"),
        ("[destinations.hook]\ntype = \"webhook\"\n".to_owned(), "destinations.hook.url: is missing"),
        (with("headers = { Host = \"a\" }"), "destinations.hook.headers.Host: is written by the runtime"),
        (with("headers = { \"svix-id\" = \"a\" }"), "destinations.hook.headers.svix-id: is written by the runtime"),
        (with("timeoutMs = 70000"), "destinations.hook.timeoutMs: "),
        (with("method = \"PUT\""), "destinations.hook.method: "),
        (with("secret_headers = { Host = { env = \"SIGNING_KEY\" } }"), "destinations.hook.secret_headers: host is written"),
        (
            with("secret_headers = { A = { env = \"NONE\" } }"),
            "destinations.hook.secret_headers: A: the environment variable NONE",
        ),
        (
            with("headers = { a = \"b\" }\nsecret_headers = { A = { env = \"SIGNING_KEY\" } }"),
            "destinations.hook.secret_headers: a is among `headers` as well",
        ),
        (
            url("https://user:word@example.com/") + "headers = { authorization = \"Bearer\" }\n",
            "destinations.hook.url: its user information becomes an Authorization header",
        ),
        (with("signing_key = { env = \"HUBSPOT_TOKEN\" }"), "destinations.hook.signing_key: a signing key begins with whsec_"),
    ] {
        let begin = sound.find("[destinations.hook]").unwrap();
        let end = sound.find("[destinations.second]").unwrap();
        let second = sound[end..].replace("{front}", "example.com");
        stage.rewrite(|_| format!("{}{hook}\n{second}", &sound[..begin]));
        let refused = stage.ampline(&["run", "amp.yaml", "--listen", "127.0.0.1:0"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{hook}");
        assert!(said.contains(expected) && !said.contains("word@"), "{expected:?} is not in {said}");
    }
    let ca = |file: &str| sound.replace("{front}", "example.com").replace("[network]", &format!("[network]\nca_file = {file:?}"));
    for (file, expected) in [("/nowhere.pem", "network.ca_file: cannot read"), ("amp.yaml", "network.ca_file: amp.yaml holds no")]
    {
        stage.rewrite(|_| ca(file));
        let said = String::from_utf8_lossy(&stage.ampline(&["run", "amp.yaml"]).stderr).into_owned();
        assert!(said.contains(expected), "{said}");
    }
}
