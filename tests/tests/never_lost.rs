//! Promise 1: what was read is delivered, across SIGKILL at any instant.
//!
//! The real binary reads and delivers under load and is killed again and again. Doubles: HubSpot and the receiver. Oracle: the
//! emulator's own list of records with the time of their last change.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use ampline_tests::{
    hubspot::{Emulator, Options, Properties},
    receiver::{Mode, Receiver},
    runtime::RuntimeClient,
    world::World,
};
use serde_json::{Value, json};

/// How often the runtime is killed.
const KILLS: u64 = 32;
/// Seed of the moments at which that happens, and of what changes in between.
const SEED: u64 = 20_261_121;
const CONTACTS: u64 = 4_000;
const COMPANIES: u64 = 1_500;
/// The longest that the last run may take to bring everything home.
const PATIENCE: Duration = Duration::from_secs(180);

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: email }, { fieldName: lastname }]
        - objectName: companies
          destination: store
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: name }]
"#;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
retry_delays_s = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

[destinations.store]
type = "api"
endpoint = "companies"
"#;

/// A small generator of chance that gives the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_process_is_killed_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().with("contacts", CONTACTS).with("companies", COMPANIES);
    let World { emulator, receiver, workplace } = World::new(folder.path(), options, MANIFEST, DESTINATIONS).unwrap();
    let mut chance = Chance(SEED);
    for round in 0..KILLS {
        let runtime = workplace.start().unwrap();
        change_something(&emulator, &mut chance, round);
        runtime.client.post("reads:run", &json!({})).await.unwrap();
        // Every fourth round the receiver is down, so that retries and dead processes meet.
        receiver.set_mode(if chance.below(4) == 0 { Mode::down() } else { Mode::Up }).await;
        tokio::time::sleep(Duration::from_millis(chance.below(350))).await;
        runtime.kill().unwrap();
    }
    receiver.set_mode(Mode::Up).await;
    let runtime = workplace.start().unwrap();
    bring_home(&runtime.client).await;
    everything_arrived(&emulator, &receiver, &runtime.client).await;
    repeats_are_recognisable(&receiver);
    let log = std::fs::read_to_string(workplace.log_file()).unwrap();
    let resumed = log.lines().filter(|line| line.contains("read.began") && line.contains("resumed=true")).count();
    let repeated = receiver.seen().events.values().filter(|event| event.accepted > 1).count();
    eprintln!("{KILLS} kills: {resumed} reads were resumed, {repeated} messages came more than once");
    assert!(resumed > 0, "no kill fell into a read: the test proves nothing");
    assert!(runtime.terminate().unwrap().success());
}

/// New, changed and untouched records, in both objects.
fn change_something(emulator: &Emulator, chance: &mut Chance, round: u64) {
    let written = |property: &str| -> Properties { [(property.to_owned(), Some(format!("round {round}")))].into() };
    let mut state = emulator.state();
    state.change("contacts", 1 + chance.below(60), &written("lastname")).unwrap();
    state.add("contacts", chance.below(20), &written("lastname")).unwrap();
    state.change("companies", 1 + chance.below(30), &written("name")).unwrap();
    state.add("companies", chance.below(10), &written("name")).unwrap();
}

/// Runs reads until they find nothing new and everything is delivered.
async fn bring_home(client: &RuntimeClient) {
    let deadline = Instant::now() + PATIENCE;
    let mut status = Value::Null;
    let mut wished = false;
    while Instant::now() < deadline {
        status = client.get("status").await.unwrap();
        let reads = status["reads"].as_array().unwrap();
        let idle = reads.len() == 2 && reads.iter().all(|read| read["operation"]["status"] == "success");
        if idle && !wished {
            client.post("reads:run", &json!({})).await.unwrap();
            wished = true;
        } else if idle && status["destinations"].as_array().unwrap().iter().all(|one| one["pending"] == 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not everything came home in time: {status:#}");
}

/// Every record in its last version: at the receiver and in the hosted store. A cursor that had run ahead would have left a gap.
async fn everything_arrived(emulator: &Emulator, receiver: &Receiver, client: &RuntimeClient) {
    let contacts = emulator.state().records("contacts").unwrap();
    let arrived = receiver.seen().records.get("contacts").cloned().unwrap_or_default();
    let missing: Vec<_> = contacts
        .iter()
        .filter(|record| arrived.get(&record.id).and_then(|seen| seen.updated_at.as_ref()) != Some(&record.updated_at))
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {} contacts did not arrive in their last version: {missing:?}",
        missing.len(),
        contacts.len()
    );
    let stored = hosted_companies(client).await;
    for company in emulator.state().records("companies").unwrap() {
        let at: jiff::Timestamp = company.updated_at.parse().unwrap();
        assert_eq!(stored.get(&company.id), Some(&at), "company {} in the hosted store", company.id);
    }
}

async fn hosted_companies(client: &RuntimeClient) -> HashMap<String, jiff::Timestamp> {
    let mut all = HashMap::new();
    let mut path = "companies/groups/acme?pageSize=500".to_owned();
    loop {
        let page = client.hosted(&path).await.unwrap();
        for item in page["results"].as_array().unwrap() {
            all.insert(item["id"].as_str().unwrap().to_owned(), item["updateTime"].as_str().unwrap().parse().unwrap());
        }
        let Some(token) = page["pagination"]["nextPageToken"].as_str() else { return all };
        path = format!("companies/groups/acme?pageSize=500&pageToken={token}");
    }
}

/// The same id always comes with the same bytes, and every request was signed.
fn repeats_are_recognisable(receiver: &Receiver) {
    let seen = receiver.seen();
    assert_eq!(seen.counts.signature_failures, 0, "{:?}", seen.flaws);
    let mut bodies: HashMap<&str, &[u8]> = HashMap::new();
    for request in &seen.requests {
        let first = bodies.entry(&request.headers["webhook-id"]).or_insert(&request.body);
        assert!(*first == &request.body[..], "{} came with two bodies", request.headers["webhook-id"]);
    }
}
