//! Times as providers write them, and bounds of time that are never narrower than what was asked for.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::{Value, value::RawValue};

use super::path::text;

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// `2026-01-02T03:04:05Z`
    Rfc3339,
    /// `2026-01-02T03:04:05.678Z`
    Rfc3339Milliseconds,
    /// `2026-01-02 03:04:05`, in UTC.
    DateTime,
    /// `2026-01-02`
    Date,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
}

/// What a provider rounds times down to, or compares them by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resolution {
    Millisecond,
    Second,
    Minute,
    /// A day of somebody's calendar, not necessarily one of UTC.
    Day,
}

impl TimeFormat {
    /// The format of this name in a provider's file.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "rfc3339Milliseconds" => Self::Rfc3339Milliseconds,
            "dateTime" => Self::DateTime,
            "date" => Self::Date,
            "unixSeconds" => Self::UnixSeconds,
            "unixMilliseconds" => Self::UnixMilliseconds,
            _ => Self::Rfc3339,
        }
    }

    /// The finest difference that it can write.
    pub(super) fn finest(self) -> Resolution {
        match self {
            Self::Rfc3339 | Self::DateTime | Self::UnixSeconds => Resolution::Second,
            Self::Rfc3339Milliseconds | Self::UnixMilliseconds => Resolution::Millisecond,
            Self::Date => Resolution::Day,
        }
    }

    /// The time as it is sent. There is nothing to find before 1970.
    pub(super) fn write(self, time: Timestamp) -> Value {
        let time = time.max(Timestamp::UNIX_EPOCH);
        let utc = time.to_zoned(TimeZone::UTC);
        match self {
            Self::Rfc3339 => Value::String(format!("{:.0}", time)),
            Self::Rfc3339Milliseconds => Value::String(format!("{:.3}", time)),
            Self::DateTime => Value::String(format!("{} {:.0}", utc.date(), utc.time())),
            Self::Date => Value::String(utc.date().to_string()),
            Self::UnixSeconds => time.as_second().into(),
            Self::UnixMilliseconds => time.as_millisecond().into(),
        }
    }

    /// The time that a provider wrote; nothing where it is none. Without a zone it is one of UTC.
    pub(super) fn read(self, raw: &RawValue) -> Option<Timestamp> {
        let text = text(raw)?;
        let text = text.trim();
        match self {
            Self::UnixSeconds => unix(text, 1.0),
            Self::UnixMilliseconds => unix(text, 1e-3),
            _ => text
                .parse::<Timestamp>()
                .ok()
                .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
                .or_else(|| text.parse::<Date>().ok().and_then(|date| utc(date.to_datetime(Default::default())))),
        }
    }
}

/// Whole numbers exactly, fractions to the microsecond.
fn unix(text: &str, unit_s: f64) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(whole) if unit_s < 1.0 => Timestamp::from_millisecond(whole).ok(),
        Ok(whole) => Timestamp::from_second(whole).ok(),
        Err(_) => {
            let micros = text.parse::<f64>().ok()? * unit_s * 1e6;
            // A float beyond the range becomes the nearest integer, which is out of the range of times.
            if micros.is_finite() { Timestamp::from_microsecond(micros.round() as i64).ok() } else { None }
        }
    }
}

fn utc(time: DateTime) -> Option<Timestamp> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

