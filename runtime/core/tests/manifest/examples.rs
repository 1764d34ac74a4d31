//! Files from the wild: whatever the official program accepts has no errors here.

use ampline_core::manifest;

use super::check;

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../examples/amp-yaml/", $name, ".yaml"))
    };
}

#[test]
fn files_from_the_wild_are_judged_as_expected() {
    check(example!("0c6a5ce-quickstart"), &[]);
    check(example!("0c6a5ce-hubspot"), &[]);
    check(example!("0c6a5ce-hubspot-subscribe"), &["W required-field 11:11", "W required-field 33:11"]);
    check(example!("0c6a5ce-salesforce"), &["W required-field 8:11"]);
    check(example!("0c6a5ce-unifiedCRM"), &["W field-mapping-unique 89:26"]);
    check(example!("58532ae-fourfour"), &["W unknown-key 46:7"]);
    check(
        example!("ff47637-quickstart"),
        &["W legacy-form 3:14", "W destination-not-found 17:22", "W object-exists 26:21", "W destination-config 77:5"],
    );
    check(example!("c88e8c9-quickstart"), &["E yaml-syntax 51:21"]);
}

#[test]
fn a_misplaced_proxy_is_told_where_it_belongs() {
    let issue = manifest::check(example!("58532ae-fourfour").as_bytes()).issues.remove(0);
    assert_eq!(issue.path, "$.integrations[0].read.proxy");
    assert_eq!(issue.message, "`proxy` is not a key of `read` and is ignored; it belongs to the integration, one level up");
    assert_eq!(issue.suggestion.as_deref(), Some("move `proxy` one level up, beside `read`"));
}
