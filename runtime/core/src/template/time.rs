//! The namespace `time`: the moment of the event in UTC, in texts (`delivery.md` section 1).

use jiff::{Timestamp, tz::TimeZone};

/// Every key and its text, in the order of the documentation.
pub(super) fn texts(time: Timestamp) -> [(&'static str, String); 11] {
    const SECOND_NS: i128 = 1_000_000_000;
    let moment = time.to_zoned(TimeZone::UTC).datetime();
    let (unix, nanosecond) = (time.as_nanosecond().div_euclid(SECOND_NS), time.as_nanosecond().rem_euclid(SECOND_NS));
    let date = format!("{:04}-{:02}-{:02}", moment.year(), moment.month(), moment.day());
    let datetime = format!("{date}T{:02}:{:02}:{:02}", moment.hour(), moment.minute(), moment.second());
    let fraction = match nanosecond {
        0 => String::new(),
        _ => format!(".{nanosecond:09}").trim_end_matches('0').to_owned(),
    };
    [
        ("year", format!("{:04}", moment.year())),
        ("month", format!("{:02}", moment.month())),
        ("day", format!("{:02}", moment.day())),
        ("hour", format!("{:02}", moment.hour())),
        ("minute", format!("{:02}", moment.minute())),
        ("second", format!("{:02}", moment.second())),
        ("date", date),
        ("unix", unix.to_string()),
        ("rfc3339", format!("{datetime}Z")),
        ("rfc3339_nano", format!("{datetime}{fraction}Z")),
        ("datetime", datetime),
    ]
}
