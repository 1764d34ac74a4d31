//! No doubles. Oracle: the contract's section 4 (first read, incremental reads), and a cursor's own text form.

use bytes::Bytes;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn record(id: &str, modified_s: Option<i64>) -> Record {
    Record {
        id: id.to_owned(),
        modified_at: modified_s.map(at),
        deleted: false,
        raw: Bytes::new(),
        fields: Vec::new(),
        associations: Vec::new(),
    }
}

fn page(records: &[(&str, Option<i64>)], next: Option<&str>) -> ProviderPage {
    let records = records.iter().map(|(id, modified)| record(id, *modified)).collect();
    ProviderPage { records, next: next.map(str::to_owned), total: None }
}

fn ids(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.id.as_str()).collect()
}

const NOW: i64 = 1_800_000_000;

#[test]
fn the_first_run_follows_the_backfill() {
    let rows = [
        (Backfill::FullHistory, Some(None)),
        (Backfill::Days(30), Some(Some(at(NOW - 30 * 86_400)))),
        (Backfill::Days(u32::MAX), Some(Some(Timestamp::MIN))),
        (Backfill::None, None),
    ];
    for (backfill, expected) in rows {
        let cursor = ReadCursor::default().start_run(backfill, at(NOW), OVERLAP_DEFAULT);
        let run = cursor.run.as_ref();
        assert_eq!(run.map(|run| run.since), expected, "{backfill:?}");
        assert!(run.is_none_or(|run| run.read_type == ReadType::Backfill && run.started_at == at(NOW)));
        assert_eq!(cursor.watermark, expected.is_none().then_some(at(NOW)), "{backfill:?}");
    }
}

#[test]
fn later_runs_look_back_from_the_start_of_the_last() {
    let first = ReadCursor::default().start_run(Backfill::FullHistory, at(NOW), OVERLAP_DEFAULT);
    let finished = first.after_page(&page(&[("1", Some(5))], None), OVERLAP_DEFAULT).complete();
    assert_eq!((finished.watermark, &finished.run), (Some(at(NOW)), &None));
    let next = finished.start_run(Backfill::FullHistory, at(NOW + 600), OVERLAP_DEFAULT);
    let run = next.run.as_ref().unwrap();
    assert_eq!((run.read_type, run.since, run.started_at), (ReadType::Scheduled, Some(at(NOW - 120)), at(NOW + 600)));
    assert_eq!(
        next.clone().start_run(Backfill::None, at(NOW + 9_000), OVERLAP_DEFAULT),
        next,
        "an unfinished run goes on as it is"
    );
}

#[test]
fn the_overlap_does_not_deliver_a_version_twice() {
    let seen = [("old", Some(NOW - 500)), ("edge", Some(NOW - 120)), ("new", Some(NOW + 3)), ("timeless", None)];
    let cursor = ReadCursor::default().start_run(Backfill::FullHistory, at(NOW), OVERLAP_DEFAULT);
    let cursor = cursor.after_page(&page(&seen, None), OVERLAP_DEFAULT).complete();
    assert_eq!(cursor.recent.len(), 2, "only what the next run can meet again is remembered");

    let next = cursor.start_run(Backfill::None, at(NOW + 60), OVERLAP_DEFAULT);
    let again = page(&[("edge", Some(NOW - 120)), ("new", Some(NOW + 4)), ("timeless", None), ("x", Some(NOW + 3))], None);
    assert_eq!(ids(&next.fresh(again.records.clone())), ["new", "timeless", "x"]);

    let third = next.after_page(&again, OVERLAP_DEFAULT).complete().start_run(Backfill::None, at(NOW + 90), OVERLAP_DEFAULT);
    let again = page(&[("new", Some(NOW + 4)), ("x", Some(NOW + 3)), ("x", Some(NOW + 70))], None);
    assert_eq!(ids(&third.fresh(again.records)), ["x"], "what was suppressed once is remembered on");
}

#[test]
fn pages_add_up_and_memory_is_bounded() {
    let mut cursor = ReadCursor::default().start_run(Backfill::FullHistory, at(NOW), OVERLAP_DEFAULT);
    let many: Vec<Record> = (0..3_000).map(|id| record(&id.to_string(), Some(NOW))).collect();
    for (place, total) in [Some(9_000), None, Some(8_999)].into_iter().enumerate() {
        let next = Some(format!("p{place}"));
        cursor = cursor.after_page(&ProviderPage { records: many.clone(), next, total }, OVERLAP_DEFAULT);
    }
    let run = cursor.run.unwrap();
    assert_eq!((run.records, run.total, run.position.as_deref()), (9_000, Some(8_999), Some("p2")));
    assert_eq!(run.recent.len(), RECENT_MAX);
}

