//! `every 7 hours`: the intervals of the 2023 form. Cron cannot say most of them, so they are counted from 1970-01-01T00:00Z: the
//! same ticks on every machine and after every restart, always the same time apart.

use std::time::Duration;

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The longest interval, in seconds: ten years.
const SECONDS_MAX: i64 = 3_650 * DAY;

/// A fixed time between ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    /// From 60 to [`SECONDS_MAX`], whole minutes.
    seconds: i64,
}

impl Interval {
    /// Reads `every <count> <minutes|hours|days>`; nothing where the text does not begin with `every`.
    pub(super) fn parse(text: &str) -> Option<Result<Self, String>> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (first, rest) = words.split_first()?;
        if !first.eq_ignore_ascii_case("every") {
            return None;
        }
        Some(Self::read(rest).ok_or_else(|| {
            format!("`{text}` is no interval: write `every`, a whole number from 1 and `minutes`, `hours` or `days`, at most ten years")
        }))
    }

    fn read(words: &[&str]) -> Option<Self> {
        let [count, unit] = words else { return None };
        let unit = match unit.to_ascii_lowercase().as_str() {
            "minute" | "minutes" => MINUTE,
            "hour" | "hours" => HOUR,
            "day" | "days" => DAY,
            _ => return None,
        };
        let count: i64 = count.bytes().all(|byte| byte.is_ascii_digit()).then(|| count.parse().ok())??;
        let seconds = count.checked_mul(unit)?;
        (MINUTE..=SECONDS_MAX).contains(&seconds).then_some(Self { seconds })
    }

    /// The cron expression that ticks at exactly the same times, where there is one.
    pub(super) fn cron(self) -> Option<String> {
        let (minutes, hours) = (self.seconds / MINUTE, self.seconds / HOUR);
        match self.seconds {
            MINUTE => Some("* * * * *".to_owned()),
            HOUR => Some("0 * * * *".to_owned()),
            DAY => Some("0 0 * * *".to_owned()),
            seconds if seconds < HOUR && HOUR % seconds == 0 => Some(format!("*/{minutes} * * * *")),
            seconds if seconds < DAY && DAY % seconds == 0 && seconds % HOUR == 0 => Some(format!("0 */{hours} * * *")),
            _ => None,
        }
    }

    pub(super) fn gap(self) -> Duration {
        Duration::from_secs(self.seconds.unsigned_abs())
    }

    /// The first tick after `time`.
    pub(super) fn next_after(self, time: Timestamp) -> Option<Timestamp> {
        let tick = self.latest(time)?.as_second().checked_add(self.seconds)?;
        Timestamp::from_second(tick).ok()
    }

    /// The last tick at or before `time`.
    pub(super) fn latest(self, time: Timestamp) -> Option<Timestamp> {
        let second = super::whole_second(time);
        Timestamp::from_second(second - second.rem_euclid(self.seconds)).ok()
    }
}
