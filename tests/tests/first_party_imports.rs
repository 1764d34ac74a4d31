//! What a first-party sink can do is what its component imports: nothing of WASI, and no capability that it does not use.
//!
//! Oracle: the component's own bytes, as `wit-component` decodes them.

use std::collections::BTreeSet;

use ampline::sink::FIRST_PARTY;
use ampline_tests::guests::MISBEHAVING;
use wit_component::DecodedWasm;

/// The names of what a component imports and exports.
fn interfaces(component: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component).unwrap() else { panic!("not a component") };
    let world = &resolve.worlds[world];
    let names = |keys: Vec<_>| keys.into_iter().map(|key| resolve.name_world_key(key)).collect();
    (names(world.imports.keys().collect()), names(world.exports.keys().collect()))
}

fn check(name: &str, component: &[u8], imports: &[&str]) {
    let versioned = |interface: &&str| format!("ampline:sink/{interface}@1.0.0");
    let (imported, exported) = interfaces(component);
    assert_eq!(imported, imports.iter().map(versioned).collect(), "{name}");
    assert_eq!(exported, BTreeSet::from([versioned(&"sink")]), "{name}");
}

#[test]
fn each_sink_imports_what_it_uses_and_nothing_else() {
    let expected = [
        ("api", vec!["types", "messages", "documents", "log"]),
        ("kinesis", vec!["types", "messages", "templates", "streams", "log"]),
        ("postgres", vec!["types", "messages", "sql", "log"]),
        ("s3", vec!["types", "messages", "templates", "objects", "log"]),
        ("webhook", vec!["types", "http", "log", "clock"]),
    ];
    assert_eq!(FIRST_PARTY.iter().map(|(name, _)| *name).collect::<Vec<_>>(), expected.each_ref().map(|(name, _)| *name));
    for ((name, component), (_, imports)) in FIRST_PARTY.iter().zip(expected) {
        check(name, component, &imports);
    }
}

#[test]
fn the_misbehaving_sink_imports_what_a_webhook_sink_may() {
    check("misbehaving", MISBEHAVING, &["types", "messages", "http", "log", "clock"]);
}
