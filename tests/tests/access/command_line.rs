//! What the command line is besides its commands: formats, profiles, completions, manual pages, exit codes.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    process::{Command, Output, Stdio},
};

use ampline_tests::{python::Venv, requirement::require};
use serde_json::Value;

use crate::stage::{Stage, run, said};

/// Runs a command that reads this.
fn told(mut command: Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn every_list_comes_as_a_table_as_json_and_as_yaml() {
    let Some(venv) = require("access", "PyJWT and PyYAML of PyPI", Venv::of("tokens.txt")) else { return };
    let stage = Stage::new("");
    fs::create_dir(stage.workplace.data_dir()).unwrap();
    stage.says(&["keys", "create", "a: label # with\tsigns, yes", "--scope", "read"]);
    stage.says(&["keys", "create", "no"]);
    for command in [
        ["keys", "list"].as_slice(),
        &["jwt-keys", "list"],
        &["status"],
        &["operations", "list"],
        &["deliveries"],
        &["events"],
        &["connections", "list"],
        &["integrations", "list"],
        &["installations", "list"],
        &["providers", "list"],
        &["providers", "show", "hubspot"],
        &["profile", "list"],
        &["check", "amp.yaml"],
    ] {
        let says = |format: &str| stage.says(&[command, &["--format", format]].concat());
        let json: Value = serde_json::from_str(&says("json")).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let read = venv.run("yaml_to_json.py", says("yaml").as_bytes()).unwrap();
        let yaml: Value = serde_json::from_slice(&read).unwrap();
        assert_eq!(yaml, json, "{command:?}");
        assert_eq!(says("table"), says("text"), "{command:?}: its earlier name");
    }
}

#[test]
fn profiles_name_runtimes_elsewhere() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let (url, first) = (format!("http://{}", runtime.client.address()), stage.first_key());
    let profile = |arguments: &[&str], input: &str| {
        let mut command = stage.workplace.command();
        command.arg("profile").args(arguments);
        told(command, input)
    };
    let refusal = |arguments: &[&str], input: &str| {
        let output = profile(arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refusal(&["add", "prod", "--url", &url], "").contains("no key is given"));
    assert!(
        refusal(&["add", "prod", "--url", "http://192.0.2.1", "--key-stdin"], "amp_x").contains("readable through the network")
    );
    assert!(refusal(&["add", "a/b", "--url", &url, "--key-stdin"], "amp_x").contains("is no name"));
    assert!(refusal(&["use", "prod"], "").contains("there are none"));
    said(&profile(&["add", "prod", "--url", &url, "--project", "demo", "--key-stdin", "--use"], &first), &["profile", "add"]);
    let file = stage.file("config/ampline/profiles.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!stage.says(&["profile", "list", "--format", "json"]).contains(&first));

    // Without a data folder at hand, the profile in use counts.
    let elsewhere = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = stage.workplace.command();
        command.env_remove("AMPLINE_DATA_DIR").args(arguments).envs(variables.iter().copied()).output().unwrap()
    };
    let served = "serves project demo";
    assert!(said(&elsewhere(&["status"], &[]), &["status"]).contains(served));
    let variables = [("AMPLINE_URL", url.as_str()), ("AMPLINE_API_KEY", &first), ("AMPLINE_PROJECT", "demo")];
    assert!(said(&elsewhere(&["status"], &variables), &["AMPLINE_URL"]).contains(served));
    let wrong = elsewhere(&["status"], &[("AMPLINE_API_KEY", "amp_wrong")]);
    assert!(wrong.status.code() == Some(1) && String::from_utf8_lossy(&wrong.stderr).contains("is not valid"), "{wrong:?}");
    let folder = elsewhere(&["secrets", "list"], &[]);
    assert!(String::from_utf8_lossy(&folder.stderr).contains("name a data folder with --data-dir"), "{folder:?}");
    let both = elsewhere(&["status", "--profile", "prod", "--data-dir", "x"], &[]);
    assert_eq!(both.status.code(), Some(2), "one of them");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let open = elsewhere(&["status"], &[]);
    assert!(open.status.code() == Some(2) && String::from_utf8_lossy(&open.stderr).contains("chmod 600"), "{open:?}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    drop(runtime);
    let gone = elsewhere(&["status"], &[]);
    assert!(gone.status.code() == Some(2) && String::from_utf8_lossy(&gone.stderr).contains("does not answer"), "{gone:?}");
    said(&profile(&["remove", "prod"], ""), &["profile", "remove"]);
    let none = elsewhere(&["status"], &[]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("ampline-data is no data folder"), "{none:?}");
}

#[test]
fn shells_complete_and_manuals_are_written() {
    let stage = Stage::new("");
    let script = stage.file("completions.bash");
    fs::write(&script, stage.says(&["completions", "bash"])).unwrap();
    let script = script.to_str().unwrap();
    let complete = format!(
        "source {script}; COMP_WORDS=(ampline keys cr); COMP_CWORD=2; _ampline ampline cr keys; echo \"${{COMPREPLY[*]}}\""
    );
    assert_eq!(said(&run("bash", &["-c", &complete]), &["bash"]), "create");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(stage.says(&["completions", shell]).contains("jwt-keys"), "{shell}");
    }
    let folder = stage.file("man");
    stage.says(&["man", folder.to_str().unwrap()]);
    let page = fs::read_to_string(folder.join("ampline-keys-create.1")).unwrap();
    assert!(page.starts_with(".ie \\n(.g .ds Aq") && page.contains("Make a key and print it, this once"), "{page:.400}");
    let main = fs::read_to_string(folder.join("ampline.1")).unwrap();
    assert!(main.contains("0  done") && !main.contains("compile-sink"), "exit codes, and no inner commands");
}
