//! The Postgres that is installed here, and data folders for it: made once, kept in the user's cache, copied for each server.

use std::{
    env,
    fs::{self, File},
    io,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{PASSWORD, SUPERUSER};

/// Where Debian keeps its versions.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Whom servers run as where tests run as root: Postgres refuses that.
const UNPRIVILEGED: &str = "postgres";
/// Written last: a folder without it is one that was not finished.
const MARKER: &str = "made";
const HOW_TO_INSTALL: &str = "install it (Debian: apt-get install postgresql)";

/// An installed Postgres and whom it runs as.
pub(super) struct Installation {
    programs: PathBuf,
    version: String,
    /// User and group, where tests run as root.
    other: Option<(u32, u32)>,
}

impl Installation {
    /// The newest version there is.
    pub(super) fn find() -> Result<Self, String> {
        let programs = programs().ok_or_else(|| format!("no `postgres` and `initdb` are found; {HOW_TO_INSTALL}"))?;
        let version = said(Command::new(programs.join("postgres")).arg("--version"))?;
        let other = match said(Command::new("id").arg("-u"))?.as_str() {
            "0" => Some((id_of("-u")?, id_of("-g")?)),
            _ => None,
        };
        Ok(Self { programs, version, other })
    }

    /// One of its programs, to be run as whom it may run as, and to end with the thread that starts it where the system can do that.
    pub(super) fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        if !Path::new("/usr/bin/setpriv").exists() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        if self.other.is_some() {
            command.args(["--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--init-groups", "--reset-env"]);
        }
        command.args(["--pdeathsig", "QUIT", "--"]).arg(path).stdin(Stdio::null());
        command
    }

    /// Hands a file or folder to whom servers run as.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        self.other.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    /// Puts a fresh `data` into a folder, and an empty `run` for its socket.
    pub(super) fn fill(&self, folder: &Path) -> Result<(), String> {
        let template = self.template()?;
        let made = || {
            // Another user must get through it.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
            fs::create_dir(folder.join("run"))?;
            self.own(&folder.join("run"))
        };
        made().map_err(|e| format!("prepare {}: {e}", folder.display()))?;
        copy(&template, &folder.join("data"))
    }

    /// A data folder fresh from `initdb`, made at the first call on this machine.
    fn template(&self) -> Result<PathBuf, String> {
        let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
        let cache = cache.ok_or("HOME does not say where a data folder may be kept")?;
        let name: String = self.version.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let folder = cache.join("ampline").join(name);
        fs::create_dir_all(&folder).map_err(|e| format!("create {}: {e}", folder.display()))?;
        // Tests run in parallel, in threads and in processes: one makes it, the others wait.
        let lock = File::create(folder.join("lock")).map_err(|e| format!("create a lock in {}: {e}", folder.display()))?;
        lock.lock().map_err(|e| format!("lock {}: {e}", folder.display()))?;
        let (data, marker) = (folder.join("data"), folder.join(MARKER));
        if !marker.exists() {
            if data.exists() {
                fs::remove_dir_all(&data).map_err(|e| format!("remove {}: {e}", data.display()))?;
            }
            self.make(&data)?;
            fs::write(&marker, "").map_err(|e| format!("finish {}: {e}", folder.display()))?;
        }
        Ok(data)
    }

    fn make(&self, into: &Path) -> Result<(), String> {
        let scratch = tempfile::tempdir().map_err(|e| format!("make a folder: {e}"))?;
        let password = scratch.path().join("password");
        let prepared = fs::write(&password, PASSWORD).and_then(|()| self.own(&password)).and_then(|()| self.own(scratch.path()));
        prepared.map_err(|e| format!("prepare {}: {e}", scratch.path().display()))?;
        let data = scratch.path().join("data");
        let mut command = self.command("initdb");
        command.arg("-D").arg(&data).args([
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--no-sync",
        ]);
        said(command.arg("--pwfile").arg(&password).current_dir("/"))?;
        copy(&data, into)
    }
}

fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| folder.join("postgres").is_file() && folder.join("initdb").is_file();
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path()))).collect();
    versions.sort_unstable();
    let debian = versions.into_iter().rev().map(|(_, path)| path.join("bin"));
    debian.chain(env::split_paths(&env::var_os("PATH")?)).find(complete)
}

fn id_of(flag: &str) -> Result<u32, String> {
    let text = said(Command::new("id").args([flag, UNPRIVILEGED]))?;
    text.parse().map_err(|_| format!("id {flag} {UNPRIVILEGED} says {text:?}"))
}

/// Copies a folder with owners and modes.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    said(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}

/// Runs a program to its end; gives what it said, or why it failed.
fn said(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("run {program}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}
