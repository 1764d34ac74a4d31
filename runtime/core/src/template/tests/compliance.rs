//! The public compliance suite, every case of it (`runtime/core/tests/jmespath/README.md`).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{fault::Fault, *};

#[derive(Deserialize)]
struct Group<'a> {
    #[serde(borrow)]
    given: &'a RawValue,
    cases: Vec<Case<'a>>,
}

#[derive(Deserialize)]
struct Case<'a> {
    expression: String,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<String>,
    /// That the case is for measuring alone: it says what to time, not what comes of it.
    bench: Option<String>,
}

macro_rules! files {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../../tests/jmespath/", $name, ".json")))),*]
    };
}

const FILES: [(&str, &str); 16] = files!(
    "basic",
    "benchmarks",
    "boolean",
    "current",
    "escape",
    "filters",
    "functions",
    "identifiers",
    "indices",
    "literal",
    "multiselect",
    "pipe",
    "slice",
    "syntax",
    "unicode",
    "wildcard"
);

/// Cases in all files; none is left out.
const CASES: usize = 875;

/// The one expression of the suite that is no JMESPath (a filter without its `?`), among those for measuring alone.
const NOT_AN_EXPRESSION: &str = "foo[bar > baz][qux > baz]";

/// Why a case fails, if it does.
fn fault(given: &str, case: &Case<'_>) -> Option<String> {
    if case.bench.is_some() {
        let parses = syntax::parse(&case.expression).is_ok();
        return (parses == (case.expression == NOT_AN_EXPRESSION)).then(|| format!("parses: {parses}"));
    }
    let found = match syntax::parse(&case.expression) {
        Err(issues) if case.error.as_deref() == Some("syntax") => {
            return issues.is_empty().then(|| "no reason is given".to_owned());
        }
        Err(issues) => return Some(format!("refused: {issues:?}")),
        Ok(_) => search(&case.expression, given),
    };
    match (found, case.error.as_deref()) {
        (Ok(found), None) => {
            let expected = case.result.map_or("null", RawValue::get);
            let same = Evaluation::new().equal(&Value::written(&found), &Value::written(expected)).unwrap();
            (!same).then(|| format!("gives {found}, not {expected}"))
        }
        (Err(Fault::Type(_)), Some("invalid-type"))
        | (Err(Fault::Arity(_)), Some("invalid-arity"))
        | (Err(Fault::Unknown(_)), Some("unknown-function"))
        | (Err(Fault::Value(_)), Some("invalid-value")) => None,
        (found, wanted) => Some(format!("gives {found:?}, not {wanted:?}")),
    }
}

#[test]
fn the_public_suite_passes() {
    let (mut cases, mut failures) = (0, Vec::new());
    for (name, text) in FILES {
        let groups: Vec<Group<'_>> = serde_json::from_str(text).unwrap();
        for group in &groups {
            for case in &group.cases {
                cases += 1;
                failures.extend(fault(group.given.get(), case).map(|fault| format!("{name}: {}: {fault}", case.expression)));
            }
        }
    }
    assert_eq!(cases, CASES);
    assert!(failures.is_empty(), "{} of {cases} fail:\n{}", failures.len(), failures.join("\n"));
}

/// Cases that later versions of the suite have, and what the specification says where the suite is silent.
#[test]
fn the_specification_beyond_the_suite() {
    let rows = [
        ("avg(@)", "[]", "null"),
        ("sum(@)", "[]", "0"),
        ("max(@)", "[]", "null"),
        ("to_number('[1]')", "0", "null"),
        ("to_number(' 1')", "0", "1"),
        ("to_number('0x1')", "0", "null"),
        ("to_number('1e3')", "0", "1000"),
        ("[::2147483647]", "[1,2,3]", "[1]"),
        ("[1::2147483647]", "[1,2,3]", "[2]"),
        ("[-1::-2147483647]", "[1,2,3]", "[3]"),
        ("[-2147483647]", "[1,2,3]", "null"),
        ("max_by(@, &a).b", r#"[{"a":1,"b":1},{"a":1,"b":2}]"#, "1"),
        ("min_by(@, &a).b", r#"[{"a":1,"b":1},{"a":1,"b":2}]"#, "1"),
        ("merge(@, `{\"z\":1}`)", r#"{"z":0,"a":2}"#, r#"{"z":1,"a":2}"#),
        ("keys(@)", r#"{"z":0,"a":2,"z":3}"#, r#"["z","a"]"#),
        ("*", r#"{"z":0,"a":2,"z":3}"#, "[3,2]"),
    ];
    for (expression, given, expected) in rows {
        assert_eq!(search(expression, given).as_deref(), Ok(expected), "{expression} over {given}");
    }
}
