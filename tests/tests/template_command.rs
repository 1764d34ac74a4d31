//! `ampline template`, the real binary: keys of the documented examples, problems with a caret under their place, exit codes.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use ampline_tests::runtime::binary;
use serde_json::{Value, json};

const EVENT_ID: &str = "0199e0a8-227b-8000-a3b8-f44519f7ba51";
const OPERATION_ID: &str = "0199e0a8-149d-7ee9-9f50-0514403517f9";
const INSTALLATION_ID: &str = "085353b1-07f1-4209-b471-7e028c0a68c8";

fn run(arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(binary());
    command.arg("template").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read its input may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

/// The exit code, and what was printed.
fn text(arguments: &[&str], stdin: &str) -> (i32, String) {
    let output = run(arguments, stdin);
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn json_of(arguments: &[&str], stdin: &str) -> (i32, Value) {
    let (code, out) = text(&[arguments, &["--format", "json"]].concat(), stdin);
    (code, serde_json::from_str(&out).unwrap())
}

#[test]
fn the_documented_examples_have_keys() {
    let default = format!("2025-10-14T02:58:59.323405308Z_{EVENT_ID}.json");
    let rows: [(&[&str], String); 12] = [
        (&["--for", "s3"], default.clone()),
        (&["--for", "s3", "--expression", r#"join('', [time.rfc3339_nano, '_', metadata."event-id", '.json'])"#], default),
        (
            &["--for", "s3", "--expression", "join('/', [metadata.objectName, metadata.operationId])"],
            format!("contacts/{OPERATION_ID}"),
        ),
        (
            &["--for", "s3", "--expression", r#"join('/', [metadata.objectName, time.date, metadata."event-id"])"#],
            format!("contacts/2025-10-14/{EVENT_ID}"),
        ),
        (
            &["--for", "s3", "--expression", "join('/', [data.installationId, metadata.operationId])"],
            format!("{INSTALLATION_ID}/{OPERATION_ID}"),
        ),
        (
            &["--for", "s3", "--expression", "time.rfc3339_nano", "--event-time", "2025-10-14T04:58:59.100+02:00"],
            "2025-10-14T02:58:59.1Z".to_owned(),
        ),
        (&["--for", "kinesis"], EVENT_ID.to_owned()),
        (&["--for", "kinesis", "--expression", "data.installationId"], INSTALLATION_ID.to_owned()),
        (&["--for", "kinesis", "--expression", "data.groupRef"], "group-id-1".to_owned()),
        (&["--for", "kinesis", "--expression", "join('_', [data.groupRef, data.objectName])"], "group-id-1_contacts".to_owned()),
        (&["--for", "kinesis", "--expression", "data.operationId"], OPERATION_ID.to_owned()),
        (&["--for", "kinesis", "--expression", "data.user_id", "--message", "-"], "1000000".to_owned()),
    ];
    for (arguments, expected) in rows {
        let (code, out) = text(arguments, r#"{"user_id":1000000}"#);
        assert_eq!((code, out.lines().next()), (0, Some(expected.as_str())), "{arguments:?}: {out}");
        let (code, report) = json_of(arguments, r#"{"user_id":1000000}"#);
        assert_eq!((code, &report["key"], &report["note"]), (0, &json!(expected), &Value::Null), "{arguments:?}");
        assert!(report["issues"].as_array().unwrap().iter().all(|issue| issue["fatal"] == false));
    }
}

#[test]
fn people_see_where_a_template_is_wrong() {
    let (code, out) = text(&["--for", "s3", "--expression", "join('/', ['ü', metadata.event-id])"], "");
    let expected = "\
error: `event-id` has a hyphen: put the name in double quotes, metadata.\"event-id\"
  join('/', ['ü', metadata.event-id])
                                ^
";
    assert_eq!((code, out.as_str()), (1, expected), "{out}");
    let (code, out) =
        text(&["--for", "s3", "--expression", "join('/', [\n  metadata.objectname,\n  metadata.\"event-id\"\n])"], "");
    let expected = "\
error: `metadata` has no `objectname`; did you mean metadata.objectName?
    metadata.objectname,
             ^
";
    assert_eq!((code, out.as_str()), (1, expected), "{out}");
    let (code, out) =
        text(&["--for", "s3", "--check-only", "--expression", r#"join('/', [time.date, metadata."event-id"])"#], "");
    assert_eq!((code, out.as_str()), (0, "the template is sound\n"));
    let (code, out) = text(&["--for", "s3", "--expression", "time.date"], "");
    assert!(code == 0 && out.starts_with("2025-10-14\nwarning: nothing makes the key unique for each message"), "{out}");
}

#[test]
fn programs_read_what_became_of_it() {
    let hyphen = "`event-id` has a hyphen: put the name in double quotes, metadata.\"event-id\"";
    let (code, report) = json_of(&["--for", "s3", "--check-only", "--expression", "metadata.event-id"], "");
    let expected = json!({"key": null, "note": null, "issues": [{"position": 14, "message": hyphen, "fatal": true}]});
    assert_eq!((code, report), (1, expected));

    let folder = tempfile::tempdir().unwrap();
    let metadata = folder.path().join("metadata.json");
    std::fs::write(&metadata, r#"{"objectName": "deals"}"#).unwrap();
    let metadata = metadata.to_str().unwrap();
    let keyed = |purpose, expression| json_of(&["--for", purpose, "--expression", expression, "--metadata", metadata], "");
    let (code, report) = keyed("s3", "join('/', [metadata.objectName, metadata.operationId, metadata.\"event-id\"])");
    assert_eq!((code, &report["key"]), (1, &Value::Null));
    let reason = report["issues"][0]["message"].as_str().unwrap();
    assert!(reason.contains("element 2 of 3 of its list (`metadata.operationId`) is null"), "{reason}");
    let (code, report) = keyed("kinesis", "metadata.operationId");
    assert_eq!((code, &report["key"]), (0, &json!(EVENT_ID)));
    assert!(report["note"].as_str().unwrap().contains("`metadata.operationId` is null for this message"), "{report}");
    assert!(report["issues"][0]["message"].as_str().unwrap().contains("null for messages of subscribe events"));
    let (code, report) = json_of(&["--for", "s3", "--expression", "data.v", "--message", "-"], r#"{"v":"/x"}"#);
    assert!(code == 1 && report["issues"][0]["message"].as_str().unwrap().contains("does not begin with `/`: `/x`"), "{report}");
}

#[test]
fn what_cannot_be_read_is_another_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = folder.path().join("metadata.json");
    std::fs::write(&metadata, r#"{"objectname": "deals"}"#).unwrap();
    let rows: [(&[&str], &str); 6] = [
        (&["--for", "s3", "--message", "/nowhere/message.json"], "cannot read /nowhere/message.json"),
        (&["--for", "s3", "--message", "-", "--metadata", "-"], "not both"),
        (&["--for", "s3", "--metadata", metadata.to_str().unwrap()], "`objectname` is no key of it"),
        (&["--for", "s3", "--metadata", "-"], "not an object of JSON"),
        (&["--for", "redis"], "invalid value 'redis'"),
        (&["--for", "s3", "--event-time", "yesterday"], "invalid value 'yesterday'"),
    ];
    for (arguments, reason) in rows {
        let output = run(arguments, "[]");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(reason), "{arguments:?}: {told}");
    }
}
