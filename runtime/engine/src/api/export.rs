//! The delivery log as a file: what matches a filter, a page of the journal at a time, however long it is.

use std::{fmt::Write, io, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    problem::Problem,
    status::check_project,
};
use crate::journal::{DeliveryFilter, DeliveryStatus, DeliverySummary, Journal, Page};

/// Rows that are in memory at a time.
const PAGE_ROWS: u32 = 1_000;
/// First line of a CSV file (RFC 4180): the members of the list.
const CSV_HEAD: &str =
    "id,eventId,destination,objectName,groupRef,occurredAt,size,status,attempts,nextAttemptAt,reason,replayOf\r\n";

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(export))
}

/// How a row is written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ExportFormat {
    /// A JSON object on each line, as the list has it.
    #[default]
    Ndjson,
    /// As RFC 4180 has it, with a line of names first.
    Csv,
}

/// Which deliveries, and how they are written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct ExportQuery {
    /// How rows are written; `ndjson` where nothing is said.
    #[param(inline)]
    format: Option<ExportFormat>,
    /// Name of the destination.
    destination: Option<String>,
    /// The customer's group.
    group_ref: Option<String>,
    /// How they stand.
    status: Option<DeliveryStatus>,
    /// As messages carry it.
    object_name: Option<String>,
    /// Made at this time or later.
    since: Option<Timestamp>,
    /// Made before this time.
    until: Option<Timestamp>,
    /// Those of one message.
    event_id: Option<Uuid>,
}

/// Exports deliveries, newest first.
///
/// All that match, as a stream. What is made meanwhile is left out; a stream that breaks off is not whole, and has no last chunk.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/deliveries:export", operation_id = "exportDeliveries", tag = "deliveries",
    params(ExportQuery),
    responses((status = 200, description = "The rows.", content((String = "application/x-ndjson"), (String = "text/csv"))))
)]
async fn export(State(api): Shared, Path(project): Path<String>, Query(query): Query<ExportQuery>) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let ExportQuery { format, destination, group_ref, status, object_name, since, until, event_id } = query;
    let filter = DeliveryFilter { id: None, destination, group_ref, status, object_name, since, until, event_id };
    let format = format.unwrap_or_default();
    let first = api.journal.deliveries(&filter, PAGE_ROWS, None).await?;
    let (media_type, name) = match format {
        ExportFormat::Ndjson => ("application/x-ndjson", "attachment; filename=\"deliveries.ndjson\""),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"deliveries.csv\""),
    };
    let body = Body::from_stream(pages(api.journal.clone(), filter, format, first));
    Ok(([(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, name)], body).into_response())
}

/// Where an export stands.
enum Stage {
    First(Page<DeliverySummary>),
    Behind(String),
    End,
}

/// Chunks of text, one for each page; the next page is asked for when the client has taken the one before.
fn pages(
    journal: Arc<dyn Journal>,
    filter: DeliveryFilter,
    format: ExportFormat,
    first: Page<DeliverySummary>,
) -> impl stream::Stream<Item = io::Result<String>> {
    stream::try_unfold(Stage::First(first), move |stage| {
        let (journal, filter) = (journal.clone(), filter.clone());
        async move {
            let (mut text, page) = match stage {
                Stage::First(page) if format == ExportFormat::Csv => (CSV_HEAD.to_owned(), page),
                Stage::First(page) => (String::new(), page),
                Stage::Behind(token) => {
                    let page = journal.deliveries(&filter, PAGE_ROWS, Some(&token)).await;
                    (String::new(), page.map_err(io::Error::other)?)
                }
                Stage::End => return Ok(None),
            };
            for row in &page.results {
                match format {
                    ExportFormat::Ndjson => text.push_str(&format!("{}\n", serde_json::to_string(row)?)),
                    ExportFormat::Csv => write_csv(&mut text, row),
                }
            }
            Ok(Some((text, page.next_page_token.map_or(Stage::End, Stage::Behind))))
        }
    })
}

fn write_csv(out: &mut String, row: &DeliverySummary) {
    let status = match row.status {
        DeliveryStatus::Pending => "pending",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Dead => "dead",
    };
    let (id, event_id, made, size, attempts) = (row.id, row.event_id, row.occurred_at, row.size, row.attempts);
    let [destination, object, group] = [&row.destination, &row.object_name, &row.group_ref].map(|text| quoted(text));
    let next = row.next_attempt_at.map_or(String::new(), |at| at.to_string());
    let reason = row.reason.as_deref().map_or(String::new(), quoted);
    let replay_of = row.replay_of.map_or(String::new(), |id| id.to_string());
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{id},{event_id},{destination},{object},{group},{made},{size},{status},{attempts},{next},{reason},{replay_of}\r\n"
    );
}

/// As a text. Spreadsheets take what begins like a formula for one, and what a receiver said may begin so: an apostrophe before it makes it
/// text, as OWASP advises.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_a_text() {
        for (said, expected) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("HTTP 500: = no", "\"HTTP 500: = no\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(said), expected, "{said}");
        }
    }

    #[test]
    fn whatever_a_destination_says_stays_in_its_field() {
        let row = DeliverySummary {
            id: 7,
            event_id: Uuid::nil(),
            destination: "hook".to_owned(),
            object_name: "a,b".to_owned(),
            group_ref: "acme".to_owned(),
            occurred_at: Timestamp::UNIX_EPOCH,
            size: 12,
            status: DeliveryStatus::Dead,
            attempts: 3,
            next_attempt_at: None,
            reason: Some("said \"no\",\r\ntwice".to_owned()),
            replay_of: Some(2),
        };
        let mut out = String::new();
        write_csv(&mut out, &row);
        let expected = "7,00000000-0000-0000-0000-000000000000,\"hook\",\"a,b\",\"acme\",1970-01-01T00:00:00Z,12,dead,3,,\
             \"said \"\"no\"\",\r\ntwice\",2\r\n";
        assert_eq!(out, expected);
        let members = serde_json::to_value(&row).unwrap();
        let names: Vec<&str> = CSV_HEAD.trim_end().split(',').collect();
        assert!(names.iter().all(|name| members.get(name).is_some()), "{names:?} are the list's");
        assert_eq!(names.len(), members.as_object().unwrap().len());
    }
}
