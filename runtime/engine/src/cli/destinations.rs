//! `ampline destinations`.

mod given;
mod grants;

use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use self::{
    given::{Given, Read, Unset, body},
    grants::{CredentialAction, GrantArgs},
};
use super::{Failure, Format, Target, client::Client, output, table};
use crate::percent::encoded;

/// How long a test message is waited for; its retries go on behind it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Flags of `ampline destinations`.
#[derive(Debug, Args)]
pub(super) struct DestinationsArgs {
    #[command(subcommand)]
    action: DestinationAction,
}

#[derive(Debug, Subcommand)]
enum DestinationAction {
    /// List destinations.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Show a destination.
    Show {
        /// Its name or id.
        name: String,
        /// Show the key that its webhooks are signed with.
        #[arg(long)]
        secrets: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Make a destination.
    Create {
        /// What manifests call it.
        name: String,
        /// The sink that is to serve it: webhook, kinesis, s3, postgres, api, or an installed one.
        #[arg(long = "type", value_name = "TYPE")]
        kind: String,
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        target: Target,
    },
    /// Change a destination; what is not named stays.
    Update {
        /// Its name or id.
        name: String,
        /// Give it another name.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        #[command(flatten)]
        unset: Unset,
        /// Rename it even where a manifest or an installation names it.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        target: Target,
    },
    /// Show what a destination's sink may reach and use, or change it. A sink that is built in needs no host granted.
    Grant(GrantArgs),
    /// Credentials that a destination's sink asks for by name, and never sees.
    Credentials {
        #[command(subcommand)]
        action: CredentialAction,
    },
    /// Delete a destination; what waits for it becomes dead letters.
    Delete {
        /// Its name or id.
        name: String,
        /// Even where a manifest or an installation names it.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Send a test message, and tell what became of it.
    Test {
        /// Its name or id.
        name: String,
        /// Do not wait for the first attempt.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Start a destination that was stopped; its backlog goes out.
    Enable {
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Stop a destination; its backlog is kept.
    Disable {
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Make a new signing key. The one before signs as well for 24 hours: give receivers the new one within that time.
    Rotate {
        name: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(args: DestinationsArgs) -> Result<(), Failure> {
    match args.action {
        DestinationAction::List { target } => {
            let value = ask(&target, Method::GET, "", None).await?;
            print(&target, &value, |value| text(value.as_array().into_iter().flatten()))
        }
        DestinationAction::Show { name, secrets, target } => show(&target, &name, secrets).await,
        DestinationAction::Create { name, kind, given, target } => {
            let Read { metadata, secrets, delivery } = given.read()?;
            let asked = json!({ "name": name, "type": kind, "metadata": metadata, "secrets": secrets, "delivery": delivery });
            let made = ask(&target, Method::POST, "", Some(asked)).await?;
            print(&target, &made, |made| text([made]))
        }
        DestinationAction::Update { name, rename, unset, force, given, target } => {
            let asked = body(rename, given, &unset)?;
            let query = if force { "?force=true" } else { "" };
            let changed = ask(&target, Method::PATCH, &format!("/{}{query}", encoded(&name)), Some(asked)).await?;
            print(&target, &changed, |changed| text([changed]))
        }
        DestinationAction::Grant(args) => grants::grant(args).await,
        DestinationAction::Credentials { action } => grants::credentials(action).await,
        DestinationAction::Delete { name, force, target } => {
            let query = if force { "?force=true" } else { "" };
            ask(&target, Method::DELETE, &format!("/{}{query}", encoded(&name)), None).await.map(drop)
        }
        DestinationAction::Test { name, no_wait, target } => test(&target, &name, no_wait).await,
        DestinationAction::Enable { name, target } => {
            ask(&target, Method::POST, &format!("/{}/enable", encoded(&name)), None).await.map(drop)
        }
        DestinationAction::Disable { name, target } => {
            ask(&target, Method::POST, &format!("/{}/disable", encoded(&name)), None).await.map(drop)
        }
        DestinationAction::Rotate { name, target } => rotate(&name, &target).await,
    }
}

async fn ask(target: &Target, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
    let client = Client::connect(target).await?;
    let value = client.send(method, &format!("destinations{path}"), body, None).await?;
    client.close().await?;
    Ok(value)
}

fn print(target: &Target, value: &Value, text: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
    output::show(target.format, value, text)
}

fn text<'v>(all: impl IntoIterator<Item = &'v Value>) -> String {
    let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |one: &Value| {
        let from = one["originFile"].as_str().map_or_else(|| cell(&one["origin"]), str::to_owned);
        [cell(&one["name"]), cell(&one["type"]), from, cell(&one["updateTime"]), cell(&one["disabledReason"])]
    };
    let rows: Vec<[String; 5]> = all.into_iter().map(row).collect();
    table::text(["name", "type", "from", "changed", "stopped"], &rows, "no destinations yet")
}

async fn show(target: &Target, name: &str, secrets: bool) -> Result<(), Failure> {
    let query = if secrets { "?includeSecrets=true" } else { "" };
    let value = ask(target, Method::GET, &format!("/{}{query}", encoded(name)), None).await?;
    print(target, &value, |value| {
        let key = value["secrets"]["webhookSigningKey"].as_str().map(|key| format!("\n\nsigning key: {key}"));
        let further = |member: &str| {
            let value = value[member].as_object().filter(|value| !value.is_empty());
            value.map(|value| format!("\n\n{member}: {:#}", Value::Object(value.clone()))).unwrap_or_default()
        };
        let (grants, delivery) = (grants::shown(&value["grants"]), further("delivery"));
        format!("{}\n\n{:#}{delivery}{grants}{}", text([value]), value["metadata"], key.unwrap_or_default())
    })
}

async fn rotate(name: &str, target: &Target) -> Result<(), Failure> {
    let path = format!("/{}?includeSecrets=true&rotate=true", encoded(name));
    let value = ask(target, Method::GET, &path, None).await?;
    output::show(target.format, &value, |value| {
        format!(
            "{}\n\nThis key signs from now on, and the one before it for 24 hours more: give it to the receiver within that time.",
            value["secrets"]["webhookSigningKey"].as_str().unwrap_or_default()
        )
    })
}

/// Sends a test message and waits for its first attempt.
async fn test(target: &Target, name: &str, no_wait: bool) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let sent = client.post(&format!("destinations/{}:test", encoded(name)), None).await?;
    if no_wait {
        client.close().await?;
        return print(target, &sent, |sent| format!("delivery {} is on its way", sent["deliveryId"]));
    }
    let (path, deadline) = (format!("deliveries/{}", sent["deliveryId"]), Instant::now() + PATIENCE);
    let delivery = loop {
        let delivery = client.get(&path, &[]).await?;
        let attempts = delivery["attemptLog"].as_array().map_or(0, Vec::len);
        if attempts > 0 || delivery["status"] != "pending" || Instant::now() > deadline {
            break delivery;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    client.close().await?;
    if target.format != Format::Table {
        output::show_whole(target.format, &delivery)?;
    }
    let last = delivery["attemptLog"].as_array().and_then(|attempts| attempts.last()).cloned().unwrap_or_default();
    let said = |key: &str| last[key].as_str().unwrap_or_default().to_owned();
    match delivery["status"].as_str() {
        Some("delivered") if target.format != Format::Table => Ok(()),
        Some("delivered") => output::print(&format!("delivered (delivery {})", sent["deliveryId"])),
        _ if last.is_null() => Err(Failure::refused(format!("delivery {} was not attempted yet", sent["deliveryId"]))),
        _ => Err(Failure::refused(format!("{}: {} (delivery {})", said("code"), said("message"), sent["deliveryId"]))),
    }
}
