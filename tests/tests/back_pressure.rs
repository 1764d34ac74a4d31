//! What happens when messages come faster than they go: a full backlog holds the reads that feed it, a full disk holds all, and
//! either ends by itself with nothing lost.
//!
//! The real binary, and for the disk a real small file system (tmpfs, in a mount namespace of its own). Doubles: HubSpot and the
//! receiver. Oracle: the emulator's own list of records with the time of their last change.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use ampline_tests::{
    faults::Rule,
    hubspot::{Large, Options, Properties},
    receiver::Mode,
    requirement::require,
    runtime::RuntimeProcess,
    world::World,
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: email }, { fieldName: lastname }, { fieldName: large_text }]
        - objectName: companies
          destination: store
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: name }]
"#;

const DESTINATIONS: &str = r#"
[destinations.store]
type = "api"
endpoint = "companies"

[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
retry_delays_s = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
"#;

async fn status(runtime: &RuntimeProcess, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let waiting = async {
        loop {
            last = runtime.client.get("status").await.expect("the runtime answers");
            if so(&last) {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!("waited for {what}; the status is {last:#}");
    }
    last
}

fn read<'a>(status: &'a Value, object: &str) -> &'a Value {
    let reads = status["reads"].as_array().expect("reads");
    reads.iter().find(|read| read["objectName"] == object).unwrap_or(&Value::Null)
}

fn destination<'a>(status: &'a Value, name: &str) -> &'a Value {
    let destinations = status["destinations"].as_array().expect("destinations");
    destinations.iter().find(|one| one["name"] == name).unwrap_or(&Value::Null)
}

/// Whether the runtime says that it is ready, and what else it says.
async fn ready(runtime: &RuntimeProcess) -> (u16, String) {
    let answer = reqwest::get(format!("http://{}/health/ready", runtime.client.address())).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

/// Every contact in its last version, and every message delivered.
async fn everything_arrives(world: &World, runtime: &RuntimeProcess) {
    status(runtime, "the end of the read and an empty backlog", |status| {
        read(status, "contacts")["operation"]["status"] == "success" && destination(status, "hook")["pending"] == 0
    })
    .await;
    let contacts = world.emulator.state().records("contacts").expect("contacts");
    let arrived = world.receiver.seen().records.get("contacts").cloned().unwrap_or_default();
    let is_there = |id: &str, at: &String| arrived.get(id).and_then(|seen| seen.updated_at.as_ref()) == Some(at);
    let missing = contacts.iter().filter(|record| !is_there(&record.id, &record.updated_at)).count();
    assert_eq!(missing, 0, "of {} contacts", contacts.len());
    assert_eq!(destination(&status(runtime, "", |_| true).await, "hook")["dead"], 0);
}

fn log(world: &World) -> String {
    std::fs::read_to_string(world.workplace.log_file()).expect("a log")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_backlog_holds_the_reads_that_feed_it_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = Large { every: 1, bytes: 10_000 };
    let options = Options { large: Some(large), ..Options::default().with("contacts", 600).with("companies", 250) };
    // One place for reads: one that waits must not keep it.
    let settings = format!("[runtime]\nreads_max = 1\n{DESTINATIONS}backlog_megabytes = 1\n");
    let world = World::new(folder.path(), options, MANIFEST, &settings).expect("a world");
    world.receiver.set_mode(Mode::down()).await;
    let runtime = world.workplace.start().expect("it starts");
    let is_held = |status: &Value| read(status, "contacts")["held"].is_string();
    let held = status(&runtime, "a read that waits", is_held).await;
    let reason = read(&held, "contacts")["held"].as_str().expect("a reason");
    assert!(reason.contains("wait for destination hook, the limit is 1 MB"), "{reason}");
    let companies = |status: &Value| read(status, "companies")["operation"]["status"] == "success";
    status(&runtime, "the other read", companies).await;
    let waiting = destination(&held, "hook")["pendingBytes"].as_u64().expect("bytes");
    assert!((1_000_000..2_500_000).contains(&waiting), "{waiting} bytes wait: the limit and at most a page");
    assert_eq!(ready(&runtime).await.0, 204, "one destination that is down is no reason to take the runtime away");
    let text = String::from_utf8(world.workplace.command().arg("status").output().expect("status").stdout).expect("text");
    assert!(text.contains("waiting") && text.contains("the limit is 1 MB"), "{text}");
    runtime.kill().expect("killed");

    let runtime = world.workplace.start().expect("it starts");
    let still = status(&runtime, "the read to wait again", is_held).await;
    assert_eq!(read(&still, "contacts")["operation"]["status"], "in_progress");
    world.receiver.set_mode(Mode::Up).await;
    everything_arrives(&world, &runtime).await;
    assert!(runtime.terminate().expect("it ends").success());
    let log = log(&world);
    assert!(log.contains("read.waiting") && log.contains("read.resumed"));
}

/// In the environment of the test that runs inside a mount namespace of its own.
const INSIDE: &str = "AMPLINE_TEST_OWN_MOUNTS";
/// Room on the small file system.
const DISK_MEGABYTES: u64 = 160;

/// The command that runs a program where it may mount what it likes, and nobody else sees it.
fn with_own_mounts() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user"]);
    command
}