#[test]
fn the_text_form_keeps_everything() {
    let run = Run {
        read_type: ReadType::Triggered,
        started_at: at(NOW),
        since: Some(Timestamp::MIN),
        until: Some(at(NOW)),
        position: Some("id:\"ü\n".to_owned()),
        records: u64::MAX,
        total: Some(7),
        recent: vec![u64::MAX],
    };
    let full = ReadCursor {
        watermark: Some("2026-01-02T03:04:05.123456789Z".parse().unwrap()),
        by_our_clock: true,
        recent: vec![0, 1 << 63],
        run: Some(run),
    };
    for cursor in [ReadCursor::default(), full] {
        assert_eq!(ReadCursor::parse(Some(&cursor.to_text())), Ok(cursor));
    }
    assert_eq!(ReadCursor::parse(None), Ok(ReadCursor::default()));
    let golden = r#"{"version":1,"watermark":"2027-01-15T08:00:00Z","recent":"AQAAAAAAAAA","run":null}"#;
    let cursor = ReadCursor { watermark: Some(at(NOW)), recent: vec![1], ..ReadCursor::default() };
    assert_eq!(cursor.to_text(), golden, "what older releases stored must stay readable");
}

#[test]
fn foreign_texts_are_refused() {
    let rows = [
        ("", "damaged"),
        ("{}", "missing field `version`"),
        (r#"{"version":2,"mark":5}"#, "version 2"),
        (r#"{"version":1,"watermark":"soon","recent":"","run":null}"#, "damaged"),
        (r#"{"version":1,"watermark":null,"recent":"AAAA","run":null}"#, "within a word"),
    ];
    for (text, part) in rows {
        let message = ReadCursor::parse(Some(text)).expect_err(text).to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn a_clock_that_is_behind_moves_the_start_and_once_the_since() {
    let minutes = |minutes: i64| jiff::SignedDuration::from_mins(minutes);
    let installed = ReadCursor::default().start_run(Backfill::None, at(NOW), OVERLAP_DEFAULT);
    let first = installed.start_run(Backfill::None, at(NOW + 600), OVERLAP_DEFAULT);
    let (heard, again) = first.clone().heard(minutes(5));
    let run = heard.run.as_ref().unwrap();
    assert!(again, "what changed in the five minutes behind the watermark must be asked for");
    assert_eq!((run.since, run.started_at), (Some(at(NOW - 120 - 300)), at(NOW + 300)));
    let (twice, again) = heard.clone().heard(minutes(0));
    assert_eq!((twice, again), (heard.clone(), false));
    let second = heard.complete().start_run(Backfill::None, at(NOW + 1_200), OVERLAP_DEFAULT);
    assert_eq!(second.run.as_ref().unwrap().since, Some(at(NOW + 300 - 120)));
    let (heard, again) = second.heard(minutes(5));
    assert!(!again, "that watermark was the provider's own time");
    assert_eq!(heard.run.unwrap().started_at, at(NOW + 900));
    assert!(!first.heard(minutes(0)).1);
    let begun = ReadCursor::triggered(None, None, at(NOW)).after_page(&page(&[], Some("p")), OVERLAP_DEFAULT);
    assert_eq!(begun.clone().heard(minutes(5)), (begun, false), "only the first answer counts");
}

#[test]
fn a_second_version_of_the_same_second_is_fresh() {
    let version = |text: &'static str| Record { raw: Bytes::from_static(text.as_bytes()), ..record("1", Some(NOW)) };
    let of = |text| ProviderPage { records: vec![version(text)], next: None, total: None };
    let cursor = ReadCursor::default().start_run(Backfill::FullHistory, at(NOW), OVERLAP_DEFAULT);
    let next = cursor.after_page(&of("{1}"), OVERLAP_DEFAULT).complete().start_run(Backfill::None, at(NOW + 60), OVERLAP_DEFAULT);
    assert_eq!(next.fresh(of("{1}").records).len(), 0);
    assert_eq!(next.fresh(of("{2}").records).len(), 1);
}

#[test]
fn a_triggered_run_is_bounded_on_both_sides() {
    let cursor = ReadCursor::triggered(Some(at(NOW - 60)), Some(at(NOW)), at(NOW + 9));
    let run = cursor.run.as_ref().unwrap();
    assert_eq!((run.read_type, run.since, run.until), (ReadType::Triggered, Some(at(NOW - 60)), Some(at(NOW))));
    assert!(run.wants(&record("1", Some(NOW))) && run.wants(&record("1", None)));
    assert!(!run.wants(&record("1", Some(NOW + 1))));
    assert_eq!(
        cursor.start_run(Backfill::FullHistory, at(NOW + 10), OVERLAP_DEFAULT),
        ReadCursor::triggered(Some(at(NOW - 60)), Some(at(NOW)), at(NOW + 9))
    );
}
