//! Schedules against an independent implementation: the committed answers of Python's croniter (`tests/vectors/cron.py` makes them).
//!
//! No doubles. Oracle: croniter.

use ampline_core::schedule::Schedule;
use jiff::{SignedDuration, Timestamp};

#[test]
fn ticks_when_croniter_does() {
    let lines = include_str!("data/cron.jsonl").lines();
    let wrong: Vec<String> = lines.clone().filter_map(check).collect();
    assert!(lines.count() >= 5_000);
    assert!(wrong.is_empty(), "{} disagree:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

/// What disagrees in a line, if anything.
fn check(line: &str) -> Option<String> {
    let (expression, start, first, second, third): (String, i64, i64, i64, i64) = serde_json::from_str(line).unwrap();
    let schedule = match Schedule::parse(&expression) {
        Ok(schedule) => schedule,
        Err(error) => return Some(format!("{expression}: {error}")),
    };
    let start = Timestamp::from_second(start).unwrap();
    let minute = Timestamp::from_second(start.as_second() / 60 * 60).unwrap();
    let mut last = start;
    for expected in [first, second, third].map(|minutes| minute + SignedDuration::from_mins(minutes)) {
        let next = schedule.next_after(last);
        if next != Some(expected) {
            return Some(format!("{expression} after {last}: {next:?}, croniter says {expected}"));
        }
        if schedule.tick_due(last, expected) != Some(expected) {
            return Some(format!("{expression}: the tick {expected} is not due at its own time"));
        }
        last = expected;
    }
    None
}
