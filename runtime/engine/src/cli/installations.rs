//! `ampline installations`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{Failure, Target, choices::Choices, client::Client, output, table};
use crate::{percent::encoded, project::PAGE_MAX, settings::folder};

/// Flags of `ampline installations`.
#[derive(Debug, Args)]
pub(super) struct InstallationsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List installations.
    List {
        /// Only of this group.
        #[arg(long, value_name = "GROUP_REF")]
        group: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Show an installation with all revisions of its configuration, the latest first.
    Show {
        /// Its id.
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Install an integration for a group. Its backfill begins at once.
    Create(Box<CreateArgs>),
    /// Change what an installation reads, or over which connection. Reads that run end as they began.
    Update(Box<UpdateArgs>),
    /// Delete an installation, and its connection where no other uses it.
    Delete {
        /// Its id.
        id: String,
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The installation as a file, in the shape of those of the folder of installations; flags stand above it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The integration, by name.
    #[arg(long, value_name = "NAME")]
    integration: Option<String>,
    /// Your own id of the customer's team.
    #[arg(long, value_name = "GROUP_REF")]
    group: Option<String>,
    /// The team's name, for people.
    #[arg(long, value_name = "NAME")]
    group_name: Option<String>,
    /// Your own id of the person who installs.
    #[arg(long, value_name = "CONSUMER_REF")]
    consumer: Option<String>,
    /// That person's name.
    #[arg(long, value_name = "NAME")]
    consumer_name: Option<String>,
    /// The connection, by name or id; without it, the only one that the group has for the provider.
    #[arg(long, value_name = "CONNECTION")]
    connection: Option<String>,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
struct UpdateArgs {
    /// Its id.
    id: String,
    /// Replace the whole configuration by that of a file.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Read over another connection, by name or id.
    #[arg(long, value_name = "CONNECTION")]
    connection: Option<String>,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: InstallationsArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { group, target } => {
            let client = Client::connect(&target).await?;
            let value = all(&client, group.as_deref()).await?;
            client.close().await?;
            print(&value, &target, listed)
        }
        Action::Show { id, target } => {
            let client = Client::connect(&target).await?;
            let mut value = find(&client, &id).await?;
            value["revisions"] = client.get(&format!("{}/revisions", path(&value)), &[]).await?;
            client.close().await?;
            print(&value, &target, shown)
        }
        Action::Create(args) => create(*args).await,
        Action::Update(args) => update(*args).await,
        Action::Delete { id, target } => {
            let client = Client::connect(&target).await?;
            let found = find(&client, &id).await?;
            client.send(Method::DELETE, &path(&found), None, None).await?;
            client.close().await
        }
    }
}

/// Every installation, page after page.
async fn all(client: &Client, group: Option<&str>) -> Result<Value, Failure> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let mut query = vec![("pageToken", token.clone())];
        query.extend(group.map(|group| ("groupRef", group.to_owned())));
        let Value::Array(page) = client.get("installations", &query).await? else { break };
        let is_last = page.len() < PAGE_MAX;
        token = page.last().and_then(|last| last["id"].as_str()).unwrap_or_default().to_owned();
        found.extend(page);
        if is_last {
            break;
        }
    }
    Ok(Value::Array(found))
}

async fn find(client: &Client, id: &str) -> Result<Value, Failure> {
    client.get(&format!("installations/{}", encoded(id)), &[]).await
}

/// Where an installation is in the API.
fn path(installation: &Value) -> String {
    let [integration, id] = ["integrationId", "id"].map(|key| installation[key].as_str().unwrap_or_default());
    format!("integrations/{}/installations/{}", encoded(integration), encoded(id))
}

/// What a file says, whatever its form.
fn from_file(file: &Path) -> Result<Value, Failure> {
    let fault = |message: String| Failure::refused(format!("{}: {message}", file.display()));
    let source = std::fs::read(file).map_err(|error| Failure::unable(format!("cannot read {}: {error}", file.display())))?;
    let value = folder::value(file, &source).map_err(fault)?;
    if value.is_object() { Ok(value) } else { Err(fault("holds no installation".to_owned())) }
}

