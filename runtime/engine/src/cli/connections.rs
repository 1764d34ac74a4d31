//! `ampline connections`. Secrets come from the environment, a file or standard input, never from the command line itself.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use http::Method;
use serde_json::{Map, Value, json};

use super::{Failure, Format, Target, client::Client, given_secret, output, table};
use crate::percent::encoded;

/// How long `connect` waits for the person; the link holds no longer.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Flags of `ampline connections`.
#[derive(Debug, Args)]
pub(super) struct ConnectionsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All connections, and whether they work.
    List {
        /// Only of this provider.
        #[arg(long)]
        provider: Option<String>,
        /// Only of this group.
        #[arg(long, value_name = "REF")]
        group: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// One connection, by its id or its name in ampline.toml. Never its credentials.
    Show {
        connection: String,
        #[command(flatten)]
        target: Target,
    },
    /// Make a connection of a secret that a customer gave.
    Create(Box<CreateArgs>),
    /// Make a connection by a person's consent: prints the address for the person's browser, then waits until it is connected.
    Connect {
        /// Catalog name of the provider.
        #[arg(long)]
        provider: String,
        /// Whose it is: your product's own id for the customer's team.
        #[arg(long, value_name = "REF")]
        group: String,
        /// The person: your product's own id.
        #[arg(long, value_name = "REF")]
        consumer: Option<String>,
        /// The provider's workspace, where its addresses need one.
        #[arg(long)]
        workspace: Option<String>,
        /// What the provider's addresses need besides, once for each: `region=eu`.
        #[arg(long = "input", value_name = "NAME=VALUE", value_parser = pair)]
        inputs: Vec<(String, String)>,
        /// Which provider app, where there are several.
        #[arg(long, value_name = "ID")]
        provider_app: Option<String>,
        /// Print the address and do not wait.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Renew the tokens of a connection now.
    Refresh {
        connection: String,
        #[command(flatten)]
        target: Target,
    },
    /// Ask the provider whether it accepts the credentials; a connection that counts as bad is tried again.
    Check {
        connection: String,
        #[command(flatten)]
        target: Target,
    },
    /// Delete a connection that no installation uses.
    Delete {
        connection: String,
        #[command(flatten)]
        target: Target,
    },
}

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// An API key.
    ApiKey,
    /// An access token that somebody else renews.
    AccessToken,
    /// The password of `--username`, for HTTP Basic authentication.
    Password,
    /// A refresh token of OAuth 2.
    RefreshToken,
    /// The secret of `--client-id`, for OAuth 2 client credentials.
    ClientSecret,
    /// A JSON object of the values that a provider with credentials of its own form asks for; `ampline providers show` names them.
    Custom,
}

/// Flags of `ampline connections create`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("secret").required(true)))]
struct CreateArgs {
    /// Catalog name of the provider.
    #[arg(long)]
    provider: String,
    /// Whose it is: your product's own id for the customer's team.
    #[arg(long, value_name = "REF")]
    group: String,
    /// The person: your product's own id.
    #[arg(long, value_name = "REF")]
    consumer: Option<String>,
    /// The provider's workspace, where its addresses need one.
    #[arg(long)]
    workspace: Option<String>,
    /// What the provider's addresses need besides, once for each: `region=eu`.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,
    /// What the secret is.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The user of a password.
    #[arg(long)]
    username: Option<String>,
    /// The registration of a client secret, or that a refresh token was given to.
    #[arg(long)]
    client_id: Option<String>,
    /// The provider app that a refresh token was given to, where there are several.
    #[arg(long, value_name = "ID")]
    provider_app: Option<String>,
    /// The secret is in this environment variable.
    #[arg(long, value_name = "NAME", group = "secret")]
    secret_env: Option<String>,
    /// The secret is in this file.
    #[arg(long, value_name = "PATH", group = "secret")]
    secret_file: Option<PathBuf>,
    /// The secret is read from standard input.
    #[arg(long, group = "secret")]
    secret_stdin: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: ConnectionsArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { provider, group, target } => list(provider, group, &target).await,
        Action::Show { connection, target } => ask(&target, Method::GET, &encoded(&connection)).await,
        Action::Create(args) => create(*args).await,
        Action::Connect { provider, group, consumer, workspace, inputs, provider_app, no_wait, target } => {
            let body = json!({
                "provider": provider,
                "groupRef": group,
                "consumerRef": consumer,
                "providerWorkspaceRef": workspace,
                "providerMetadata": metadata(inputs),
                "providerAppId": provider_app,
            });
            connect(&target, body, no_wait).await
        }
        Action::Refresh { connection, target } => ask(&target, Method::POST, &format!("{}:refresh", encoded(&connection))).await,
        Action::Check { connection, target } => check(&target, &connection).await,
        Action::Delete { connection, target } => {
            let client = Client::connect(&target).await?;
            client.send(Method::DELETE, &format!("connections/{}", encoded(&connection)), None, None).await?;
            client.close().await
        }
    }
}

