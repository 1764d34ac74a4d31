//! Reads of Salesforce by the real binary, into the hosted store.
//!
//! Doubles: the Salesforce emulator, which clients that are not ours judge elsewhere. Oracle: what the emulator itself says its records are.

use std::{collections::BTreeMap, path::Path, time::Duration};

use ampline_tests::{
    faults::Rule,
    runtime::{RuntimeClient, RuntimeProcess, Workplace},
    salesforce::{Code, Drift, Emulator, Options, Quirks, Written, refusal},
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

fn manifest(object: &str, fields: &str) -> String {
    format!(
        r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: salesforce
    read:
      objects:
        - objectName: {object}
          destination: mirror
          schedule: "0 0 1 1 *"
          backfill: {{ defaultPeriod: {{ fullHistory: true }} }}
{fields}
"#
    )
}

const CONTACT_FIELDS: &str = "
          requiredFields:
            - fieldName: LastName
            - fieldName: Account.Name
            - fieldName: Revision__c";

/// The emulator and a runtime that mirrors one of its objects.
struct Stage {
    emulator: Emulator,
    workplace: Workplace,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(object: &str, fields: &str, options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = options.access_token.clone();
        let emulator = Emulator::start(options).unwrap();
        let workplace = workplace(folder.path(), object, &manifest(object, fields), &emulator, &token);
        Self { emulator, workplace, _folder: folder }
    }

    /// Lets a read run to its end, and gives what the status says of its operation.
    async fn read(&self, runtime: &RuntimeProcess) -> Value {
        let before = operation(&runtime.client).await["id"].clone();
        runtime.client.post("reads:run", &json!({})).await.unwrap();
        ended(&runtime.client, |operation| operation["id"] != before).await
    }

    /// Waits until the hosted store holds what Salesforce has: every record that is not deleted, in its last version.
    async fn mirrored(&self, runtime: &RuntimeProcess, object: &str) {
        let listed = self.emulator.state().records(object).unwrap();
        let live = listed.into_iter().filter(|record| !record.is_deleted);
        let expected: BTreeMap<_, _> = live.map(|record| (record.id, u64::from(record.revision))).collect();
        let waiting = async {
            while hosted(&runtime.client).await != expected {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let found = hosted(&runtime.client).await;
            let wrong: Vec<_> = expected.iter().filter(|(id, revision)| found.get(*id) != Some(*revision)).take(5).collect();
            let surplus: Vec<_> = found.keys().filter(|id| !expected.contains_key(*id)).take(5).collect();
            panic!(
                "{} records in place of {}; not there as they are: {wrong:?}; too many: {surplus:?}",
                found.len(),
                expected.len()
            );
        }
    }
}

fn workplace(folder: &Path, object: &str, manifest: &str, emulator: &Emulator, token: &str) -> Workplace {
    let base_url = emulator.base_url();
    let settings = format!(
        r#"[project]
id = "demo"

[network]
allow = ["127.0.0.0/8"]

[destinations.mirror]
type = "api"
endpoint = "mirror"

[connections.acme-salesforce]
provider = "salesforce"
base_url = "{base_url}"
access_token = {{ env = "SALESFORCE_TOKEN" }}

[[installations]]
integration = "crm"
connection = "acme-salesforce"
group_ref = "acme"

[installations.objects.{object}]
selectedFieldsAuto = "all"
"#
    );
    Workplace::new(folder, manifest, &settings, &[("SALESFORCE_TOKEN", token)]).unwrap()
}

async fn operation(client: &RuntimeClient) -> Value {
    client.get("status").await.unwrap()["reads"][0]["operation"].clone()
}

/// Waits for the end of an operation.
async fn ended(client: &RuntimeClient, is_it: impl Fn(&Value) -> bool) -> Value {
    let waiting = async {
        loop {
            let operation = operation(client).await;
            if is_it(&operation) && matches!(operation["status"].as_str(), Some("success" | "failure")) {
                return operation;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the read did not end")
}

/// The revision of each record in the hosted store.
async fn hosted(client: &RuntimeClient) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    let mut path = "mirror/groups/acme?pageSize=1000".to_owned();
    loop {
        let page = client.hosted(&path).await.unwrap();
        for item in page["results"].as_array().unwrap() {
            let revision = item["data"]["revision__c"].as_f64().unwrap_or_default();
            all.insert(item["id"].as_str().unwrap().to_owned(), revision as u64);
        }
        let Some(token) = page["pagination"]["nextPageToken"].as_str() else { return all };
        path = format!("mirror/groups/acme?pageSize=1000&pageToken={token}");
    }
}

fn written(value: &Value) -> Written {
    value.as_object().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosted_store_mirrors_salesforce_through_changes_and_deletes() {
    let options = Options { page_records_max: 200, ..Options::default() }.with("Contact", 1_100);
    let stage = Stage::new("Contact", CONTACT_FIELDS, options);
    let runtime = stage.workplace.start().unwrap();
    let first = ended(&runtime.client, |_| true).await;
    assert_eq!((&first["status"], &first["result"]), (&json!("success"), &json!("[Contact] 1100 records read")), "{first}");
    stage.mirrored(&runtime, "Contact").await;

    let listed = stage.emulator.state().records("Contact").unwrap();
    let item = runtime.client.hosted(&format!("mirror/groups/acme/items/{}", listed[0].id)).await.unwrap();
    let names: Vec<_> = item["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["account.name", "lastname", "revision__c"], "{item}");
    assert!(item["data"]["account.name"].is_string(), "{item}");

    stage.emulator.state().change("Contact", 40, &Written::new()).unwrap();
    stage.emulator.state().add("Contact", 7, &Written::new()).unwrap();
    stage.emulator.state().delete("Contact", 5).unwrap();
    let read = stage.read(&runtime).await;
    assert_eq!(read["status"], "success", "{read}");
    stage.mirrored(&runtime, "Contact").await;
    assert!(stage.emulator.count("query_all", 200) >= 1, "deleted records come by queryAll");

    // Again and again within one second, which is all that Salesforce's times tell.
    for city in ["Oslo", "Kiel", "Bonn"] {
        stage.emulator.state().change("Contact", 3, &written(&json!({"MailingCity": city}))).unwrap();
        stage.read(&runtime).await;
        stage.mirrored(&runtime, "Contact").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_during_a_read_is_there_after_the_next() {
    let drift = Drift { object: "Contact".into(), add: 3, change: 20, delete: 2, advance_ms: 0 };
    let quirks = Quirks { after_page: Some(drift), zone_minutes: 345, ..Quirks::default() };
    let options = Options { page_records_max: 200, quirks, ..Options::default() }.with("Contact", 1_500);
    let stage = Stage::new("Contact", CONTACT_FIELDS, options);
    let runtime = stage.workplace.start().unwrap();
    assert_eq!(ended(&runtime.client, |_| true).await["status"], "success");
    assert_eq!(stage.read(&runtime).await["status"], "success");
    stage.emulator.state().quirks.after_page = None;
    assert_eq!(stage.read(&runtime).await["status"], "success");
    stage.mirrored(&runtime, "Contact").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_outlives_forgotten_locators_and_a_crash() {
    let options = Options { page_records_max: 200, ..Options::default() }.with("Contact", 2_000);
    let stage = Stage::new("Contact", CONTACT_FIELDS, options);
    // After three pages Salesforce holds the fourth back for ever; meanwhile the runtime dies and every locator ends.
    stage.emulator.fault(Rule { every: Some(3), ..Rule::answer(1, ampline_tests::faults::Answer::Stall) }.on("query_more"));
    let runtime = stage.workplace.start().unwrap();
    let waiting = async {
        while operation(&runtime.client).await["recordsProcessed"].as_u64().unwrap_or_default() < 600 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("600 records were not read");
    runtime.kill().unwrap();
    // It may have died before it asked for the fourth: what was held back for it is not for the next one.
    stage.emulator.forgive();
    stage.emulator.state().expire_locators();
    let runtime = stage.workplace.start().unwrap();
    let backfill = ended(&runtime.client, |_| true).await;
    assert_eq!(
        (&backfill["status"], &backfill["result"]),
        (&json!("success"), &json!("[Contact] 2000 records read")),
        "{backfill}"
    );
    stage.mirrored(&runtime, "Contact").await;
    assert_eq!(stage.emulator.count("query_more", 400), 1, "the forgotten locator");
    assert_eq!(stage.emulator.count("query", 200), 2, "the query, and that for the ids behind the last one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_is_read_where_that_is_wanted_however_many_there_are() {
    let options = Options { extra_fields: 700, ..Options::default() }.with("Account", 300);
    let stage = Stage::new("Account", "          optionalFieldsAuto: all", options);
    let runtime = stage.workplace.start().unwrap();
    let first = ended(&runtime.client, |_| true).await;
    assert_eq!(first["status"], "success", "{first}");
    stage.mirrored(&runtime, "Account").await;
    let listed = stage.emulator.state().records("Account").unwrap();
    let item = runtime.client.hosted(&format!("mirror/groups/acme/items/{}", listed[0].id)).await.unwrap();
    assert!(item["data"]["extra_700__c"].is_string(), "{item}");
    assert_eq!(stage.emulator.count("composite", 200), 1, "the query is too long for an address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_told_in_salesforces_words() {
    let stage = Stage::new("Contact", "          requiredFields: [{ fieldName: Nothing__c }]", Options::default());
    let runtime = stage.workplace.start().unwrap();
    let failed = ended(&runtime.client, |_| true).await;
    let result = failed["result"].as_str().unwrap_or_default();
    assert!(failed["status"] == "failure" && result.contains("Nothing__c") && result.contains("(INVALID_FIELD)"), "{failed}");

    let stage = Stage::new("Contact", CONTACT_FIELDS, Options::default());
    stage.emulator.fault(refusal(2, Code::UnableToLockRow).on("query"));
    let runtime = stage.workplace.start().unwrap();
    let passed = ended(&runtime.client, |_| true).await;
    assert_eq!(passed["status"], "success", "a locked row passes: {passed}");
    stage.emulator.state().expire_access_tokens();
    let failed = stage.read(&runtime).await;
    let result = failed["result"].as_str().unwrap_or_default();
    assert!(failed["status"] == "failure" && result.contains("(INVALID_SESSION_ID)"), "{failed}");
}
