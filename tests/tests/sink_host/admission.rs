//! What is no sink, or asks for more than there is, is refused with words that help.

use ampline::sink::{
    FIRST_PARTY, Sinks,
    wasm::{HostOptions, LoadError, WasmSinks},
};

use tempfile::TempDir;

use crate::fakes::options;

async fn check(component: &str, expected: &[&str]) {
    let dir = TempDir::new().unwrap();
    let bytes = wat::parse_str(component).unwrap();
    let options = HostOptions { cache_dir: dir.path().to_owned(), ..options() };
    let error = WasmSinks::load(options, &[("mine", &bytes)]).await.err().expect(component);
    assert!(matches!(error, LoadError::Components(_)), "{component}: {error}");
    for words in expected {
        assert!(error.to_string().contains(words), "{component}: {error}");
    }
}

#[tokio::test]
async fn every_problem_is_named_with_its_remedy() {
    let sink = r#"(instance $i) (export "ampline:sink/sink@1.0.0" (instance $i))"#;
    for (component, expected) in [
        ("(module)", &["sink mine: it cannot be compiled"][..]),
        ("(component)", &["it exports no ampline:sink/sink@1.0.0", "http-sink"]),
        (r#"(component (instance $i) (export "ampline:sink/sink@2.0.0" (instance $i)))"#, &["built for ampline:sink@2.0.0"]),
        (&format!("(component {sink})"), &["does not fit"]),
        (
            &format!(
                r#"(component (import "wasi:cli/environment@0.2.0" (instance)) (import "acme:kv/store@1.0.0" (instance))
                (import "ampline:sink/kinesis@1.0.0" (instance)) (import "ampline:sink/http@0.3.0" (instance)) {sink})"#
            ),
            &[
                "it is built with WASI and imports wasi:cli/environment@0.2.0",
                "it imports acme:kv/store@1.0.0, which this runtime does not have",
                "it imports ampline:sink/kinesis@1.0.0",
                "built for ampline:sink@0.3.0",
            ],
        ),
        (
            &format!(
                r#"(component (import "ampline:sink/clock@1.0.0" (instance (export "tomorrow" (func (result u64))))) {sink})"#
            ),
            &["does not fit", "tomorrow"],
        ),
    ] {
        check(component, expected).await;
    }
}

#[tokio::test]
async fn one_type_has_one_sink() {
    let twice = [FIRST_PARTY, FIRST_PARTY].concat();
    let error = WasmSinks::load(options(), &twice).await.err().unwrap().to_string();
    assert!(error.contains(r#"another installed sink serves "api" already"#), "{error}");
}

#[tokio::test]
async fn the_first_party_sinks_are_installed_under_their_types() {
    let sinks = WasmSinks::load(options(), FIRST_PARTY).await.unwrap();
    assert_eq!(sinks.kinds(), ["api", "kinesis", "postgres", "s3", "webhook"]);
    let webhook = sinks.descriptor("webhook").unwrap();
    assert_eq!((webhook.name.as_str(), webhook.max_message_bytes), ("webhook", 300_000));
    assert!(sinks.descriptor("carrier-pigeon").is_none());
}
