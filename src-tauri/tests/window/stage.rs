//! A desktop of the test's own: a display, a message bus with a keyring, a home; and in it the desk, driven.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use ampline_tests::{requirement::require, services::keyring::Keyring};
use serde_json::{Value, json};

use crate::driver::Driver;

/// The program that is tested.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ampline-desktop");

/// The desktop. Everything in it ends with it.
pub(crate) struct Stage {
    home: tempfile::TempDir,
    display: Ended,
    keyring: Keyring,
    environment: Vec<(String, String)>,
    drivers: Vec<Ended>,
}

/// A child that is ended on drop, with all that it started.
struct Ended {
    child: Child,
    /// What it said first.
    said: String,
}

impl Ended {
    /// Starts it in a process group of its own.
    fn start(command: &mut Command) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("run {name}: {error} (Debian: xvfb webkit2gtk-driver)"))?;
        Ok(Self { child, said: String::new() })
    }

    fn first_line(mut self) -> Result<Self, String> {
        let output = self.child.stdout.take().ok_or("it has no output")?;
        BufReader::new(output).read_line(&mut self.said).map_err(|error| error.to_string())?;
        Ok(self)
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Whoever is gone needs no end.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = (self.child.kill(), self.child.wait());
    }
}

impl Stage {
    /// Nothing where the machine lacks what it takes.
    pub(crate) fn new(test: &str) -> Option<Self> {
        require(test, "a display, a keyring and WebKitGTK's driver", Self::start())
    }

    fn start() -> Result<Self, String> {
        found("WebKitWebDriver")?;
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        for name in ["config", "data", "cache", "run"] {
            let folder = home.path().join(name);
            fs::create_dir(&folder).map_err(|error| error.to_string())?;
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            fs::set_permissions(folder, private).map_err(|error| error.to_string())?;
        }
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x820x24", "-nolisten", "tcp"]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let display = Ended::start(&mut server)?.first_line()?;
        let keyring = Keyring::start(home.path())?;
        let folder = |name: &str| home.path().join(name).display().to_string();
        let environment = [
            ("HOME", home.path().display().to_string()),
            ("XDG_CONFIG_HOME", folder("config")),
            ("XDG_DATA_HOME", folder("data")),
            ("XDG_CACHE_HOME", folder("cache")),
            ("XDG_RUNTIME_DIR", folder("run")),
            ("DISPLAY", format!(":{}", display.said.trim())),
            ("DBUS_SESSION_BUS_ADDRESS", keyring.address().to_owned()),
            ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1".to_owned()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("AMPLINE_LISTEN", "127.0.0.1:0".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Ok(Self { home, display, keyring, environment, drivers: Vec::new() })
    }

    /// Sets variables for what is started from now on.
    pub(crate) fn set(&mut self, more: &[(String, String)]) {
        self.environment.extend_from_slice(more);
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A program in this desktop.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.home.path());
        command
    }

    /// What the desk remembers of an earlier time.
    pub(crate) fn remember(&self, choice: &Value) {
        let folder = self.home.path().join("config/dev.ampline.desk");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("desk.json"), json!({ "choice": choice }).to_string()).unwrap();
    }

    /// Opens the desk.
    pub(crate) async fn desk(&mut self, arguments: &[&str]) -> Driver {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(self.home.path().join("driver.log")).unwrap();
        let mut command = self.command(Path::new("WebKitWebDriver"));
        command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.drivers.push(Ended::start(&mut command).unwrap());
        Driver::open(port, PROGRAM, arguments).await
    }

    /// Keeps what the window shows where a person looks at it, if one has said where.
    pub(crate) async fn shoot(&self, driver: &Driver, name: &str) {
        let Some(folder) = std::env::var_os("AMPLINE_SCREENSHOTS").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("desktop-{name}.png")), driver.screenshot().await).unwrap();
    }

    /// Both are there as long as the stage.
    pub(crate) fn is_up(&self) -> bool {
        !self.display.said.is_empty() && !self.keyring.address().is_empty()
    }
}

fn found(program: &str) -> Result<(), String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if is_there { Ok(()) } else { Err(format!("there is no {program} (Debian: webkit2gtk-driver)")) }
}
