//! The system's keyring, against a real Secret Service: `gnome-keyring-daemon` on a message bus of its own.

use std::{env, fs};

use ampline_tests::{requirement::require, services::keyring::Keyring};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_secrets_come_from_the_keyring_and_the_key_is_rotated_there() {
    let home = tempfile::tempdir().unwrap();
    let Some(service) = require("secrets", "a Secret Service", Keyring::start(home.path())) else { return };
    let mut stage = Stage::new(DESTINATIONS);
    stage.world.workplace.set("DBUS_SESSION_BUS_ADDRESS", service.address());
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
fn put(service: &Keyring, name: &str, user: &str, secret: &str) {
    let script = env!("CARGO_MANIFEST_DIR").to_owned() + "/python/keyring.py";
    let venv = ampline_tests::python::Venv::of("keyring.txt").unwrap();
    let mut command = venv.command("python");
    command.args([script.as_str(), name, user, secret]).env("DBUS_SESSION_BUS_ADDRESS", service.address());
    let output = command.env("PATH", env::var_os("PATH").unwrap_or_default()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
