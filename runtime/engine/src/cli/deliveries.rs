//! `ampline deliveries`.

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Failure, Format, Target, client::Client, output, table};
use crate::journal::{DeliveryFilter, DeliveryStatus, DeliverySummary};

/// Flags of `ampline deliveries`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct DeliveriesArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, as without a subcommand.
    List(Box<ListArgs>),
    /// Show one delivery: its attempts and its message.
    Show {
        /// The delivery's number.
        id: i64,
        #[command(flatten)]
        target: Target,
    },
    /// Write all that match to standard output, newest first: a JSON object on each line, or CSV.
    Export {
        /// CSV in place of JSON.
        #[arg(long)]
        csv: bool,
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        target: Target,
    },
    /// Deliver again: one delivery, or all that match. A replay is a new delivery of the same message.
    Replay {
        #[command(flatten)]
        which: BulkArgs,
    },
    /// Delete dead letters for good: one, or all that match. What is pending or delivered stays.
    Purge {
        #[command(flatten)]
        which: BulkArgs,
        /// Delete more than the one that is named by its number.
        #[arg(long)]
        yes: bool,
    },
}

/// One delivery, or many.
#[derive(Debug, Args)]
struct BulkArgs {
    /// The delivery's number.
    #[arg(conflicts_with_all = ["destination", "group", "status", "object", "since", "until", "event", "all"])]
    id: Option<i64>,
    /// Everything that is kept.
    #[arg(long)]
    all: bool,
    /// Only say how many there are.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
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
    /// Only this destination.
    #[arg(long)]
    destination: Option<String>,
    /// Only this customer's group.
    #[arg(long, value_name = "GROUP_REF")]
    group: Option<String>,
    /// Only deliveries that stand so.
    #[arg(long, value_parser = parse_status, value_name = "pending|delivered|dead")]
    status: Option<DeliveryStatus>,
    /// Only this object, as messages name it.
    #[arg(long)]
    object: Option<String>,
    /// Only messages made since then: RFC 3339, or an age such as 90s, 15m, 2h, 3d.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only messages made before then.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Only this message.
    #[arg(long, value_name = "EVENT_ID")]
    event: Option<Uuid>,
}

impl FilterArgs {
    fn filter(&self) -> DeliveryFilter {
        DeliveryFilter {
            id: None,
            destination: self.destination.clone(),
            group_ref: self.group.clone(),
            status: self.status,
            object_name: self.object.clone(),
            since: self.since,
            until: self.until,
            event_id: self.event,
        }
    }

    /// The same as a query.
    fn query(&self) -> Result<Vec<(&'static str, String)>, Failure> {
        let filter = serde_json::to_value(self.filter()).map_err(|error| Failure::unable(error.to_string()))?;
        let keys = ["destination", "groupRef", "status", "objectName", "since", "until", "eventId"];
        Ok(keys.into_iter().filter_map(|key| Some((key, filter[key].as_str()?.to_owned()))).collect())
    }
}

fn parse_status(text: &str) -> Result<DeliveryStatus, String> {
    serde_json::from_value(Value::from(text)).map_err(|_| "one of pending, delivered, dead".to_owned())
}

/// RFC 3339, or an age: a number and s, m, h or d.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let wrong = || "a time such as 2026-01-31T12:00:00Z, or an age such as 90s, 15m, 2h, 3d".to_owned();
    let unit_s = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let age = count.checked_mul(unit_s).map(SignedDuration::from_secs).ok_or_else(wrong)?;
    Timestamp::now().checked_sub(age).map_err(|_| wrong())
}

pub(super) async fn run(args: DeliveriesArgs) -> Result<(), Failure> {
    match args.action {
        None => list(&args.list).await,
        Some(Action::List(args)) => list(&args).await,
        Some(Action::Show { id, target }) => show(id, &target).await,
        Some(Action::Export { csv, filter, target }) => export(csv, &filter, &target).await,
        Some(Action::Replay { which }) => replay(&which).await,
        Some(Action::Purge { which, yes }) => purge(&which, yes).await,
    }
}

