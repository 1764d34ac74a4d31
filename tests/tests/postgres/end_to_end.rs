//! The real binary with an amp.yaml of 2023: the file names the table, ampline.toml the database.

use std::time::Duration;

use ampline_tests::{
    hubspot::{Large, Options, Properties},
    services::postgres::{PASSWORD, Postgres},
    world::World,
};
use serde_json::{Value, json};

use crate::fixture::{rows, server};

const PATIENCE: Duration = Duration::from_secs(60);
const MANIFEST: &str = r#"
specVersion: 1.0.0
destinations:
  - name: contactsTable
    type: postgres
    tableName: HubspotContacts
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: contactsTable
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields:
            - fieldName: email
            - fieldName: firstname
              mapToName: givenName
"#;

fn world(folder: &std::path::Path, manifest: &str, postgres: &str) -> World {
    World::new(folder, Options::default().with("contacts", 250), manifest, postgres).unwrap()
}

/// Asks until the answer is as it should be.
pub(crate) async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what}: not in time"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_becomes_rows_and_a_change_changes_its_row() {
    let Some(server) = server("end to end") else { return };
    let session = server.session().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("database-url"), server.url("127.0.0.1", "")).unwrap();
    let url_file = folder.path().join("database-url");
    let world = world(folder.path(), MANIFEST, &format!("[postgres]\nurl = {{ file = \"{}\" }}\n", url_file.display()));
    let runtime = world.workplace.start().unwrap();
    let table = r#""HubspotContacts""#;
    let there = "SELECT to_regclass('\"HubspotContacts\"') IS NOT NULL";
    until("the table", async || session.query_one(there, &[]).await.unwrap().get::<_, bool>(0).then_some(())).await;
    let all = until("the backfill", async || Some(rows(&session, table).await).filter(|rows| rows.len() == 250)).await;
    let first = all[0].split_once('=').unwrap();
    assert!(first.0.starts_with("acme/"), "{first:?}");
    let data: Value = serde_json::from_str(first.1).unwrap();
    assert_eq!(data.as_object().unwrap().keys().collect::<Vec<_>>(), ["email", "givenName"], "mapped under its mapped name");
    until("the end of the read", async || {
        let status = runtime.client.get("status").await.unwrap();
        (status["reads"][0]["operation"]["status"] == "success").then_some(())
    })
    .await;
    let written: Properties = [("firstname".to_owned(), Some("Neu".to_owned()))].into();
    let changed = world.emulator.state().change("contacts", 3, &written).unwrap();
    runtime.client.post("reads:run", &json!({ "objectName": "contacts" })).await.unwrap();
    until("the change", async || {
        let rows = rows(&session, table).await;
        let neu = rows.iter().filter(|row| row.contains(r#""givenName": "Neu""#)).count();
        (neu == changed.len() && rows.len() == 250).then_some(())
    })
    .await;
    assert!(runtime.terminate().unwrap().success());
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    assert!(!log.contains(PASSWORD), "the password is in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_stops_the_destination_and_is_not_repeated() {
    let Some(server) = server("a stopped destination") else { return };
    let folder = tempfile::tempdir().unwrap();
    let url_file = folder.path().join("database-url");
    let secret = "not-the-password-4711";
    std::fs::write(&url_file, server.url_as("admin", secret, &format!("127.0.0.1:{}/postgres", server.port()))).unwrap();
    let manifest = MANIFEST.replace("HubspotContacts", "NeverMade");
    let world = world(folder.path(), &manifest, &format!("[postgres]\nurl = {{ file = \"{}\" }}\n", url_file.display()));
    let runtime = world.workplace.start().unwrap();
    let reason = until("the stop", async || {
        let status = runtime.client.get("status").await.unwrap();
        status["destinations"][0]["disabledReason"].as_str().map(ToOwned::to_owned)
    })
    .await;
    assert!(reason.contains("password authentication failed") && reason.contains("check user and password"), "{reason}");
    let status = runtime.client.get("status").await.unwrap().to_string();
    assert!(runtime.terminate().unwrap().success());
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    for text in [reason, status, log] {
        assert!(!text.contains(secret), "the password is in: {text}");
    }
}

/// One record of two has so many bytes in a field. What becomes of the read and of its delivery, in words.
async fn large_record(server: &Postgres, table: &str, bytes: usize) -> (String, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let url_file = folder.path().join("database-url");
    std::fs::write(&url_file, server.url("127.0.0.1", "")).unwrap();
    let manifest = MANIFEST.replace("HubspotContacts", table).replace("fieldName: email", "fieldName: large_text");
    let options = Options { large: Some(Large { every: 2, bytes }), ..Options::default().with("contacts", 2) };
    let postgres = format!("[postgres]\nurl = {{ file = \"{}\" }}\n", url_file.display());
    let world = World::new(folder.path(), options, &manifest, &postgres).unwrap();
    let runtime = world.workplace.start().unwrap();
    let ended = until("the read and its deliveries", async || {
        let status = runtime.client.get("status").await.unwrap();
        let (operation, destination) = (&status["reads"][0]["operation"], &status["destinations"][0]);
        (operation["status"] != "in_progress" && operation["status"].is_string() && destination["pending"] == 0)
            .then(|| format!("{}: {}", operation["status"], operation["result"]))
    })
    .await;
    let dead = runtime.client.get("deliveries?status=dead").await.unwrap();
    assert!(runtime.terminate().unwrap().success(), "the runtime lives on");
    (ended, dead["results"][0]["reason"].as_str().map(ToOwned::to_owned))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_many_megabytes_ends_with_a_reason_and_takes_nothing_with_it() {
    let Some(server) = server("large records") else { return };
    let (ended, dead) = large_record(&server, "Large", 40 << 20).await;
    assert!(ended.contains("success"), "{ended}");
    let dead = dead.expect("a dead letter");
    assert!(dead.contains("1 of 1 records refused: record") && dead.contains("more than the 33554432 bytes"), "{dead}");
    assert_eq!(rows(&server.session().await, r#""Large""#).await.len(), 1);
    let (ended, dead) = large_record(&server, "TooLarge", 100 << 20).await;
    assert!(ended.contains("failure") && ended.contains("the provider's answer is larger than 64 MiB"), "{ended}");
    assert_eq!(dead, None);
}

#[test]
fn settings_that_lead_nowhere_are_refused_at_start_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let url_file = folder.path().join("database-url");
    std::fs::write(&url_file, "postgres://u:hunter2@localhost/x?sslmode=prefer").unwrap();
    let named = format!("[postgres]\nurl = {{ file = \"{}\" }}\nca_file = \"/no/such/ca.pem\"\n", url_file.display());
    for (postgres, parts) in [
        ("", vec!["destinations.contactsTable: a destination of type \"postgres\" needs", "[postgres]"]),
        (named.as_str(), vec!["postgres.url: has an sslmode that", "postgres.ca_file: cannot read /no/such/ca.pem"]),
        ("[postgres]\nurl = \"postgres://u:hunter2@localhost/x\"\n", vec!["secrets themselves are not written here"]),
    ] {
        let world = world(folder.path(), MANIFEST, postgres);
        let output = world.workplace.command().args(["run", "amp.yaml", "--listen", "127.0.0.1:0"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && !said.contains("hunter2"), "{said}");
        for part in parts {
            assert!(said.contains(part), "{part:?} is not in: {said}");
        }
    }
}
