//! The real `ampline` binary as a child process, and a client of its API.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a start or a stop may take; debug builds compile sinks slowly, and CI machines are busy.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a file or a process is looked at while waiting.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A folder with amp.yaml, ampline.toml and the runtime's data.
pub struct Workplace {
    folder: PathBuf,
    environment: Vec<(String, String)>,
}

impl Workplace {
    /// Writes both files; secrets come through `environment`.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new(folder: &Path, manifest: &str, settings: &str, environment: &[(&str, &str)]) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("amp.yaml"), manifest)?;
        fs::write(folder.join("ampline.toml"), settings)?;
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Self { folder: folder.to_owned(), environment })
    }

    /// Sets a variable of the environment of every process that is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What every process is started with.
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// The runtime's data.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The runtime's settings.
    pub fn settings_file(&self) -> PathBuf {
        self.folder.join("ampline.toml")
    }

    /// What the runtime logged, over all its starts.
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("ampline.log")
    }

    /// What the runtime printed for people, over all its starts.
    pub fn out_file(&self) -> PathBuf {
        self.folder.join("ampline.out")
    }

    /// The binary with this folder's data: for the commands of the command line.
    pub fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(&self.folder).env("AMPLINE_DATA_DIR", self.data_dir());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A kept secret, as `ampline secrets show` prints it.
    ///
    /// # Errors
    /// When the command fails, with what it said.
    pub fn secret(&self, name: &str) -> io::Result<String> {
        let output = self.command().args(["secrets", "show", name]).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts the runtime and waits until it says where it listens.
    ///
    /// # Errors
    /// When it cannot be started, ends, or says nothing in time; the text holds the end of its log.
    pub fn start(&self) -> io::Result<RuntimeProcess> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file())?;
        let out = fs::OpenOptions::new().create(true).append(true).open(self.out_file())?;
        let mut command = self.command();
        command.args(["run", "amp.yaml", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(out).stderr(log);
        let mut child =
            command.spawn().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", binary().display())))?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = child.try_wait()? {
                return Err(io::Error::other(format!("the runtime ended with {status}:\n{}", self.log_tail())));
            }
            if let Some((address, project)) = announced(&self.data_dir(), child.id()) {
                let key = match self.secret("api-key") {
                    Ok(key) => key,
                    Err(error) => {
                        child.kill()?;
                        child.wait()?;
                        return Err(error);
                    }
                };
                return Ok(RuntimeProcess { child, client: RuntimeClient { address, key, project, http: client() } });
            }
            std::thread::sleep(LOOK_EVERY);
        }
        child.kill()?;
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("the runtime did not start in time:\n{}", self.log_tail())))
    }

    fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// The binary that was built along with this program.
///
/// # Panics
/// When it was not built.
pub fn binary() -> PathBuf {
    std::env::var_os("AMPLINE_BIN").map_or_else(|| built("ampline"), PathBuf::from)
}

/// A program that was built along with this one.
///
/// # Panics
/// When it was not built.
pub fn built(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a program has a path");
    let found = here.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no `{name}` beside {}: build it with `cargo build --bin {name}`", here.display()))
}

fn announced(data_dir: &Path, pid: u32) -> Option<(SocketAddr, String)> {
    let value: Value = serde_json::from_slice(&fs::read(data_dir.join("runtime.json")).ok()?).ok()?;
    if value["pid"].as_u64() != Some(u64::from(pid)) {
        return None;
    }
    Some((value["address"].as_str()?.parse().ok()?, value["project"].as_str()?.to_owned()))
}

/// A client without TLS, proxies or redirects: the loopback needs none.
fn client() -> reqwest::Client {
    // Every reqwest client wants a TLS provider; a second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a plain client can be built")
}

/// A running runtime. It is killed on drop.
pub struct RuntimeProcess {
    child: Child,
    /// Its API.
    pub client: RuntimeClient,
}

impl RuntimeProcess {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, at once.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// SIGTERM, and what came of it.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn terminate(mut self) -> io::Result<ExitStatus> {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the runtime did not stop in time"))
    }
}

impl Drop for RuntimeProcess {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client of a runtime's API.
#[derive(Clone)]
pub struct RuntimeClient {
    address: SocketAddr,
    key: String,
    project: String,
    http: reqwest::Client,
}

impl RuntimeClient {
    /// Where the API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key that it asks for.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What its project is called in paths.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// `GET` under `/v1/projects/{project}/`.
    ///
    /// # Errors
    /// When it does not answer, or not with a success.
    pub async fn get(&self, path: &str) -> Result<Value, String> {
        self.answer(self.http.get(format!("http://{}/v1/projects/{}/{path}", self.address, self.project))).await
    }

    /// `GET` under `/projects/{project}/`: the hosted store.
    ///
    /// # Errors
    /// When it does not answer, or not with a success.
    pub async fn hosted(&self, path: &str) -> Result<Value, String> {
        self.answer(self.http.get(format!("http://{}/projects/{}/{path}", self.address, self.project))).await
    }

    /// `POST` under `/v1/projects/{project}/`.
    ///
    /// # Errors
    /// When it does not answer, or not with a success.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.http.post(format!("http://{}/v1/projects/{}/{path}", self.address, self.project));
        self.answer(request.header("content-type", "application/json").body(body.to_string())).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value, String> {
        let response = request.header("x-api-key", &self.key).send().await.map_err(|error| error.to_string())?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&bytes)));
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}
