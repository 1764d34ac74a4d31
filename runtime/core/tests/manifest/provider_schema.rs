//! The JSON Schema of files that declare providers: what is committed is what the reader's tables give, it takes what is shipped and
//! refuses what is not sound.
//!
//! Oracle: the `jsonschema` crate.

use ampline_core::provider::provider_schema;

use super::schema::instance;

const COMMITTED: &str = include_str!("../../schema/provider.schema.json");

fn faults(source: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&provider_schema()).unwrap();
    validator.iter_errors(&instance(source)).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn what_is_committed_is_what_is_generated() {
    assert!(
        COMMITTED == format!("{:#}\n", provider_schema()),
        "runtime/core/schema/provider.schema.json is out of date: \
         `ampline providers schema > runtime/core/schema/provider.schema.json` renews it"
    );
    assert!(jsonschema::meta::is_valid(&provider_schema()));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the core reads no file, its tests may")]
fn every_provider_that_is_shipped_is_taken() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("providers");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        assert_eq!(faults(&std::fs::read_to_string(&file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn what_is_not_sound_is_refused() {
    let object = |rest: &str| format!("name: a\nbaseURL: https://a.example\nobjects: [{{name: things, path: /things, {rest}}}]");
    let rows = [
        ("name: a".to_owned(), "baseURL"),
        ("name: a\nbaseURL: https://a.example\nobjects: {}".to_owned(), "array"),
        ("name: a\nbaseURL: https://a.example\nobjects: []\nauht: {}".to_owned(), "'auht' was unexpected"),
        (object("record: data"), "'record' was unexpected"),
        (object("paging: {type: cursed}"), "is not one of"),
        (object("pageSize: {query: limit, value: many}"), "integer"),
        (object("method: PATCH"), "is not one of"),
    ];
    for (source, part) in rows {
        let faults = faults(&source);
        assert!(faults.iter().any(|fault| fault.contains(part)), "{source}\n{faults:#?}");
    }
}