async fn create(args: CreateArgs) -> Result<(), Failure> {
    let mut request = args.file.as_deref().map_or_else(|| Ok(json!({})), from_file)?;
    let given = [
        ("integration", &args.integration),
        ("groupRef", &args.group),
        ("groupName", &args.group_name),
        ("consumerRef", &args.consumer),
        ("consumerName", &args.consumer_name),
        ("connectionId", &args.connection),
    ];
    let Some(members) = request.as_object_mut() else { return Ok(()) };
    if let Some(name) = members.remove("connection") {
        members.entry("connectionId").or_insert(name);
    }
    for (key, value) in given {
        if let Some(value) = value {
            members.insert(key.to_owned(), value.clone().into());
        }
    }
    let integration = members.remove("integration").and_then(|name| name.as_str().map(str::to_owned));
    let integration = integration.ok_or_else(|| Failure::refused("name the integration with --integration, or in the file"))?;
    if !members.contains_key("groupRef") {
        return Err(Failure::refused("name the customer's team with --group, or in the file"));
    }
    if members.remove("id").is_some() {
        return Err(Failure::refused("an id is only for files of the folder of installations: leave it out"));
    }
    if request["config"]["content"].is_null() {
        request["config"]["content"] = json!({});
    }
    if !args.choices.is_empty() {
        args.choices.put_into(&mut request["config"]["content"])?;
    }
    let client = Client::connect(&args.target).await?;
    let path = format!("integrations/{}/installations", encoded(&integration));
    let value = client.post(&path, Some(request)).await?;
    client.close().await?;
    print(&value, &args.target, |value| format!("installed: {}", value["id"].as_str().unwrap_or_default()))
}

async fn update(args: UpdateArgs) -> Result<(), Failure> {
    let client = Client::connect(&args.target).await?;
    let before = find(&client, &args.id).await?;
    let (mut masks, mut content) = (Vec::new(), before["config"]["content"].clone());
    if let Some(file) = &args.file {
        content = from_file(file)?["config"]["content"].take();
        masks.push("config.content".to_owned());
    }
    if !args.choices.is_empty() {
        let objects = args.choices.put_into(&mut content)?;
        if masks.is_empty() {
            masks.extend(objects.iter().map(|object| format!("config.content.read.objects.{object}")));
        }
    }
    if args.connection.is_some() {
        masks.push("connectionId".to_owned());
    }
    if masks.is_empty() {
        return Err(Failure::refused("says nothing to change: see `ampline installations update --help`"));
    }
    let installation = json!({ "connectionId": args.connection, "config": { "content": content } });
    let request = json!({ "updateMask": masks, "installation": installation });
    let revision = before["config"]["id"].as_str();
    let value = client.send(Method::PATCH, &path(&before), Some(request), revision).await?;
    client.close().await?;
    let unchanged = value["config"]["id"] == before["config"]["id"];
    print(&value, &args.target, |value| match unchanged {
        true => "nothing is other than before".to_owned(),
        false => format!("revision {} counts from now on", value["config"]["number"]),
    })
}

fn print(value: &Value, target: &Target, text: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
    output::show(target.format, value, text)
}

fn cell(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn listed(value: &Value) -> String {
    let row = |one: &Value| {
        let connection = &one["connection"];
        let connection = connection["name"].as_str().or(connection["id"].as_str()).unwrap_or_default().to_owned();
        let health =
            one["disabledReason"].as_str().map_or_else(|| cell(&one["healthStatus"]), |reason| format!("disabled: {reason}"));
        [
            cell(&one["id"]),
            cell(&one["integrationName"]),
            cell(&one["group"]["groupRef"]),
            connection,
            cell(&one["updateTime"]),
            health,
        ]
    };
    let rows: Vec<[String; 6]> = value.as_array().into_iter().flatten().map(row).collect();
    table::text(["id", "integration", "group", "connection", "changed", "health"], &rows, "no installations yet")
}

fn shown(value: &Value) -> String {
    let mut parts = vec![listed(&json!([value]))];
    let issues = value["issues"].as_array().into_iter().flatten();
    let issues: Vec<String> = issues.map(|one| format!("  - {}: {}", cell(&one["path"]), cell(&one["message"]))).collect();
    if !issues.is_empty() {
        parts.push(format!("not all of it is read:\n{}", issues.join("\n")));
    }
    parts.push(format!("{:#}", value["config"]["content"]));
    let revision = |one: &Value| [one["number"].to_string(), cell(&one["createTime"]), cell(&one["createdBy"]), cell(&one["id"])];
    let revisions: Vec<[String; 4]> = value["revisions"].as_array().into_iter().flatten().map(revision).collect();
    parts.push(table::text(["revision", "changed", "by", "id"], &revisions, "no revisions"));
    parts.join("\n\n")
}
