//! `ampline read`, `ampline pause` and `ampline unpause`.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Failure, Target, client::Client, deliveries::parse_time, output};
use crate::{
    api::{ReadStatus, Status},
    percent::encoded,
};

/// Flags of `ampline read`.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Only this object, by the provider's name.
    #[arg(long)]
    object: Option<String>,
    /// Only this installation.
    #[arg(long)]
    installation: Option<String>,
    /// Read apart from the schedule for this customer's group, between --since and --until.
    #[arg(long, conflicts_with = "installation", requires = "object")]
    group: Option<String>,
    /// The integration; may be left out where the group has one alone that reads the object.
    #[arg(long, requires = "group")]
    integration: Option<String>,
    /// Read what changed at or after then: RFC 3339, a date, or an age such as 90s, 15m, 2h, 3d.
    #[arg(long, value_parser = parse_time_or_date, value_name = "TIME", requires = "group", conflicts_with = "full_history")]
    since: Option<Timestamp>,
    /// Read what changed at or before then.
    #[arg(long, value_parser = parse_time_or_date, value_name = "TIME", requires = "group")]
    until: Option<Timestamp>,
    /// Read everything that there is.
    #[arg(long, requires = "group")]
    full_history: bool,
    #[command(flatten)]
    target: Target,
}

/// A date is its first instant in UTC.
fn parse_time_or_date(text: &str) -> Result<Timestamp, String> {
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if text.len() == "2026-01-31".len() => {
            date.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
        }
        _ => parse_time(text),
    }
}

pub(super) async fn read(args: ReadArgs) -> Result<(), Failure> {
    let client = Client::connect(&args.target).await?;
    let (value, text) = match (&args.group, &args.object) {
        (Some(group), Some(object)) => trigger(&client, &args, group, object).await?,
        _ => run_now(&client, &args).await?,
    };
    client.close().await?;
    output::show(args.target.format, &value, |_| text)
}

async fn run_now(client: &Client, args: &ReadArgs) -> Result<(Value, String), Failure> {
    let body = json!({ "installationId": args.installation, "objectName": args.object });
    let value = client.post("reads:run", Some(body)).await?;
    let text = format!("{} reads begin now; `ampline status` shows how they go", value["reads"]);
    Ok((value, text))
}

async fn trigger(client: &Client, args: &ReadArgs, group: &str, object: &str) -> Result<(Value, String), Failure> {
    if args.since.is_none() && args.until.is_none() && !args.full_history {
        return Err(Failure::refused(
            "say from when with --since, up to when with --until, or --full-history for everything that there is",
        ));
    }
    let integration = match &args.integration {
        Some(integration) => integration.clone(),
        None => integration_of(client, group, object).await?,
    };
    let path = format!("integrations/{}/objects/{}", encoded(&integration), encoded(object));
    let mut body = json!({ "groupRef": group, "mode": "async" });
    for (key, time) in [("sinceTimestamp", args.since), ("untilTimestamp", args.until)] {
        if let Some(time) = time {
            body[key] = time.to_string().into();
        }
    }
    let value = client.post_read(&path, Some(body)).await?;
    let id = value["operationId"].as_str().unwrap_or_default();
    let text = format!("operation {id} reads {object} of {group}; `ampline operations show {id}` shows how it goes");
    Ok((value, text))
}

async fn integration_of(client: &Client, group: &str, object: &str) -> Result<String, Failure> {
    let reads = reads(client).await?;
    let fits = |read: &&ReadStatus| read.group_ref.as_deref() == Some(group) && read.object_name == object;
    let mut names: Vec<String> = reads.iter().filter(fits).filter_map(|read| read.integration.clone()).collect();
    names.dedup();
    match names.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            Err(Failure::refused(format!("{object} is not read for group {group}; `ampline status` lists the reads there are")))
        }
        several => Err(Failure::refused(format!(
            "group {group} has {object} of several integrations: say which with --integration ({})",
            several.join(", ")
        ))),
    }
}

async fn reads(client: &Client) -> Result<Vec<ReadStatus>, Failure> {
    let value = client.get("status", &[]).await?;
    let status: Status =
        serde_json::from_value(value).map_err(|error| Failure::unable(format!("cannot read the runtime's answer: {error}")))?;
    Ok(status.reads)
}

/// Flags of `ampline pause`.
#[derive(Debug, Args)]
pub(super) struct PauseArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why; shown in `ampline status`.
    #[arg(long)]
    note: Option<String>,
}

/// Flags of `ampline unpause`.
#[derive(Debug, Args)]
pub(super) struct UnpauseArgs {
    #[command(flatten)]
    which: WhichArgs,
}

/// Whose reads, and which.
#[derive(Debug, Args)]
struct WhichArgs {
    /// The installation, as `ampline status` shows it.
    installation: String,
    /// Only this object, by the provider's name; may be given several times.
    #[arg(long = "object", value_name = "OBJECT")]
    objects: Vec<String>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn pause(args: PauseArgs) -> Result<(), Failure> {
    let mut body = json!({ "objects": args.which.objects });
    if let Some(note) = args.note {
        body["note"] = note.into();
    }
    set_paused(&args.which, "pause", body).await
}

pub(super) async fn unpause(args: UnpauseArgs) -> Result<(), Failure> {
    set_paused(&args.which, "unpause", json!({ "objects": args.which.objects })).await
}

async fn set_paused(which: &WhichArgs, verb: &str, body: Value) -> Result<(), Failure> {
    let client = Client::connect(&which.target).await?;
    let installation = &which.installation;
    let reads = reads(&client).await?;
    let integration = reads.iter().find(|read| read.installation_id == *installation).and_then(|read| read.integration.clone());
    let Some(integration) = integration else {
        client.close().await?;
        let reason = format!("no runtime reads for installation {installation} now; `ampline status` lists the reads there are");
        return Err(Failure::refused(reason));
    };
    let path = format!("integrations/{}/installations/{}:{verb}", encoded(&integration), encoded(installation));
    client.post_read(&path, Some(body)).await?;
    client.close().await
}

#[cfg(test)]
mod tests {
    use super::parse_time_or_date;

    #[test]
    fn dates_and_times_are_read() {
        for (text, expected) in [
            ("2026-01-31", Some("2026-01-31T00:00:00Z")),
            ("2026-01-31T10:00:00+02:00", Some("2026-01-31T08:00:00Z")),
            ("2026-02-30", None),
            ("yesterday", None),
        ] {
            let time = parse_time_or_date(text).ok();
            assert_eq!(time.map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }
}
