//! What shows without a message: each fault with its place (characters from 0) and its remedy, each surprise as a warning.

use super::*;

fn faults(purpose: Purpose, expression: &str) -> Vec<(Option<usize>, String)> {
    check(purpose, expression).into_iter().filter(|issue| issue.fatal).map(|issue| (issue.position, issue.message)).collect()
}

#[test]
fn faults_have_a_place_and_a_remedy() {
    let rows: [(&str, usize, &str); 53] = [
        // Syntax.
        ("metadata.event-id", 14, "`event-id` has a hyphen: put the name in double quotes, metadata.\"event-id\""),
        ("join('/', [time.date, metadata.event-id])", 36, "metadata.\"event-id\""),
        ("data.user-1", 9, "data.\"user-1\""),
        ("x-id", 1, "`x-id` has a hyphen: put the name in double quotes, \"x-id\""),
        ("join('/', [metadata.topic, time.date)", 36, "`[` is closed by `)`; write `]`"),
        ("join('/', [metadata.topic]", 4, "`(` is never closed; `)` is missing"),
        ("metadata.topic)", 14, "`)` closes nothing; remove it"),
        ("join('/, [metadata.topic])", 5, "the quote ' is opened here and never closed"),
        ("join('/' [metadata.topic])", 10, "expected number, ':', or '*', found `metadata`"),
        ("join('/', [metadata.topic time.date])", 26, "a comma, a dot or an operator is missing between `topic` and `time`"),
        ("join('/', [metadata.topic,, time.date])", 26, "missing before `,`"),
        ("join('/', [metadata.topic,])", 26, "an element is missing between the comma and `]`"),
        ("metadata.", 9, "found the end of the template"),
        ("metadata..topic", 9, "found `.`"),
        ("metadata.topic = 'x'", 15, "compare with `==`"),
        ("metadata.topic + 'x'", 15, "JMESPath has no `+`: JMESPath puts texts together with join('', [a, b])"),
        ("${metadata.topic}", 0, "`$` means nothing in JMESPath"),
        ("{{metadata.topic}}", 0, "a template is one JMESPath expression, without {{ }}"),
        ("/contacts/file", 0, "a template does not begin with `/`"),
        ("metadata.topic/time.date", 14, "join('/', [a, b])"),
        ("metadata.topic % 2", 15, "`%` means nothing in JMESPath"),
        ("join(‘/’, [metadata.topic])", 5, "a typographic quote"),
        ("`x`", 0, "between backticks stands JSON"),
        ("\"\\x\"", 0, "in double quotes a backslash begins an escape of JSON"),
        ("\"join\"('/', [time.date])", 6, "a function's name stands without quotes"),
        ("@('x')", 2, "only a function's name may stand before `(`"),
        ("data.a[99999999999]", 7, "no number that an index can have"),
        ("join('ü', [metadata.event-id])", 25, "metadata.\"event-id\""),
        ("metadata.topic ||", 17, "ends too early"),
        // Functions.
        ("jion('/', [time.date])", 0, "JMESPath has no function `jion`; did you mean join?"),
        ("concat(time.date, 'x')", 0, "did you mean join?"),
        ("Join('/', [time.date])", 0, "did you mean join?"),
        ("toString(time.date)", 0, "did you mean to_string?"),
        ("frobnicate(time.date)", 0, "there are abs, avg, ceil"),
        ("join('/', time.date, 'x')", 0, "`join` takes 2 arguments (a text, a list of texts), given 3"),
        ("to_string()", 0, "`to_string` takes 1 argument (anything), given 0"),
        ("not_null()", 0, "`not_null` takes at least 1 argument (anything), given 0"),
        ("join('/', time.date)", 0, "`join` takes a list of texts as its 2nd argument, given a text by `time.date`"),
        ("join(`1`, [time.date])", 0, "`join` takes a text as its 1st argument, given a number (`\u{60}1\u{60}`)"),
        ("join('/', [time.date, `1`])", 0, "element 2 of 2 of its list (`\u{60}1\u{60}`) is a number"),
        ("join('/', [metadata, time.date])", 0, "element 1 of 2 of its list (`metadata`) is an object"),
        ("abs(time.year)", 0, "`abs` takes a number as its 1st argument, given a text by `time.year`"),
        // Names.
        ("meta.topic", 0, "`meta` is no namespace; a template has metadata, time and data; did you mean metadata?"),
        ("Metadata.topic", 0, "did you mean metadata?"),
        ("objectName", 0, "did you mean metadata.objectName?"),
        ("groupRef", 0, "did you mean data.groupRef?"),
        ("join(\"/\", [time.date])", 5, "\"/\" in double quotes is the name of a field; a text stands in single quotes, '/'"),
        ("metadata.operationid", 9, "`metadata` has no `operationid`; did you mean metadata.operationId?"),
        ("metadata.eventId", 9, "did you mean metadata.\"event-id\"?"),
        ("join('', [metadata.event_id])", 19, "did you mean metadata.\"event-id\"?"),
        ("time.Year", 5, "did you mean time.year?"),
        ("time.rfc3339nano", 5, "did you mean time.rfc3339_nano?"),
        ("metadata.topic.name", 15, "`name` is looked for in a text, which has no fields"),
    ];
    for (expression, position, expected) in rows {
        let found = faults(Purpose::ObjectKey, expression);
        let meant = found.iter().any(|(at, message)| *at == Some(position) && message.contains(expected));
        assert!(meant, "{expression}: {found:?}");
        assert!(Template::compile(Purpose::ObjectKey, expression).is_err(), "{expression}");
    }
}

