//! The real window: WebKitGTK's own driver plays the person, and a runtime reads an emulated HubSpot into a real receiver.
//!
//! Judges that are not ours: the web view's policy of content, Tauri's access control, the keyring of GNOME, axe.

mod driver;
mod sight;
mod stage;

use std::{fs, path::Path, time::Duration};

use ampline_tests::{hubspot::Options, world::World};
use serde_json::{Value, json};
use sight::look;
use stage::{PROGRAM, Stage};

const MANIFEST: &str = r#"specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          mapToName: person
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields:
            - fieldName: email
"#;
const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
"#;
const READY: &str = "document.querySelector('nav[aria-label=Pages]') !== null";
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder with a runtime's files, in the stage's home, and its doubles.
fn world(stage: &mut Stage) -> World {
    let world = World::new(&stage.home().join("shop"), Options::default().with("contacts", 12), MANIFEST, DESTINATIONS).unwrap();
    let secrets = world.workplace.environment().to_vec();
    stage.set(&secrets);
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_runs_the_runtime_of_a_folder_and_shows_its_deliveries() {
    let Some(mut stage) = Stage::new("window") else { return };
    let world = world(&mut stage);
    stage.remember(&json!({ "kind": "folder", "path": world.workplace.folder() }));
    let desk = stage.desk(&[]).await;
    desk.until(READY).await;
    desk.until_says("shop").await;
    desk.until_says("Running").await;
    world.receiver.wait_until(PATIENCE, |seen| seen.counts.requests > 0).await.unwrap();
    look(&stage, &desk, "overview").await;

    let status = ask(&desk, 1, "/v1/projects/demo/status").await;
    assert!(status["destinations"][0]["delivered"].as_u64() > Some(0), "{status}");

    desk.go("#/deliveries").await;
    desk.until("document.querySelector('main')?.innerText.includes('HTTP 200: ok')").await;
    look(&stage, &desk, "deliveries").await;
    desk.press("Dark theme").await;
    desk.until("getComputedStyle(document.documentElement).colorScheme === 'dark'").await;
    desk.press("Light theme").await;

    choose_runtime(&desk).await;
    look(&stage, &desk, "runtimes").await;
    desk.press("Add one elsewhere").await;
    desk.until("document.querySelector('dialog[open] input[type=url]') !== null").await;
    look(&stage, &desk, "runtime-new").await;
    desk.press("Cancel").await;
    desk.press("Log").await;
    desk.until("document.querySelector('dialog[open] pre')?.innerText.includes('runtime')").await;
    look(&stage, &desk, "log").await;
    desk.run("document.querySelector('dialog[open] pre').closest('dialog').querySelector('[aria-label=Close]').click()").await;
    desk.until("document.querySelector('dialog[open] pre') === null").await;
    desk.press("Stop").await;
    desk.until_says("The runtime is stopped").await;
    assert!(!world.workplace.folder().join("ampline-data/runtime.json").exists(), "it has withdrawn");
    desk.press("Close").await;
    look(&stage, &desk, "stopped").await;
    desk.press("Start the runtime").await;
    desk.until(READY).await;
    let pid = running(&world.workplace.folder().join("ampline-data")).unwrap();
    desk.close().await;
    gone(pid).await;
    assert!(stage.is_up());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_may_call_one_command_and_reach_nothing_else() {
    let Some(mut stage) = Stage::new("window") else { return };
    let desk = stage.desk(&[]).await;
    desk.until(READY).await;
    for (command, arguments) in [
        ("plugin:window|set_title", "{ value: 'x' }"),
        ("plugin:webview|create_webview_window", "{ options: { label: 'other', url: 'https://example.com' } }"),
        ("plugin:path|resolve_directory", "{ directory: 1 }"),
        ("plugin:event|emit", "{ event: 'x' }"),
        ("plugin:app|version", "{}"),
        ("plugin:window-state|restore_state", "{ label: 'main', flags: 63 }"),
        ("plugin:shell|execute", "{}"),
        ("compile_sink", "{}"),
    ] {
        let refused = desk.run(&format!("return window.__TAURI_INTERNALS__.invoke({}, {arguments})", json!(command))).await;
        let reason = refused["thrown"].as_str().unwrap_or_else(|| panic!("{command} was done: {refused}"));
        assert!(reason.contains("not allowed") || reason.contains("not found"), "{command}: {reason}");
    }
    for (what, script) in [
        ("eval", "return (0, eval)('1 + 1')"),
        ("a function made of text", "return new Function('return 1')()"),
        ("a request to elsewhere", "return (await fetch('https://example.com/')).status"),
        ("a request to this machine", "return (await fetch('http://127.0.0.1:8480/v1/projects')).status"),
        (
            "a socket",
            "return new Promise((yes, no) => { const one = new WebSocket('wss://example.com'); one.onopen = yes; one.onerror = () => no('refused'); })",
        ),
        (
            "a script from elsewhere",
            "return new Promise((yes, no) => { const one = document.createElement('script'); one.src = 'https://example.com/x.js'; \
             one.onload = yes; one.onerror = () => no('refused'); document.head.append(one); })",
        ),
        (
            "an image from elsewhere",
            "return new Promise((yes, no) => { const one = new Image(); one.onload = yes; one.onerror = () => no('refused'); \
             one.src = 'https://example.com/x.png'; })",
        ),
    ] {
        let refused = desk.run(script).await;
        assert!(refused["thrown"].is_string(), "{what} was possible: {refused}");
    }
    // A script that is written into the page is not run.
    desk.run("const one = document.createElement('script'); one.textContent = 'window.ran = true'; document.head.append(one);")
        .await;
    assert_eq!(desk.run("return window.ran ?? false").await, json!(false));
    desk.run("window.location.href = 'https://example.com/'").await;
    assert!(desk.run("return window.location.href").await.as_str().unwrap().starts_with("tauri://localhost"));
    for (asked, reason) in [
        (json!({ "kind": "request", "request": request(1, "/metrics") }), "no path of the API"),
        (json!({ "kind": "request", "request": request(2, "/v1/../../metrics") }), "no path of the API"),
        (json!({ "kind": "request", "request": request(3, "http://example.com/v1/") }), "no path of the API"),
        (json!({ "kind": "file.read", "path": "/etc/passwd" }), "was not opened by you"),
        (json!({ "kind": "file.save", "path": "/tmp/x.yaml", "text": "", "version": null }), "was not opened by you"),
    ] {
        let answer = desk.desk(asked.clone()).await;
        let message = answer["refused"]["message"].as_str().unwrap_or_else(|| panic!("{asked} was done: {answer}"));
        assert!(message.contains(reason), "{asked}: {message}");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_elsewhere_is_asked_with_a_key_of_the_keyring_that_no_page_sees() {
    let Some(mut stage) = Stage::new("window") else { return };
    let world = world(&mut stage);
    let elsewhere = world.workplace.start().unwrap();
    let mut add = stage.command(&ampline_tests::runtime::binary());
    let url = format!("http://{}", elsewhere.client.address());
    add.args(["profile", "add", "prod", "--url", &url, "--keyring", "ampline/prod"]);
    let added = add.env("AMPLINE_API_KEY", elsewhere.client.key()).output().unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let kept = fs::read_to_string(stage.home().join("config/ampline/profiles.toml")).unwrap();
    assert!(!kept.contains(elsewhere.client.key()), "the key is in the keyring alone");

    let desk = stage.desk(&[]).await;
    desk.until(READY).await;
    choose_runtime(&desk).await;
    desk.until_says(&url).await;
    look(&stage, &desk, "profiles").await;
    desk.run("[...document.querySelectorAll('dialog[open] label')].find((one) => one.innerText.includes('prod')).click()").await;
    desk.until("document.querySelector('aside')?.innerText.includes('Elsewhere')").await;
    desk.press("Close").await;
    desk.until_says("demo").await;
    let status = ask(&desk, 1, "/v1/projects/demo/status").await;
    assert_eq!(status["project"], "demo");
    let seen = desk
        .run(
            "return JSON.stringify([document.documentElement.outerHTML, Object.entries(localStorage), document.cookie, \
             await window.__TAURI_INTERNALS__.invoke('call', { asked: { kind: 'profile.list' } })])",
        )
        .await;
    assert!(!seen.as_str().unwrap().contains(elsewhere.client.key()), "a page has the key");

    elsewhere.kill().unwrap();
    let refused = desk.desk(json!({ "kind": "request", "request": request(2, "/v1/projects") })).await;
    assert_eq!(refused["refused"]["reason"], "unreachable", "{refused}");
    desk.run("window.location.reload()").await;
    desk.until_says("prod does not answer").await;
    look(&stage, &desk, "offline").await;
    desk.press("Choose another").await;
    desk.until("document.querySelector('dialog[open]')?.innerText.includes('Add one elsewhere')").await;
    look(&stage, &desk, "runtimes-offline").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_opened_saved_and_watched_and_a_second_start_hands_its_own_to_the_first() {
    let Some(mut stage) = Stage::new("window") else { return };
    let (first, second) = (stage.home().join("amp.yaml"), stage.home().join("other.yaml"));
    fs::write(&first, MANIFEST).unwrap();
    fs::write(&second, "specVersion: 1.0.0\n").unwrap();
    let desk = stage.desk(&[first.to_str().unwrap()]).await;
    desk.until(READY).await;
    let file = desk.desk(json!({ "kind": "file.read", "path": first })).await;
    assert_eq!(file["text"], MANIFEST, "{file}");
    let changed = MANIFEST.replace("contacts", "companies");
    let save = json!({ "kind": "file.save", "path": first, "text": changed, "version": file["version"] });
    let version = desk.desk(save.clone()).await;
    assert!(version.is_string(), "{version}");
    assert_eq!(fs::read_to_string(&first).unwrap(), changed);
    // What another program wrote is neither covered nor left untold.
    follow(&desk).await;
    fs::write(&first, "# by hand\n").unwrap();
    desk.until("window.told.find((one) => one.kind === 'file')?.value.path.endsWith('amp.yaml')").await;
    let refused = desk.desk(json!({ "kind": "file.save", "path": first, "text": "x", "version": version })).await;
    assert_eq!(refused["refused"]["reason"], "changed", "{refused}");

    let mut another = tokio::process::Command::from(stage.command(Path::new(PROGRAM)));
    let another = tokio::time::timeout(PATIENCE, another.arg(&second).kill_on_drop(true).output()).await;
    let another = another.expect("a second start ends").unwrap();
    assert!(another.status.success(), "{}", String::from_utf8_lossy(&another.stderr));
    desk.until("window.told.find((one) => one.kind === 'open')?.value.endsWith('other.yaml')").await;
    assert_eq!(desk.desk(json!({ "kind": "file.read", "path": second })).await["text"], "specVersion: 1.0.0\n");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_edited_over_a_crash_and_a_change_from_outside_saved_and_deployed() {
    let Some(mut stage) = Stage::new("window") else { return };
    let file = stage.home().join("amp.yaml");
    fs::write(&file, MANIFEST).unwrap();
    let data = stage.home().join("data/dev.ampline.desk/runtime/ampline-data");
    let desk = stage.desk(&[file.to_str().unwrap()]).await;
    desk.until("document.querySelector('.cm-content')?.innerText.includes('objectName: contacts')").await;
    desk.until_says(file.to_str().unwrap()).await;
    desk.run("document.querySelector('.cm-content').focus(); document.execCommand('insertText', false, '# by hand\\n')").await;
    desk.until("Object.values(localStorage).some((one) => one.includes('# by hand'))").await;

    let runtime = running(&data).unwrap();
    kill(parent(runtime));
    gone(runtime).await;
    let desk = stage.desk(&[]).await;
    desk.until(READY).await;
    desk.go("#/manifest").await;
    desk.until_says("This is your unsaved edit").await;
    desk.until("document.querySelector('.cm-content').innerText.startsWith('# by hand')").await;
    look(&stage, &desk, "draft").await;
    // Another file that somebody opens waits for what becomes of the edit.
    let second = stage.home().join("other.yaml");
    fs::write(&second, "specVersion: 1.0.0\n").unwrap();
    let mut another = tokio::process::Command::from(stage.command(Path::new(PROGRAM)));
    let another = tokio::time::timeout(PATIENCE, another.arg(&second).kill_on_drop(true).output()).await;
    assert!(another.expect("a second start ends").unwrap().status.success());
    desk.until_says("Your edits are not saved").await;
    look(&stage, &desk, "unsaved").await;
    desk.press("Cancel").await;
    desk.until("document.querySelector('dialog[open]') === null").await;
    fs::write(&file, MANIFEST.replace("person", "people")).unwrap();
    desk.until_says("Another program has changed the file").await;
    look(&stage, &desk, "changed-outside").await;
    desk.press("Keep mine and save").await;
    desk.until("!document.body.innerText.includes('Another program')").await;
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("# by hand\n{MANIFEST}"));

    desk.press("New…").await;
    desk.until_says("Begin with a common case.").await;
    look(&stage, &desk, "new").await;
    desk.press("Close").await;
    desk.until("document.querySelector('dialog[open]') === null").await;
    desk.press("Deploy…").await;
    desk.until(
        "[...document.querySelectorAll('dialog[open] button')].some((one) => one.innerText.trim() === 'Deploy' && !one.disabled)",
    )
    .await;
    look(&stage, &desk, "deploy").await;
    desk.press("Deploy").await;
    desk.until_says("It is deployed").await;
    let integrations = ask(&desk, 1, "/v1/projects/local/integrations").await;
    assert_eq!(integrations[0]["name"], "crm", "{integrations}");
    desk.go("#/keys").await;
    desk.until("document.querySelector('h1')?.innerText === 'Key lab' && document.querySelector('main .cm-content') !== null")
        .await;
    desk.press("Copy the key").await;
    look(&stage, &desk, "key-lab").await;
    desk.close().await;
}

/// Ends a process as a crash does.
fn kill(pid: u64) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// Who started a process.
fn parent(pid: u64) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().parse().unwrap()
}

/// Hears of all that the desk tells, into `window.told`.
async fn follow(desk: &driver::Driver) {
    desk.run(
        "window.told = []; const id = window.__TAURI_INTERNALS__.transformCallback((one) => window.told.push(one.message)); \
         void window.__TAURI_INTERNALS__.invoke('call', { asked: { kind: 'desk.follow', channel: `__CHANNEL__:${id}` } });",
    )
    .await;
    desk.until("window.told.length > 0").await;
}

/// Brings the choice of a runtime up, as its button does.
async fn choose_runtime(desk: &driver::Driver) {
    desk.run("document.querySelector('button[title^=\"Choose a runtime\"]').click()").await;
    desk.until("document.querySelector('dialog[open]') !== null").await;
}

fn request(id: u64, path: &str) -> Value {
    json!({ "id": id, "method": "GET", "path": path, "body": null })
}

/// What the runtime answers, as pages get it.
async fn ask(desk: &driver::Driver, id: u64, path: &str) -> Value {
    let answer = desk.desk(json!({ "kind": "request", "request": request(1_000_000 + id, path) })).await;
    assert_eq!(answer["status"], 200, "{answer}");
    serde_json::from_str(answer["body"]["text"].as_str().unwrap()).unwrap()
}

/// The process of the runtime that uses this folder.
fn running(data: &Path) -> Option<u64> {
    serde_json::from_slice::<Value>(&fs::read(data.join("runtime.json")).ok()?).ok()?["pid"].as_u64()
}

/// Waits until a process has ended.
async fn gone(pid: u64) {
    let ended = async {
        while fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{pid} has not ended with the desk"));
}
