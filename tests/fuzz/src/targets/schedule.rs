//! A schedule and a time: ticks lie behind the time, in order, no nearer than the shortest gap, and are due when they say.
//!
//! The first eight bytes are the time, in seconds since 1970; the rest is the schedule.

use ampline_core::schedule::Schedule;
use jiff::Timestamp;

/// Ticks that are looked at.
const TICKS: usize = 3;

pub(super) fn run(data: &[u8]) {
    let Some((seconds, text)) = data.split_first_chunk() else { return };
    let (Ok(text), Ok(time)) = (std::str::from_utf8(text), Timestamp::from_second(i64::from_be_bytes(*seconds) % 10_000_000_000))
    else {
        return;
    };
    let schedule = match Schedule::parse(text) {
        Ok(schedule) => schedule,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(Schedule::parse(&schedule.to_string()).as_ref(), Ok(&schedule), "its own text");
    if let Some(cron) = schedule.as_cron() {
        assert_eq!(Schedule::parse(&cron).as_ref(), Ok(&schedule), "{cron}");
    }
    let gap = schedule.min_gap();
    let mut last = time;
    for tick in 0..TICKS {
        let Some(next) = schedule.next_after(last) else {
            return assert!(gap.is_none() && schedule.tick_due(time, Timestamp::MAX).is_none(), "{text}: no tick, and yet a gap");
        };
        assert!(next > last, "{text}: {next} after {last}");
        assert!(
            tick == 0 || next.duration_since(last).unsigned_abs() >= gap.unwrap_or_default(),
            "{text}: {last}, {next}, {gap:?}"
        );
        assert_eq!(schedule.tick_due(last, next), Some(next), "{text}: a tick is due at its own time");
        last = next;
    }
    assert_eq!(schedule.tick_due(time, last), Some(last), "{text}: of several missed ones the last is due");
}
