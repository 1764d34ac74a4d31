//! Reports for programs, read by programs that are not ours.

use ampline_sink_test::junit;
use ampline_tests::{guests::broken, python::Venv, requirement::require};
use serde_json::Value;

use crate::harness;

#[tokio::test]
async fn junit_is_what_its_readers_read() {
    let Some(venv) = require("harness", "a reader of JUnit XML", Venv::of("junit.txt")) else { return };
    let mut report = harness("trap <&> \"x\"", &broken("trap")).run().await.unwrap();
    let failed = report.checks.iter_mut().find(|check| check.name == "deliver.one").unwrap();
    failed.happened = Some("a \u{0} b <&> ]]>".to_owned());
    let read = venv.run("junit.py", junit(&report).as_bytes()).unwrap();
    let read: Value = serde_json::from_slice(&read).unwrap();
    let count = |status: &str| {
        let json = serde_json::to_value(&report).unwrap();
        json["checks"].as_array().unwrap().iter().filter(|check| check["status"] == status).count()
    };
    assert_eq!(read["tests"], report.checks.len());
    assert_eq!((&read["failures"], &read["skipped"]), (&count("failed").into(), &count("skipped").into()));
    let cases = read["cases"].as_array().unwrap();
    for (case, check) in cases.iter().zip(&report.checks) {
        assert_eq!(case["name"], check.name.as_str());
        assert_eq!(case["class"], "trap <&> \"x\".conformance");
    }
    let failed = cases.iter().find(|case| case["name"] == "deliver.one").unwrap();
    assert!(failed["text"].as_str().unwrap().contains("repair: a sink must not trap"), "{failed}");
}
