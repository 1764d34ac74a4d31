//! What is no YAML, or not the YAML that a manifest is made of.

use ampline_core::manifest;

use super::check;

#[test]
fn broken_yaml_is_one_error_at_its_place() {
    check("a: b: c", &["E yaml-syntax 1:5"]);
    check("a:\n\t- b", &["E yaml-syntax 2:2"]);
    check("a: [1, 2", &["E yaml-syntax 1:4"]);
    check("a: 'open", &["E yaml-syntax 1:4"]);
    check("a: *nowhere", &["E yaml-syntax 1:4"]);
    check("a: &a [*a]", &["E yaml-syntax 1:8"]);
    check("a: @b", &["E yaml-syntax 1:4"]);
    check("{[a]: b}", &["E yaml-syntax 1:2"]);
    check("<<: text", &["E yaml-syntax 1:5"]);
    check("a: 1\n b: 2", &["E yaml-syntax 2:3"]);
    check("%YAML 9.0\n---\na: 1", &["E yaml-syntax 1:1"]);
}

#[test]
fn a_second_document_is_ignored() {
    let sound = "specVersion: 1.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]\n";
    check(&format!("---\n{sound}...\n"), &[]);
    check(&format!("{sound}---\n{sound}"), &["W multiple-documents 3:1"]);
    check(&format!("{sound}---\n]: ["), &["W multiple-documents 3:1"]);
}

#[test]
fn remedies_are_named() {
    let suggestion = |source: &str| manifest::check(source.as_bytes()).issues.remove(0).suggestion.unwrap();
    assert_eq!(suggestion("a:\n\tb: 1"), "this line is indented with a tab: YAML allows only spaces there");
    assert_eq!(suggestion("a: *b"), "define it (`&name`), or quote a text that begins with `*`");
    assert_eq!(suggestion("specVersion: 1.0.0\nintegrations:\n  -name: a"), "put a space after the dash");
}
