//! Times as the integers that are stored.

use jiff::Timestamp;

/// Nanoseconds since the epoch, exact from 1677 to 2262 and the nearest of those outside.
pub(crate) fn ns(time: Timestamp) -> i64 {
    let ns = time.as_nanosecond();
    i64::try_from(ns).unwrap_or(if ns < 0 { i64::MIN } else { i64::MAX })
}

/// The time of [`ns`].
pub(crate) fn time_of_ns(ns: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(ns)).unwrap_or_default()
}

/// Microseconds since the epoch, rounded down: for times that say when something was.
pub(crate) fn us(time: Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// Microseconds since the epoch, rounded up: for times before which something must not be.
pub(crate) fn due_us(time: Timestamp) -> i64 {
    i64::try_from((time.as_nanosecond() + 999).div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// The time of [`us`] and [`due_us`].
pub(crate) fn time_of_us(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(if us < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_times_and_never_makes_a_due_time_earlier() {
        for (given_ns, was_us, due) in
            [(0, 0, 0), (1_000, 1, 1), (1_001, 1, 2), (-1, -1, 0), (i64::MAX, 9_223_372_036_854_775, 9_223_372_036_854_776)]
        {
            let time = time_of_ns(given_ns);
            assert_eq!((ns(time), us(time), due_us(time)), (given_ns, was_us, due), "{given_ns} ns");
        }
        for time in [Timestamp::MIN, Timestamp::MAX] {
            assert!(time_of_us(us(time)) <= time);
            assert!(ns(time) == i64::MIN || ns(time) == i64::MAX);
        }
    }
}
