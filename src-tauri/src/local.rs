//! The runtime of this machine: a child that is this same program, so that neither can take the other down, and that ends with the desk.

use std::{
    ffi::OsString,
    io::Read,
    path::Path,
    process::{ExitCode, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline::{
    cli::reach::{self, Reached},
    data_dir::DataDir,
};
use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{oneshot, watch},
    time::{Instant, sleep, timeout},
};

use crate::{folder::Folder, log_file::LogFile};

/// The first argument that makes this program a runtime. Those of `ampline` follow.
pub(crate) const CHILD: &str = "--as-runtime";

/// Until a start has to have succeeded: sinks may be compiled on the way.
const START_MAX: Duration = Duration::from_secs(120);
/// Between two looks whether it has.
const START_LOOK: Duration = Duration::from_millis(50);
/// Until a runtime that was asked to stop is ended: its own grace time is 20 s unless its settings say otherwise.
const STOP_MAX: Duration = Duration::from_secs(60);

/// How the runtime of this machine stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub(crate) enum State {
    /// Nobody has started it, or somebody has stopped it.
    Stopped,
    /// It does not answer yet.
    Starting,
    /// It answers.
    Running {
        /// What it serves.
        project: String,
        /// Whether the desk started it; else somebody else did, and stops it.
        ours: bool,
    },
    /// It ends what it has begun.
    Stopping,
    /// It ended by itself.
    Failed {
        /// In its own words.
        reason: String,
    },
}

/// The runtime of one folder.
pub(crate) struct Local {
    folder: Folder,
    state: watch::Sender<State>,
    /// Asks the child to stop.
    stop: Mutex<Option<oneshot::Sender<()>>>,
}

impl Local {
    pub(crate) fn new(folder: Folder) -> Arc<Self> {
        Arc::new(Self { folder, state: watch::Sender::new(State::Stopped), stop: Mutex::default() })
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// How it stands, now and from now on.
    pub(crate) fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Starts it, or finds the one that uses the folder already. Gives back once it answers.
    pub(crate) async fn start(self: &Arc<Self>) -> Result<Reached, String> {
        let begun = self.state.send_if_modified(|state| {
            let idle = matches!(state, State::Stopped | State::Failed { .. });
            if idle {
                *state = State::Starting;
            }
            idle
        });
        if !begun {
            return self.under_way().await;
        }
        let started = self.begin().await;
        self.state.send_replace(match &started {
            Ok((project, ours, _)) => State::Running { project: project.clone(), ours: *ours },
            Err(reason) => State::Failed { reason: reason.clone() },
        });
        started.map(|(_, _, reached)| reached)
    }

    /// Somebody else is starting or stopping it.
    async fn under_way(&self) -> Result<Reached, String> {
        let mut state = self.state.subscribe();
        let settled = state.wait_for(|state| !matches!(state, State::Starting | State::Stopping)).await;
        match settled.map(|state| state.clone()).unwrap_or(State::Stopped) {
            State::Running { .. } => {
                let reached = reach::of_folder(&self.folder.data()?).await?;
                reached.map(|(_, reached)| reached).ok_or_else(|| "the runtime does not answer".to_owned())
            }
            State::Failed { reason } => Err(reason),
            _ => Err("the runtime was stopped".to_owned()),
        }
    }

    async fn begin(self: &Arc<Self>) -> Result<(String, bool, Reached), String> {
        let data = self.folder.data()?;
        if let Some((project, reached)) = reach::of_folder(&data).await? {
            return Ok((project, false, reached));
        }
        DataDir::create(&data).map_err(|error| error.to_string())?;
        let log = Folder::log(&data);
        let log = LogFile::open(log.clone()).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let mut child = self.spawn(&data)?;
        let (stop, stopped) = oneshot::channel();
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop);
        let (ended, mut end) = watch::channel(None);
        let output = child.stderr.take().ok_or("the runtime has no output to log")?;
        let logging = tokio::spawn(keep_log(output, log));
        tokio::spawn(self.clone().attend(child, stopped, logging, ended));
        let begun = Instant::now();
        loop {
            if let Some((project, reached)) = reach::of_folder(&data).await? {
                return Ok((project, true, reached));
            }
            let waited = tokio::select! {
                ended = end.wait_for(Option::is_some) => ended.map(|reason| reason.clone()).unwrap_or(None),
                () = sleep(START_LOOK) => None,
            };
            if let Some(reason) = waited {
                return Err(reason);
            }
            if begun.elapsed() > START_MAX {
                self.ask_to_stop();
                return Err(format!("the runtime did not answer within {} s; its log may say why", START_MAX.as_secs()));
            }
        }
    }

