//! What templates render: the documented examples, the forms of values, the rules of each purpose.

use super::*;

const EVENT_ID: &str = "0199e0a8-227b-8000-a3b8-f44519f7ba51";
const OPERATION_ID: &str = "0199e0a8-149d-7ee9-9f50-0514403517f9";

fn render_at(purpose: Purpose, expression: &str, data: &str, time: &str, operation: bool) -> Result<Rendered, String> {
    let mut metadata = sample::metadata();
    if !operation {
        metadata.operation_id = None;
    }
    let template = Template::compile(purpose, expression).map_err(|issues| format!("not compiled: {issues:?}"))?;
    template.render(&Context { metadata: &metadata, time: time.parse().unwrap(), data: data.as_bytes() })
}

const TIME: &str = "2025-10-14T02:58:59.323405308Z";

/// The text of an object key over the sample message.
fn key(expression: &str) -> Result<String, String> {
    render_at(Purpose::ObjectKey, expression, sample::MESSAGE, TIME, true).map(|rendered| {
        assert_eq!(rendered.note, None);
        rendered.text
    })
}

#[test]
fn the_documented_examples() {
    let rows = [
        (DEFAULT_OBJECT_KEY, format!("{TIME}_{EVENT_ID}.json")),
        ("join('/', [metadata.objectName, metadata.operationId])", format!("contacts/{OPERATION_ID}")),
        (r#"join('/', [metadata.objectName, time.date, metadata."event-id"])"#, format!("contacts/2025-10-14/{EVENT_ID}")),
        (
            "join('/', [data.installationId, metadata.operationId])",
            format!("085353b1-07f1-4209-b471-7e028c0a68c8/{OPERATION_ID}"),
        ),
        ("data.installationId", "085353b1-07f1-4209-b471-7e028c0a68c8".to_owned()),
        ("data.groupRef", "group-id-1".to_owned()),
        ("join('_', [data.groupRef, data.objectName])", "group-id-1_contacts".to_owned()),
        ("data.operationId", OPERATION_ID.to_owned()),
        (DEFAULT_PARTITION_KEY, EVENT_ID.to_owned()),
        ("data.result[0].fields.id", "438".to_owned()),
        ("data.result[?fields.firstname == 'Maria'].raw.properties.email | [0]", "maria@example.com".to_owned()),
        ("length(data.result)", "1".to_owned()),
    ];
    for (expression, expected) in rows {
        assert_eq!(key(expression), Ok(expected), "{expression}");
    }
    let user = render_at(Purpose::PartitionKey, "data.user_id", r#"{"user_id": 4711}"#, TIME, true).unwrap();
    assert_eq!(user, Rendered { text: "4711".to_owned(), note: None });
}

#[test]
fn metadata_has_the_names_of_its_json_form() {
    let metadata = serde_json::to_value(sample::metadata()).unwrap();
    let mut names: Vec<&str> = metadata.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut known = names::METADATA;
    known.sort_unstable();
    assert_eq!(names, known);
    for (name, value) in metadata.as_object().unwrap() {
        assert_eq!(key(&format!("metadata.\"{name}\"")).as_deref(), Ok(value.as_str().unwrap()));
    }
}

/// Expected are the values of [`names::TIME`], in its order.
fn check_time(time: &str, expected: &str) {
    assert_eq!(expected.split(' ').count(), names::TIME.len(), "{expected}");
    for (name, expected) in names::TIME.iter().zip(expected.split(' ')) {
        let rendered = render_at(Purpose::Text, &format!("time.{name}"), "{}", time, true).unwrap();
        assert_eq!(rendered.text, expected, "time.{name} of {time}");
    }
}

#[test]
fn times_are_texts_of_the_event_in_utc() {
    check_time(
        "2025-10-14T02:58:59.323405308Z",
        "2025 10 14 02 58 59 2025-10-14 2025-10-14T02:58:59 1760410739 2025-10-14T02:58:59Z 2025-10-14T02:58:59.323405308Z",
    );
    check_time(
        "2025-01-02T05:04:05.100+02:00",
        "2025 01 02 03 04 05 2025-01-02 2025-01-02T03:04:05 1735787045 2025-01-02T03:04:05Z 2025-01-02T03:04:05.1Z",
    );
    check_time(
        "0099-12-31T23:59:59Z",
        "0099 12 31 23 59 59 0099-12-31 0099-12-31T23:59:59 -59011459201 0099-12-31T23:59:59Z 0099-12-31T23:59:59Z",
    );
    check_time(
        "1969-12-31T23:59:59.5Z",
        "1969 12 31 23 59 59 1969-12-31 1969-12-31T23:59:59 -1 1969-12-31T23:59:59Z 1969-12-31T23:59:59.5Z",
    );
}

#[test]
fn values_have_one_form() {
    let rows = [
        ("1000000", "1000000"),
        ("1e6", "1000000"),
        ("100.0", "100"),
        ("-0.0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.50", "1.5"),
        ("0.1", "0.1"),
        ("1e-7", "1e-7"),
        ("1.7976931348623157e308", "1.7976931348623157e308"),
        ("true", "true"),
        ("false", "false"),
        (r#""ü\n\u00e9\ud83d\ude00""#, "ü\né😀"),
        (r#""a\ud800\n\"b""#, "a\u{fffd}\n\"b"),
        (r#"{ "z" : [ 1.50 , "x y\"[ 1 ]" , null ] , "a" : { } }"#, r#"{"z":[1.5,"x y\"[ 1 ]",null],"a":{}}"#),
        ("[ ]", "[]"),
        ("[ 1e400 , 1e6 ]", "[1e400,1000000]"),
    ];
    for (json, expected) in rows {
        for (expression, message) in [("data.v", format!(r#"{{"w":1, "v" : {json} }}"#)), ("data", json.to_owned())] {
            let rendered = render_at(Purpose::Text, expression, &message, TIME, true);
            assert_eq!(rendered.as_ref().map(|rendered| rendered.text.as_str()), Ok(expected), "{expression} of {message}");
        }
    }
    let exact = "data.a == data.b";
    let rendered = render_at(Purpose::Text, exact, r#"{"a":9007199254740993,"b":9007199254740992}"#, TIME, true).unwrap();
    assert_eq!(rendered.text, "false");
}

/// A template, the message, and what the reason says.
#[test]
fn object_keys_that_cannot_be_are_refused_with_a_reason() {
    let long = format!(r#"{{"v":"{}"}}"#, "ü".repeat(513));
    let rows = [
        ("metadata.operationId", "{}", "`metadata.operationId` is null for this message"),
        ("data.nothing", "{}", "`data.nothing` is null for this message"),
        ("data.v", r#"{"v":""}"#, "`data.v` is empty for this message"),
        (
            "join('/', [metadata.objectName, metadata.operationId])",
            "{}",
            "element 2 of 2 of its list (`metadata.operationId`) is null",
        ),
        ("join('/', data.v)", r#"{"v":["a",null]}"#, "element 2 of 2 of its list is null"),
        (
            "join('/', [metadata.topic, data.v])",
            r#"{"v":7}"#,
            "element 2 of 2 of its list (`data.v`) is a number; make it a text: to_string(data.v)",
        ),
        ("join('/', data.v)", r#"{"v":"a"}"#, "`join` takes a list of texts as its 2nd argument, given a text by `data.v`"),
        ("sort_by(data.v, &k)[0].k", r#"{"v":[{"k":1},{"k":"x"}]}"#, "`k` of element 2 is a text"),
        ("data.v", r#"{"v":"/a"}"#, "does not begin with `/`: `/a`"),
        ("data.v", r#"{"v":"a/../b"}"#, "no `..` between its slashes: `a/../b`"),
        ("data.v", r#"{"v":"."}"#, "no `.` between its slashes"),
        ("data.v", r#"{"v":"a\nb"}"#, "here is U+000A: `a\\nb`"),
        ("data.v", r#"{"v":"a\u0085b"}"#, "here is U+0085"),
        ("data.v", &long, "the key has 1026 bytes of UTF-8, an object key at most 1024: `üü"),
        ("data.v", "{\"v\":", "the message is not JSON: "),
        ("data.v", "garbage", "the message is not JSON: "),
        ("data.v", "", "the message is not JSON: "),
        ("data.v", "{} {}", "the message is not JSON: "),
    ];
    for (expression, message, expected) in rows {
        let reason = render_at(Purpose::ObjectKey, expression, message, TIME, false).unwrap_err();
        assert!(reason.contains(expected), "{expression} of {message}: {reason}");
        assert!(reason.len() < 600, "{reason}");
    }
    let longest = format!(r#"{{"v":"{}"}}"#, "ü".repeat(512));
    for message in [r#"{"v":"a//b"}"#, r#"{"v":"a/...b/.c"}"#, longest.as_str()] {
        assert!(render_at(Purpose::ObjectKey, "data.v", message, TIME, false).is_ok(), "{message}");
    }
    assert_eq!(key("metadata.topic").as_deref(), Ok("read"), "a message that is not reached is not parsed");
    assert!(render_at(Purpose::ObjectKey, "metadata.topic", "garbage", TIME, true).is_ok());
}

#[test]
fn partition_keys_fall_back_to_the_event_id_and_say_so() {
    let rows = [
        (
            "metadata.operationId",
            "{}",
            "the event id is the partition key, because `metadata.operationId` is null for this message",
        ),
        ("data.user_id", "{}", "because `data.user_id` is null for this message"),
        ("data.v", r#"{"v":""}"#, "because `data.v` is empty for this message"),
        ("abs(data.v)", r#"{"v":"x"}"#, "because `abs` takes a number as its 1st argument, given a text by `data.v`"),
        ("join('_', [data.groupRef])", "{}", "(`data.groupRef`) is null"),
        ("data.v", "garbage", "because the message is not JSON"),
    ];
    for (expression, message, expected) in rows {
        let Rendered { text, note } = render_at(Purpose::PartitionKey, expression, message, TIME, false).unwrap();
        assert_eq!(text, EVENT_ID, "{expression} of {message}");
        assert!(note.as_ref().is_some_and(|note| note.contains(expected)), "{expression} of {message}: {note:?}");
    }
    for (chars, good) in [(256, true), (257, false)] {
        let message = format!(r#"{{"v":"{}"}}"#, "😀".repeat(chars));
        let rendered = render_at(Purpose::PartitionKey, "data.v", &message, TIME, false);
        assert_eq!(rendered.is_ok(), good, "{chars}: {rendered:?}");
        if let Err(reason) = rendered {
            assert!(reason.starts_with("the key has 257 characters, a partition key at most 256: `😀"), "{reason}");
        }
    }
}

#[test]
fn a_retry_renders_the_same() {
    let template = Template::compile(Purpose::ObjectKey, DEFAULT_OBJECT_KEY).unwrap();
    let metadata = sample::metadata();
    let context = Context { metadata: &metadata, time: sample::time(), data: sample::MESSAGE.as_bytes() };
    let first = template.render(&context);
    assert!(first.is_ok() && (0..3).all(|_| template.clone().render(&context) == first));
    assert_eq!(serde_json::from_str::<serde_json::Value>(sample::MESSAGE).unwrap()["operationTime"], sample::time().to_string());
}
