//! `ampline operations`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Failure, Target, client::Client, output, table};
use crate::percent::encoded;

/// Flags of `ampline operations`.
#[derive(Debug, Args)]
pub(super) struct OperationsArgs {
    #[command(subcommand)]
    action: OperationsAction,
}

#[derive(Debug, Subcommand)]
enum OperationsAction {
    /// List operations, newest first.
    List {
        /// Only of this installation.
        #[arg(long)]
        installation: Option<String>,
        /// Only of this object, by the provider's name.
        #[arg(long)]
        object: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
        #[command(flatten)]
        target: Target,
    },
    /// Show one operation.
    Show {
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Show what one operation has logged: pages, waits with the provider's words, how it ended.
    Logs {
        id: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(args: OperationsArgs) -> Result<(), Failure> {
    match args.action {
        OperationsAction::List { installation, object, limit, target } => {
            let mut query = vec![("pageSize", limit.to_string())];
            query.extend(installation.map(|id| ("installationId", id)));
            query.extend(object.map(|name| ("objectName", name)));
            print(&target, "operations", &query, list).await
        }
        OperationsAction::Show { id, target } => {
            print(&target, &format!("operations/{}", encoded(&id)), &[], |value| format!("{value:#}")).await
        }
        OperationsAction::Logs { id, target } => print(&target, &format!("operations/{}/logs", encoded(&id)), &[], logs).await,
    }
}

async fn print(
    target: &Target,
    path: &str,
    query: &[(&str, String)],
    text: impl FnOnce(&Value) -> String,
) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.get(path, query).await?;
    client.close().await?;
    output::show(target.format, &value, text)
}

fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

fn list(value: &Value) -> String {
    let rows: Vec<[String; 7]> = (value["results"].as_array().into_iter().flatten())
        .map(|one| {
            let metadata = &one["metadata"];
            let progress = &metadata["progress"];
            let records = match progress["recordsEstimatedTotal"].as_u64() {
                Some(total) => format!("{}/{total}", progress["recordsProcessed"]),
                None => progress["recordsProcessed"].to_string(),
            };
            let object = cell(&metadata["objects"][0]);
            [
                cell(&one["id"]),
                object,
                cell(&metadata["readType"]),
                cell(&one["status"]),
                records,
                cell(&one["createTime"]),
                cell(&one["result"]),
            ]
        })
        .collect();
    table::text(["operation", "object", "type", "status", "records", "began", "result"], &rows, "no operations yet")
}

fn logs(value: &Value) -> String {
    let rows: Vec<[String; 4]> = (value.as_array().into_iter().flatten())
        .map(|entry| {
            let message = &entry["message"];
            [cell(&entry["timestamp"]), cell(&entry["severity"]), cell(&message["msg"]), cell(&message["error"])]
        })
        .collect();
    table::text(["time", "severity", "message", "error"], &rows, "nothing yet")
}