async fn list(args: &ListArgs) -> Result<(), Failure> {
    let mut query = args.filter.query()?;
    query.push(("pageSize", args.limit.to_string()));
    query.extend(args.page_token.clone().map(|token| ("pageToken", token)));
    let client = Client::connect(&args.target).await?;
    let value = client.get("deliveries", &query).await?;
    client.close().await?;
    if args.target.format != Format::Table {
        return output::show_whole(args.target.format, &value);
    }
    let rows: Vec<DeliverySummary> = serde_json::from_value(value["results"].clone())
        .map_err(|error| Failure::unable(format!("cannot read the runtime's answer: {error}")))?;
    let rows: Vec<[String; 8]> = rows.into_iter().map(cells).collect();
    let head = ["id", "made", "destination", "object", "group", "status", "attempts", "reason or next attempt"];
    let table = table::text(head, &rows, "no deliveries match");
    output::print(&match value["pagination"]["nextPageToken"].as_str() {
        Some(token) => format!("{table}\n\nmore: --page-token {token}"),
        None => table,
    })
}

fn cells(one: DeliverySummary) -> [String; 8] {
    let status = match one.status {
        DeliveryStatus::Pending => "pending",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Dead => "dead",
    };
    let next = one.next_attempt_at.filter(|_| one.attempts > 0).map(|at| format!("next {}", at.strftime("%F %T")));
    let reason = one.reason.map(|reason| reason.lines().next().unwrap_or_default().chars().take(80).collect::<String>());
    let replay = one.replay_of.map(|of| format!("replay of {of}"));
    let note: Vec<String> = [next, reason, replay].into_iter().flatten().collect();
    let made = one.occurred_at.strftime("%F %T").to_string();
    [
        one.id.to_string(),
        made,
        one.destination,
        one.object_name,
        one.group_ref,
        status.into(),
        one.attempts.to_string(),
        note.join("; "),
    ]
}

async fn export(csv: bool, filter: &FilterArgs, target: &Target) -> Result<(), Failure> {
    let mut query = filter.query()?;
    query.push(("format", if csv { "csv" } else { "ndjson" }.to_owned()));
    let client = Client::connect(target).await?;
    client.copy("deliveries:export", &query).await?;
    client.close().await
}

async fn show(id: i64, target: &Target) -> Result<(), Failure> {
    let client = Client::connect(target).await?;
    let value = client.get(&format!("deliveries/{id}"), &[]).await?;
    client.close().await?;
    output::show_whole(target.format, &value)
}

impl BulkArgs {
    /// What the API is asked.
    fn request(&self, dry_run: bool) -> Result<Value, Failure> {
        let filter = self.filter.filter();
        match self.id {
            Some(id) => Ok(json!({ "id": id, "dryRun": dry_run })),
            None if !self.all && filter == DeliveryFilter::default() => {
                Err(Failure::refused("say which: a delivery's number, a filter such as --destination NAME, or --all"))
            }
            None => Ok(json!({ "filter": filter, "dryRun": dry_run })),
        }
    }

    fn print(&self, answer: &Value, text: &str) -> Result<(), Failure> {
        output::show(self.target.format, answer, |_| text.to_owned())
    }
}

async fn replay(which: &BulkArgs) -> Result<(), Failure> {
    let request = which.request(which.dry_run)?;
    let client = Client::connect(&which.target).await?;
    let answer = client.post("deliveries:replay", Some(request)).await?;
    client.close().await?;
    if which.dry_run {
        return which.print(&answer, &format!("{} would be delivered again", answer["wouldReplay"]));
    }
    which.print(&answer, &format!("{} to be delivered again", answer["replayed"]))
}

async fn purge(which: &BulkArgs, yes: bool) -> Result<(), Failure> {
    let asks_only = which.dry_run || (which.id.is_none() && !yes);
    let request = which.request(asks_only)?;
    let client = Client::connect(&which.target).await?;
    let answer = client.post("deliveries:purge", Some(request)).await?;
    client.close().await?;
    if which.dry_run {
        return which.print(&answer, &format!("{} dead letters would be deleted", answer["wouldPurge"]));
    }
    if asks_only {
        let count = &answer["wouldPurge"];
        return Err(Failure::refused(format!(
            "nothing was deleted: this deletes {count} dead letters for good; say --yes if it should"
        )));
    }
    which.print(&answer, &format!("{} dead letters deleted ({} bytes)", answer["purged"], answer["bytes"]))
}
