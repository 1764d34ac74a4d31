//! `ampline events`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, Format, Target, client::Client, output, table};
use crate::journal::{EventFilter, EventStatus, EventSummary};

/// Flags of `ampline events`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct EventsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List events, as without a subcommand.
    List(Box<ListArgs>),
    /// Show one event as the provider sent it.
    Show {
        /// The event's number.
        id: i64,
        #[command(flatten)]
        target: Target,
    },
    /// Try events again that were given up: one, or all that match.
    Replay(BulkArgs),
    /// Delete events for good that were given up: one, or all that match.
    Purge(BulkArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only events that stand so.
    #[arg(long, value_parser = parse_status, value_name = "waiting|dead")]
    status: Option<EventStatus>,
    /// Most rows to show, newest first.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Where the page begins, as the last one said.
    #[arg(long, value_name = "TOKEN")]
    page_token: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
struct FilterArgs {
    /// Only this installation.
    #[arg(long)]
    installation: Option<String>,
    /// Only this object, by the provider's name.
    #[arg(long)]
    object: Option<String>,
}

/// One event that was given up, or many.
#[derive(Debug, Args)]
struct BulkArgs {
    /// The event's number.
    #[arg(conflicts_with_all = ["installation", "object", "all"])]
    id: Option<i64>,
    /// Every one that was given up.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    target: Target,
}

fn parse_status(text: &str) -> Result<EventStatus, String> {
    serde_json::from_value(Value::from(text)).map_err(|_| "one of waiting, dead".to_owned())
}

pub(super) async fn run(args: EventsArgs) -> Result<(), Failure> {
    match args.action {
        None => list(&args.list).await,
        Some(Action::List(args)) => list(&args).await,
        Some(Action::Show { id, target }) => show(id, &target).await,
        Some(Action::Replay(which)) => bulk(&which, "replay", "replayed", "tried again").await,
        Some(Action::Purge(which)) => bulk(&which, "purge", "purged", "deleted").await,
    }
}

async fn list(args: &ListArgs) -> Result<(), Failure> {
    let mut query = vec![("pageSize", args.limit.to_string())];
    query.extend(args.filter.installation.clone().map(|id| ("installationId", id)));
    query.extend(args.filter.object.clone().map(|name| ("objectName", name)));
    query.extend(args.page_token.clone().map(|token| ("pageToken", token)));
    let status = args.status.map(|status| if status == EventStatus::Dead { "dead" } else { "waiting" });
    query.extend(status.map(|status| ("status", status.to_owned())));
    let client = Client::connect(&args.target).await?;
    let value = client.get("events", &query).await?;
    client.close().await?;
    if args.target.format != Format::Table {
        return output::show_whole(args.target.format, &value);
    }
    let rows: Vec<EventSummary> = serde_json::from_value(value["results"].clone())
        .map_err(|error| Failure::unable(format!("cannot read the runtime's answer: {error}")))?;
    let rows: Vec<[String; 8]> = rows.into_iter().map(cells).collect();
    let head = ["id", "accepted", "object", "installation", "event", "record", "status", "reason or next attempt"];
    let table = table::text(head, &rows, "no events match; what became a message is among `ampline deliveries`");
    output::print(&match value["pagination"]["nextPageToken"].as_str() {
        Some(token) => format!("{table}\n\nmore: --page-token {token}"),
        None => table,
    })
}

fn cells(one: EventSummary) -> [String; 8] {
    let status = if one.status == EventStatus::Dead { "dead" } else { "waiting" };
    let next = one.next_attempt_at.map(|at| format!("next {}", at.strftime("%F %T")));
    let reason = one.reason.map(|reason| reason.lines().next().unwrap_or_default().chars().take(80).collect::<String>());
    let note: Vec<String> = [next, reason].into_iter().flatten().collect();
    [
        one.id.to_string(),
        one.accepted_at.strftime("%F %T").to_string(),
        one.queue.object_name,
        one.queue.installation_id,
        one.provider_event_type,
        one.record_id.unwrap_or_default(),
        status.to_owned(),
        note.join("; "),
    ]
}

async fn show(id: i64, target: &Target) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.get(&format!("events/{id}"), &[]).await?;
    client.close().await?;
    output::show_whole(target.format, &value)
}

async fn bulk(which: &BulkArgs, verb: &str, key: &str, done: &str) -> Result<(), Failure> {
    let FilterArgs { installation, object } = &which.filter;
    let filter = EventFilter {
        id: which.id,
        installation_id: installation.clone(),
        object_name: object.clone(),
        status: Some(EventStatus::Dead),
    };
    if which.id.is_none() && installation.is_none() && object.is_none() && !which.all {
        return Err(Failure::refused("say which: an event's number, a filter such as --object NAME, or --all"));
    }
    let client = Client::connect(&which.target).await?;
    let answer = client.post(&format!("events:{verb}"), Some(json!(filter))).await?;
    client.close().await?;
    output::show(which.target.format, &answer, |answer| format!("{} events {done}", answer[key]))
}
