//! `ampline status`.

use clap::Args;

use super::{Failure, Format, Target, client::Client, output, table};
use crate::{
    api::{BadConnection, Status},
    journal::{InboxState, Operation, OperationStatus},
};

/// Flags of `ampline status`.
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: StatusArgs) -> Result<(), Failure> {
    let client = Client::connect(&args.target).await?;
    let value = client.get("status", &[]).await?;
    client.close().await?;
    if args.target.format != Format::Table {
        return output::show_whole(args.target.format, &value);
    }
    let status: Status =
        serde_json::from_value(value).map_err(|error| Failure::unable(format!("cannot read the runtime's answer: {error}")))?;
    let state = match status.running_since {
        Some(since) => format!("ampline {} serves project {} since {since}", status.version, status.project),
        None => "no runtime uses this data folder now".to_owned(),
    };
    let reads: Vec<[String; 6]> = (status.reads.into_iter())
        .map(|read| {
            let (mut state, progress, mut result) = read.operation.as_ref().map_or_else(Default::default, operation_cells);
            let next = read.next_run_at.map(|at| at.strftime("%F %T").to_string()).unwrap_or_default();
            if let Some(reason) = read.held {
                (state, result) = ("waiting".to_owned(), reason);
            }
            if let Some(pause) = read.paused {
                (state, result) = ("paused".to_owned(), pause.reason);
            }
            [read.object_name, read.installation_id, state, progress, next, result]
        })
        .collect();
    let reads = table::text(["object", "installation", "state", "records", "next run", "result"], &reads, "no reads yet");
    let state = status.reads_held.map_or(state.clone(), |reason| format!("{state}\nno read goes on: {reason}"));
    let destinations: Vec<[String; 6]> = (status.destinations.into_iter())
        .map(|one| {
            let state = one.disabled_reason.map_or("running".to_owned(), |reason| format!("stopped: {reason}"));
            let waiting = format!("{:.1} MB", one.pending_bytes as f64 / 1e6);
            [one.name, one.pending.to_string(), waiting, one.delivered.to_string(), one.dead.to_string(), state]
        })
        .collect();
    let destinations =
        table::text(["destination", "pending", "waiting", "delivered", "dead", "state"], &destinations, "no destinations yet");
    let events = events(&status.events);
    let connections = bad_connections(status.connections).map_or_else(String::new, |table| format!("\n\n{table}"));
    output::print(&format!("{state}\n\n{reads}\n\n{destinations}{connections}{events}"))
}

/// How many events wait, where any do.
fn events(&InboxState { waiting, waiting_bytes, dead }: &InboxState) -> String {
    if waiting == 0 && dead == 0 {
        return String::new();
    }
    let megabytes = waiting_bytes as f64 / 1e6;
    format!("\n\nevents: {waiting} wait ({megabytes:.1} MB), {dead} given up; `ampline events` lists them")
}

/// The connections that do not work, where there are any.
fn bad_connections(bad: Vec<BadConnection>) -> Option<String> {
    let row = |one: BadConnection| {
        let name = one.name.unwrap_or(one.id);
        [name, one.provider, one.group_ref.unwrap_or_default(), one.reason.unwrap_or_default()]
    };
    let rows: Vec<[String; 4]> = bad.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| table::text(["bad credentials", "provider", "group", "reason"], &rows, ""))
}

fn operation_cells(operation: &Operation) -> (String, String, String) {
    let state = match operation.status {
        OperationStatus::InProgress => "reading",
        OperationStatus::Success => "success",
        OperationStatus::Failure => "failure",
    };
    let progress = match operation.records_estimated_total {
        Some(total) => format!("{}/{total}", operation.records_processed),
        None => operation.records_processed.to_string(),
    };
    (state.to_owned(), progress, operation.result.clone().unwrap_or_default())
}