fn mounts_are_permitted() -> Result<(), String> {
    let output = with_own_mounts().args(["mount", "-t", "tmpfs", "none", "/tmp"]).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

/// Runs one of the tests below in a mount namespace.
fn inside(name: &str) {
    if require(name, "to mount a tmpfs in a namespace of its own", mounts_are_permitted()).is_none() {
        return;
    }
    let this = std::env::current_exe().expect("this test has a path");
    let output = with_own_mounts().arg(this).args(["--exact", name, "--nocapture"]).env(INSIDE, "1").output().expect("it runs");
    let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// A world whose runtime has its data on a small file system.
fn on_a_small_disk(folder: &Path, contacts: u64, reserve_megabytes: u64) -> (World, PathBuf) {
    let data = folder.join("data");
    std::fs::create_dir(&data).expect("a folder");
    let size = format!("size={DISK_MEGABYTES}m");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(&data).status().expect("mount");
    assert!(mounted.success());
    let large = Large { every: 1, bytes: 4_000 };
    let options = Options { large: Some(large), ..Options::default().with("contacts", contacts).with("companies", 1) };
    let settings = format!("[limits]\ndisk_reserve_megabytes = {reserve_megabytes}\n{DESTINATIONS}");
    let world = World::new(folder, options, MANIFEST, &settings).expect("a world");
    // So that the read takes long enough to be met by a full disk.
    world.emulator.fault(Rule { times: None, delay_ms: 60, ..Rule::default() }.on("/crm"));
    (world, data.join("ballast"))
}

/// Fills the disk until so many megabytes are left.
fn fill(ballast: &Path, left_megabytes: u64) {
    let mut file = File::create(ballast).expect("a file");
    let chunk = vec![0_u8; 64 << 10];
    loop {
        let output = Command::new("stat").args(["-f", "-c", "%a %S"]).arg(ballast).output().expect("stat");
        let text = String::from_utf8(output.stdout).expect("text");
        let (blocks, size) = text.trim().split_once(' ').expect("two numbers");
        let free = blocks.parse::<u64>().expect("blocks") * size.parse::<u64>().expect("bytes");
        let excess = free.saturating_sub(left_megabytes * 1_000_000);
        if excess == 0 {
            return;
        }
        let step = usize::try_from(excess.div_ceil(2)).unwrap_or(usize::MAX).clamp(1, 16 << 20);
        for part in std::iter::repeat_n(chunk.as_slice(), step.div_ceil(chunk.len())) {
            if file.write_all(part).is_err() {
                return;
            }
        }
    }
}

#[test]
fn below_the_reserve_of_the_disk_nothing_is_read_until_there_is_room() {
    if std::env::var_os(INSIDE).is_none() {
        return inside("below_the_reserve_of_the_disk_nothing_is_read_until_there_is_room");
    }
    let tokio = tokio::runtime::Runtime::new().expect("a runtime");
    tokio.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (world, ballast) = on_a_small_disk(folder.path(), 4_000, 40);
        let runtime = world.workplace.start().expect("it starts");
        world.receiver.wait_until(PATIENCE, |seen| seen.counts.records > 0).await.expect("it reads");
        fill(&ballast, 30);
        let held = status(&runtime, "reads to stop", |status| status["readsHeld"].is_string()).await;
        assert!(held["readsHeld"].as_str().expect("a reason").contains("the reserve is 40 MB"), "{held:#}");
        let (code, text) = ready(&runtime).await;
        assert!(code == 503 && text.contains("the reserve is 40 MB"), "{code} {text}");
        let drained = status(&runtime, "the backlog to drain", |status| {
            read(status, "contacts")["held"].is_string() && destination(status, "hook")["pending"] == 0
        })
        .await;
        let progress = read(&drained, "contacts")["operation"]["recordsProcessed"].as_u64().expect("a number");
        assert!(progress < 4_000, "the read was over before the disk was full: the test proves nothing");
        assert_eq!(world.receiver.counts().records, progress, "what was read is delivered meanwhile");
        std::fs::remove_file(&ballast).expect("removed");
        everything_arrives(&world, &runtime).await;
        assert_eq!(ready(&runtime).await.0, 204);
        assert!(runtime.terminate().expect("it ends").success());
        let log = log(&world);
        assert!(["disk.low", "read.waiting", "disk.recovered", "read.resumed"].iter().all(|event| log.contains(event)));
    });
}

