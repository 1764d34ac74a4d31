//! Standard five-field cron in UTC: minute, hour, day of month, month, day of week.
//!
//! What is accepted: `*`, numbers, names (`JAN`, `mon`), lists, ranges (also around the end: `22-2`, `FRI-MON`), steps (`*/n`,
//! `a-b/n`, and `a/n` for "from a to the end"), 0 and 7 for Sunday, and `?` for `*` in the two day fields. A day field is restricted
//! unless it is exactly `*` or `?`; when both are, either suffices (POSIX; Vixie cron takes `*/2` for unrestricted, we do not).
//! Refused: `@daily` and its kin, seconds, years, `L`, `W`, `#`, and steps around the end, which every cron counts otherwise.
//!
//! Beside cron stand the intervals of the 2023 form (`every 7 hours`), see [`interval`].

mod field;
mod gap;
mod interval;

use std::{fmt, time::Duration};

use cron::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use field::{Field, FieldError};
use interval::Interval;
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A parsed schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    source: String,
    ticks: Ticks,
}

/// When a schedule ticks.
#[derive(Debug, Clone)]
enum Ticks {
    Calendar { fields: Fields, cron: Box<Cron> },
    Interval(Interval),
}

/// Two schedules are equal when they tick at the same times, however they are written.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        match (&self.ticks, &other.ticks) {
            (Ticks::Calendar { fields, .. }, Ticks::Calendar { fields: others, .. }) => fields == others,
            (Ticks::Interval(interval), Ticks::Interval(other)) => interval == other,
            // An interval that cron can express is kept as cron.
            _ => false,
        }
    }
}

impl Eq for Schedule {}

/// The five fields, as sets of the values that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fields {
    minute: Field,
    hour: Field,
    day_of_month: Field,
    month: Field,
    /// Sunday is 0.
    day_of_week: Field,
}

/// Why a text is no schedule, each field's fault with its remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(String);

impl Schedule {
    /// Reads a five-field cron expression, or an interval (`every 90 minutes`).
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let source = text.trim().to_owned();
        check_length(text)?;
        let ticks = match Interval::parse(text) {
            Some(interval) => {
                let interval = interval.map_err(ScheduleError)?;
                interval.cron().map_or(Ok(Ticks::Interval(interval)), |cron| Ticks::calendar(&cron))?
            }
            None => Ticks::calendar(text)?,
        };
        Ok(Self { source, ticks })
    }

    /// The cron expression with the same ticks: of cron its own text, of an interval one that is equal, where there is one.
    pub fn as_cron(&self) -> Option<String> {
        match Interval::parse(&self.source) {
            Some(interval) => interval.ok()?.cron(),
            None => Some(self.source.clone()),
        }
    }

    /// The first tick after `time`; nothing where there is none (30 February).
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.ticks {
            Ticks::Calendar { fields, .. } if fields.never() => None,
            Ticks::Calendar { cron, .. } => Some(cron.find_next_occurrence(&utc(time), false).ok()?.timestamp()),
            Ticks::Interval(interval) => interval.next_after(time),
        }
    }

    /// The shortest time between two ticks, over the whole cycle of the calendar; nothing where there are none.
    pub fn min_gap(&self) -> Option<Duration> {
        match &self.ticks {
            Ticks::Calendar { fields, .. } => gap::min_gap(fields),
            Ticks::Interval(interval) => Some(interval.gap()),
        }
    }

    /// The latest tick in `last_tick < tick ≤ now`: however many were missed, one is due.
    pub fn tick_due(&self, last_tick: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if now <= last_tick {
            return None;
        }
        let tick = match &self.ticks {
            Ticks::Calendar { fields, .. } if fields.never() => return None,
            Ticks::Calendar { cron, .. } => cron.find_previous_occurrence(&utc(now), true).ok()?.timestamp(),
            Ticks::Interval(interval) => interval.latest(now)?,
        };
        (tick > last_tick).then_some(tick)
    }
}

