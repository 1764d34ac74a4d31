//! `ampline destinations grant` and `credentials`: what a destination's sink may reach, use and ask for by name.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use serde_json::{Map, Value, json};

use super::{
    super::{Failure, Target, client::Client, given_secret, output, table},
    ask,
};
use crate::percent::encoded;

/// What is granted, and what no longer.
#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    /// Its name or id.
    name: String,
    /// An origin that its sink may reach: https://api.example.com, https://*.example.com, or * for every host that the network allows.
    #[arg(long, value_name = "ORIGIN")]
    host: Vec<String>,
    /// Take an origin away.
    #[arg(long, value_name = "ORIGIN")]
    revoke_host: Vec<String>,
    /// A limit below the runtime's: memory-mebibytes, cpu-milliseconds, batch-seconds, host-calls-per-batch, requests-per-batch,
    /// log-lines-per-batch, instances.
    #[arg(long, value_name = "LIMIT=NUMBER", value_parser = limit)]
    limit: Vec<(String, u32)>,
    /// Let a limit be the runtime's again.
    #[arg(long, value_name = "LIMIT")]
    no_limit: Vec<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
pub(super) enum CredentialAction {
    /// Bind a credential to origins. The value comes from standard input, unless a flag names another place.
    Set(Box<SetArgs>),
    /// List the credentials of a destination; never a value.
    List {
        /// The destination's name or id.
        destination: String,
        #[command(flatten)]
        target: Target,
    },
    /// Take a credential away: requests that name it are denied from now on.
    Delete {
        /// The destination's name or id.
        destination: String,
        /// The name by which the sink asks for it.
        name: String,
        #[command(flatten)]
        target: Target,
    },
}

/// A credential.
#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// The destination's name or id.
    destination: String,
    /// The name by which the sink asks for it.
    name: String,
    /// Where it may go: https://api.example.com.
    #[arg(long, required = true)]
    origin: Vec<String>,
    /// How it is sent.
    #[arg(long, value_enum, default_value = "bearer")]
    kind: Kind,
    /// The user name of a basic credential.
    #[arg(long)]
    username: Option<String>,
    /// The header that carries a credential of kind header or hmac.
    #[arg(long)]
    header: Option<String>,
    /// What stands before the value in that header, for example sha256=.
    #[arg(long)]
    prefix: Option<String>,
    /// Where a credential of kind oauth2 gets its tokens, by the client's own credentials; the value is the client's secret.
    #[arg(long, value_name = "URL", requires = "client_id")]
    token_url: Option<String>,
    /// The client's id there.
    #[arg(long, value_name = "ID", requires = "token_url")]
    client_id: Option<String>,
    /// What its tokens are asked for; may be repeated.
    #[arg(long, requires = "token_url")]
    scope: Vec<String>,
    /// Whom its tokens are for, where that server wants to be told.
    #[arg(long, requires = "token_url")]
    audience: Option<String>,
    /// How the client says who it is there.
    #[arg(long, value_enum, requires = "token_url")]
    client_auth: Option<ClientAuth>,
    /// The value is in this environment variable.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "value_file")]
    value_env: Option<String>,
    /// The value is in this file.
    #[arg(long, value_name = "PATH")]
    value_file: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// authorization: Bearer VALUE
    Bearer,
    /// authorization: Basic, of the user name and the value
    Basic,
    /// a header of its own
    Header,
    /// a header with the HMAC-SHA256 of the body, the value being the key
    Hmac,
    /// a bearer token that the runtime gets by the client's own credentials, the value being the client's secret
    Oauth2,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ClientAuth {
    /// Basic authentication (client_secret_basic), which is the default
    Basic,
    /// in the body (client_secret_post)
    Post,
}

impl ClientAuth {
    fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Post => "post",
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Basic => "basic",
            Self::Header => "header",
            Self::Hmac => "hmac",
            Self::Oauth2 => "oauth2",
        }
    }
}

/// How often a change is tried anew that others were faster than.
const ATTEMPTS: u32 = 5;

/// Changes what is granted, and shows it. Without a flag it only shows it.
pub(super) async fn grant(args: GrantArgs) -> Result<(), Failure> {
    let client = Client::connect(&args.target).await?;
    let path = format!("destinations/{}", encoded(&args.name));
    let (mut shown, mut revision) = client.get_revision(&path).await?;
    for attempt in 1.. {
        let Some(change) = change(&args, &shown["grants"]) else { break };
        match client.send(Method::PATCH, &path, Some(change), revision.as_deref()).await {
            Ok(changed) => {
                shown = changed;
                break;
            }
            // Hosts are written as a whole, so what another writer granted meanwhile is taken in first.
            Err(failure) => match client.get_revision(&path).await? {
                (now, found) if found != revision && attempt < ATTEMPTS => (shown, revision) = (now, found),
                _ => return Err(failure),
            },
        }
    }
    client.close().await?;
    if args.host.iter().any(|host| host == "*") {
        eprintln!(
            "warning: the sink of {} may now send to every host that the network allows; grant those that it needs in its place",
            args.name
        );
    }
    output::show(args.target.format, &shown["grants"], text)
}

