//! A runtime between an emulated HubSpot and its own hosted store, and short words for what every test asks of it.

use std::{process::Output, time::Duration};

use ampline_tests::{
    hubspot::Options,
    runtime::{RuntimeClient, RuntimeProcess},
    world::World,
};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Contacts into the hosted store, every ten minutes after a full backfill.
pub(crate) const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: store
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: email }]
"#;

pub(crate) const STORE: &str = "[destinations.store]\ntype = \"api\"\nendpoint = \"contacts\"\n";

pub(crate) struct Stage {
    pub(crate) world: World,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn new(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), options, MANIFEST, STORE).unwrap();
        Self { world, _folder: folder }
    }

    pub(crate) fn start(&self) -> RuntimeProcess {
        self.world.workplace.start().unwrap()
    }

    pub(crate) fn ampline(&self, arguments: &[&str]) -> Output {
        self.world.workplace.command().args(arguments).output().unwrap()
    }

    /// What a command prints, which must succeed.
    pub(crate) fn printed(&self, arguments: &[&str]) -> String {
        let output = self.ampline(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.printed(&[arguments, &["--format", "json"]].concat())).unwrap()
    }
}

/// Asks until the answer is as it should be.
pub(crate) async fn until(client: &RuntimeClient, path: &str, so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let asking = async {
        loop {
            last = client.get(path).await.unwrap();
            if so(&last) {
                return last.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("{path} did not come to be as it should: {last:#}"),
    }
}

/// Waits until the one read has ended so often with this status.
pub(crate) async fn ended(client: &RuntimeClient, status: &str) -> Value {
    until(client, "status", |answer| answer["reads"][0]["operation"]["status"] == status).await
}

/// The ids in a group's hosted collection.
pub(crate) async fn stored(client: &RuntimeClient, group: &str) -> Vec<String> {
    let (mut ids, mut path) = (Vec::new(), format!("contacts/groups/{group}?pageSize=500"));
    loop {
        let Ok(page) = client.hosted(&path).await else { return ids };
        ids.extend(page["results"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(token) = page["pagination"]["nextPageToken"].as_str() else { return ids };
        path = format!("contacts/groups/{group}?pageSize=500&pageToken={token}");
    }
}

/// Waits until a group's hosted collection holds so many.
pub(crate) async fn holds(client: &RuntimeClient, group: &str, count: usize) {
    let waiting = async {
        while stored(client, group).await.len() != count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!("the collection of {group} holds {} items, not {count}", stored(client, group).await.len());
    }
}
