//! The table follows what providers tell of: records that are deleted, merged and there again, by events and by reads.

use std::{fs, path::Path};

use ampline_tests::{
    hubspot::{self, PORTAL_ID, Properties, Webhooks},
    runtime::{RuntimeProcess, Workplace},
    salesforce::{self, Id, Target},
    services::postgres::Postgres,
    world::World,
};
use serde_json::json;
use tokio_postgres::Client;

use crate::{
    end_to_end::until,
    fixture::{rows, server},
};

const KEY: &str = "key-of-what-comes-in-0123456789";

/// A manifest that mirrors one object into a table, by reads and by events.
fn manifest(provider: &str, object: &str, field: &str) -> String {
    format!(
        r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: {provider}
    read:
      objects:
        - objectName: {object}
          destination: table
          schedule: "0 0 1 1 *"
          backfill: {{ defaultPeriod: {{ fullHistory: true }} }}
          requiredFields: [{{ fieldName: {field} }}]
    subscribe:
      objects:
        - objectName: {object}
          destination: table
          inheritFieldsAndMapping: true
          createEvent: {{ enabled: always }}
          updateEvent: {{ enabled: always, watchFieldsAuto: all }}
          deleteEvent: {{ enabled: always }}
"#
    )
}

/// The part of ampline.toml that says which table, of which database, and what events are believed for.
fn destination(folder: &Path, server: &Postgres, table: &str) -> String {
    let url_file = folder.join("database-url");
    fs::write(&url_file, server.url("127.0.0.1", "")).unwrap();
    format!(
        r#"
[postgres]
url = {{ file = "{}" }}

[destinations.table]
type = "postgres"
tableName = "{table}"

[integrations.crm]
inbound_key = {{ env = "INBOUND_KEY" }}
"#,
        url_file.display()
    )
}

/// A table of the server, whose rows a test waits for.
struct Table {
    session: Client,
    name: String,
}

impl Table {
    async fn of(server: &Postgres, name: &str) -> Self {
        Self { session: server.session().await, name: format!("\"{name}\"") }
    }

    /// Waits until these rows are there and no others, by their ids.
    async fn holds(&self, ids: &[&str]) {
        let table_is_there = format!("SELECT to_regclass('{}') IS NOT NULL", self.name);
        until(&format!("the rows {ids:?}"), async || {
            if !self.session.query_one(&table_is_there, &[]).await.unwrap().get::<_, bool>(0) {
                return None;
            }
            let found = rows(&self.session, &self.name).await;
            let found: Vec<&str> = found.iter().filter_map(|row| row.split_once('=')?.0.strip_prefix("acme/")).collect();
            (found == ids).then_some(())
        })
        .await;
    }

    /// The data of a row.
    async fn row(&self, id: &str) -> String {
        let start = format!("acme/{id}=");
        let found = rows(&self.session, &self.name).await;
        found.iter().find_map(|row| row.strip_prefix(&start)).unwrap_or_default().to_owned()
    }
}

/// Six contacts of HubSpot's in a table, and events on their way to the runtime.
async fn contacts(folder: &Path, server: &Postgres, table: &str) -> (World, RuntimeProcess, Table) {
    let options = hubspot::Options::default().with("contacts", 6);
    let destination = destination(folder, server, table);
    let mut world = World::new(folder, options, &manifest("hubspot", "contacts", "lastname"), &destination).unwrap();
    world.workplace.set("INBOUND_KEY", KEY);
    let file = world.workplace.settings_file();
    let connection = "provider = \"hubspot\"\n";
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, settings.replace(connection, &format!("{connection}workspace = \"{PORTAL_ID}\"\n"))).unwrap();
    let runtime = world.workplace.start().unwrap();
    let table = Table::of(server, table).await;
    table.holds(&["1", "2", "3", "4", "5", "6"]).await;
    let url = format!("http://{}/subscribe/v1/projects/demo/integrations/crm", runtime.client.address());
    let webhooks = Webhooks { url, client_secret: KEY.into(), retries: 0, ..Webhooks::default() };
    world.emulator.state().listen(Some(webhooks));
    (world, runtime, table)
}

