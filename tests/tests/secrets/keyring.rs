//! The system's keyring, against a real Secret Service: `gnome-keyring-daemon` on a message bus of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use ampline_tests::requirement::require;

use crate::stage::Stage;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { keyring = "ampline-test/hook" }

[destinations.second]
type = "webhook"
url = "{receiver}/second"
"#;
const SIGNING: &str = "whsec_a2V5cmluZy1zaWduaW5nLWtleS0wMTIzNDU2Nzg5";

/// A message bus with an unlocked keyring; both end with it.
struct Service {
    bus: Child,
    daemon: Child,
    address: String,
}

impl Service {
    fn start(home: &Path) -> Result<Self, String> {
        // As a daemon without a terminal: the first line says where it is.
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--print-address", "--nofork"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bus = bus.spawn().map_err(told("dbus-daemon"))?;
        let mut address = String::new();
        let mut said = BufReader::new(bus.stdout.take().ok_or("dbus-daemon has no output")?);
        said.read_line(&mut address).map_err(told("dbus-daemon"))?;
        let address = address.trim().to_owned();
        let mut daemon = Command::new("gnome-keyring-daemon");
        daemon.args(["--foreground", "--unlock", "--components=secrets"]).env("DBUS_SESSION_BUS_ADDRESS", &address);
        daemon.env("HOME", home).env("XDG_DATA_HOME", home).env("XDG_RUNTIME_DIR", home);
        daemon.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = match daemon.spawn() {
            Ok(daemon) => daemon,
            Err(error) => {
                let _ = (bus.kill(), bus.wait());
                return Err(told("gnome-keyring-daemon")(error));
            }
        };
        // The end of its input ends the password.
        let written = daemon.stdin.take().map_or(Ok(()), |mut pipe| std::io::Write::write_all(&mut pipe, b"unlocked\n"));
        written.map_err(told("gnome-keyring-daemon"))?;
        Ok(Self { bus, daemon, address })
    }
}

fn told(program: &'static str) -> impl Fn(std::io::Error) -> String {
    move |error| format!("run {program}: {error} (Debian: gnome-keyring dbus)")
}

impl Drop for Service {
    fn drop(&mut self) {
        for child in [&mut self.daemon, &mut self.bus] {
            let _ = (child.kill(), child.wait());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_secrets_come_from_the_keyring_and_the_key_is_rotated_there() {
    let home = tempfile::tempdir().unwrap();
    let Some(service) = require("secrets", "a Secret Service", Service::start(home.path())) else { return };
    let mut stage = Stage::new(DESTINATIONS);
    stage.world.workplace.set("DBUS_SESSION_BUS_ADDRESS", &service.address);
    stage.rewrite(|text| format!("{text}\n[secrets]\nkey = {{ keyring = \"ampline-test/master\" }}\n"));

    let missing = stage.ampline(&["run", "amp.yaml"]);
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(said.contains("destinations.hook.signing_key: the keyring has no entry ampline-test/hook"), "{said}");
    put(&service, "ampline-test", "hook", SIGNING);

    stage.says(&["secrets", "new-key", "--keyring", "ampline-test/master"]);
    let twice = stage.ampline(&["secrets", "new-key", "--keyring", "ampline-test/master"]);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("is in use already"));

    let runtime = stage.start();
    stage.receiver.wait_until(crate::stage::PATIENCE, |seen| seen.counts.requests > 0).await.unwrap();
    assert!(runtime.terminate().unwrap().success());
    assert!(!stage.workplace.data_dir().join("secrets.key").exists(), "the key is in the keyring alone");
    let api_key = stage.workplace.secret("api-key").unwrap();
    let before = fs::read(stage.workplace.data_dir().join("secrets.json")).unwrap();
    let said = stage.says(&["secrets", "rotate"]);
    assert!(said.contains("the keyring's entry ampline-test/master"), "{said}");
    assert_ne!(fs::read(stage.workplace.data_dir().join("secrets.json")).unwrap(), before);
    let runtime = stage.start();
    assert_eq!(runtime.client.key(), api_key);
    drop(service);
    drop(runtime);
    let gone = stage.ampline(&["secrets", "show", "api-key"]);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert!(said.contains("is a keyring service running"), "{said}");
}

/// Stores a secret as a person would; attributes as the keyring crates look them up.
fn put(service: &Service, name: &str, user: &str, secret: &str) {
    let script = env!("CARGO_MANIFEST_DIR").to_owned() + "/python/keyring.py";
    let venv = ampline_tests::python::Venv::of("keyring.txt").unwrap();
    let mut command = venv.command("python");
    command.args([script.as_str(), name, user, secret]).env("DBUS_SESSION_BUS_ADDRESS", &service.address);
    let output = command.env("PATH", env::var_os("PATH").unwrap_or_default()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
