//! A small world with one object to read, and settings that each test rewrites.

use std::{fs, path::Path, process::Output, time::Duration};

use ampline_tests::{hubspot::Options, runtime::RuntimeProcess, world::World};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

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
          requiredFields:
            - fieldName: email
        - objectName: companies
          destination: second
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields:
            - fieldName: name
"#;

const SUBSCRIBE: &str = r#"
    subscribe:
      objects:
        - objectName: companies
          destination: second
          inheritFieldsAndMapping: true
          deleteEvent: { enabled: always }
"#;

/// One more object of the manifest, and where it goes.
fn further(object: &str, destination: &str) -> String {
    format!(
        "        - objectName: {object}\n          destination: {destination}\n          schedule: \"*/10 * * * *\"\n          \
         backfill: {{ defaultPeriod: {{ fullHistory: true }} }}\n          requiredFields: [{{ fieldName: hs_object_id }}]\n"
    )
}

/// The world, in a folder that goes with it.
pub(crate) struct Stage {
    pub(crate) world: World,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Stage {
    /// `destinations` must hold `hook` (contacts) and `second` (companies); `{receiver}` stands for the receiver's address.
    pub(crate) fn new(destinations: &str) -> Self {
        Self::of(MANIFEST, destinations)
    }

    /// The same with `lake` (deals) and `table` (tickets) besides, and a subscription.
    pub(crate) fn of_four(destinations: &str) -> Self {
        Self::of(&format!("{MANIFEST}{}{}{SUBSCRIBE}", further("deals", "lake"), further("tickets", "table")), destinations)
    }

    fn of(manifest: &str, destinations: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", 250).with("companies", 3).with("deals", 3).with("tickets", 3);
        let world = World::new(folder.path(), options, manifest, destinations).unwrap();
        Self { world, _folder: folder }
    }

    /// Changes ampline.toml.
    pub(crate) fn rewrite(&self, change: impl FnOnce(String) -> String) {
        let path = self.workplace.settings_file();
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    }

    pub(crate) fn start(&self) -> RuntimeProcess {
        self.workplace.start().unwrap()
    }

    pub(crate) fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    /// What a command prints, which must succeed.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.ampline(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Waits until the runtime's status is as it should be.
    pub(crate) async fn stands(&self, runtime: &RuntimeProcess, so: impl Fn(&Value) -> bool) -> Value {
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
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
