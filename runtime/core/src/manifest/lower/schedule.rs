//! `schedule`: five-field cron in UTC.

use std::time::Duration;

use crate::schedule::Schedule;

use super::super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    rule,
};

/// Ampersand's own service reads no more often; a runtime of one's own may.
const READ_GAP_MIN: Duration = Duration::from_secs(10 * 60);

/// So often, a provider's rate limit is at risk.
const FREQUENT_GAP: Duration = Duration::from_secs(5 * 60);

/// Schemas change seldom.
const SCHEMA_GAP_MIN: Duration = Duration::from_secs(60 * 60);

/// What `watchSchema` does unless it says otherwise: daily at midnight.
const SCHEMA_DEFAULT: &str = "0 */24 * * *";

/// The schedule of a read object; nothing where it is only read when triggered.
pub(super) fn of_read(block: &Block<'_>, report: &mut Report) -> Option<String> {
    let Some(spot) = block.spot("schedule") else {
        let missing = block.missing("schedule", Issue::warning);
        let message = format!("{}: the object is only read when that is triggered", missing.message);
        let remedy = "add one, for example `schedule: \"*/30 * * * *\"`; `schedule: \"\"` says that none is meant";
        report.add(Issue { message, ..missing }.suggest(remedy));
        return None;
    };
    let text = spot.text(report).filter(|text| !text.trim().is_empty())?;
    if let Some(gap) = gap(&spot, &text, report) {
        gap_rules(&spot, gap, report);
    }
    Some(text)
}

/// The schedule of `watchSchema`.
pub(super) fn of_watch_schema(block: &Block<'_>, report: &mut Report) -> String {
    let given = block.spot("schedule").and_then(|spot| {
        let text = spot.text(report).filter(|text| !text.trim().is_empty())?;
        if gap(&spot, &text, report).is_some_and(|gap| gap < SCHEMA_GAP_MIN) {
            let message = "schemas are watched more often than hourly, which uses much of the provider's rate limit";
            report.add(spot.warning(rule::SCHEDULE_MINIMUM_INTERVAL, message).suggest("watch hourly or less often"));
        }
        Some(text)
    });
    given.unwrap_or_else(|| SCHEMA_DEFAULT.to_owned())
}

/// The shortest time between two ticks; what is wrong with the expression is reported.
fn gap(spot: &Spot<'_>, text: &str, report: &mut Report) -> Option<Duration> {
    let gap = smallest_gap(text).map_err(|reason| {
        let message = format!("the schedule cannot be kept: {reason}");
        report.add(spot.error(rule::SCHEDULE_SYNTAX, message).suggest(remedy(text)));
    });
    let gap = gap.ok()?;
    if gap.is_none() {
        let message = format!("{} has no more than one tick, ever", quote(text));
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest("correct the day and the month"));
    }
    if text.split_whitespace().next() == Some("*/60") {
        let message = "`*/60` in the minute field means minute 0: once an hour";
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest("write `0` for the minute"));
    }
    gap
}

fn gap_rules(spot: &Spot<'_>, gap: Duration, report: &mut Report) {
    let minutes = gap.as_secs() / 60;
    if gap < READ_GAP_MIN {
        let message = format!("reads are {minutes} min apart, and Ampersand's own service allows no less than 10 min");
        report.add(
            spot.warning(rule::SCHEDULE_MINIMUM_INTERVAL, message).suggest("write `*/10` for the minute, or read less often"),
        );
    }
    if gap <= FREQUENT_GAP {
        let message = format!("reads every {minutes} min may use up the provider's rate limit");
        report.add(
            spot.warning(rule::FREQUENT_SCHEDULE_RISK, message).suggest("read less often, above all objects with many records"),
        );
    }
}

fn remedy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some(cron) = from_older_form(&words) {
        return format!("that is the older form; write `schedule: \"{cron}\"`");
    }
    match words.as_slice() {
        ["@hourly"] => "write `schedule: \"0 * * * *\"`".to_owned(),
        ["@daily" | "@midnight"] => "write `schedule: \"0 0 * * *\"`".to_owned(),
        ["@weekly"] => "write `schedule: \"0 0 * * 0\"`".to_owned(),
        _ => "write minute, hour, day of month, month and day of week, for example `\"*/30 * * * *\"`".to_owned(),
    }
}

/// `every 12 hours` of the form of 2023, where cron can say it.
fn from_older_form(words: &[&str]) -> Option<String> {
    let ["every", count, unit] = words else { return None };
    let count: u32 = count.parse().ok()?;
    match (unit.trim_end_matches('s'), count) {
        ("minute", 1..60) => Some(format!("*/{count} * * * *")),
        ("hour", 1..24) => Some(format!("0 */{count} * * *")),
        ("day", 1..29) => Some(format!("0 0 */{count} * *")),
        _ => None,
    }
}

/// The shortest time between two ticks of a cron expression, nothing where there are no two, or why it is none.
fn smallest_gap(text: &str) -> Result<Option<Duration>, String> {
    Schedule::parse(text).map(|schedule| schedule.min_gap()).map_err(|error| error.to_string())
}
