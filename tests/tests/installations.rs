//! Installations made and changed while the real binary runs, by command, by file and by deployment.
//!
//! Doubles: the emulated HubSpot and the receiver. Oracle: what arrives, message by message.

use std::{process::Output, time::Duration};

use ampline_tests::{
    faults::Rule,
    hubspot::{Options, Properties},
    receiver::Seen,
    world::World,
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
          destination: hook
          schedule: "0 0 1 1 *"
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: phone
            - fieldName: lastname
          backfill: { defaultPeriod: { fullHistory: true } }
"#;
const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
"#;

struct Stage {
    world: World,
    folder: tempfile::TempDir,
}

impl std::ops::Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Stage {
    fn new(contacts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", contacts);
        let world = World::new(folder.path(), options, MANIFEST, DESTINATIONS).unwrap();
        Self { world, folder }
    }

    /// Replaces the files' part of a text.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ampline(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The words of a refusal.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.ampline(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    async fn arrived(&self, what: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        self.receiver.wait_until(PATIENCE, |seen| what(&messages(seen))).await.unwrap();
        messages(&self.receiver.seen())
    }
}

/// Every message, once, in the order of arrival.
fn messages(seen: &Seen) -> Vec<Value> {
    let mut ids = std::collections::HashSet::new();
    let new = seen.requests.iter().filter(|request| ids.insert(request.headers.get("webhook-id").cloned()));
    new.map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

/// How many records of a group's messages fit.
fn records(messages: &[Value], group: &str, fits: impl Fn(&Value) -> bool) -> usize {
    let of_group = messages.iter().filter(|message| message["groupRef"] == group);
    of_group.flat_map(|message| message["result"].as_array().unwrap()).filter(|entry| fits(&entry["fields"])).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_made_and_changed_by_command_is_read_without_a_restart() {
    let world = Stage::new(450);
    let runtime = world.workplace.start().unwrap();
    world.arrived(|all| records(all, "acme", |_| true) == 450).await;
    // Pages come slowly, so that the change below finds the backfill half-way.
    world.emulator.fault(Rule { delay_ms: 700, ..Rule::default() }.on("/crm"));
    let create = ["installations", "create", "--integration", "crm", "--group", "beta", "--connection", "acme-hubspot"];
    let made = world.json(&[&create[..], &["--object", "contacts", "--select", "lastname"]].concat());
    assert_eq!((&made["origin"], &made["healthStatus"]), (&json!("command"), &json!("healthy")));
    let id = made["id"].as_str().unwrap();
    world.arrived(|all| records(all, "beta", |_| true) > 0).await;
    world.emulator.pause(true);
    let update = ["installations", "update", id, "--object", "contacts", "--select", "phone", "--unselect", "lastname"];
    let updated = world.json(&update);
    assert_eq!(updated["config"]["number"], 2);
    assert!(records(&messages(&world.receiver.seen()), "beta", |_| true) < 450, "the backfill was under way");
    world.emulator.pause(false);
    let all = world.arrived(|all| records(all, "beta", |_| true) == 450).await;
    assert_eq!(records(&all, "beta", |fields| fields.get("lastname").is_some() && fields.get("phone").is_none()), 450);
    let time = |message: &Value| message["installationUpdateTime"].clone();
    assert!(all.iter().filter(|one| one["groupRef"] == "beta").all(|one| time(one) == made["updateTime"]), "as it began");

    let written: Properties = [("firstname".to_owned(), Some("Neu".to_owned()))].into();
    world.emulator.state().change("contacts", 7, &written).unwrap();
    world.json(&["read", "--installation", id]);
    let all =
        world.arrived(|all| all.last().is_some_and(|last| last["installationId"] == id && last["readType"] == "scheduled")).await;
    let last = all.last().unwrap();
    assert_eq!((&last["groupRef"], time(last)), (&json!("beta"), updated["updateTime"].clone()));
    let fits = |entry: &Value| entry["fields"].get("phone").is_some() && entry["fields"].get("lastname").is_none();
    assert!(last["result"].as_array().unwrap().iter().all(fits), "{last}");

    assert!(world.json(&update)["config"]["number"] == 2, "nothing new");
    let wrong = world.refused(&["installations", "update", id, "--object", "contacts", "--select", "fax", "--schedule", "x"]);
    assert!(wrong.contains("selectedFields: there is no field to choose `fax`") && wrong.contains("schedule"), "{wrong}");
    assert!(world.ampline(&["installations", "delete", id]).status.success());
    assert_eq!(world.json(&["installations", "list"]).as_array().unwrap().len(), 1);
    assert!(runtime.terminate().unwrap().success());
    assert_eq!(world.json(&["installations", "list"])[0]["group"]["groupRef"], "acme", "an idle folder answers too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_changed_count_when_they_are_read_again() {
    let world = Stage::new(5);
    let runtime = world.workplace.start().unwrap();
    world.arrived(|all| records(all, "acme", |_| true) == 5).await;
    let acme = world.json(&["installations", "list"])[0]["id"].as_str().unwrap().to_owned();
    let owned = world.refused(&["installations", "delete", &acme]);
    assert!(owned.contains("ampline.toml: edit that file, then run `ampline reload`"), "{owned}");

    world.edit("ampline.toml", "[project]", "[project]\ninstallations_dir = \"installations\"");
    std::fs::create_dir(world.folder.path().join("installations")).unwrap();
    let file = "integration: crm\ngroupRef: beta\nconnection: acme-hubspot\nconfig:\n  content:\n    read:\n      objects:\n        contacts:\n          selectedFields: { phone: true }\n";
    std::fs::write(world.folder.path().join("installations/beta.yaml"), file).unwrap();
    let changed = world.json(&["reload"]);
    assert_eq!((&changed["installations"], &changed["notes"]), (&json!(1), &json!([])), "{changed}");
    world.arrived(|all| records(all, "beta", |fields| fields.get("phone").is_some()) == 5).await;

    world.edit("installations/beta.yaml", "phone", "fax");
    let refused = world.refused(&["reload"]);
    assert!(
        refused.contains("beta.yaml: config.content.read.objects.contacts.selectedFields: there is no field to choose `fax`"),
        "{refused}"
    );
    world.edit("installations/beta.yaml", "fax", "lastname");
    world.edit("amp.yaml", "fieldName: email\n", "fieldName: email\n            - fieldName: jobtitle\n");
    std::process::Command::new("kill").args(["-HUP", &runtime.pid().to_string()]).status().unwrap();
    let revised = async {
        while world.json(&["integrations", "show", "crm"])["latestRevision"]["number"] != 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, revised).await.unwrap();
    let written: Properties = [("firstname".to_owned(), Some("Neu".to_owned()))].into();
    world.emulator.state().change("contacts", 1, &written).unwrap();
    world.json(&["read", "--object", "contacts"]);
    let new = |fields: &Value| fields.get("jobtitle").is_some();
    let all = world.arrived(|all| records(all, "acme", new) > 0 && records(all, "beta", new) > 0).await;
    assert!(records(&all, "beta", |fields| new(fields) && fields.get("lastname").is_some() && fields.get("phone").is_none()) > 0);

    world.edit("amp.yaml", "objectName: contacts", "objectName: companies");
    world.edit("installations/beta.yaml", "contacts:\n          selectedFields: { lastname: true }", "companies: {}");
    let refused = world.refused(&["reload"]);
    assert!(refused.contains("contacts of crm (groups acme)") && refused.contains("--destructive"), "{refused}");
    assert_eq!(world.json(&["reload", "--destructive"])["integrations"], 1);
    let status = runtime.client.get("status").await.unwrap();
    let due: Vec<&Value> = status["reads"].as_array().unwrap().iter().filter(|read| !read["nextRunAt"].is_null()).collect();
    assert!(due.iter().all(|read| read["objectName"] == "companies"), "{status:#}");
    assert!(runtime.terminate().unwrap().success());
}