fn named(name: &str) -> Properties {
    [("lastname".to_owned(), Some(name.to_owned()))].into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_go_and_come_with_hubspots_events() {
    let Some(server) = server("events to rows") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (world, runtime, table) = contacts(folder.path(), &server, "EventsOfHubSpot").await;
    let tell = async || assert_eq!(world.emulator.deliver_events().await.lost, 0);
    world.emulator.state().archive_these("contacts", &[3]).unwrap();
    tell().await;
    table.holds(&["1", "2", "4", "5", "6"]).await;
    world.emulator.state().restore_these("contacts", &[3]).unwrap();
    tell().await;
    table.holds(&["1", "2", "3", "4", "5", "6"]).await;
    {
        let mut state = world.emulator.state();
        state.change_these("contacts", &[1], &named("Merged")).unwrap();
        state.merge("contacts", 1, 2).unwrap();
        state.merge("contacts", 6, 5).unwrap();
    }
    tell().await;
    table.holds(&["1", "3", "4", "6"]).await;
    assert!(table.row("1").await.contains("Merged"), "the record that is left is as it stands now");
    world.emulator.state().erase_these("contacts", &[4]).unwrap();
    tell().await;
    table.holds(&["1", "3", "6"]).await;
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_finds_what_went_into_other_records() {
    let Some(server) = server("merges read") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (world, runtime, table) = contacts(folder.path(), &server, "MergesOfHubSpot").await;
    {
        let mut state = world.emulator.state();
        state.listen(None);
        state.merge("contacts", 2, 1).unwrap();
        state.merge("contacts", 3, 2).unwrap();
        state.archive_these("contacts", &[6]).unwrap();
    }
    runtime.client.post("reads:run", &json!({})).await.unwrap();
    table.holds(&["3", "4", "5"]).await;
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_go_and_come_with_salesforces_events() {
    let Some(server) = server("change events to rows") else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = salesforce::Options::default().with("Contact", 3);
    let token = options.access_token.clone();
    let emulator = salesforce::Emulator::start(options).unwrap();
    let settings = format!(
        r#"[project]
id = "demo"
[network]
allow = ["127.0.0.0/8"]
{}
[connections.acme]
provider = "salesforce"
base_url = "{}"
access_token = {{ env = "SALESFORCE_TOKEN" }}
[[installations]]
integration = "crm"
connection = "acme"
group_ref = "acme"
"#,
        destination(folder.path(), &server, "EventsOfSalesforce"),
        emulator.base_url()
    );
    let secrets = [("SALESFORCE_TOKEN", token.as_str()), ("INBOUND_KEY", KEY)];
    let workplace = Workplace::new(folder.path(), &manifest("salesforce", "Contact", "LastName"), &settings, &secrets).unwrap();
    let runtime = workplace.start().unwrap();
    let table = Table::of(&server, "EventsOfSalesforce").await;
    let ids: Vec<String> = emulator.state().records("Contact").unwrap().into_iter().map(|record| record.id).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    table.holds(&all).await;
    let url = format!("http://{}/subscribe/v1/projects/demo/integrations/crm", runtime.client.address());
    let target = Target { headers: vec![("authorization".to_owned(), KEY.to_owned())], ..Target::new(url) };
    let id = Id::parse(&ids[1]).unwrap();
    {
        let mut state = emulator.state();
        state.send_events_to(Some(target));
        // Salesforce keeps whole seconds: what happens within one cannot be told apart.
        state.advance(2_000);
        state.delete_these("Contact", &[id]).unwrap();
    }
    table.holds(&[all[0], all[2]]).await;
    {
        let mut state = emulator.state();
        state.advance(2_000);
        state.undelete_these("Contact", &[id]).unwrap();
    }
    table.holds(&all).await;
    assert!(table.row(all[1]).await.contains("LastName") || table.row(all[1]).await.contains("lastname"));
    assert!(runtime.terminate().unwrap().success());
}
