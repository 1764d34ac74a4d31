//! A real Postgres: the installed one, on a data folder and a port of its own, with TLS where a test asks for it.

mod certificates;
mod install;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub use certificates::Authority;
use install::Installation;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::free_port;

/// The superuser of every such server.
pub const SUPERUSER: &str = "admin";
/// Its password.
pub const PASSWORD: &str = "correct-horse-battery-staple";

/// How long a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A free port may be taken by another between the look and the start.
const START_TRIES_MAX: u32 = 3;

/// Whether the server speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// It does not.
    Off,
    /// It does, with a certificate for this name and for 127.0.0.1.
    Offered(String),
    /// The same, and refuses connections without it.
    Required(String),
}

/// A server on the loopback; stopped, and its data removed, on drop. It dies with this process too.
pub struct Postgres {
    installation: Installation,
    folder: TempDir,
    port: u16,
    authority: Option<Authority>,
    running: Option<Running>,
}

struct Running {
    pid: u32,
    /// Waits for the server. The server is told to die with the thread that started it, so that is one that lives as long.
    keeper: JoinHandle<()>,
}

impl Postgres {
    /// Starts a fresh server.
    ///
    /// # Errors
    /// When Postgres is not installed or does not start; give it to [`crate::requirement::require`].
    pub fn start(tls: &Tls) -> Result<Self, String> {
        let installation = Installation::find()?;
        let folder = tempfile::Builder::new().prefix("ampline-pg-").tempdir().map_err(|e| format!("make a folder: {e}"))?;
        installation.fill(folder.path())?;
        let mut server = Self { installation, folder, port: 0, authority: None, running: None };
        server.configure(tls)?;
        for left in (0..START_TRIES_MAX).rev() {
            server.port = free_port().map_err(|e| format!("find a free port: {e}"))?;
            match server.start_again() {
                Err(reason) if left == 0 => return Err(reason),
                Err(_) => {}
                Ok(()) => break,
            }
        }
        Ok(server)
    }

    /// A server without TLS that all who ask at the same time share; the last one stops it.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn shared() -> Result<Arc<Self>, String> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(server);
        }
        let server = Arc::new(Self::start(&Tls::Off)?);
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that signed the server's, as a file; nothing without TLS.
    pub fn ca_file(&self) -> Option<&Path> {
        self.authority.as_ref().map(Authority::file)
    }

    /// A URL with this host, as the superuser, with a query (`sslmode=…`) or none.
    pub fn url(&self, host: &str, query: &str) -> String {
        self.url_as(SUPERUSER, PASSWORD, &format!("{host}:{}/postgres?{query}", self.port))
    }

    /// A URL with this user and password, and what follows the `@`.
    pub fn url_as(&self, user: &str, password: &str, rest: &str) -> String {
        format!("postgres://{user}:{password}@{rest}")
    }

    /// A session of the superuser through the local socket, past all that TLS and passwords are about.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn session(&self) -> Client {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.folder.path().join("run")).port(self.port).user(SUPERUSER).dbname("postgres");
        let (client, connection) = config.connect(NoTls).await.expect("the server answers on its socket");
        tokio::spawn(connection);
        client
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends it as a crash would: sessions are cut off, the next start recovers.
    pub fn stop(&mut self) {
        if let Some(Running { pid, keeper }) = self.running.take() {
            // SIGQUIT: the postmaster ends its sessions at once and does not tidy up. It may have ended already.
            drop(Command::new("kill").args(["-QUIT", &pid.to_string()]).status());
            drop(keeper.join());
        }
    }

    /// Starts it after a stop, with the same data on the same port.
    ///
    /// # Errors
    /// When it does not come up; the text holds the end of its log.
    pub fn start_again(&mut self) -> Result<(), String> {
        let mut command = self.installation.command("postgres");
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log"));
        let log = log.map_err(|e| format!("write a log: {e}"))?;
        let port = self.port.to_string();
        command.arg("-D").arg(self.data()).args(["-p", &port]).stdout(log.try_clone().map_err(|e| e.to_string())?).stderr(log);
        let (tell, told) = mpsc::channel();
        let keeper = std::thread::Builder::new().name("postgres-keeper".into()).spawn(move || match command.spawn() {
            Ok(mut child) => {
                drop(tell.send(Ok(child.id())));
                drop(child.wait());
            }
            Err(error) => drop(tell.send(Err(format!("start postgres: {error}")))),
        });
        let keeper = keeper.map_err(|e| format!("start a thread: {e}"))?;
        let pid = told.recv().map_err(|_| "the thread that starts postgres ended".to_owned())??;
        self.running = Some(Running { pid, keeper });
        self.wait_until_ready()
    }

    /// The server writes into its pid file when it takes connections.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let state = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let ours = self.running.as_ref().is_some_and(|running| state.lines().next() == Some(&running.pid.to_string()));
            if ours && state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            if self.running.as_ref().is_none_or(|running| running.keeper.is_finished()) {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.stop();
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        Err(format!("postgres did not start:\n{}", lines[lines.len().saturating_sub(20)..].join("\n")))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn configure(&mut self, tls: &Tls) -> Result<(), String> {
        let run = self.folder.path().join("run");
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nfsync = off\nshared_buffers = 64MB\n\
             max_connections = 50\nlog_min_messages = warning\n",
            run.display()
        );
        let mut admitted = "local all all trust\n".to_owned();
        let host = if matches!(tls, Tls::Required(_)) { "hostssl" } else { "host" };
        // Writing to a String cannot fail.
        let _ = writeln!(admitted, "{host} all all 127.0.0.1/32 scram-sha-256");
        if let Tls::Offered(name) | Tls::Required(name) = tls {
            let authority = Authority::new(self.folder.path())?;
            let (certificate, key) = authority.certify(name)?;
            self.place("server.crt", &certificate)?;
            self.place("server.key", &key)?;
            settings.push_str("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n");
            self.authority = Some(authority);
        }
        self.place("postgresql.auto.conf", &settings)?;
        self.place("pg_hba.conf", &admitted)
    }

    /// Writes a file into the data folder, as the server wants it: its own, and nobody else's.
    fn place(&self, name: &str, text: &str) -> Result<(), String> {
        use std::os::unix::fs::PermissionsExt;
        let path = self.data().join(name);
        let written = fs::write(&path, text).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)));
        written.and_then(|()| self.installation.own(&path)).map_err(|e| format!("write {}: {e}", path.display()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}
