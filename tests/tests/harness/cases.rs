//! Authors' cases: what fits passes, what differs is told with its place, and faults of a file name file, line and remedy.

use std::{fs, path::Path};

use ampline_sink_test::{Report, Status};
use ampline_tests::guests::SOUND;
use tempfile::TempDir;

use crate::{failed, harness};

const HEAD: &str = "config: {url: \"https://sink.example/in\"}\n";
const ONE: &str = "envelopes:\n  - records: [{id: \"1\", name: Ada}]\n";

/// Files with a fault, and what is told of it.
const FAULTY: &[(&str, &str)] = &[
    ("expect: {outcomes: deliverd}", "case.yaml:1:10: \"deliverd\" is none of delivered"),
    ("about: x", "case.yaml:1:1: missing field `expect`"),
    ("expect: {outcomes: delivered}\nenvelops: []", "case.yaml:2:1: envelops: unknown field `envelops`"),
    (
        "expect: {outcomes: delivered}\nenvelopes:\n  - {records: [{name: x}]}",
        "case.yaml:3:16: a record is a mapping with an `id`",
    ),
    ("expect: {outcomes: delivered}\nenvelopes:\n  - {body: x, message: {}}", "case.yaml:3:5: an envelope has one of"),
    ("expect: {outcomes: delivered}\nenvelopes:\n  - {messageFile: none.json}", "none.json cannot be read"),
    (
        "expect: {outcomes: delivered}\nanswers:\n  - {fault: htp.500}",
        "case.yaml:3:6: this answer \"htp.500\" is no fault; there are: timeout",
    ),
    (
        "expect: {outcomes: delivered}\nanswers:\n  - {http: {status: 20}}",
        "case.yaml:3:13: this answer should be a number from 100",
    ),
    ("expect: {calls: [{http: {url: {$contain: x}}}]}", "case.yaml:1:32: is no pattern: write"),
    ("expect: {outcomes: delivered}\nfaults: [everything]", "case.yaml:2:10: \"everything\" is no fault"),
    ("expect: [", "case.yaml:"),
    ("expect: {calls: []}\nexpect: snapshot", "case.yaml:2:1: the key \"expect\" stands here twice"),
];

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The cases of a folder alone, whose names begin with `case`.
async fn run(folder: &Path, update: bool) -> Result<Report, String> {
    harness("sound", SOUND).cases(folder).only(["case"]).update(update).run().await.map_err(|unable| unable.to_string())
}

/// A case passes, or fails with this in what happened.
async fn check(rest: &str, expected: Option<&str>) {
    let folder = folder(&[("case.yaml", &format!("{HEAD}{rest}"))]);
    let report = run(folder.path(), false).await.unwrap_or_else(|reason| panic!("{rest}: {reason}"));
    let happened: Vec<_> = report.failed().map(|check| check.happened.clone().unwrap_or_default()).collect();
    match expected {
        None => assert_eq!(happened, Vec::<String>::new(), "{rest}"),
        Some(text) => assert!(happened.iter().any(|one| one.contains(text)), "{rest}: {happened:?}"),
    }
}

#[tokio::test]
async fn calls_and_outcomes_are_compared() {
    let call = "    - http: {method: POST, url: {$matches: \"^https\"}, headers: {idempotency-key: 00000000-0000-8000-8000-000000000001}, body: {json: {objectName: contacts, result: [{fields: {name: Ada}}]}}}\n";
    check(&format!("{ONE}expect:\n  outcomes: [delivered]\n  calls:\n{call}"), None).await;
    check(&format!("{ONE}expect:\n  outcomes: [{{delivered: {{$contains: HTTP 200}}}}]\n  callsInclude:\n{call}"), None).await;
    check(&format!("{ONE}expect: {{outcomes: transient}}\n"), Some("outcomes/0/failed should be")).await;
    check(&format!("{ONE}expect: {{calls: []}}\n"), Some("1 calls were made, and 0 are expected")).await;
    check(&format!("{ONE}expect: {{calls: [{{http: {{method: PUT}}}}]}}\n"), Some("calls/0/http/method should be \"PUT\"")).await;
    check(&format!("{ONE}expect: {{callsInclude: [{{put: {{}}}}]}}\n"), Some("none of the calls is")).await;
    check("expect: {opens: {failed: {class: blocked}}}\n", Some("the sink opened")).await;
}

#[tokio::test]
async fn answers_are_given_in_their_order() {
    let batch = "envelopes:\n  - {records: [{id: a}], repeat: 3}\nanswers:\n  - {times: 1, fault: http.429}\n  - {times: 1, failure: {class: blocked, code: x.y}}\n  - {http: {status: 201}}\n";
    let full =
        "expect: {outcomes: [{failed: {class: throttled, retryAfterMs: 7000}}, {failed: {code: x.y}}, {delivered: HTTP 201}]}\n";
    check(&format!("{batch}{full}"), None).await;
    let batches = "batches:\n  - [{body: \"\"}]\n  - [{message: {result: [{fields: {id: 7}}]}}, {body: x, group: g}]\n";
    check(&format!("{batches}expect: {{outcomes: [[delivered], [delivered, delivered]]}}\n"), None).await;
    check(&format!("{batches}expect: {{outcomes: [delivered]}}\n"), Some("should have 1 items, but has 2")).await;
}

