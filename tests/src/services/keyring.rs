//! A real Secret Service: `gnome-keyring-daemon` on a message bus of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A message bus with an unlocked keyring; both end with it.
pub struct Keyring {
    bus: Child,
    daemon: Child,
    address: String,
}

impl Keyring {
    /// Starts both, with their files in `home`.
    ///
    /// # Errors
    /// One of the programs is not there.
    pub fn start(home: &Path) -> Result<Self, String> {
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

    /// Where the bus is: `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }
}

fn told(program: &'static str) -> impl Fn(std::io::Error) -> String {
    move |error| format!("run {program}: {error} (Debian: gnome-keyring dbus)")
}

impl Drop for Keyring {
    fn drop(&mut self) {
        for child in [&mut self.daemon, &mut self.bus] {
            let _ = (child.kill(), child.wait());
        }
    }
}
