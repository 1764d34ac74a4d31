//! `ampline keys`: the keys that clients of the API show.

use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Failure, Target, client::Client, deliveries::parse_time, output, table};
use crate::percent::encoded;

/// Flags of `ampline keys`.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the keys: what each may do, when it was last used. Never a key itself.
    List {
        /// Leave out those that were revoked or have expired.
        #[arg(long)]
        active: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Make a key and print it, this once.
    Create {
        /// What you call it.
        label: String,
        /// What it may be used for; may be given several times.
        #[arg(long, value_enum, default_values_t = [Scope::Full])]
        scope: Vec<Scope>,
        /// Until when it holds, for example 2030-01-31T00:00:00Z.
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        expires: Option<Timestamp>,
        #[command(flatten)]
        target: Target,
    },
    /// Give a key another label.
    Label {
        /// Its id.
        id: String,
        /// What you call it.
        label: String,
        #[command(flatten)]
        target: Target,
    },
    /// Let a key open nothing any more, at once. It stays listed; with --forget it does not.
    Revoke {
        /// Its id.
        id: String,
        /// Delete it for good.
        #[arg(long)]
        forget: bool,
        #[command(flatten)]
        target: Target,
    },
}

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scope {
    /// Everything.
    Full,
    /// What your product's pages need: installations, connections and object metadata of all groups, but no credentials.
    Frontend,
    /// Whatever GET shows, apart from credentials and secrets.
    Read,
    /// The hosted store alone.
    Store,
}

pub(super) async fn run(args: KeysArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { active, target } => {
            let client = Client::connect(&target).await?;
            let value = client.get("api-keys", &[("active", active.to_string())]).await?;
            client.close().await?;
            output::show(target.format, &value, |value| {
                let rows: Vec<[String; 7]> = value.as_array().into_iter().flatten().map(row).collect();
                table::text(["id", "label", "scopes", "key", "state", "made", "last used"], &rows, "no keys yet")
            })
        }
        Action::Create { label, scope, expires, target } => {
            let scopes: Vec<String> =
                scope.iter().filter_map(|scope| Some(scope.to_possible_value()?.get_name().to_owned())).collect();
            let mut body = json!({ "label": label, "scopes": scopes });
            if let Some(expires) = expires {
                body["expireTime"] = expires.to_string().into();
            }
            let client = Client::connect(&target).await?;
            let value = client.post("api-keys", Some(body)).await?;
            client.close().await?;
            output::show(target.format, &value, |value| {
                let [key, id] = [&value["key"], &value["id"]].map(|text| text.as_str().unwrap_or_default().to_owned());
                format!("{key}\n\nThis is shown once; `ampline keys revoke {id}` takes it back.")
            })
        }
        Action::Label { id, label, target } => {
            let body = json!({ "updateMask": ["label"], "apiKey": { "label": label } });
            change(&target, &id, body, "the label is another one now").await
        }
        Action::Revoke { id, forget: false, target } => {
            let body = json!({ "updateMask": ["active"], "apiKey": { "active": false } });
            change(&target, &id, body, "the key opens nothing any more").await
        }
        Action::Revoke { id, forget: true, target } => {
            let client = Client::connect(&target).await?;
            client.send(Method::DELETE, &format!("api-keys/{}", encoded(&id)), None, None).await?;
            client.close().await
        }
    }
}

async fn change(target: &Target, id: &str, body: Value, done: &str) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.send(Method::PATCH, &format!("api-keys/{}", encoded(id)), Some(body), None).await?;
    client.close().await?;
    output::show(target.format, &value, |_| done.to_owned())
}

fn row(one: &Value) -> [String; 7] {
    let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let scopes: Vec<&str> = one["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let state = match (one["active"] == true, one["revokeTime"].as_str(), one["expireTime"].as_str()) {
        (true, _, Some(until)) => format!("until {until}"),
        (true, _, None) => "active".to_owned(),
        (false, Some(since), _) => format!("revoked {since}"),
        (false, None, _) => "expired".to_owned(),
    };
    let used = one["lastUsedTime"].as_str().unwrap_or("never").to_owned();
    [cell(&one["id"]), cell(&one["label"]), scopes.join(", "), cell(&one["key"]), state, cell(&one["createTime"]), used]
}
