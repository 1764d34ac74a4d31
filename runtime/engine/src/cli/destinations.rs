//! `ampline destinations`.

use clap::{Args, Subcommand};

use super::{Failure, Target, client::Client};
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
}

pub(super) async fn run(args: DestinationsArgs) -> Result<(), Failure> {
    let (verb, name, target) = match args.action {
        DestinationAction::Enable { name, target } => ("enable", name, target),
        DestinationAction::Disable { name, target } => ("disable", name, target),
    };
    let client = Client::connect(&target).await?;
    client.post(&format!("destinations/{}/{verb}", encoded(&name)), None).await?;
    client.close().await
}
