//! `ampline deploy`: checks an amp.yaml, shows what it would change, asks, and deploys it.

mod found;
mod shown;

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use ampline_core::manifest;
use clap::Args;
use http::Method;
use serde_json::{Value, json};

use super::{Failure, Format, Target, check, client::Client, output};

/// Checks an amp.yaml, shows what it would change, and deploys it.
///
/// Integrations that the file does not name stay. The server itself tells what would change, so what is shown is what happens.
/// Exit code: 0 deployed (or, with --dry-run, deployable), 1 refused, 2 not asked, because a file cannot be read or no runtime answers.
#[derive(Debug, Args)]
pub(super) struct DeployArgs {
    /// The folder that holds amp.yaml (or amp.yml, or amp/amp.yaml), or the file itself
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    source: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Pause the reads of objects that the file no longer has; without it, such a file is refused
    #[arg(long)]
    destructive: bool,
    /// Deploy without asking
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: DeployArgs) -> Result<(), Failure> {
    let file = found::manifest(&args.source)?;
    let source = std::fs::read(&file).map_err(|error| Failure::unable(format!("cannot read {}: {error}", file.display())))?;
    let checked = manifest::check(&source);
    // A standard error that is closed is no reason not to deploy.
    let _ = check::print_issues(&file, &source, &checked.issues, &mut io::stderr());
    if checked.manifest.is_none() {
        return Err(Failure::refused(format!("{} cannot be deployed as it is", file.display())));
    }
    let text = String::from_utf8(source).map_err(|_| Failure::refused(format!("{} is not UTF-8 text", file.display())))?;
    let client = Client::connect(&args.target).await?;
    let done = deployed(&client, &args, &text).await;
    client.close().await?;
    done
}

async fn deployed(client: &Client, args: &DeployArgs, text: &str) -> Result<(), Failure> {
    let source = || Some(json!({ "sourceYaml": text }));
    let plan = client.send(Method::PUT, "integrations:batch?dryRun=true", source(), None).await?;
    let for_people = args.target.format != Format::Json;
    if for_people {
        output::print(&shown::plan(&plan))?;
    } else if args.dry_run {
        output::print(&format!("{plan:#}"))?;
    }
    if plan["needsDestructive"] == true && !args.destructive {
        let reason = "installations read objects that the file no longer has; say --destructive to pause those reads";
        return Err(Failure::refused(format!("not deployed: {reason}")));
    }
    if args.dry_run || (for_people && plan["changes"] == false) {
        return Ok(());
    }
    if !args.yes {
        confirm(&mut io::stdin().lock(), io::stdin().is_terminal())?;
    }
    let path = format!("integrations:batch?destructive={}", args.destructive);
    let done = client.send(Method::PUT, &path, source(), None).await?;
    output::print(&if for_people { told(&done) } else { format!("{done:#}") })
}

/// Asks whoever sits at the terminal.
fn confirm(answers: &mut dyn BufRead, is_terminal: bool) -> Result<(), Failure> {
    if !is_terminal {
        return Err(Failure::refused("not deployed: nobody is there to ask; say --yes to deploy, or --dry-run to look only"));
    }
    let unable = |error: io::Error| Failure::unable(format!("cannot ask: {error}"));
    let mut err = io::stderr();
    write!(err, "Deploy this? [y/N] ").and_then(|()| err.flush()).map_err(unable)?;
    let mut answer = String::new();
    answers.read_line(&mut answer).map_err(unable)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::refused("not deployed")),
    }
}

fn told(integrations: &Value) -> String {
    let one = |one: &Value| {
        let name = one["name"].as_str().unwrap_or_default();
        format!("deployed {name}, revision {}", one["latestRevision"]["number"])
    };
    integrations.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_deployed_without_a_yes() {
        for (answer, is_terminal, expected) in [
            ("y\n", true, None),
            ("YES\n", true, None),
            ("n\n", true, Some("not deployed")),
            ("", true, Some("not deployed")),
            ("y\n", false, Some("nobody is there to ask")),
        ] {
            let refused = confirm(&mut answer.as_bytes(), is_terminal).err().map(|failure| failure.message);
            assert_eq!(refused.is_some(), expected.is_some(), "{answer:?}");
            assert!(refused.unwrap_or_default().contains(expected.unwrap_or_default()), "{answer:?}");
        }
    }
}
