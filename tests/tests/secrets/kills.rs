//! SIGKILL at any moment of a rotation leaves secrets that open.

use std::{process::Stdio, time::Duration};

use crate::stage::Stage;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"

[destinations.second]
type = "webhook"
url = "{receiver}/second"
"#;

const KILLS: u32 = 40;
/// About as long as a rotation takes in a debug build.
const SPREAD: Duration = Duration::from_millis(40);

#[test]
fn a_rotation_that_is_killed_leaves_secrets_that_open() {
    let stage = Stage::new(DESTINATIONS);
    let runtime = stage.start();
    let refused = stage.ampline(&["secrets", "rotate"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("is in use by a running runtime"), "{said}");
    assert!(runtime.terminate().unwrap().success());
    let api_key = stage.workplace.secret("api-key").unwrap();
    let signing_key = stage.workplace.secret("destinations/hook/signing-key").unwrap();
    let mut done = 0;
    for kill in 0..KILLS {
        let mut child =
            stage.workplace.command().args(["secrets", "rotate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(SPREAD * kill / KILLS);
        let _ = child.kill();
        done += u32::from(child.wait().unwrap().success());
        assert_eq!(stage.workplace.secret("api-key").unwrap(), api_key, "kill {kill}");
    }
    assert!(done < KILLS, "none of them was killed in time");
    stage.says(&["secrets", "rotate"]);
    let runtime = stage.start();
    assert_eq!(runtime.client.key(), api_key);
    assert_eq!(stage.workplace.secret("destinations/hook/signing-key").unwrap(), signing_key);
}
