//! `ampline destinations`.

use clap::{Args, Subcommand};

use super::{Failure, Target, client::Client, output};
use crate::percent::encoded;

/// Flags of `ampline destinations`.
#[derive(Debug, Args)]
pub(super) struct DestinationsArgs {
    #[command(subcommand)]
    action: DestinationAction,
}

#[derive(Debug, Subcommand)]
enum DestinationAction {
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
    let (verb, name, target) = match args.action {
        DestinationAction::Enable { name, target } => ("enable", name, target),
        DestinationAction::Disable { name, target } => ("disable", name, target),
        DestinationAction::Rotate { name, target } => return rotate(&name, &target).await,
    };
    let client = Client::connect(&target).await?;
    client.post(&format!("destinations/{}/{verb}", encoded(&name)), None).await?;
    client.close().await
}

async fn rotate(name: &str, target: &Target) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let asked = ["includeSecrets", "rotate"].map(|flag| (flag, "true".to_owned()));
    let value = client.get(&format!("destinations/{}", encoded(name)), &asked).await?;
    client.close().await?;
    output::show(target.format, &value, |value| {
        format!(
            "{}\n\nThis key signs from now on, and the one before it for 24 hours more: give it to the receiver within that time.",
            value["secrets"]["webhookSigningKey"].as_str().unwrap_or_default()
        )
    })
}
