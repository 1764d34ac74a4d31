//! The project over its own store in a file: revisions, races, crashes; what a deployment changes and what it leaves; files.
//!
//! Doubles: the far end of the scheduler's channel, which tells what the scheduler would have heard. Oracle: the contract's section 4.

mod files;
mod previews;
mod semantics;
mod store;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use ampline_core::{
    manifest::{self, Manifest},
    plan::KnownDestination,
    provider::Catalog,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::{
    clock::SystemClock,
    connection::{self, Connections},
    http_client,
    scheduler::{self, Job},
    secrets::{MasterKey, Secret},
    sqlite::Options,
};

/// An object that is read every ten minutes, with an optional field and a mapping.
const CONTACTS: &str = "        - objectName: contacts
          destination: hook
          schedule: '*/10 * * * *'
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: phone
            - mapToName: notes
          backfill:
            defaultPeriod:
              days: 30
";

/// Another one.
const COMPANIES: &str = "        - objectName: companies
          destination: store
          schedule: '0 * * * *'
";

/// A sound manifest whose integration `crm` reads these objects.
fn manifest(objects: &[&str]) -> Manifest {
    let text = format!(
        "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n    read:\n      objects:\n{}",
        objects.concat()
    );
    let checked = manifest::check(text.as_bytes());
    checked.manifest.unwrap_or_else(|| panic!("{:?}\n{text}", checked.issues))
}

/// A connection of ampline.toml.
fn connection(name: &str) -> DeclaredConnection {
    let declared = connection::Declared {
        rate_limit: None,
        id: stable_id("connection", name),
        name: name.to_owned(),
        provider: "hubspot".to_owned(),
        group: None,
        workspace: None,
        base_url: None,
        metadata: Default::default(),
        credentials: connection::Credentials::AccessToken { token: Secret::new("token") },
    };
    let draft = ConnectionDraft {
        id: declared.id.clone(),
        name: Some(name.to_owned()),
        provider: declared.provider.clone(),
        group: None,
        consumer: None,
        workspace: None,
        base_url: None,
        scheme: declared.credentials.scheme().to_owned(),
        metadata: Default::default(),
        origin: Origin::File("ampline.toml".to_owned()),
        sealed: None,
        news: crate::project::CredentialNews::Same,
    };
    DeclaredConnection { draft, declared }
}

/// What the files say: `crm` with these objects, the connection `hs`, and these installations.
fn declared(objects: &[&str], installations: Vec<DeclaredInstallation>) -> Declared {
    Declared {
        manifest: manifest(objects),
        manifest_file: "amp.yaml".to_owned(),
        settings_file: "ampline.toml".to_owned(),
        connections: vec![connection("hs")],
        provider_apps: Vec::new(),
        routes: Vec::new(),
        installations,
        destinations: Vec::new(),
        notes: Vec::new(),
    }
}

/// An installation that a file names.
fn of_file(group: &str, content: Value) -> DeclaredInstallation {
    DeclaredInstallation {
        place: "installations[0]".to_owned(),
        file: "ampline.toml".to_owned(),
        id: None,
        integration: "crm".to_owned(),
        group: NamedParty { reference: group.to_owned(), name: None },
        consumer: NamedParty::default(),
        connection: "hs".to_owned(),
        content: Content::parse(content).unwrap(),
        created_by: None,
    }
}

/// A project over the store of a folder, and what its scheduler would hear.
struct Stage {
    project: Arc<Project>,
    heard: mpsc::Receiver<scheduler::Command>,
}

impl Stage {
    fn open(folder: &Path) -> Self {
        let store = ProjectStore::open(&folder.join("project.db"), &Options::default()).unwrap();
        let known = |id: &str, mirrors_records| KnownDestination { id: id.to_owned(), mirrors_records };
        let destinations = BTreeMap::from([("hook".to_owned(), known("d1", false)), ("store".to_owned(), known("d2", true))]);
        let (key, http) = (MasterKey::generate().unwrap(), http_client::provider_client().unwrap());
        let connections = Connections::new(store.clone(), key, http, Arc::new(SystemClock), Catalog::built_in());
        let planner = Planner::new("demo".to_owned(), Catalog::built_in(), destinations, Some(Arc::new(connections)));
        let (handle, heard) = scheduler::channel();
        let project = Project::new(store, planner, Arc::new(SystemClock), Some(handle), None);
        Self { project: Arc::new(project), heard }
    }

    /// Lets the files count, as a reload does; a line for each read that the scheduler was told of.
    async fn sync(&mut self, declared: Declared, destructive: bool) -> Result<Vec<String>, String> {
        self.project.reload_with(declared, destructive).await.map_err(|error| error.to_string())?;
        Ok(self.told())
    }

    /// What the scheduler heard since: `group object schedule-minute fields`, or `- installation` where one has no reads any more.
    fn told(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Ok(scheduler::Command::Change(change)) = self.heard.try_recv() {
            if change.jobs.is_empty() {
                lines.push("nothing".to_owned());
            }
            lines.extend(change.jobs.iter().map(line));
        }
        lines
    }

    async fn create(&self, group: &str, content: Value) -> Result<Installed, ProjectError> {
        let new = NewInstallation {
            integration: "crm".to_owned(),
            group: NamedParty { reference: group.to_owned(), name: None },
            consumer: None,
            connection: Some("hs".to_owned()),
            content,
            created_by: Some("consumer:una".to_owned()),
            origin: Origin::Api,
        };
        self.project.create(new, Sampling::Skipped).await
    }

    /// PATCH of one object.
    async fn patch(&self, id: &str, revision: Option<&str>, object: &str, config: Value) -> Result<Installed, ProjectError> {
        let masks = [format!("config.content.read.objects.{object}")];
        let mut new = json!({ "config": { "content": { "read": { "objects": {} } } } });
        new["config"]["content"]["read"]["objects"][object] = config;
        let edit = |record: &InstallationRecord| masked(record.config.content.to_value(), &masks, &new);
        self.project.update(id, revision.map(str::to_owned), edit, Sampling::Skipped).await
    }
}

fn line(job: &Job) -> String {
    let plan = &job.plan;
    let gap = plan.schedule.as_ref().and_then(|schedule| schedule.min_gap()).map_or(0, |gap| gap.as_secs() / 60);
    let fields = plan.fields.sources().join(",");
    format!(
        "{} {} every {gap} to {}: {fields}",
        plan.context.installation.group_ref, plan.key.object_name, plan.context.destination
    )
}