/// The request that makes of what is granted what was asked for; nothing where nothing was.
fn change(args: &GrantArgs, held: &Value) -> Option<Value> {
    let GrantArgs { host, revoke_host, limit, no_limit, .. } = args;
    let (mut mask, mut grants) = (Vec::new(), json!({}));
    if !(host.is_empty() && revoke_host.is_empty()) {
        let held = held["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let kept: Vec<String> = held.filter(|one| !revoke_host.iter().any(|gone| gone == one)).map(str::to_owned).collect();
        mask.push("grants.hosts".to_owned());
        grants["hosts"] = kept.into_iter().chain(host.iter().cloned()).collect();
    }
    let limits: Map<String, Value> = limit.iter().map(|(limit, number)| (camel(limit), (*number).into())).collect();
    mask.extend(
        limits.keys().cloned().chain(no_limit.iter().map(|limit| camel(limit))).map(|key| format!("grants.limits.{key}")),
    );
    grants["limits"] = limits.into();
    (!mask.is_empty()).then(|| json!({ "updateMask": mask, "destination": { "grants": grants } }))
}

/// Runs an action on credentials.
pub(super) async fn credentials(action: CredentialAction) -> Result<(), Failure> {
    match action {
        CredentialAction::Set(args) => set(*args).await,
        CredentialAction::List { destination, target } => {
            let all = ask(&target, Method::GET, &format!("/{}/credentials", encoded(&destination)), None).await?;
            output::show(target.format, &all, |all| credential_table(all.as_array().into_iter().flatten().map(row)))
        }
        CredentialAction::Delete { destination, name, target } => {
            let path = format!("/{}/credentials/{}", encoded(&destination), encoded(&name));
            ask(&target, Method::DELETE, &path, None).await.map(drop)
        }
    }
}

async fn set(args: SetArgs) -> Result<(), Failure> {
    let value = given_secret::read(args.value_env.clone(), args.value_file.clone())?;
    let path = format!("/{}/credentials/{}", encoded(&args.destination), encoded(&args.name));
    let kept = ask(&args.target, Method::PUT, &path, Some(request(&args, value.reveal()))).await?;
    output::show(args.target.format, &kept, |kept| credential_table([row(kept)]))
}

/// The credential as the API takes it in.
fn request(args: &SetArgs, value: &str) -> Value {
    let mut body = json!({ "kind": args.kind.name(), "origins": args.origin, "value": value });
    for (member, text) in [("username", &args.username), ("header", &args.header), ("prefix", &args.prefix)] {
        if let Some(text) = text {
            body[member] = text.as_str().into();
        }
    }
    if let (Some(url), Some(id)) = (&args.token_url, &args.client_id) {
        let auth = args.client_auth.unwrap_or(ClientAuth::Basic).name();
        body["oauth2"] = json!({ "tokenUrl": url, "clientId": id, "scopes": args.scope, "clientAuth": auth });
        if let Some(audience) = &args.audience {
            body["oauth2"]["audience"] = audience.as_str().into();
        }
    }
    body
}

/// Grants as people read them.
fn text(grants: &Value) -> String {
    let list = |all: &Value| all.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let limits = grants["limits"].as_object().into_iter().flatten().map(|(name, value)| format!("{}={value}", kebab(name)));
    let limits: Vec<String> = limits.collect();
    let or_none = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    let rows = grants["credentials"].as_object().into_iter().flatten().map(|(name, binding)| cells(name, binding));
    format!(
        "hosts:  {}\nlimits: {}\n\n{}",
        or_none(list(&grants["hosts"]), "none"),
        or_none(limits.join(", "), "the runtime's own"),
        credential_table(rows)
    )
}

/// Grants below what else is shown of a destination; nothing where there are none.
pub(super) fn shown(grants: &Value) -> String {
    let is_empty = |member: &str| {
        let (list, table) = (grants[member].as_array(), grants[member].as_object());
        list.is_none_or(Vec::is_empty) && table.is_none_or(Map::is_empty)
    };
    if ["hosts", "limits", "credentials"].into_iter().all(is_empty) { String::new() } else { format!("\n\n{}", text(grants)) }
}

fn row(one: &Value) -> [String; 4] {
    cells(one["name"].as_str().unwrap_or_default(), &one["binding"])
}

fn cells(name: &str, binding: &Value) -> [String; 4] {
    let text = |member: &str| binding[member].as_str().unwrap_or_default().to_owned();
    let origins: Vec<&str> = binding["origins"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    [
        name.to_owned(),
        text("kind"),
        origins.join(", "),
        match &binding["oauth2"] {
            Value::Object(oauth2) => {
                let text = |member: &str| oauth2[member].as_str().unwrap_or_default();
                format!("{} at {}", text("clientId"), text("tokenUrl"))
            }
            _ if binding["header"].is_null() => text("username"),
            _ => text("header"),
        },
    ]
}

fn credential_table(rows: impl IntoIterator<Item = [String; 4]>) -> String {
    let rows: Vec<[String; 4]> = rows.into_iter().collect();
    table::text(["credential", "kind", "origins", "header, user or client"], &rows, "no credentials")
}

/// `memory-mebibytes=32`.
fn limit(text: &str) -> Result<(String, u32), String> {
    let (name, number) = text.split_once('=').ok_or("write it like memory-mebibytes=32")?;
    let number = number.parse().map_err(|_| format!("{number:?} is no whole number"))?;
    Ok((name.to_owned(), number))
}

/// `memoryMebibytes` of `memory-mebibytes`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut out, part| {
        let mut letters = part.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
        out
    })
}

/// `memory-mebibytes` of `memoryMebibytes`.
fn kebab(name: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii_uppercase() { format!("-{}", letter.to_ascii_lowercase()) } else { letter.into() };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        assert_eq!(limit("memory-mebibytes=32"), Ok(("memory-mebibytes".to_owned(), 32)));
        assert!(limit("memory-mebibytes").is_err() && limit("a=b").is_err());
        for (flag, member) in [("instances", "instances"), ("host-calls-per-batch", "hostCallsPerBatch")] {
            assert_eq!((camel(flag), kebab(member)), (member.to_owned(), flag.to_owned()));
        }
    }
}
