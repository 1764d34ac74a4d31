//! `ampline integrations` and `ampline reload`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{Failure, Target, client::Client, output, table};
use crate::percent::encoded;

/// Flags of `ampline integrations`.
#[derive(Debug, Args)]
pub(super) struct IntegrationsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the integrations that are deployed.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Show an integration with all its revisions, the latest first.
    Show {
        /// Its name or id.
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Delete an integration that nobody has installed.
    Delete {
        /// Its name or id.
        name: String,
        #[command(flatten)]
        target: Target,
    },
}

/// Flags of `ampline reload`.
#[derive(Debug, Args)]
pub(super) struct ReloadArgs {
    /// Pause the reads of objects that amp.yaml no longer has; without it, such an amp.yaml is refused.
    #[arg(long)]
    destructive: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: IntegrationsArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { target } => {
            let client = Client::connect(&target).await?;
            let value = client.get("integrations", &[]).await?;
            client.close().await?;
            print(&value, &target, |value| text(rows(value)))
        }
        Action::Show { name, target } => {
            let client = Client::connect(&target).await?;
            let path = format!("integrations/{}", encoded(&name));
            let mut value = client.get(&path, &[]).await?;
            value["revisions"] = client.get(&format!("{path}/revisions"), &[]).await?;
            client.close().await?;
            print(&value, &target, shown)
        }
        Action::Delete { name, target } => {
            let client = Client::connect(&target).await?;
            client.send(Method::DELETE, &format!("integrations/{}", encoded(&name)), None, None).await?;
            client.close().await
        }
    }
}

pub(super) async fn reload(args: ReloadArgs) -> Result<(), Failure> {
    let client = Client::connect(&args.target).await?;
    let value = client.post(&format!("files:reload?destructive={}", args.destructive), None).await?;
    client.close().await?;
    print(&value, &args.target, |value| {
        let [integrations, connections, installations] = ["integrations", "connections", "installations"].map(|key| &value[key]);
        let mut lines =
            vec![format!("changed: {integrations} integrations, {connections} connections, {installations} installations")];
        lines.extend(
            value["notes"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|note| format!("note: {note}")),
        );
        lines.join("\n")
    })
}

fn print(value: &Value, target: &Target, text: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
    output::show(target.format, value, text)
}

fn rows(value: &Value) -> Vec<[String; 5]> {
    let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |one: &Value| {
        let from = match one["disabledReason"].as_str() {
            Some(reason) => format!("disabled: {reason}"),
            None => one["originFile"].as_str().map_or_else(|| cell(&one["origin"]), str::to_owned),
        };
        let latest = &one["latestRevision"];
        [cell(&one["name"]), cell(&one["provider"]), latest["number"].to_string(), cell(&latest["createTime"]), from]
    };
    value.as_array().into_iter().flatten().map(row).collect()
}

fn text(rows: Vec<[String; 5]>) -> String {
    table::text(["name", "provider", "revision", "deployed", "from"], &rows, "no integrations yet")
}

fn shown(value: &Value) -> String {
    let head = text(rows(&json!([value])));
    let revision = |one: &Value| {
        let objects = one["content"]["read"]["objects"].as_array().into_iter().flatten();
        let objects: Vec<&str> = objects.filter_map(|object| object["objectName"].as_str()).collect();
        let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        [one["number"].to_string(), cell(&one["createTime"]), objects.join(", "), cell(&one["id"])]
    };
    let revisions: Vec<[String; 4]> = value["revisions"].as_array().into_iter().flatten().map(revision).collect();
    format!("{head}\n\n{}", table::text(["revision", "deployed", "reads", "id"], &revisions, "no revisions"))
}
