//! What is no sink, or asks for more than there is, is refused with words that help.

use std::time::Duration;

use ampline::sink::{
    FIRST_PARTY, Sinks,
    wasm::{Compiler, HostOptions, LoadError, WasmSinks},
};

use tempfile::TempDir;

use crate::fakes::options;

/// What the host says of a component, given as text.
async fn check(component: &str, expected: &[&str]) {
    check_bytes(&wat::parse_str(component).unwrap(), component, expected, Compiler::InProcess).await;
}

async fn check_bytes(bytes: &[u8], component: &str, expected: &[&str], compiler: Compiler) {
    let dir = TempDir::new().unwrap();
    let options = HostOptions { cache_dir: dir.path().to_owned(), compiler, ..options() };
    let error = WasmSinks::load(options, &[("mine", bytes)]).await.err().expect(component);
    assert!(matches!(error, LoadError::Components(_)), "{component}: {error}");
    for words in expected {
        assert!(error.to_string().contains(words), "{component}: {error}");
    }
}

#[tokio::test]
async fn every_problem_is_named_with_its_remedy() {
    let sink = r#"(instance $i) (export "ampline:sink/sink@1.0.0" (instance $i))"#;
    for (component, expected) in [
        (
            "(module)",
            &["sink mine: it is a core module and not a component; build it for wasm32-wasip2", "wasm-tools component new"][..],
        ),
        ("(component)", &["it exports no ampline:sink/sink@1.0.0", "http-sink"]),
        (r#"(component (instance $i) (export "ampline:sink/sink@2.0.0" (instance $i)))"#, &["built for ampline:sink@2.0.0"]),
        (&format!("(component {sink})"), &["does not fit"]),
        (
            &format!(
                r#"(component (import "wasi:keyvalue/store@0.2.0-draft" (instance)) (import "wasi:http/types@0.3.0" (instance)) (import "acme:kv/store@1.0.0" (instance))
                (import "ampline:sink/kinesis@1.0.0" (instance)) (import "ampline:sink/http@0.3.0" (instance)) {sink})"#
            ),
            &[
                "it imports wasi:keyvalue/store@0.2.0-draft, which sinks do not get",
                "it imports wasi:http/types@0.3.0, which sinks do not get",
                "of WASI they get cli, clocks, filesystem, http, io, random and sockets of version 0.2",
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
async fn what_is_no_component_is_told_apart() {
    let component = wat::parse_str("(component)").unwrap();
    for (bytes, expected) in [
        (&b""[..], "it is not WebAssembly: it does not begin as WebAssembly does"),
        (b"export const sink = {};\n", "it is not WebAssembly: it is text"),
        (b"\x7fELF\x02\x01\x01\0", "it is not WebAssembly: it does not begin as WebAssembly does"),
        (&component[..6], "it cannot be compiled"),
        (&[&component[..], b"\xff\xff"].concat(), "it cannot be compiled"),
    ] {
        check_bytes(bytes, expected, &[expected], Compiler::InProcess).await;
    }
}

/// Double: a compiler that takes its time.
#[cfg(unix)]
#[tokio::test]
async fn a_component_gets_only_so_much_time_to_compile() {
    let sleeping = Compiler::Child {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), "sleep 60".into()],
        time_max: Duration::from_millis(200),
    };
    let bytes = wat::parse_str("(component)").unwrap();
    check_bytes(&bytes, "slow", &["it cannot be compiled: the compiler took more than 200 ms", "wasm-opt -Os"], sleeping).await;
}

#[tokio::test]
async fn a_component_has_only_so_many_bytes() {
    let component = wat::parse_str("(component)").unwrap();
    let bytes = [&component[..], &vec![0; 64 << 20]].concat();
    check_bytes(&bytes, "large", &["a component has at most 67108864", "wasm-opt -Os"], Compiler::InProcess).await;
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