impl Ticks {
    fn calendar(text: &str) -> Result<Self, ScheduleError> {
        let fields = Fields::parse(text)?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(&fields.to_string()).map_err(|error| ScheduleError(format!("`{text}`: {error}")))?;
        Ok(Self::Calendar { fields, cron: Box::new(cron) })
    }
}

/// Seconds since 1970, rounded down.
fn whole_second(time: Timestamp) -> i64 {
    time.as_second() - i64::from(time.subsec_nanosecond() < 0)
}

/// In whole seconds: ticks have no fraction, and a tick at or before `time` is one at or before its second.
fn utc(time: Timestamp) -> Zoned {
    Timestamp::from_second(whole_second(time)).unwrap_or(Timestamp::MIN).to_zoned(TimeZone::UTC)
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Longest text taken apart; no sensible schedule comes near it.
const SCHEDULE_BYTES_MAX: usize = 1_000;

fn check_length(text: &str) -> Result<(), ScheduleError> {
    if text.len() <= SCHEDULE_BYTES_MAX {
        return Ok(());
    }
    Err(ScheduleError(format!("a schedule of {} bytes is too long: write at most {SCHEDULE_BYTES_MAX}", text.len())))
}

impl Fields {
    fn parse(text: &str) -> Result<Self, ScheduleError> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let &[minute, hour, day_of_month, month, day_of_week] = &parts[..] else {
            return Err(ScheduleError(wrong_form(text, parts.len())));
        };
        let mut errors = Vec::new();
        let mut read = |kind: &'static field::Kind, text: &str| match Field::parse(kind, text) {
            Ok(field) => field,
            Err(FieldError(message)) => {
                errors.push(message);
                Field::default()
            }
        };
        let fields = Self {
            minute: read(&field::MINUTE, minute),
            hour: read(&field::HOUR, hour),
            day_of_month: read(&field::DAY_OF_MONTH, day_of_month),
            month: read(&field::MONTH, month),
            day_of_week: read(&field::DAY_OF_WEEK, day_of_week),
        };
        if errors.is_empty() { Ok(fields) } else { Err(ScheduleError(errors.join("; "))) }
    }

    /// Whether a day matches; `day_of_week` counts from Sunday = 0.
    fn day_matches(&self, month: u32, day: u32, day_of_week: u32) -> bool {
        let (by_month, by_week) = (self.day_of_month.has(day), self.day_of_week.has(day_of_week));
        self.month.has(month)
            && match (self.day_of_month.restricted, self.day_of_week.restricted) {
                (true, true) => by_month || by_week,
                _ => by_month && by_week,
            }
    }

    /// Whether no day ever matches: only days of the month are named, and none of the months has one of them.
    fn never(&self) -> bool {
        const DAYS_MAX: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let longest = (1..=12).filter(|&month| self.month.has(month)).map(|month| DAYS_MAX[month as usize - 1]).max();
        !self.day_of_week.restricted && self.day_of_month.values().next() > longest
    }
}

/// Every value spelt out, so that nothing is left to croner's reading of ranges, steps and stars.
impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {} {}", self.minute, self.hour, self.day_of_month, self.month, self.day_of_week)
    }
}

/// What to say of a text that does not have five fields.
fn wrong_form(text: &str, count: usize) -> String {
    const FORM: &str = "minute hour day-of-month month day-of-week, as in `*/15 * * * *`";
    let written_out = match text.trim().to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => "",
    };
    if !written_out.is_empty() {
        return format!("`{}` is an extension of cron: write `{written_out}`", text.trim());
    }
    match count {
        0 => format!("the schedule is empty: write {FORM}"),
        6 | 7 => format!("`{text}` has {count} fields: leave out seconds and years and write {FORM}"),
        _ => format!("`{text}` has {count} of five fields: write {FORM}"),
    }
}

#[cfg(test)]
mod tests;
