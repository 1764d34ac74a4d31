//! No doubles. Oracles: croniter's answers (`tests/schedule.rs`), POSIX's text, and for gaps a walk over the ticks themselves.

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[track_caller]
fn check_next(schedule: &str, after: &str, next: &str) {
    let found = Schedule::parse(schedule).unwrap().next_after(time(after));
    assert_eq!(found, Some(time(next)), "`{schedule}` after {after}");
}

#[test]
fn the_next_tick_is_strictly_later() {
    let rows = [
        ("*/15 * * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:15:00Z"),
        ("*/15 * * * *", "2026-03-01T00:14:59.999999999Z", "2026-03-01T00:15:00Z"),
        ("*/15 * * * *", "2026-03-01T00:15:00.000000001Z", "2026-03-01T00:30:00Z"),
        ("5/15 * * * *", "2026-03-01T00:05:00Z", "2026-03-01T00:20:00Z"),
        ("*/60 * * * *", "2026-03-01T00:00:01Z", "2026-03-01T01:00:00Z"),
        ("0 22-2 * * *", "2026-03-01T23:30:00Z", "2026-03-02T00:00:00Z"),
        ("0 0 * * 0", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("0 0 * * 7", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("0 0 ? * SUN", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("0 0 * * fri-MON", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("0 0 13 * 5", "2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z"),
        ("0 0 13 * 5", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("0 0 */10 * 1", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
        ("0 0 1 JAN,jul *", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        ("59 23 31 12 *", "1969-12-31T23:58:59.5Z", "1969-12-31T23:59:00Z"),
    ];
    for (schedule, after, next) in rows {
        check_next(schedule, after, next);
    }
}

#[test]
fn some_schedules_never_tick() {
    for never in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 FEB ?"] {
        let schedule = Schedule::parse(never).unwrap();
        assert_eq!(schedule.next_after(Timestamp::UNIX_EPOCH), None, "{never}");
        assert_eq!(schedule.tick_due(Timestamp::UNIX_EPOCH, time("2026-01-01T00:00:00Z")), None, "{never}");
        assert_eq!(schedule.min_gap(), None, "{never}");
    }
    check_next("0 0 30 2 1", "2026-11-20T00:00:00Z", "2027-02-01T00:00:00Z");
}

#[test]
fn missed_ticks_collapse_to_the_latest() {
    let rows = [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:09:59Z", None),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", Some("2026-01-01T00:10:00Z")),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:10:00.25Z", Some("2026-01-01T00:10:00Z")),
        ("2026-01-01T00:00:00Z", "2026-01-03T12:34:56Z", Some("2026-01-03T12:30:00Z")),
        ("2026-01-01T00:10:00Z", "2026-01-01T00:19:00Z", None),
        ("2026-01-01T00:10:00Z", "2026-01-01T00:00:00Z", None),
    ];
    let schedule = Schedule::parse("*/10 * * * *").unwrap();
    for (last, now, due) in rows {
        assert_eq!(schedule.tick_due(time(last), time(now)), due.map(time), "{last} to {now}");
    }
}

#[test]
fn refusals_name_the_field_and_the_remedy() {
    let rows = [
        ("", "the schedule is empty"),
        ("@daily", "write `0 0 * * *`"),
        ("@reboot", "`@reboot` has 1 of five fields"),
        ("every five minutes", "a whole number from 1"),
        ("0 0 * * * *", "leave out seconds and years"),
        ("0 0 12 * * ? 2030", "leave out seconds and years"),
        ("60 * * * *", "minute `60`: `60` is not a number from 0 to 59"),
        ("* 24 * * *", "hour `24`"),
        ("* * 0 * *", "day-of-month `0`: `0` is not a number from 1 to 31"),
        ("* * * 13 *", "month `13`"),
        ("* * * * 8", "day-of-week `8`: `8` is not a number from 0 to 7 or a name from sun to sat"),
        ("*/0 * * * *", "the step `0` is not a number from 1 to 60"),
        ("*/61 * * * *", "the step `61`"),
        ("1,,2 * * * *", "nothing stands before or after a `,`"),
        ("1- * * * *", "minute `1-`"),
        ("-1 * * * *", "minute `-1`"),
        ("1-2-3 * * * *", "`2-3` is not"),
        ("*/2/3 * * * *", "the step `2/3`"),
        ("50-10/5 * * * *", "write two ranges"),
        ("+5 * * * *", "`+5` is not"),
        ("? * * * *", "write `*`"),
        ("0 0 L * *", "`L`, `W` and `#` are extensions"),
        ("0 0 15W * *", "`L`, `W` and `#` are extensions"),
        ("0 0 * * 5#2", "`L`, `W` and `#` are extensions"),
        ("0 0 * MON *", "month `MON`"),
        ("99 99 * * *", "minute `99`: `99` is not a number from 0 to 59; hour `99`"),
        ("0 0 １ * *", "day-of-month `１`"),
    ];
    for (text, part) in rows {
        let message = Schedule::parse(text).expect_err(text).to_string();
        assert!(message.contains(part), "`{text}`: {message}");
    }
    assert!(Schedule::parse(&"0,".repeat(5_000)).is_err());
}

#[test]
fn the_shortest_gap_is_the_same_at_any_time() {
    let (minute, hour, day) = (60, 3_600, 86_400);
    let rows = [
        ("* * * * *", minute),
        ("0,5 * * * *", 5 * minute),
        ("*/7 * * * *", 4 * minute),
        ("59,1 * * * *", 2 * minute),
        ("*/60 * * * *", hour),
        ("0 */5 * * *", 4 * hour),
        ("0 0 * * *", day),
        ("55,5 0,23 1 * *", 50 * minute),
        ("55,5 0,23 1,2 * *", 10 * minute),
        ("0 23,0 * * *", hour),
        ("0 0 1 * *", 28 * day),
        ("0 0 31 * *", 31 * day),
        ("0 0 29 2 *", 1_461 * day),
        ("0 0 * * 1", 7 * day),
        ("0 0 13 * 5", day),
        ("0 12 1 1 *", 365 * day),
    ];
    for (text, gap_s) in rows {
        let gap = Schedule::parse(text).unwrap().min_gap();
        assert_eq!(gap, Some(Duration::from_secs(gap_s)), "{text}");
    }
}

#[test]
fn no_walk_over_ticks_finds_a_shorter_gap() {
    for text in ["*/7 3-5 * * *", "0 0 */9 * *", "5/25 */11 1,28-31 * 3", "0 22-2 * 2,3 SAT", "17 4 * * 1,2"] {
        let schedule = Schedule::parse(text).unwrap();
        let mut tick = schedule.next_after(time("2023-01-01T00:00:00Z")).unwrap();
        let mut shortest = Duration::MAX;
        for _ in 0..3_000 {
            let next = schedule.next_after(tick).unwrap();
            shortest = shortest.min(next.duration_since(tick).try_into().unwrap());
            tick = next;
        }
        assert_eq!(schedule.min_gap(), Some(shortest), "{text}");
    }
}

#[test]
fn shows_what_was_written() {
    assert_eq!(Schedule::parse(" */10  * * * * ").unwrap().to_string(), "*/10  * * * *");
    assert_eq!(Schedule::parse("0 0 * * 7").unwrap(), Schedule::parse("0 0 * * SUN").unwrap());
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let schedule = Schedule::parse("*/10 * * * *").unwrap();
    assert_eq!(schedule.next_after(Timestamp::MAX), None);
    assert_eq!(schedule.tick_due(Timestamp::MIN, Timestamp::MIN), None);
    assert!(schedule.next_after(Timestamp::MIN).is_none_or(|tick| tick > Timestamp::MIN));
    let now = time("2026-01-01T00:05:00Z");
    assert_eq!(schedule.tick_due(Timestamp::MIN, now), Some(time("2026-01-01T00:00:00Z")));
}

#[test]
fn intervals_keep_their_length() {
    let rows = [
        ("every 7 hours", "1970-01-01T00:00:00Z", "1970-01-01T07:00:00Z"),
        ("every 7 hours", "1970-01-01T21:00:00Z", "1970-01-02T04:00:00Z"),
        ("every 7 hours", "1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z"),
        ("every 90 minutes", "1970-01-01T23:00:00Z", "1970-01-02T00:00:00Z"),
        ("every 2 days", "2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z"),
        ("every 2 days", "2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z"),
        ("Every  1 Hour", "2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z"),
    ];
    for (schedule, after, next) in rows {
        check_next(schedule, after, next);
    }
    for (text, minutes) in
        [("every 1 minutes", 1), ("every 7 hours", 420), ("every 90 minutes", 90), ("every 3650 days", 5_256_000)]
    {
        let schedule = Schedule::parse(text).unwrap();
        let gap = Duration::from_secs(minutes * 60);
        assert_eq!(schedule.min_gap(), Some(gap), "{text}");
        let mut tick = time("2024-02-28T13:14:15Z");
        for _ in 0..50 {
            let next = schedule.next_after(tick).unwrap();
            let after = schedule.next_after(next).unwrap();
            assert_eq!(Duration::try_from(after.duration_since(next)).unwrap(), gap, "{text}");
            assert_eq!(schedule.tick_due(tick, after), Some(after), "{text}");
            tick = next;
        }
    }
}

#[test]
fn intervals_that_cron_can_say_are_cron() {
    let rows = [
        ("every 1 minutes", Some("* * * * *")),
        ("every 10 minutes", Some("*/10 * * * *")),
        ("every 60 minutes", Some("0 * * * *")),
        ("every 120 minutes", Some("0 */2 * * *")),
        ("every 12 hours", Some("0 */12 * * *")),
        ("every 24 hours", Some("0 0 * * *")),
        ("every 1 days", Some("0 0 * * *")),
        ("every 7 minutes", None),
        ("every 7 hours", None),
        ("every 2 days", None),
        ("5 * * * *", Some("5 * * * *")),
    ];
    for (text, cron) in rows {
        let schedule = Schedule::parse(text).unwrap();
        assert_eq!(schedule.as_cron().as_deref(), cron, "{text}");
        assert_eq!(schedule.to_string(), text);
        if let Some(cron) = cron {
            assert_eq!(schedule, Schedule::parse(cron).unwrap(), "{text}");
        }
    }
}

#[test]
fn what_is_no_interval_is_told_how_to_be_one() {
    for text in [
        "every",
        "every day",
        "every 0 hours",
        "every -1 hours",
        "every 1.5 hours",
        "every 2 weeks",
        "every 99999 days",
        "every 99999999999999999999 hours",
    ] {
        let error = Schedule::parse(text).unwrap_err().to_string();
        assert!(error.contains("`every`, a whole number from 1"), "{text}: {error}");
    }
}
