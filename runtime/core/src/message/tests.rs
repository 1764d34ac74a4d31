//! No doubles. Oracles: the contract's example of a read message, serde_json as an independent reader of the bodies, and a
//! model that recomputes what each record must have become. Random cases come from a fixed seed.

use std::collections::HashSet;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use super::*;
use crate::{
    cursor::ReadType,
    plan::{ReadPlan, sample},
    provider::Record,
};

fn operation() -> OperationInfo {
    OperationInfo {
        id: "0199e0a8-149d-7ee9-9f50-0514403517f9".parse().unwrap(),
        time: "2025-10-14T02:58:59.323405308Z".parse().unwrap(),
        read_type: ReadType::Scheduled,
        page: 0,
    }
}

/// A record whose raw text is an object of these fields.
fn record(id: &str, fields: &[(&str, &str)]) -> Record {
    let members: Vec<String> = fields.iter().map(|(name, value)| format!("{name:?} :{value}")).collect();
    Record {
        id: id.to_owned(),
        modified_at: None,
        deleted: false,
        raw: Bytes::from(format!("{{ {} }}", members.join(" ,\n"))),
        fields: fields
            .iter()
            .map(|(name, value)| (name.to_lowercase().into(), Bytes::copy_from_slice(value.as_bytes())))
            .collect(),
        associations: Vec::new(),
    }
}

fn body_text(envelope: &Envelope) -> &str {
    std::str::from_utf8(&envelope.body).unwrap()
}

/// The contract's example, with the fields that have come since (readType, resultInfo); white space as we write it.
const EXAMPLE: &str = concat!(
    r#"{"action":"read","projectId":"9482e676-4874-43a4-beea-fa8081d13a07","provider":"hubspot","groupRef":"group-id-1","#,
    r#""groupName":"group-name-1","consumerRef":"user-id","consumerName":"user-name","#,
    r#""installationId":"085353b1-07f1-4209-b471-7e028c0a68c8","installationUpdateTime":"2025-10-14T02:58:55.595861Z","#,
    r#""objectName":"contacts","operationId":"0199e0a8-149d-7ee9-9f50-0514403517f9","operationTime":"2025-10-14T02:58:59.323405308Z","#,
    r#""readType":"scheduled","resultInfo":{"type":"inline","numRecords":1},"result":[{"fields":{"id":"438","firstname":"Maria","#,
    r#""lastname":"Johnson","email":"maria@example.com","city":"Brisbane"},"raw":"#,
    r#"{"archived":false,"createdAt":"2023-10-26T17:55:48.301Z","id":"438","properties":{"firstname":"Maria","lastname":"Johnson","email":"maria@example.com","city":"Brisbane","createdate":"2023-10-26T17:55:48.301Z"}}}]}"#
);

