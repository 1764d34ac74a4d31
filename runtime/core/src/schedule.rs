//! Standard five-field cron in UTC.

use std::{fmt, time::Duration};

use jiff::Timestamp;

/// A parsed schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    source: String,
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    message: String,
}

impl Schedule {
    /// Reads a five-field cron expression.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        Ok(Self { source: text.to_owned() })
    }

    /// The first tick after `time`; nothing where there is none (30 February).
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        Some(time)
    }

    /// The shortest time between two ticks, over the whole cycle of the calendar; nothing where there are none.
    pub fn min_gap(&self) -> Option<Duration> {
        None
    }

    /// The latest tick in `last_tick < tick ≤ now`: however many were missed, one is due.
    pub fn tick_due(&self, last_tick: Timestamp, now: Timestamp) -> Option<Timestamp> {
        (last_tick < now).then_some(now)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