#[test]
fn a_disk_without_any_room_loses_nothing() {
    if std::env::var_os(INSIDE).is_none() {
        return inside("a_disk_without_any_room_loses_nothing");
    }
    let tokio = tokio::runtime::Runtime::new().expect("a runtime");
    tokio.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (world, ballast) = on_a_small_disk(folder.path(), 4_000, 0);
        let runtime = world.workplace.start().expect("it starts");
        for round in 0..2 {
            world.receiver.wait_until(PATIENCE, |seen| seen.counts.records > 0).await.expect("it reads");
            fill(&ballast, 0);
            let held = status(&runtime, "a write that fails", |status| status["readsHeld"].is_string()).await;
            assert!(held["readsHeld"].as_str().expect("a reason").contains("full"), "{held:#}");
            let lines = log(&world).lines().count();
            // A small write still finds room between two that do not: that makes nothing ready.
            for _ in 0..5_000 / LOOK_EVERY.as_millis() {
                let (code, text) = ready(&runtime).await;
                assert_eq!(code, 503, "ready while the disk is full {text}");
                tokio::time::sleep(LOOK_EVERY).await;
            }
            let more = log(&world).lines().count() - lines;
            assert!(more < 100, "{more} lines in five seconds of a full disk: something spins");
            std::fs::remove_file(&ballast).expect("removed");
            everything_arrives(&world, &runtime).await;
            status(&runtime, "reads to go on", |status| !status["readsHeld"].is_string()).await;
            assert_eq!(ready(&runtime).await.0, 204);
            world.receiver.forget();
            let written: Properties = [("lastname".to_owned(), Some(format!("round {round}")))].into();
            world.emulator.state().change("contacts", 4_000, &written).expect("changed");
            runtime.client.post("reads:run", &json!({})).await.expect("it runs");
        }
        assert!(runtime.terminate().expect("it ends").success());
        let log = log(&world);
        let count = |words: &str| log.lines().filter(|line| line.contains("the disk is full") && line.contains(words)).count();
        let (settlements, reads) = (count("cannot settle"), count("read.waiting"));
        eprintln!("told of a full disk: {settlements} times by lanes, {reads} times by reads");
        assert!(settlements + reads > 0, "no write met the full disk: the test proves nothing");
    });
}

#[test]
fn a_settlement_that_meets_a_full_disk_is_written_later() {
    if std::env::var_os(INSIDE).is_none() {
        return inside("a_settlement_that_meets_a_full_disk_is_written_later");
    }
    let tokio = tokio::runtime::Runtime::new().expect("a runtime");
    tokio.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (world, ballast) = on_a_small_disk(folder.path(), 50, 0);
        world.receiver.set_mode(Mode::down()).await;
        let runtime = world.workplace.start().expect("it starts");
        let is_read = |status: &Value| read(status, "contacts")["operation"]["status"] == "success";
        status(&runtime, "the end of the read", is_read).await;
        fill(&ballast, 0);
        // With every retry a settlement is due; the first that the log of the store has no room for fails.
        let told = async {
            while !log(&world).lines().any(|line| line.contains("cannot settle") && line.contains("the disk is full")) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("a settlement that fails");
        world.receiver.set_mode(Mode::Up).await;
        std::fs::remove_file(&ballast).expect("removed");
        everything_arrives(&world, &runtime).await;
        let repeated = world.receiver.seen().events.values().filter(|event| event.accepted != 1).count();
        assert_eq!(repeated, 0, "what was delivered is not delivered again");
        assert!(runtime.terminate().expect("it ends").success());
    });
}