fn example() -> Envelope {
    let raw = r#"{"archived":false,"createdAt":"2023-10-26T17:55:48.301Z","id":"438","properties":{"firstname":"Maria","lastname":"Johnson","email":"maria@example.com","city":"Brisbane","createdate":"2023-10-26T17:55:48.301Z"}}"#;
    let page = format!(r#"{{"results":[{raw}]}}"#);
    let plan = sample::plan("contacts", &["id", "firstname", "lastname", "email", "city"]);
    let run = crate::cursor::ReadCursor::default().start_run(
        crate::manifest::Backfill::FullHistory,
        operation().time,
        Default::default(),
    );
    let response = http::Response::new(Bytes::from(page));
    let page = crate::provider::Catalog::built_in().get("hubspot").unwrap().page(&plan, &run.run.unwrap(), &response).unwrap();
    let mut envelopes = build(&plan, &operation(), &page.records);
    assert_eq!(envelopes.len(), 1);
    envelopes.remove(0)
}

#[test]
fn a_message_reads_like_the_contracts_example() {
    let envelope = example();
    assert_eq!(body_text(&envelope), EXAMPLE);
    assert_eq!(envelope.metadata.timestamp, "2025-10-14T02:58:59.323405308Z");
    assert_eq!(envelope.metadata.event_id, envelope.id.to_string());
    assert_eq!(envelope.metadata.operation_id.as_deref(), Some("0199e0a8-149d-7ee9-9f50-0514403517f9"));
    assert_eq!(envelope.ordering_key, "085353b1-07f1-4209-b471-7e028c0a68c8/contacts");
    assert_eq!((envelope.destination.as_str(), envelope.metadata.destination_id.as_str()), ("hook", "destination-1"));
    assert_eq!(envelope.metadata.topic, "read");
}

#[test]
fn optional_members_stand_where_the_contract_has_them() {
    let mut plan = sample::plan("person", &[]);
    plan.context.raw_object_name = Some("contacts".to_owned());
    plan.context.installation.workspace = Some("acme \"west\"".to_owned());
    plan.fields.mapped = sample::mapped(&[("phoneNumber", "MobilePhone"), ("gone", "fax")]);
    let records = [record("1", &[("mobilephone", "null")]), record("2", &[("email", "\"\"")])];
    let operation =
        OperationInfo { time: "2025-10-14T02:58:59.1Z".parse().unwrap(), read_type: ReadType::Backfill, ..operation() };
    let envelope = &build(&plan, &operation, &records)[0];
    let text = body_text(envelope);
    for part in [
        r#""provider":"hubspot","workspace":"acme \"west\"","groupRef""#,
        r#""objectName":"person","rawObjectName":"contacts","operationId""#,
        r#""operationTime":"2025-10-14T02:58:59.1Z","readType":"backfill","resultInfo":{"type":"inline","numRecords":2},"result":["#,
        r#"{"fields":{},"mappedFields":{"phoneNumber":null},"raw":{ "mobilephone" :null }},"#,
        r#"{"fields":{},"raw":{ "email" :"" }}]}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// `fields` and `mappedFields` of one record with a, B and ü.
fn entry(plain: &[&str], mapped: &[(&str, &str)], all: bool) -> String {
    let mut plan = sample::plan("contacts", plain);
    plan.fields.mapped = sample::mapped(mapped);
    plan.fields.all = all;
    let fields = [("a", "1.0"), ("B", "null"), ("Ü", "{\"x\": [1 ,2]}")];
    let envelope = build(&plan, &operation(), &[record("1", &fields)]).remove(0);
    let span = &envelope.index.records[0];
    let entry = std::str::from_utf8(&envelope.body[span.start as usize..span.end as usize]).unwrap();
    entry.split_once(r#","raw":"#).unwrap().0.to_owned()
}

#[test]
fn fields_are_those_asked_for_and_nulls_are_kept() {
    type Row = (&'static [&'static str], &'static [(&'static str, &'static str)], bool, &'static str);
    let rows: [Row; 7] = [
        (&[], &[], false, r#"{"fields":{}"#),
        (&["B", "missing", "A"], &[], false, r#"{"fields":{"b":null,"a":1.0}"#),
        (&["ü"], &[], false, r#"{"fields":{"ü":{"x": [1 ,2]}}"#),
        (
            &["a"],
            &[("a", "b"), ("No \"quotes\"", "A")],
            false,
            r#"{"fields":{"a":1.0},"mappedFields":{"a":null,"No \"quotes\"":1.0}"#,
        ),
        (&[], &[], true, r#"{"fields":{"a":1.0,"b":null,"ü":{"x": [1 ,2]}}"#),
        (&[], &[("bee", "B")], true, r#"{"fields":{"a":1.0,"ü":{"x": [1 ,2]}},"mappedFields":{"bee":null}"#),
        (&["b"], &[("bee", "B")], true, r#"{"fields":{"a":1.0,"b":null,"ü":{"x": [1 ,2]}},"mappedFields":{"bee":null}"#),
    ];
    for (plain, mapped, all, expected) in rows {
        assert_eq!(entry(plain, mapped, all), expected, "{plain:?} {mapped:?} {all}");
    }
}

/// SplitMix64: the same cases at every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % end
    }

    /// Mostly small records, some that nearly or more than fill a message.
    fn record(&mut self, place: usize) -> Record {
        let size = match self.below(20) {
            0 => 250_000 + self.below(100_000),
            1..4 => self.below(60_000),
            _ => self.below(3_000),
        };
        let text = ["x", "ü", "\\n7", "{\\\""][self.below(4) as usize].repeat(size as usize / 2);
        let fields =
            [("id", format!("\"{place}\"")), ("note", format!("\"{text}\"")), ("n", format!("{}.50", self.below(u64::MAX)))];
        let mut kept: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if self.below(4) == 0 {
            kept.swap(0, 2);
        }
        kept.truncate(1 + self.below(3) as usize);
        let modified_at = (self.below(3) > 0).then(|| Timestamp::from_millisecond(self.below(1 << 40) as i64).unwrap());
        Record { modified_at, deleted: self.below(9) == 0, ..record(&place.to_string(), &kept) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    result_info: ResultInfo,
    #[serde(borrow)]
    result: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultInfo {
    num_records: usize,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    raw: &'a RawValue,
}

/// Checks one message against the records it should hold, and says how many those were.
fn check_message(envelope: &Envelope, records: &[Record]) -> usize {
    let message: Message<'_> = serde_json::from_slice(&envelope.body).unwrap();
    let count = message.result.len();
    assert_eq!((message.result_info.num_records, envelope.index.records.len()), (count, count));
    assert!(envelope.body[envelope.index.result_info_at as usize..].starts_with(br#""resultInfo":{"#));
    for ((entry, span), record) in message.result.iter().zip(&envelope.index.records).zip(records) {
        assert_eq!(&envelope.body[span.start as usize..span.end as usize], entry.get().as_bytes());
        let Entry { raw } = serde_json::from_str(entry.get()).unwrap();
        assert_eq!(raw.get().as_bytes(), record.raw, "raw is untouched");
        let modified = record.modified_at.map(Timestamp::as_millisecond);
        assert_eq!((&span.id, span.modified_at_ms, span.deleted), (&record.id, modified, record.deleted));
    }
    let array = result_array(envelope);
    let result: Vec<&RawValue> = serde_json::from_slice(&array).unwrap();
    assert_eq!(
        result.iter().map(|entry| entry.get()).collect::<Vec<_>>(),
        message.result.iter().map(|entry| entry.get()).collect::<Vec<_>>()
    );
    count
}

/// Splits a page and checks every message; no message could have taken the first record of the next.
fn check_split(plan: &ReadPlan, operation: &OperationInfo, records: &[Record]) -> Vec<Uuid> {
    let envelopes = build(plan, operation, records);
    let mut left = records;
    for (place, envelope) in envelopes.iter().enumerate() {
        let count = check_message(envelope, left);
        assert!(count == 1 || envelope.body.len() <= MESSAGE_BYTES_MAX, "{} bytes hold {count} records", envelope.body.len());
        if let Some(next) = envelopes.get(place + 1) {
            let first = &next.index.records[0];
            let joined =
                envelope.body.len() + 1 + (first.end - first.start) as usize + ((count + 1).ilog10() - count.ilog10()) as usize;
            assert!(joined > MESSAGE_BYTES_MAX, "record {} would have fitted", first.id);
        }
        left = &left[count..];
    }
    assert!(left.is_empty(), "{} records are lost", left.len());
    assert_eq!(build(plan, operation, records), envelopes, "the same page makes the same messages");
    envelopes.iter().map(|envelope| envelope.id).collect()
}

#[test]
fn splitting_loses_nothing_and_ids_are_unique_and_stable() {
    let mut ids = HashSet::new();
    let mut messages = 0;
    for seed in 0..16 {
        let mut seeded = Seeded(seed);
        let mut plan = sample::plan("contacts", &["id", "n", "note"]);
        plan.fields.mapped = sample::mapped(&[("Note", "note")]);
        plan.fields.all = seeded.below(4) == 0;
        let records: Vec<Record> = (0..seeded.below(60) as usize).map(|place| seeded.record(place)).collect();
        let operation = OperationInfo { page: seed as u32, ..operation() };
        let made = check_split(&plan, &operation, &records);
        messages += made.len();
        ids.extend(made);
    }
    assert!(messages > 30 && ids.len() == messages, "{messages} messages, {} ids", ids.len());
}

#[test]
fn the_limit_is_met_to_the_byte() {
    let plan = sample::plan("contacts", &[]);
    let sized = |size: usize| Record { raw: Bytes::from(format!("\"{}\"", "x".repeat(size))), ..record("1", &[]) };
    let empty = build(&plan, &operation(), &[sized(0), sized(0)])[0].body.len();
    let room = MESSAGE_BYTES_MAX - empty;
    for (size, messages) in [(room, 1), (room + 1, 2)] {
        let envelopes = build(&plan, &operation(), &[sized(size), sized(0)]);
        assert_eq!(envelopes.len(), messages, "{size}");
        assert_eq!(envelopes[0].body.len() == MESSAGE_BYTES_MAX, messages == 1);
    }
    assert!(build(&plan, &operation(), &[]).is_empty(), "no records, no message");
}

#[test]
fn ids_sort_by_time_and_differ_by_what_makes_the_message() {
    let plan = sample::plan("contacts", &[]);
    let id = |operation: OperationInfo| build(&plan, &operation, &[record("1", &[])])[0].id;
    let first = id(operation());
    let milliseconds = format!("{:012x}", operation().time.as_millisecond());
    assert_eq!((first.get_version_num(), &first.simple().to_string()[..12]), (8, milliseconds.as_str()));
    let later = OperationInfo { time: operation().time + jiff::SignedDuration::from_millis(1), ..operation() };
    assert!(id(later) > first);
    assert!(id(OperationInfo { page: 2, ..operation() }) > id(OperationInfo { page: 1, ..operation() }), "and by page");
    let others = [
        OperationInfo { page: 1, ..operation() },
        OperationInfo { id: Uuid::from_u128(7), ..operation() },
        OperationInfo { page: 1 << 31, ..operation() },
    ];
    let ids: HashSet<Uuid> = others.into_iter().map(id).chain([first]).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(first.to_string(), "0199e0a8-227b-8000-a3b8-f44519f7ba51", "stable over releases");
}

#[test]
fn the_url_form_keeps_everything_but_the_records() {
    let envelope = example();
    let url = url_form(&envelope, "https://x/downloads/1?expires=2&signature=\"");
    let (inline, _) = EXAMPLE.split_once(r#""resultInfo""#).unwrap();
    let expected = format!(
        r#"{inline}"resultInfo":{{"type":"url","downloadUrl":"https://x/downloads/1?expires=2&signature=\"","numRecords":1}}}}"#
    );
    assert_eq!(String::from_utf8(url.clone()).unwrap(), expected);
    serde_json::from_slice::<Value>(&url).unwrap();
}

#[test]
fn a_records_data_are_its_fields_and_mapped_ones_win() {
    let mut plan = sample::plan("contacts", &["id", "phone", "n"]);
    plan.fields.mapped = sample::mapped(&[("phone", "mobile"), ("Städt\"e", "city")]);
    let fields = [("id", "\"7\""), ("phone", "\"old\""), ("n", "1.50"), ("mobile", "\"new\""), ("city", "[ 1 ]")];
    let records = [record("6", &[("id", "\"6\"")]), record("7", &fields), record("8", &[])];
    let envelope = &build(&plan, &operation(), &records)[0];
    let data =
        |place: usize| String::from_utf8(record_data(&envelope.body, &envelope.index.records[place]).unwrap().into()).unwrap();
    assert_eq!(data(0), r#"{"id":"6"}"#);
    assert_eq!(data(1), r#"{"id":"7","n":1.50,"phone":"new","Städt\"e":[ 1 ]}"#);
    assert_eq!(data(2), "{}");
    let whole = &envelope.index.records[1];
    for (start, end) in [(whole.start + 1, whole.end), (whole.end, whole.start), (0, u32::MAX)] {
        let span = RecordSpan { start, end, ..whole.clone() };
        assert_eq!(record_data(&envelope.body, &span), None, "{start}..{end}");
    }
}

#[test]
fn paths_values_and_associations_stand_where_the_contract_has_them() {
    let mut plan = sample::plan("deals", &["$['address']['city']", "stage", "$['address']['zip']"]);
    plan.fields.mapped = sample::mapped(&[
        ("$['info']['state']", "$['address']['state']"),
        ("$['info']['tags']", "tags"),
        ("$['info']['deep']['none']", "missing"),
        ("phase", "Stage"),
    ]);
    plan.fields.values = [
        ("stage", vec![("scheduled", "open"), ("7", "seven")]),
        ("$['address']['state']", vec![("SH", "Schleswig")]),
        ("tags", vec![("a", "A")]),
    ]
    .map(|(field, pairs)| (field.to_owned(), pairs.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect()))
    .into();
    let address = r#"{ "city":"Kiel", "state":"SH"}"#;
    let mut one = record("1", &[("Address", address), ("stage", r#""sche\u0064uled""#), ("tags", r#"["a", "b",1]"#)]);
    one.associations = vec![("companies".to_owned(), Bytes::from_static(br#"[{"id":"9"}]"#))];
    let records = [one, record("2", &[("stage", "7"), ("address", "null")]), record("3", &[("stage", "null")])];
    let envelope = build(&plan, &operation(), &records).remove(0);
    let text = body_text(&envelope);
    for part in [
        r#"{"fields":{"$['address']['city']":"Kiel","stage":"open"},"mappedFields":{"info":{"state":"Schleswig","tags":["A","b",1]},"phase":"open"},"associations":{"companies":[{"id":"9"}]},"raw":{ "Address""#,
        r#"{"fields":{"stage":"seven"},"mappedFields":{"phase":"seven"},"raw""#,
        r#"{"fields":{"stage":null},"mappedFields":{"phase":null},"raw""#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    serde_json::from_str::<Value>(text).unwrap();

    plan.fields.all = true;
    let text = body_text(&build(&plan, &operation(), &records)[0]).to_owned();
    let all =
        r#"{"fields":{"address":{ "city":"Kiel", "state":"SH"},"stage":"open","$['address']['city']":"Kiel"},"mappedFields""#;
    assert!(text.contains(all), "{text}");
}
