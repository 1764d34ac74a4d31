//! When a token is renewed, and what clocks that go wrong do to that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::oauth::Lifetime;

const BEGIN: &str = "2026-01-01T00:00:00Z";

#[test]
fn tokens_are_renewed_ahead_of_their_end_and_not_all_together() {
    let begin: Timestamp = BEGIN.parse().unwrap();
    // Life, chance, seconds before the end.
    for (life_s, chance, before_s) in [
        (1800.0, 1.0, 300.0),
        (1800.0, 0.0, 225.0),
        (7200.0, 1.0, 300.0),
        (60.0, 1.0, 12.0),
        (60.0, 0.0, 9.0),
        (1.0, 1.0, 0.2),
        (1800.0, 99.0, 300.0),
    ] {
        let life = Lifetime::new(begin, Duration::from_secs_f64(life_s));
        let before = life.ends_at.duration_since(life.renew_at(chance));
        assert_eq!(before.as_secs_f64(), before_s, "{life_s} {chance}");
    }
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_a_token_alive() {
    let begin: Timestamp = BEGIN.parse().unwrap();
    let life = Lifetime::new(begin, Duration::from_secs(1800));
    // Seconds after the beginning, is due, has ended.
    for (after_s, due, ended) in [
        (0, false, false),
        (1499, false, false),
        (1500, true, false),
        (1799, true, false),
        (1800, true, true),
        (86_400, true, true),
        (-59, false, false),
        (-61, true, true),
        (-86_400, true, true),
    ] {
        let now = begin + SignedDuration::from_secs(after_s);
        assert_eq!((life.is_due(now, 1.0), life.has_ended(now)), (due, ended), "{after_s}");
    }
}

#[test]
fn lives_beyond_the_calendar_do_not_end() {
    let life = Lifetime::new(BEGIN.parse().unwrap(), Duration::from_secs(u64::MAX));
    assert_eq!(life.ends_at, Timestamp::MAX);
    assert!(!life.is_due("9000-01-01T00:00:00Z".parse().unwrap(), 1.0));
}