/// What a table tells of connections.
const HEAD: [&str; 6] = ["connection", "provider", "group", "scheme", "status", "reason"];

async fn list(provider: Option<String>, group: Option<String>, target: &Target) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let filter = [("provider", provider), ("groupRef", group)];
    let filter: Vec<_> = filter.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let value = client.get("connections", &filter).await?;
    client.close().await?;
    output::show(target.format, &value, |value| {
        let rows: Vec<[String; 6]> = value.as_array().into_iter().flatten().map(row).collect();
        table::text(HEAD, &rows, "no connections yet")
    })
}

fn row(one: &Value) -> [String; 6] {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = if one["name"].is_null() { &one["id"] } else { &one["name"] };
    let reason = if one["disabledReason"].is_null() { &one["statusReason"] } else { &one["disabledReason"] };
    let [group, scheme] = [&one["group"]["groupRef"], &one["authScheme"]];
    [text(name), text(&one["provider"]), text(group), text(scheme), text(&one["status"]), text(reason)]
}

/// Asks about one connection and prints the answer.
async fn ask(target: &Target, method: Method, path: &str) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.send(method, &format!("connections/{path}"), None, None).await?;
    client.close().await?;
    print(target, &value)
}

fn print(target: &Target, value: &Value) -> Result<(), Failure> {
    output::show(target.format, value, |value| table::text(HEAD, &[row(value)], ""))
}

async fn check(target: &Target, connection: &str) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.post(&format!("connections/{}:check", encoded(connection)), None).await?;
    client.close().await?;
    if target.format != Format::Table {
        output::show_whole(target.format, &value)?;
    }
    match (value["ok"].as_bool(), value["providerAsked"].as_bool()) {
        (Some(true), _) if target.format != Format::Table => Ok(()),
        (Some(true), Some(true)) => output::print("the provider accepts the credentials"),
        (Some(true), _) => output::print("there are tokens; nothing is known that this provider could be asked to test them"),
        _ => Err(Failure::refused(value["error"].as_str().unwrap_or("the credentials do not work").to_owned())),
    }
}

async fn create(args: CreateArgs) -> Result<(), Failure> {
    let secret = given_secret::read(args.secret_env.clone(), args.secret_file.clone())?;
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
    put("provider", Some(args.provider.into()));
    put("groupRef", Some(args.group.into()));
    put("consumerRef", args.consumer.map(Value::from));
    put("providerWorkspaceRef", args.workspace.map(Value::from));
    put("providerAppId", args.provider_app.map(Value::from));
    put("providerMetadata", Some(metadata(args.inputs)));
    let needs =
        |given: Option<String>, flag: &str| given.ok_or_else(|| Failure::refused(format!("this kind of secret needs {flag}")));
    let secret = secret.reveal();
    let (member, value) = match args.kind {
        Kind::ApiKey => ("apiKey", json!(secret)),
        Kind::AccessToken => ("accessToken", json!(secret)),
        Kind::Password => ("basicAuth", json!({ "username": needs(args.username, "--username")?, "password": secret })),
        Kind::RefreshToken => {
            ("oauth2AuthorizationCode", json!({ "refreshToken": { "token": secret }, "clientId": args.client_id }))
        }
        Kind::ClientSecret => {
            ("oauth2ClientCredentials", json!({ "clientId": needs(args.client_id, "--client-id")?, "clientSecret": secret }))
        }
        Kind::Custom => {
            // The parser's own message might repeat a value.
            let values = serde_json::from_str::<Map<String, Value>>(secret);
            let values = values.map_err(|_| Failure::refused("the secret is not a JSON object like {\"name\": \"value\"}"));
            ("customAuth", values?.into())
        }
    };
    put(member, Some(value));
    let client = Client::connect(&args.target).await?;
    let made = client.post("connections:generate", Some(Value::Object(body))).await?;
    client.close().await?;
    print(&args.target, &made)
}

fn metadata(inputs: Vec<(String, String)>) -> Value {
    inputs.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>().into()
}

/// `name=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "write it like region=eu".to_owned())
}

/// Prints the address and waits until the connection is there, or is there anew.
async fn connect(target: &Target, body: Value, no_wait: bool) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let begun = client.post("oauth-connect", Some(body)).await?;
    let (url, id) = (begun["url"].as_str().unwrap_or_default(), begun["connection"].as_str().unwrap_or_default());
    output::show(target.format, &begun, |_| url.to_owned())?;
    if no_wait {
        return client.close().await;
    }
    eprintln!("open this address in a browser and consent; waiting for up to ten minutes");
    let path = format!("connections/{}", encoded(id));
    let before = client.get(&path, &[]).await.ok().map(|known| known["updateTime"].clone());
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        tokio::time::sleep(LOOK_EVERY).await;
        let Ok(now) = client.get(&path, &[]).await else { continue };
        if Some(&now["updateTime"]) != before.as_ref() && now["status"] != "bad_credentials" {
            client.close().await?;
            return print(target, &now);
        }
    }
    Err(Failure::refused("nobody consented in time; run this again for a new address"))
}
