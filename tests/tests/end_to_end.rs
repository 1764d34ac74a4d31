//! The real binary between an emulated HubSpot and a receiver: what messages say, what commands answer, what refusals explain.
//!
//! Judges we did not write: the official `standardwebhooks` and `svix` libraries verify what arrived.

use std::{path::Path, process::Output, time::Duration};

use ampline_tests::{
    faults::{Answer, Rule},
    hubspot::{Options, Properties},
    npm,
    receiver::{Mode, Received, Seen},
    requirement::require,
    runtime::RuntimeProcess,
    world::{SIGNING_KEY, TOKEN, World},
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          mapToName: person
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields:
            - fieldName: email
            - fieldName: firstname
              mapToName: givenName
"#;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
headers = { Authorization = "Bearer 1234" }
signing_key = { env = "SIGNING_KEY" }
"#;

/// The world, in a folder that goes with it.
struct Stage {
    world: World,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Stage {
    /// So many contacts, and further lines for the destination.
    fn new(contacts: u64, change: impl FnOnce(Options) -> Options, further: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = change(Options::default().with("contacts", contacts));
        let world = World::new(folder.path(), options, MANIFEST, &format!("{DESTINATIONS}{further}")).unwrap();
        Self { world, _folder: folder }
    }

    fn start(&self) -> RuntimeProcess {
        self.workplace.start().unwrap()
    }

    async fn arrived(&self, what: impl Fn(&Seen) -> bool) {
        self.receiver.wait_until(PATIENCE, what).await.unwrap();
    }

    /// Waits until the runtime's status is as it should be.
    async fn stands(&self, runtime: &RuntimeProcess, so: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let status = runtime.client.get("status").await.unwrap();
                if so(&status) {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the status did not come to be as it should")
    }

    fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ampline(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn exported(&self, arguments: &[&str]) -> String {
        let output = self.ampline(&[&["deliveries", "export"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn first_request(world: &Stage) -> Received {
    world.receiver.seen().requests[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_says_all_that_the_contract_lists_and_official_libraries_verify_it() {
    let world = Stage::new(3, |options| options, "");
    let runtime = world.start();
    world.arrived(|seen| seen.counts.records == 3).await;
    let request = first_request(&world);
    let message: Value = serde_json::from_slice(&request.body).unwrap();
    let keys: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "action",
        "projectId",
        "provider",
        "groupRef",
        "groupName",
        "consumerRef",
        "consumerName",
        "installationId",
        "installationUpdateTime",
        "objectName",
        "rawObjectName",
        "operationId",
        "operationTime",
        "readType",
        "resultInfo",
        "result",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected, "serde_json sorts, the raw order is tested in core");
    for (key, value) in [
        ("action", "read"),
        ("projectId", "demo"),
        ("provider", "hubspot"),
        ("groupRef", "acme"),
        ("groupName", "ACME Corporation"),
        ("consumerRef", "user-1"),
        ("consumerName", "Una"),
        ("objectName", "person"),
        ("rawObjectName", "contacts"),
        ("readType", "backfill"),
    ] {
        assert_eq!(message[key], value, "{key}");
    }
    assert_eq!(message["resultInfo"], json!({ "type": "inline", "numRecords": 3 }));
    let entry = &message["result"][0];
    assert_eq!(entry["fields"], json!({ "email": entry["raw"]["properties"]["email"] }));
    assert_eq!(entry["mappedFields"], json!({ "givenName": entry["raw"]["properties"]["firstname"] }));
    assert_eq!(request.headers["authorization"], "Bearer 1234");
    assert_eq!(request.headers["content-type"], "application/json");
    for part in ["id", "timestamp", "signature"] {
        assert_eq!(request.headers[&format!("svix-{part}")], request.headers[&format!("webhook-{part}")]);
    }
    if let Some(official) = require("end_to_end", "node and the official verifiers", npm::packages()) {
        let verdict = official.verify(SIGNING_KEY, &request.headers, std::str::from_utf8(&request.body).unwrap()).unwrap();
        assert!(verdict.standardwebhooks.is_none() && verdict.svix.is_none(), "{verdict:?}");
    }
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_changed_is_read_again_and_nothing_new_means_no_message() {
    let world = Stage::new(450, |options| options, "");
    let runtime = world.start();
    world.arrived(|seen| seen.counts.records == 450).await;
    let backfilled = world.receiver.counts().events;
    world.stands(&runtime, |status| status["reads"][0]["operation"]["status"] == "success").await;
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    let quiet = |status: &Value| status["reads"][0]["operation"]["result"] == "[contacts] No new data found";
    world.stands(&runtime, quiet).await;
    assert_eq!(world.receiver.counts().events, backfilled);
    let written: Properties = [("firstname".to_owned(), Some("Neu".to_owned()))].into();
    let mut changed = world.emulator.state().change("contacts", 7, &written).unwrap();
    runtime.client.post("reads:run", &json!({ "objectName": "contacts" })).await.unwrap();
    world.arrived(|seen| seen.counts.events > backfilled).await;
    let request = world.receiver.seen().requests.last().unwrap().clone();
    let message: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(message["readType"], "scheduled");
    let entries = message["result"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["mappedFields"]["givenName"] == "Neu"));
    let mut ids: Vec<String> = entries.iter().map(|entry| entry["raw"]["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    changed.sort();
    assert_eq!(ids, changed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_show_and_repair_what_failed() {
    let world = Stage::new(2, |options| options, "retry_delays_s = [0]");
    world.receiver.set_mode(Mode::down()).await;
    let runtime = world.start();
    world.stands(&runtime, |status| status["destinations"][0]["dead"] == 1).await;
    let dead = world.json(&["deliveries", "--status", "dead", "--destination", "hook"]);
    let delivery = &dead["results"][0];
    assert_eq!((&delivery["attempts"], &delivery["objectName"]), (&json!(2), &json!("person")));
    assert!(delivery["reason"].as_str().unwrap().contains("503"), "{delivery}");
    let id = delivery["id"].to_string();
    let shown = world.json(&["deliveries", "show", &id]);
    assert_eq!(shown["attemptLog"].as_array().unwrap().len(), 2);
    assert_eq!(shown["message"]["resultInfo"]["numRecords"], 2);
    world.receiver.set_mode(Mode::Up).await;
    assert_eq!(world.json(&["deliveries", "replay", "--status", "dead"]), json!({ "replayed": 1 }));
    world.arrived(|seen| seen.counts.events_accepted == 1).await;
    let status = world.stands(&runtime, |status| status["destinations"][0]["delivered"] == 1).await;
    assert_eq!(status["destinations"][0]["pending"], 0);
    let text = String::from_utf8(world.ampline(&["status"]).stdout).unwrap();
    assert!(text.contains("contacts") && text.contains("hook") && text.contains("running"), "{text}");
    assert!(!world.ampline(&["deliveries", "show", "999999"]).status.success());
    assert!(runtime.terminate().unwrap().success());
    let offline = world.json(&["deliveries", "list", "--status", "delivered"]);
    assert_eq!(offline["results"].as_array().unwrap().len(), 1, "the log can be asked while no runtime runs");
    let exported: Vec<Value> = world.exported(&[]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(exported), world.json(&["deliveries"])["results"], "an export has what the lists have");
    let csv = world.exported(&["--csv", "--status", "delivered"]);
    assert!(csv.starts_with("id,eventId,destination,") && csv.lines().count() == 2, "{csv}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_gone_stops_its_destination_until_a_person_starts_it() {
    let world = Stage::new(2, |options| options, "");
    world.receiver.fault(Rule::status(1, 410));
    let runtime = world.start();
    let stopped = world.stands(&runtime, |status| !status["destinations"][0]["disabledReason"].is_null()).await;
    assert_eq!(stopped["destinations"][0]["pending"], 1);
    assert!(stopped["destinations"][0]["disabledReason"].as_str().unwrap().contains("410"));
    assert!(world.ampline(&["destinations", "enable", "hook"]).status.success());
    world.arrived(|seen| seen.counts.events_accepted == 1).await;
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_purged_only_when_a_person_says_so() {
    let world = Stage::new(2, |options| options, "retry_delays_s = []");
    world.receiver.set_mode(Mode::down()).await;
    let runtime = world.start();
    world.stands(&runtime, |status| status["destinations"][0]["dead"] == 1).await;
    let filter = ["--destination", "hook", "--group", "acme"];
    assert_eq!(world.json(&[&["deliveries", "replay", "--dry-run"][..], &filter].concat()), json!({ "wouldReplay": 1 }));
    assert_eq!(world.json(&[&["deliveries", "purge", "--dry-run"][..], &filter].concat()), json!({ "wouldPurge": 1 }));
    let refusals: [(&[&str], &str); 4] = [
        (&["deliveries", "purge"], "say which"),
        (&["deliveries", "purge", "--all"], "this deletes 1 dead letters for good; say --yes"),
        (&["deliveries", "purge", "--all", "--yes", "--status", "delivered"], "only dead letters are purged"),
        (&["deliveries", "purge", "999999"], "there is no delivery 999999"),
    ];
    for (arguments, expected) in refusals {
        let output = world.ampline(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(expected), "{arguments:?}: {said}");
    }
    world.receiver.set_mode(Mode::Up).await;
    let dead = world.json(&["deliveries", "--status", "dead"])["results"][0]["id"].to_string();
    assert_eq!(world.json(&["deliveries", "replay", &dead]), json!({ "replayed": 1 }));
    world.arrived(|seen| seen.counts.events_accepted == 1).await;
    let status = world.stands(&runtime, |status| status["destinations"][0]["delivered"] == 1).await;
    assert_eq!(status["destinations"][0]["pendingBytes"], 0);
    let purged = world.json(&["deliveries", "purge", &dead]);
    assert_eq!((&purged["purged"], &purged["messages"]), (&json!(1), &json!(0)), "the replay keeps the message");
    let left = world.json(&["deliveries"]);
    assert_eq!(left["results"].as_array().unwrap().len(), 1);
    assert!(!left["results"][0]["replayOf"].is_null());
    let output = world.ampline(&["deliveries", "purge", &left["results"][0]["id"].to_string()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not dead"), "{output:?}");
    assert!(runtime.terminate().unwrap().success());
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    for event in ["deliveries.replayed", "deliveries.purged", "replay_of="] {
        assert!(log.contains(event), "{event} is not in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_only_fails_is_stopped_and_starts_anew() {
    let further = "retry_delays_s = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\ndisable_after_s = 2";
    let world = Stage::new(2, |options| options, further);
    world.receiver.set_mode(Mode::down()).await;
    let runtime = world.start();
    let stopped = world.stands(&runtime, |status| !status["destinations"][0]["disabledReason"].is_null()).await;
    let reason = stopped["destinations"][0]["disabledReason"].as_str().unwrap();
    assert!(reason.contains("only failed since") && reason.contains("http.503"), "{reason}");
    assert_eq!(stopped["destinations"][0]["pending"], 1);
    assert!(runtime.terminate().unwrap().success());
    let runtime = world.start();
    let still = world.stands(&runtime, |_| true).await;
    assert_eq!(still["destinations"][0]["disabledReason"], stopped["destinations"][0]["disabledReason"]);
    world.receiver.set_mode(Mode::Up).await;
    assert!(world.ampline(&["destinations", "enable", "hook"]).status.success());
    world.arrived(|seen| seen.counts.events_accepted == 1).await;
    let anew = world.stands(&runtime, |status| status["destinations"][0]["delivered"] == 1).await;
    assert!(anew["destinations"][0]["failingSince"].is_null() && anew["destinations"][0]["failures"] == 0);
    assert!(runtime.terminate().unwrap().success());
    assert!(std::fs::read_to_string(world.workplace.log_file()).unwrap().contains("destination.disabled"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_in_trouble_is_asked_again_and_a_wrong_token_is_explained() {
    let world = Stage::new(150, |options| options, "");
    for rule in [Rule::status(1, 500), Rule::answer(1, Answer::Truncated), Rule::answer(1, Answer::Reset)] {
        world.emulator.fault(rule.on("/crm"));
    }
    let runtime = world.start();
    world.arrived(|seen| seen.counts.records == 150).await;
    world.emulator.state().token = Some("another".into());
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    let failed = world.stands(&runtime, |status| status["reads"][0]["operation"]["status"] == "failure").await;
    let result = failed["reads"][0]["operation"]["result"].as_str().unwrap().to_owned();
    assert!(result.contains("401") || result.to_lowercase().contains("credentials"), "{result}");
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    assert!(!log.contains(SIGNING_KEY) && !log.contains(TOKEN), "a secret is in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_and_unsound_settings_are_refused_with_every_reason() {
    let world = Stage::new(1, |options| options, "");
    let runtime = world.start();
    let second = world.ampline(&["run", "amp.yaml", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("another process holds the lock"), "{said}");
    assert!(runtime.terminate().unwrap().success());
    let settings = "
        [destinations.hook]
        type = \"carrier-pigeon\"
        concurrency = 0
        [destinations.web]
        type = \"webhook\"
        url = \"ftp://example.com\"
        [connections.hs]
        provider = \"hubsport\"
        access_token = { env = \"TOKEN\" }
        [[installations]]
        integration = \"crm\"
        connection = \"nobody\"
        group_ref = \"g\"
        ";
    std::fs::write(Path::new(&world.workplace.data_dir()).with_file_name("ampline.toml"), settings).unwrap();
    let refused = world.ampline(&["run", "amp.yaml"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    for part in ["destinations.hook.concurrency", "connections.hs.provider", "installations[0].connection"] {
        assert!(said.contains(part), "{part} is not named in: {said}");
    }
}