#[test]
fn all_faults_of_names_are_reported_at_once() {
    let found = faults(Purpose::ObjectKey, "join('/', [metadata.objectname, tiem.date, metadata.topik, metadata.topik])");
    let places: Vec<_> = found.iter().map(|(position, _)| position.unwrap()).collect();
    assert_eq!(places, [20, 32, 52, 68], "{found:?}");
}

/// A template that is the same for every message is tried at once.
#[test]
fn constants_are_tried_at_once() {
    let rows = [
        (Purpose::ObjectKey, "'/x'", Some("does not begin with `/`")),
        (Purpose::ObjectKey, "''", Some("the template is empty for every message")),
        (Purpose::ObjectKey, "`null`", Some("the template is null for every message")),
        (Purpose::ObjectKey, "'x'", None),
        (Purpose::PartitionKey, "''", None),
        (Purpose::PartitionKey, "'x'", None),
        (Purpose::ObjectKey, "[::0]", None),
        (Purpose::ObjectKey, "", Some("the template is empty: write a JMESPath expression")),
        (Purpose::PartitionKey, " ", Some("the template is empty: write a JMESPath expression")),
    ];
    for (purpose, expression, expected) in rows {
        let found = faults(purpose, expression);
        match expected {
            Some(expected) => assert!(found.iter().any(|(_, message)| message.contains(expected)), "{expression}: {found:?}"),
            None if expression == "[::0]" => assert!(!found.is_empty(), "a slice in steps of 0 fails for every message"),
            None => assert_eq!(found, [], "{expression}"),
        }
    }
}

#[test]
fn warnings_do_not_stop_anybody() {
    const NULL: &str = "is null for messages of subscribe events";
    const ONE_OPERATION: &str = "one operation id";
    const NOT_UNIQUE: &str = "nothing makes the key unique";
    const CONSTANT: &str = "the same for every message";
    const LIST: &str = "gives a list, which is written as JSON";
    const OBJECT: &str = "gives an object, which is written as JSON";
    let rows: [(Purpose, &str, &[&str]); 22] = [
        (Purpose::ObjectKey, DEFAULT_OBJECT_KEY, &[]),
        (Purpose::PartitionKey, DEFAULT_PARTITION_KEY, &[]),
        (Purpose::ObjectKey, "join('/', [metadata.objectName, metadata.operationId])", &[NULL, ONE_OPERATION]),
        (Purpose::ObjectKey, r#"join('/', [metadata.objectName, time.date, metadata."event-id"])"#, &[]),
        (Purpose::ObjectKey, r#"join('/', [metadata.operationId, metadata."event-id"])"#, &[NULL]),
        (Purpose::ObjectKey, r#"join('/', [not_null(metadata.operationId, '-'), metadata."event-id"])"#, &[]),
        (Purpose::ObjectKey, r#"join('/', [metadata.operationId || '-', metadata."event-id"])"#, &[]),
        (Purpose::ObjectKey, r#"join('/', [not_null(data.x, metadata.operationId), metadata."event-id"])"#, &[NULL]),
        (Purpose::ObjectKey, r#"metadata.operationId == 'x' && 'a' || metadata."event-id""#, &[]),
        (Purpose::ObjectKey, "join('/', [metadata.objectName, time.date])", &[NOT_UNIQUE]),
        (Purpose::ObjectKey, "time.rfc3339_nano", &[NOT_UNIQUE]),
        (Purpose::ObjectKey, "data.result[0].fields.id", &[NOT_UNIQUE]),
        (Purpose::ObjectKey, "'latest.json'", &[CONSTANT]),
        (Purpose::PartitionKey, "'x'", &[CONSTANT]),
        (Purpose::PartitionKey, "''", &[CONSTANT, "is empty for every message"]),
        (Purpose::PartitionKey, "metadata.operationId", &[NULL]),
        (Purpose::PartitionKey, "data.user_id", &[]),
        (Purpose::ObjectKey, r#"metadata["event-id"]"#, &[]),
        (Purpose::ObjectKey, r#"[metadata."event-id"]"#, &[LIST]),
        (Purpose::ObjectKey, "metadata", &[OBJECT]),
        (Purpose::ObjectKey, "join('/', values(metadata))", &[]),
        (Purpose::Text, "time.date", &[]),
    ];
    for (purpose, expression, expected) in rows {
        let found = check(purpose, expression);
        if expression == r#"metadata["event-id"]"# {
            // Not JavaScript: brackets hold indexes; the parser refuses it.
            assert!(found.iter().any(|issue| issue.fatal), "{found:?}");
            continue;
        }
        assert!(
            found.iter().all(|issue| !issue.fatal) && Template::compile(purpose, expression).is_ok(),
            "{expression}: {found:?}"
        );
        assert_eq!(found.len(), expected.len(), "{expression}: {found:?}");
        for expected in expected {
            assert!(found.iter().any(|issue| issue.message.contains(expected)), "{expression}: {found:?}");
        }
    }
}

#[test]
fn an_issue_counts_characters_from_one_for_people() {
    let issue = check(Purpose::ObjectKey, "metadata.event-id").remove(0);
    assert!(issue.to_string().starts_with("at character 15: `event-id` has a hyphen"), "{issue}");
}
