//! `ampline sink test` and `ampline sink run`, as authors type them: what they print, and what they end with.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use ampline::sink::FIRST_PARTY;
use ampline_tests::{
    guests::{MISBEHAVING, SOUND, broken},
    receiver::{Options, Receiver},
    runtime::binary,
};
use serde_json::{Value, json};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CONFIG: &str = r#"{"url": "https://sink.example/in"}"#;

/// The exit code, the standard output and the standard error.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(binary());
    command.arg("sink").args(args).current_dir(folder).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).env("HOOK_KEY", KEY);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let webhook = FIRST_PARTY.iter().find(|(name, _)| *name == "webhook").unwrap().1;
    for (name, bytes) in [
        ("sound.wasm", SOUND),
        ("swallow.wasm", &broken("swallow")),
        ("webhook.wasm", webhook),
        ("text.wasm", b"hello"),
        ("core.wasm", b"\0asm\x01\0\0\0"),
        ("nothing.wasm", b"\0asm\x0d\0\x01\0"),
        ("config.json", CONFIG.as_bytes()),
        ("message.json", br#"{"objectName": "contacts", "result": [{"fields": {"id": "1"}}]}"#),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = folder();
    for (args, code, out, err) in [
        (&["test", "sound.wasm", "--config", "config.json"][..], 0, "passed\n", ""),
        (&["test", "swallow.wasm", "--only", "fault.http.50"], 1, "FAIL fault.http.502", "error: one check failed"),
        (&["test", "nothing.wasm"], 1, "it exports no ampline:sink/sink", "error: one check failed"),
        (&["test", "text.wasm"], 2, "", "text.wasm: it is not WebAssembly: it is text"),
        (&["test", "core.wasm"], 2, "", "core.wasm: it is a core module and not a component"),
        (&["test", "absent.wasm"], 2, "", "cannot read absent.wasm"),
        (&["test", "sound.wasm", "--only", "nothing of this name"], 2, "", "no check and no case"),
        (&["test", "sound.wasm", "--cases", "absent"], 2, "", "cannot read the cases in absent"),
        (&["test"], 2, "", "FILE.wasm"),
        (&["test", "--list"], 0, "redelivery.identity", ""),
        (
            &["run", "sound.wasm", "--config", "message.json", "--message", "message.json"],
            2,
            "",
            "is no configuration for this sink: /url",
        ),
    ] {
        let (got, stdout, stderr) = run(folder.path(), args);
        assert_eq!(got, Some(code), "{args:?}:\n{stdout}\n{stderr}");
        assert!(stdout.contains(out) && stderr.contains(err), "{args:?}:\n{stdout}\n{stderr}");
    }
}

/// Files that are no sink for this runtime, what is wrong with each, and what its author is told to do.
fn unfit() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let sink = |import: &str, version: &str| {
        let text = format!(r#"(component {import} (instance $i) (export "ampline:sink/sink@{version}" (instance $i)))"#);
        wat::parse_str(text).unwrap()
    };
    let import = |name: &str| format!(r#"(import "{name}" (instance))"#);
    let cut_short = sink("", "1.0.0")[..20].to_vec();
    let too_large = [b"\0asm\x0d\0\x01\0".to_vec(), vec![0; 64 << 20]].concat();
    vec![
        ("text", b"export const sink = {};".to_vec(), "it is not WebAssembly: it is text", "`ampline sink build` makes one"),
        ("core", wat::parse_str("(module)").unwrap(), "it is a core module", "`wasm-tools component new`"),
        ("large", too_large, "it has 67108872 bytes, and a component has at most 67108864", "`wasm-opt -Os`"),
        ("broken", cut_short, "it cannot be compiled", "build it anew"),
        (
            "world",
            wat::parse_str("(component)").unwrap(),
            "it exports no ampline:sink/sink@1.0.0",
            "worlds of ampline:sink@1.0.0",
        ),
        ("version", sink("", "2.0.0"), "it is built for ampline:sink@2.0.0", "rebuild it for 1.0.0"),
        ("import", sink(&import("acme:kv/store@1.0.0"), "1.0.0"), "it imports acme:kv/store@1.0.0", "leave out what needs it"),
        (
            "wasi",
            sink(&import("wasi:http/types@0.3.0"), "1.0.0"),
            "it imports wasi:http/types@0.3.0",
            "build it for wasm32-wasip2, or leave out",
        ),
        ("inside", sink("", "1.0.0"), "it does not fit ampline:sink@1.0.0", "sinks-wit/wit/1.0.0"),
    ]
}

#[test]
fn every_refusal_says_what_the_author_does() {
    let folder = folder();
    for (name, bytes, reason, remedy) in unfit() {
        let file = format!("{name}.wasm");
        fs::write(folder.path().join(&file), bytes).unwrap();
        for args in
            [&["inspect", &file][..], &["test", &file], &["run", &file, "--config", "config.json", "--message", "message.json"]]
        {
            let (code, stdout, stderr) = run(folder.path(), args);
            assert!(matches!(code, Some(1 | 2)), "{args:?}: {code:?}");
            let told = [stdout, stderr].concat().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(reason) && told.contains(remedy), "{args:?}: {told}");
            let others = unfit().into_iter().filter(|(other, ..)| *other != name).map(|(.., remedy)| remedy);
            assert!(others.into_iter().all(|other| !told.contains(other)), "{args:?} advises what does not help: {told}");
        }
    }
}

#[test]
fn programs_read_what_it_found() {
    let folder = folder();
    let args = ["test", "sound.wasm", "--only", "deliver.", "--bench", "--format", "json", "--junit", "report.xml"];
    let (code, stdout, stderr) = run(folder.path(), &args);
    assert_eq!(code, Some(0), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let names: Vec<_> = report["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["deliver.one", "deliver.empty", "deliver.max"]);
    assert!(report["bench"].as_array().unwrap().iter().all(|one| one["value"].as_f64().unwrap() > 0.0), "{stdout}");
    assert!(fs::read_to_string(folder.path().join("report.xml")).unwrap().contains("tests=\"3\" failures=\"0\""));
}

#[test]
fn a_delivery_goes_over_the_real_network() {
    let folder = folder();
    let receiver = Receiver::start(Options { secrets: vec![KEY.to_owned()], ..Options::default() }).unwrap();
    fs::write(folder.path().join("hook.json"), format!(r#"{{"url": "{}", "allowHttp": true}}"#, receiver.url("/hook"))).unwrap();
    let args = ["run", "webhook.wasm", "--config", "hook.json", "--message", "message.json", "--secret", "signingKey=HOOK_KEY"];
    let (code, stdout, _) = run(folder.path(), &args);
    assert_eq!(code, Some(1), "the loopback is not the public internet: {stdout}");
    assert!(stdout.contains("which is loopback"), "{stdout}");
    let (code, stdout, stderr) = run(folder.path(), &[&args[..], &["--allow", "127.0.0.0/8"]].concat());
    assert_eq!(code, Some(0), "{stdout}\n{stderr}");
    assert!(stdout.contains("\"method\":\"POST\"") && !stdout.contains(KEY), "{stdout}");
}

#[test]
fn a_delivery_carries_the_credentials_that_were_given_and_no_others() {
    let folder = folder();
    let receiver = Receiver::start(Options::default()).unwrap();
    let sink = json!({"behaviour": "slow-host", "url": receiver.url("/in"), "credential": "api"});
    let stranger = json!({"url": receiver.url("/hook"), "allowHttp": true});
    let grants = json!({"credentials": {"api": {"kind": "basic", "username": "ada", "origins": [receiver.url("").trim_end_matches('/')]}}});
    for (name, bytes) in [
        ("sink.wasm", MISBEHAVING.to_vec()),
        ("sink.json", sink.to_string().into_bytes()),
        ("hook.json", stranger.to_string().into_bytes()),
        ("grants.json", grants.to_string().into_bytes()),
        ("wrong.json", br#"{"credentials": {"api": {"kind": "basic"}}}"#.to_vec()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let sink = ["sink.wasm", "--config", "sink.json"];
    let hook = ["webhook.wasm", "--config", "hook.json"];
    for (sink, more, expected, told) in [
        (sink, &[][..], Err(()), "--secret NAME=VARIABLE"),
        (sink, &["--secret", "other=HOOK_KEY"], Err(()), "--secret NAME=VARIABLE"),
        (sink, &["--secret", "api=HOOK_KEY"], Ok(Some(format!("Bearer {KEY}"))), ""),
        (sink, &["--grants", "grants.json"], Err(()), "--secret NAME=VARIABLE"),
        // What `printf 'ada:whsec_…' | base64` says.
        (
            sink,
            &["--grants", "grants.json", "--secret", "api=HOOK_KEY"],
            Ok(Some("Basic YWRhOndoc2VjX01mS1E5cjhHS1lxclR3alVQRDhJTFBaSW8yTGFMYVN3".to_owned())),
            "",
        ),
        (sink, &["--grants", "wrong.json"], Err(()), "wrong.json:1:"),
        (hook, &[], Ok(None), ""),
    ] {
        receiver.forget();
        let args = [&["run"][..], &sink, &["--message", "message.json", "--allow", "127.0.0.0/8"], more].concat();
        let (code, stdout, stderr) = run(folder.path(), &args);
        assert_eq!(code == Some(0), expected.is_ok(), "{args:?}: {stdout}\n{stderr}");
        assert!(stderr.contains(told) && !stdout.contains(KEY), "{args:?}: {stdout}\n{stderr}");
        let seen = receiver.seen();
        let came: Vec<_> = seen.requests.iter().map(|one| one.headers.get("authorization").cloned()).collect();
        assert_eq!(came, Vec::from_iter(expected.ok()), "{args:?}");
        // No key was given, so nothing pretends to be signed.
        assert!(seen.requests.iter().all(|one| !one.headers.contains_key("webhook-signature")), "{args:?}");
    }
}

#[test]
fn what_a_real_service_said_is_recorded_and_replayed() {
    let folder = folder();
    let receiver = Receiver::start(Options { secrets: vec![KEY.to_owned()], ..Options::default() }).unwrap();
    fs::create_dir(folder.path().join("cases")).unwrap();
    let case = format!(
        "config: {{url: \"{}\", allowHttp: true}}\ncassette: true\nsecrets: {{signingKey: HOOK_KEY}}\nenvelopes: [{{records: [{{id: a}}]}}]\nexpect: {{outcomes: delivered}}\n",
        receiver.url("/hook")
    );
    fs::write(folder.path().join("cases/taped.yaml"), &case).unwrap();
    let args = ["test", "webhook.wasm", "--only", "taped"];
    let (code, stdout, _) = run(folder.path(), &args);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("record it with --record"), "{stdout}");
    let (code, stdout, stderr) = run(folder.path(), &[&args[..], &["--record", "--allow", "127.0.0.0/8"]].concat());
    assert_eq!(code, Some(0), "{stdout}\n{stderr}");
    let cassette = fs::read_to_string(folder.path().join("cases/taped.cassette.json")).unwrap();
    assert!(cassette.contains("/hook") && !cassette.contains(&KEY["whsec_".len()..]), "{cassette}");
    drop(receiver);
    let (code, stdout, stderr) = run(folder.path(), &args);
    assert_eq!(code, Some(0), "the service is gone, its answer is not: {stdout}\n{stderr}");
    fs::write(folder.path().join("cases/taped.yaml"), case.replace("id: a", "id: b")).unwrap();
    let (code, stdout, _) = run(folder.path(), &args);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("the cassette does not hold this call"), "{stdout}");
}