    fn spawn(&self, data: &Path) -> Result<Child, String> {
        let program = std::env::current_exe().map_err(|error| format!("cannot find this program's own file: {error}"))?;
        let mut command = Command::new(program);
        command.arg(CHILD).args(self.folder.arguments(data)).current_dir(&self.folder.path);
        // Its end of input is what ends the runtime: it comes with the end of the desk, however that may be.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn().map_err(|error| format!("cannot start the runtime: {error}"))
    }

    /// Waits for the child's end, asked for or not.
    async fn attend(
        self: Arc<Self>,
        mut child: Child,
        stopped: oneshot::Receiver<()>,
        logging: tokio::task::JoinHandle<LogFile>,
        ended: watch::Sender<Option<String>>,
    ) {
        let input = child.stdin.take();
        let asked = tokio::select! {
            _ = child.wait() => false,
            _ = stopped => true,
        };
        drop(input);
        if asked && timeout(STOP_MAX, child.wait()).await.is_err() {
            // An error says that it has ended, which is what is wanted.
            drop(child.kill().await);
        }
        let reason = match logging.await {
            Ok(log) => log.reason(),
            Err(_) => None,
        };
        let status = child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
        let reason = reason.unwrap_or_else(|| format!("the runtime ended ({status}); its log may say why"));
        self.state.send_if_modified(|state| {
            // While it starts, whoever starts it tells how that went.
            let is_told_here = !matches!(state, State::Starting);
            if is_told_here {
                *state = if asked { State::Stopped } else { State::Failed { reason: reason.clone() } };
            }
            is_told_here
        });
        ended.send_replace(Some(reason));
    }

    /// Stops it, if the desk started it, and waits for its end.
    pub(crate) async fn stop(&self) {
        let mut state = self.state.subscribe();
        let stopping = self.state.send_if_modified(|state| {
            let is_ours = matches!(state, State::Running { ours: true, .. });
            if is_ours {
                *state = State::Stopping;
            }
            is_ours
        });
        if !stopping && *state.borrow() != State::Starting {
            self.state.send_if_modified(|state| {
                let is_others = matches!(state, State::Running { .. });
                if is_others {
                    *state = State::Stopped;
                }
                is_others
            });
            return;
        }
        self.ask_to_stop();
        // The sender is this very value, so waiting cannot fail.
        drop(state.wait_for(|state| !matches!(state, State::Stopping | State::Starting)).await);
    }

    fn ask_to_stop(&self) {
        if let Some(stop) = self.stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Who is gone has ended already.
            let _ = stop.send(());
        }
    }
}

/// Writes down what the runtime tells until it ends. What cannot be written is not worth the runtime.
async fn keep_log(output: tokio::process::ChildStderr, mut log: LogFile) -> LogFile {
    let mut lines = BufReader::new(output).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        if let Err(error) = log.line(&String::from_utf8_lossy(&line)) {
            tracing::warn!(%error, "a line of the runtime's log is lost");
        }
    }
    log
}

/// This process is the runtime. It stops when its input ends: the desk asks for it, or is gone.
pub(crate) fn child_main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    std::thread::spawn(|| {
        let mut input = std::io::stdin().lock();
        let mut ignored = [0; 64];
        while input.read(&mut ignored).is_ok_and(|read| read > 0) {}
        if let Err(error) = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM) {
            eprintln!("error: cannot stop in order: {error}");
            std::process::exit(1);
        }
    });
    ampline::cli::main_with(std::iter::once(OsString::from("ampline")).chain(arguments))
}
