//! `ampline jwt-keys`: the public keys that tokens of customers' users are checked by.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{Failure, Target, client::Client, output, table};
use crate::percent::encoded;

/// Flags of `ampline jwt-keys`.
#[derive(Debug, Args)]
pub(super) struct JwtKeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the public keys.
    List {
        /// Leave out those that are switched off.
        #[arg(long)]
        active: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Add a public key; prints the kid that tokens must name in their header.
    Add {
        /// What you call it.
        label: String,
        /// The public key in PEM form (BEGIN PUBLIC KEY), of RSA with at least 2,048 bits.
        #[arg(value_name = "PEM_FILE")]
        file: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// Believe tokens of this key again.
    Enable {
        /// Its kid.
        kid: String,
        #[command(flatten)]
        target: Target,
    },
    /// Believe no token of this key any more.
    Disable {
        /// Its kid.
        kid: String,
        #[command(flatten)]
        target: Target,
    },
    /// Delete a public key: no token of it is believed any more.
    Delete {
        /// Its kid.
        kid: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(super) async fn run(args: JwtKeysArgs) -> Result<(), Failure> {
    match args.action {
        Action::List { active, target } => {
            let client = Client::connect(&target).await?;
            let value = client.get("jwt-keys", &[("active", active.to_string())]).await?;
            client.close().await?;
            output::show(target.format, &value, |value| {
                let rows: Vec<[String; 5]> = value.as_array().into_iter().flatten().map(row).collect();
                table::text(["kid", "label", "algorithm", "state", "made"], &rows, "no JWT keys yet")
            })
        }
        Action::Add { label, file, target } => {
            let pem = std::fs::read_to_string(&file);
            let pem = pem.map_err(|error| Failure::unable(format!("cannot read {}: {error}", file.display())))?;
            let body = json!({ "label": label, "algorithm": "RS256", "publicKeyPem": pem });
            let client = Client::connect(&target).await?;
            let value = client.post("jwt-keys", Some(body)).await?;
            client.close().await?;
            output::show(target.format, &value, |value| value["kid"].as_str().unwrap_or_default().to_owned())
        }
        Action::Enable { kid, target } => switch(&target, &kid, true).await,
        Action::Disable { kid, target } => switch(&target, &kid, false).await,
        Action::Delete { kid, target } => {
            let client = Client::connect(&target).await?;
            client.send(Method::DELETE, &format!("jwt-keys/{}", encoded(&kid)), None, None).await?;
            client.close().await
        }
    }
}

async fn switch(target: &Target, kid: &str, active: bool) -> Result<(), Failure> {
    let body = json!({ "updateMask": ["active"], "jwtKey": { "active": active } });
    let client = Client::connect(target).await?;
    let value = client.send(Method::PATCH, &format!("jwt-keys/{}", encoded(kid)), Some(body), None).await?;
    client.close().await?;
    output::show(target.format, &value, |_| {
        if active { "its tokens are believed again" } else { "no token of it is believed any more" }.to_owned()
    })
}

fn row(one: &Value) -> [String; 5] {
    let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let state = if one["active"] == true { "active" } else { "off" };
    [cell(&one["id"]), cell(&one["label"]), cell(&one["algorithm"]), state.to_owned(), cell(&one["createTime"])]
}
