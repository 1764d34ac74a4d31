//! Sinks of other languages' tools in the real runtime: installed by command, and records that were read arrive by them at a real server.
//! And what editors are told of the contract in those languages is what the tools make of it.
//!
//! Doubles: HubSpot, and the server that the sinks send to. Oracles: jco's and componentize-py's own bindings, and TypeScript. Where a
//! language's tools are missing its test is skipped loudly, and fails with `CI=true`.

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path, time::Duration};

use ampline_tests::{
    components::{javascript_with_wasi, python_with_wasi, root},
    hubspot::Options,
    npm,
    python::Venv,
    requirement::require,
    world::{ONCE, World, contacts},
};
use serde_json::Value;

/// Components of this size are compiled by a build that is not optimised, on machines that are busy.
const PATIENCE: Duration = Duration::from_secs(120);
const CONTACTS: u64 = 250;
const NOTHING_YET: &str = "# a destination of the sink comes here\n";

fn says(world: &World, arguments: &[&str]) -> String {
    let output = world.workplace.command().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Installs a component, gives its type a destination, and waits until every contact was delivered by it.
async fn delivers(kind: &str, component: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let world =
        World::new(folder.path(), Options::default().with("contacts", CONTACTS), &contacts("own", ONCE), NOTHING_YET).unwrap();
    let runtime = world.workplace.start().unwrap();
    let told = says(&world, &["sinks", "install", component.to_str().unwrap()]);
    assert!(told.contains(kind), "{told}");
    let (url, origin) = (world.receiver.url("own"), world.receiver.url(""));
    let destination = format!(
        "[destinations.own]\ntype = \"{kind}\"\nurl = \"{url}\"\n\n[destinations.own.grants]\nhosts = [\"{}\"]\n",
        origin.trim_end_matches('/')
    );
    let settings = world.workplace.settings_file();
    let text = fs::read_to_string(&settings).unwrap().replace(NOTHING_YET, &destination);
    fs::write(&settings, text).unwrap();
    says(&world, &["reload"]);
    let all = world.receiver.wait_until(PATIENCE, |seen| seen.counts.records == CONTACTS).await;
    let status = runtime.client.get("status").await.unwrap();
    let log = fs::read_to_string(world.workplace.log_file()).unwrap();
    all.unwrap_or_else(|late| panic!("{late}: {status:#}\n{log}"));
    let seen = world.receiver.seen().requests.clone();
    for request in &seen {
        let message: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(message["objectName"], "contacts", "the whole message arrives, as it was stored");
        assert!(request.headers["x-seen"].contains("random True") || request.headers["x-seen"].contains("random true"));
    }
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_of_cpython_delivers() {
    let Some(component) = require("a_component_of_cpython_delivers", "componentize-py", python_with_wasi()) else { return };
    let bytes = fs::metadata(&component).unwrap().len();
    assert!(bytes > 17 << 20, "{bytes} bytes: CPython with its library is larger");
    delivers("python", &component).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_of_componentize_js_delivers_by_fetch() {
    let found = javascript_with_wasi();
    let Some(component) = require("a_component_of_componentize_js_delivers_by_fetch", "jco", found) else { return };
    delivers("javascript", &component).await;
}

#[test]
fn types_for_javascript_are_those_of_the_contract() {
    let Some(packages) = require("types_for_javascript_are_those_of_the_contract", "npm packages", npm::componentizers()) else {
        return;
    };
    let contract = root().join("sinks-wit/wit/1.0.0/sink.wit").display().to_string();
    let declarations = root().join("sinks-wit/templates/javascript/types/ampline-sink.d.ts");
    let told = |file: &Path| {
        let output = packages.node("contract-types.mjs", &[&contract, &file.display().to_string()], b"").unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (fit, words) = told(&declarations);
    assert!(fit, "repair {}: {words}", declarations.display());

    // The comparison has eyes.
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(&declarations).unwrap();
    for (from, to, interface) in [
        ("maybeApplied: boolean", "maybeApplied: string", "http"),
        ("deliver(batch: Envelope[])", "deliver(batch: Envelope)", "sink"),
        ("export function records(", "export function entries(", "messages"),
        ("val: number[] }", "val: string[] }", "sql"),
    ] {
        assert!(text.contains(from), "{from}");
        let file = folder.path().join("drifted.d.ts");
        fs::write(&file, text.replace(from, to)).unwrap();
        let (fit, words) = told(&file);
        assert!(!fit && words.contains(&format!("{interface} is not as the contract has it")), "{to}: {words}");
    }
    for project in ["examples/chat-cards", "sinks-wit/templates/javascript"] {
        let config = root().join(project).join("jsconfig.json");
        let checked = packages.run("tsc", &["-p".as_ref(), config.as_ref() as &OsStr]);
        checked.unwrap_or_else(|told| panic!("{project} does not fit the types of the contract: {told}"));
    }
}

/// Every file beneath a folder, by its path from there.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type().unwrap().is_dir() {
            true if name == "__pycache__" => {}
            true => found.extend(texts(&entry.path()).into_iter().map(|(path, text)| (format!("{name}/{path}"), text))),
            false => drop(found.insert(name, fs::read_to_string(entry.path()).unwrap())),
        }
    }
    found
}

#[test]
fn stubs_for_python_are_those_of_the_contract() {
    let Some(venv) = require("stubs_for_python_are_those_of_the_contract", "componentize-py", Venv::of("componentize.txt"))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = venv.command("componentize-py");
    command.arg("--wit-path").arg(root().join("sinks-wit/wit/1.0.0")).args(["--world", "http-sink", "bindings"]);
    let output = command.arg(folder.path().join("made")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (stubs, made) = (texts(&root().join("sinks-wit/templates/python/stubs")), texts(&folder.path().join("made")));
    for (file, text) in &stubs {
        let remedy = "is not what `componentize-py bindings` writes: copy it from there";
        assert_eq!(Some(text), made.get(file), "{file} {remedy}");
    }
    let none: Vec<_> = made.keys().filter(|file| file.starts_with("wit_world/") && !stubs.contains_key(*file)).collect();
    assert!(none.is_empty(), "stubs are missing: {none:?}");
}
