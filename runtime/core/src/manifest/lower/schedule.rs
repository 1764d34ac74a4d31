//! `schedule`: five-field cron in UTC, and what the form of 2023 has besides: `once`, and intervals.

use std::time::Duration;

use crate::schedule::Schedule;

use super::super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    redact::redact,
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

/// When an object is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Timing {
    /// When that is triggered.
    OnRequest,
    /// At installation, and then no more (`once` of the form of 2023).
    Once,
    /// As [`Schedule::parse`] reads it.
    Repeated(String),
}

impl Timing {
    pub(super) fn schedule(&self) -> Option<String> {
        match self {
            Self::Repeated(schedule) => Some(schedule.clone()),
            Self::OnRequest | Self::Once => None,
        }
    }
}

/// When a read object is read; without a schedule of its own, as its action says.
pub(super) fn of_read(block: &Block<'_>, inherited: Option<&Timing>, report: &mut Report) -> Timing {
    match (block.spot("schedule"), inherited) {
        (None, Some(timing)) => timing.clone(),
        _ => of_action(block, report),
    }
}

/// When the objects of an action, or an object by itself, are read.
pub(super) fn of_action(block: &Block<'_>, report: &mut Report) -> Timing {
    let Some(spot) = block.spot("schedule") else {
        let missing = block.missing("schedule", Issue::warning);
        let message = format!("{}: what is in it is only read when that is triggered", missing.message);
        let remedy = "add one, for example `schedule: \"*/30 * * * *\"`; `schedule: \"\"` says that none is meant";
        report.add(Issue { message, ..missing }.suggest(remedy));
        return Timing::OnRequest;
    };
    let Some(text) = spot.text(report).filter(|text| !text.trim().is_empty()) else { return Timing::OnRequest };
    if text.trim().eq_ignore_ascii_case("once") {
        if !report.legacy {
            let message = "`once` is the form of 2023; everything is read at installation, and then no more";
            let remedy = "write `schedule: \"\"` and `backfill: {defaultPeriod: {fullHistory: true}}`";
            report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest(remedy));
        }
        return Timing::Once;
    }
    let Some(schedule) = parsed(&spot, &text, "it is only read when that is triggered", report) else {
        return Timing::OnRequest;
    };
    if let Some(gap) = schedule.min_gap() {
        gap_rules(&spot, gap, report);
    }
    Timing::Repeated(text)
}

/// The schedule of `watchSchema`.
pub(super) fn of_watch_schema(block: &Block<'_>, report: &mut Report) -> String {
    let given = block.spot("schedule").and_then(|spot| {
        let text = spot.text(report).filter(|text| !text.trim().is_empty())?;
        let gap = parsed(&spot, &text, "fields are compared daily at midnight", report)?.min_gap();
        if gap.is_some_and(|gap| gap < SCHEMA_GAP_MIN) {
            let message = "schemas are watched more often than hourly, which uses much of the provider's rate limit";
            report.add(spot.warning(rule::SCHEDULE_MINIMUM_INTERVAL, message).suggest("watch hourly or less often"));
        }
        Some(text)
    });
    given.unwrap_or_else(|| SCHEMA_DEFAULT.to_owned())
}

/// The schedule; what is wrong with its text is reported, with what is done `instead`.
fn parsed(spot: &Spot<'_>, text: &str, instead: &str, report: &mut Report) -> Option<Schedule> {
    let schedule = Schedule::parse(text).map_err(|reason| {
        let message = format!("the schedule cannot be kept, and {instead}: {}", redact(&reason.to_string()));
        let (remedy, cron) = remedy(text);
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest(remedy).fix(cron.and_then(|cron| spot.replace(cron))));
    });
    let schedule = schedule.ok()?;
    if schedule.min_gap().is_none() {
        let message = format!("{} never comes: no month that it names has such a day", quote(text));
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest("correct the day or the month"));
    }
    if text.split_whitespace().next() == Some("*/60") {
        let message = "`*/60` in the minute field means minute 0: once an hour";
        let fix = spot.written().zip(text.find("*/60")).map(|(written, at)| written.splice(at, 4, "0", "write `0`"));
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest("write `0` for the minute").fix(fix));
    }
    if !report.legacy && text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("every")) {
        let cron = schedule.as_cron();
        let message = "an interval is the form of 2023; it is kept, counted from 1970-01-01T00:00Z";
        let remedy = cron.as_ref().map_or_else(
            || "cron cannot say the same; choose a time of the clock, for example `\"0 */6 * * *\"`".to_owned(),
            |cron| format!("write `schedule: \"{cron}\"`"),
        );
        report.add(spot.warning(rule::SCHEDULE_SYNTAX, message).suggest(remedy).fix(cron.and_then(|cron| spot.replace(&cron))));
    }
    Some(schedule)
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

/// What to write in place of a text that is no schedule; the cron expression, where it is clear which.
fn remedy(text: &str) -> (String, Option<&'static str>) {
    let cron = match text.trim().to_ascii_lowercase().as_str() {
        "@hourly" => Some("0 * * * *"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@monthly" => Some("0 0 1 * *"),
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        _ => None,
    };
    let otherwise = "write minute, hour, day of month, month and day of week, for example `\"*/30 * * * *\"`";
    (cron.map_or_else(|| otherwise.to_owned(), |cron| format!("write `schedule: \"{cron}\"`")), cron)
}