impl Resolution {
    /// The resolution of this name in a provider's file.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "millisecond" => Self::Millisecond,
            "minute" => Self::Minute,
            "day" => Self::Day,
            _ => Self::Second,
        }
    }

    fn milliseconds(self) -> i64 {
        match self {
            Self::Millisecond => 1,
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Day => 86_400_000,
        }
    }

    /// The time, rounded down to whole units of it.
    pub(super) fn floor(self, time: Timestamp) -> Timestamp {
        let unit = self.milliseconds();
        Timestamp::from_millisecond(time.as_millisecond().div_euclid(unit) * unit).unwrap_or(time)
    }

    fn shifted(self, time: Timestamp, units: i64) -> Timestamp {
        time.checked_add(SignedDuration::from_millis(self.milliseconds() * units)).unwrap_or(time)
    }

    /// A lower bound that lets through all that changed at `since` or later, whatever the provider rounds.
    pub(super) fn lower(self, since: Timestamp, inclusive: bool) -> Timestamp {
        // A calendar elsewhere may still be at the day before.
        let wider = i64::from(self == Self::Day) + i64::from(!inclusive);
        self.shifted(self.floor(since), -wider)
    }

    /// An upper bound that lets through all that changed at `until` or earlier, whatever the provider rounds.
    pub(super) fn upper(self, until: Timestamp) -> Timestamp {
        let wider = 1 + i64::from(self == Self::Day);
        self.shifted(self.floor(until), wider)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{json, value::RawValue};

    use super::{Resolution, TimeFormat};

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_written_and_read_back() {
        let at = time("2026-01-02T03:04:05.678Z");
        let rows = [
            (TimeFormat::Rfc3339, json!("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z"),
            (TimeFormat::Rfc3339Milliseconds, json!("2026-01-02T03:04:05.678Z"), "2026-01-02T03:04:05.678Z"),
            (TimeFormat::DateTime, json!("2026-01-02 03:04:05"), "2026-01-02T03:04:05Z"),
            (TimeFormat::Date, json!("2026-01-02"), "2026-01-02T00:00:00Z"),
            (TimeFormat::UnixSeconds, json!(1_767_323_045), "2026-01-02T03:04:05Z"),
            (TimeFormat::UnixMilliseconds, json!(1_767_323_045_678_i64), "2026-01-02T03:04:05.678Z"),
        ];
        for (format, written, read) in rows {
            assert_eq!(format.write(at), written, "{format:?}");
            let raw = RawValue::from_string(written.to_string()).unwrap();
            assert_eq!(format.read(&raw), Some(time(read)), "{format:?}");
            assert_eq!(format.write(time("-000100-01-01T00:00:00Z")), format.write(Timestamp::UNIX_EPOCH));
        }
    }

    #[test]
    fn odd_times_are_read_where_they_are_times() {
        let rows = [
            (TimeFormat::Rfc3339, r#""2026-01-02T03:04:05+05:30""#, Some("2026-01-01T21:34:05Z")),
            (TimeFormat::Rfc3339, r#""2026-01-02T03:04:05-0800""#, Some("2026-01-02T11:04:05Z")),
            (TimeFormat::Rfc3339, r#""2026-01-02T03:04:05""#, Some("2026-01-02T03:04:05Z")),
            (TimeFormat::Rfc3339, r#""2026-01-02 03:04:05""#, Some("2026-01-02T03:04:05Z")),
            (TimeFormat::Rfc3339, r#""2026-01-02""#, Some("2026-01-02T00:00:00Z")),
            (TimeFormat::Rfc3339, r#""yesterday""#, None),
            (TimeFormat::Rfc3339, r#""2026-02-30T00:00:00Z""#, None),
            (TimeFormat::Rfc3339, "{}", None),
            (TimeFormat::UnixSeconds, r#""1700000000""#, Some("2023-11-14T22:13:20Z")),
            (TimeFormat::UnixSeconds, "1700000000.25", Some("2023-11-14T22:13:20.25Z")),
            (TimeFormat::UnixSeconds, "1e300", None),
            (TimeFormat::UnixSeconds, "99999999999999999999", None),
            (TimeFormat::UnixMilliseconds, "-1", Some("1969-12-31T23:59:59.999Z")),
        ];
        for (format, written, expected) in rows {
            let raw = RawValue::from_string(written.to_owned()).unwrap();
            assert_eq!(format.read(&raw), expected.map(time), "{written}");
        }
    }

    #[test]
    fn bounds_are_widened_never_narrowed() {
        let at = time("2026-01-02T03:04:05.678Z");
        let rows = [
            (Resolution::Millisecond, "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.677Z", "2026-01-02T03:04:05.679Z"),
            (Resolution::Second, "2026-01-02T03:04:05Z", "2026-01-02T03:04:04Z", "2026-01-02T03:04:06Z"),
            (Resolution::Minute, "2026-01-02T03:04:00Z", "2026-01-02T03:03:00Z", "2026-01-02T03:05:00Z"),
            (Resolution::Day, "2026-01-01T00:00:00Z", "2025-12-31T00:00:00Z", "2026-01-04T00:00:00Z"),
        ];
        for (resolution, inclusive, exclusive, upper) in rows {
            assert_eq!(resolution.lower(at, true), time(inclusive), "{resolution:?}");
            assert_eq!(resolution.lower(at, false), time(exclusive), "{resolution:?}");
            assert_eq!(resolution.upper(at), time(upper), "{resolution:?}");
        }
    }
}