#[tokio::test]
async fn bad_configurations_are_cases_too() {
    let folder = folder(&[
        (
            "case.yaml",
            "config: {url: \"http://x\", size: 10}\nexpect:\n  issues: [{pointer: /url, fatal: true}, {pointer: /size}]\n",
        ),
        ("case-opens.yaml", "config: {size: 1}\nenvelopes: []\nexpect: {opens: {failed: {code: config.invalid}}}\n"),
    ]);
    let report = run(folder.path(), false).await.unwrap();
    report.assert_passed();
    assert_eq!(report.checks.len(), 2);
}

#[tokio::test]
async fn a_case_can_be_run_with_faults() {
    let case = format!(
        "{HEAD}{ONE}faults: [timeout, http.500, {{fault: http.410, allow: [rejected], reason: ours}}, sql.data]\nexpect: {{outcomes: delivered}}\n"
    );
    let folder = folder(&[("case.yaml", &case)]);
    let report = run(folder.path(), false).await.unwrap();
    let names: Vec<_> = report.checks.iter().map(|check| (check.name.as_str(), check.status)).collect();
    let expected = [
        ("case", Status::Passed),
        ("case[timeout]", Status::Passed),
        ("case[http.500]", Status::Passed),
        ("case[http.410]", Status::Failed),
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_snapshot_is_kept_and_compared() {
    let folder = folder(&[("case.yaml", &format!("{HEAD}{ONE}expect: snapshot\n"))]);
    assert_eq!(failed(&run(folder.path(), false).await.unwrap()), ["case"], "there is none yet");
    let report = run(folder.path(), true).await.unwrap();
    report.assert_passed();
    assert_eq!(report.written.len(), 1);
    run(folder.path(), false).await.unwrap().assert_passed();
    let path = folder.path().join("case.snapshot.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Ada", "Eva")).unwrap();
    let report = run(folder.path(), false).await.unwrap();
    let happened = report.failed().next().unwrap().happened.clone().unwrap();
    assert!(happened.contains("/calls/0/http/body/json/result/0/fields/name should be \"Eva\", but it is \"Ada\""), "{happened}");
}

#[tokio::test]
async fn faults_of_files_name_their_places() {
    for (text, expected) in FAULTY {
        let folder = folder(&[("case.yaml", text)]);
        let reason = run(folder.path(), false).await.map(|report| failed(&report).join(",")).unwrap_err();
        assert!(reason.contains(expected), "{text}\n{reason}");
    }
    let folder =
        folder(&[("sink.yaml", "exceptions:\n  - {check: deliver.two, reason: \"\"}\n"), ("case.yaml", "expect: snapshots")]);
    let reason = run(folder.path(), false).await.unwrap_err();
    assert!(reason.contains("sink.yaml:2:6: there is no check \"deliver.two\"") && reason.contains("needs a reason"), "{reason}");
    assert!(reason.contains("case.yaml:1:1: expect: "), "every file's faults are told: {reason}");
}

#[tokio::test]
async fn what_an_author_says_of_a_sink_is_heeded() {
    let notes = "config: {url: \"https://sink.example/in\"}\nimports: [http]\nfaults: [{fault: http.409, allow: [delivered], reason: it is there}]\nexceptions:\n  - {check: component.imports, reason: it logs}\n  - {check: fault.http.409, reason: just so}\n";
    let folder = folder(&[("sink.yaml", notes)]);
    let report = harness("sound", SOUND).cases(folder.path()).run().await.unwrap();
    report.assert_passed();
    let excepted: Vec<_> =
        report.checks.iter().filter(|check| check.status == Status::Excepted).map(|check| &*check.name).collect();
    assert_eq!(excepted, ["component.imports", "fault.http.409"], "the sound sink calls 409 transient");
}

/// Oracle: the reader of cases itself, and the cases that new projects come with.
#[test]
fn editors_are_told_the_same_by_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("sinks-wit");
    let schema: serde_json::Value = serde_json::from_slice(&fs::read(root.join("case.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let value = |text: &[u8]| ampline_core::manifest::yaml(text).ok();
    let cases = fs::read_dir(root.join("templates/every/cases")).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = cases.filter(|path| !path.ends_with("sink.yaml")).collect();
    assert!(cases.len() > 1, "{cases:?}");
    for path in cases {
        assert!(schema.is_valid(&value(&fs::read(&path).unwrap()).unwrap()), "{}", path.display());
    }
    // What needs other files, a look into a pattern, or the text itself, no schema can tell.
    let beyond = |text: &str| text.contains("messageFile") || text.contains("$contain") || text.contains("expect: snapshot");
    for (text, _) in FAULTY.iter().filter(|(text, _)| !beyond(text)) {
        assert!(value(text.as_bytes()).is_none_or(|value| !schema.is_valid(&value)), "{text}");
    }
}
