//! `ampline run`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use ampline_core::manifest::{self, Manifest};
use clap::Args;

use super::{Failure, check, logging, output, providers};
use crate::{
    clock::SystemClock,
    runtime::{Files, Launch, Runtime},
    settings::{self, Settings},
    sink::wasm::Compiler,
    telemetry,
};

/// Flags of `ampline run`. They stand above environment variables, and those above ampline.toml.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The manifest to run [default: amp.yaml; where there is none beside ampline.toml, only what is deployed is run].
    #[arg(value_name = "AMP_YAML")]
    manifest: Option<PathBuf>,
    /// Settings: destinations, connections, installations, limits. Without the flag, ampline.toml beside the manifest if it is there.
    #[arg(long, env = "AMPLINE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the store, the keys and the compiled sinks live [ampline.toml: runtime.data_dir, else ampline-data].
    #[arg(long, env = "AMPLINE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where the API and the hosted store listen [ampline.toml: runtime.listen, else 127.0.0.1:8480]. Port 0 takes a free one.
    #[arg(long, env = "AMPLINE_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Serve without TLS on other addresses than the loopback: where a proxy in front speaks TLS, or the network is private
    /// [ampline.toml: api.allow_plain_http].
    #[arg(long, env = "AMPLINE_ALLOW_PLAIN_HTTP")]
    allow_plain_http: bool,
    /// How receivers reach this runtime, for download URLs [ampline.toml: runtime.public_url].
    #[arg(long, env = "AMPLINE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Seconds that a stop waits for what is in flight [ampline.toml: runtime.shutdown_grace_s, else 20].
    #[arg(long, env = "AMPLINE_SHUTDOWN_GRACE_S", value_name = "SECONDS")]
    shutdown_grace_s: Option<u64>,
    #[command(flatten)]
    log: logging::LogArgs,
}

pub(super) fn run(args: RunArgs) -> Result<(), Failure> {
    logging::init(&args.log).map_err(Failure::unable)?;
    let launch = launch(&args)?;
    let grace = Duration::from_secs(launch.settings.runtime.shutdown_grace_s);
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let tokio = tokio.map_err(|error| Failure::unable(format!("cannot start: {error}")))?;
    let result = tokio.block_on(async {
        telemetry::start().map_err(Failure::unable)?;
        let result = until_stopped(launch).await;
        telemetry::finish().await;
        result
    });
    tokio.shutdown_timeout(grace.min(Duration::from_secs(2)));
    result
}

fn launch(args: &RunArgs) -> Result<Launch, Failure> {
    let path = manifest_path(args);
    let beside = path.with_file_name("ampline.toml");
    let config = args.config.clone().or_else(|| beside.is_file().then_some(beside));
    // Who names a manifest means it; who has settings and no manifest runs what is deployed.
    let manifest_optional = args.manifest.is_none() && config.is_some() && !path.exists();
    if manifest_optional {
        eprintln!("there is no {} beside the settings: only what is deployed is run", path.display());
    }
    let files = Files { manifest_optional, manifest: path, settings: config };
    let manifest = manifest(&files)?;
    let settings = match &files.settings {
        Some(path) => settings::load(path).map_err(|error| Failure::unable(error.to_string()))?,
        None => Settings::default(),
    };
    Ok(Launch {
        settings: with_providers(with_flags(settings, args), args),
        manifest,
        files,
        clock: Arc::new(SystemClock),
        compiler: Compiler::this_program()
            .map_err(|error| Failure::unable(format!("cannot find this program's own file: {error}")))?,
    })
}

fn manifest_path(args: &RunArgs) -> PathBuf {
    args.manifest.clone().unwrap_or_else(|| PathBuf::from("amp.yaml"))
}

/// What there is to run, or every problem of it on the standard error.
fn manifest(files: &Files) -> Result<Manifest, Failure> {
    let place = files.manifest.display();
    let source = match std::fs::read(&files.manifest) {
        Ok(source) => source,
        Err(error) if files.may_be_missing(&error) => return Ok(Manifest::empty()),
        Err(error) => return Err(Failure::unable(format!("cannot read {place}: {error}"))),
    };
    let checked = manifest::check(&source);
    // A standard error that is closed is no reason not to run.
    let _ = check::print_issues(&files.manifest, &source, &checked.issues, &mut std::io::stderr());
    checked.manifest.ok_or_else(|| Failure::refused(format!("{place} cannot run as it is")))
}

fn with_flags(mut settings: Settings, args: &RunArgs) -> Settings {
    let runtime = &mut settings.runtime;
    if let Some(data_dir) = &args.data_dir {
        runtime.data_dir.clone_from(data_dir);
    }
    if let Some(listen) = args.listen {
        runtime.listen = listen;
    }
    settings.api.allow_plain_http |= args.allow_plain_http;
    if args.public_url.is_some() {
        runtime.public_url.clone_from(&args.public_url);
    }
    if let Some(grace) = args.shutdown_grace_s {
        runtime.shutdown_grace_s = grace;
    }
    settings
}

/// A folder of providers beside the manifest counts where ampline.toml names none.
fn with_providers(mut settings: Settings, args: &RunArgs) -> Settings {
    if settings.providers.dir.is_none() {
        settings.providers.dir = providers::beside(&manifest_path(args));
    }
    settings
}

async fn until_stopped(launch: Launch) -> Result<(), Failure> {
    let mut runtime = Runtime::start(launch).await.map_err(|error| Failure::refused(error.to_string()))?;
    eprintln!("ampline {} listens on {}", env!("CARGO_PKG_VERSION"), runtime.url());
    eprintln!("its pages are at {}/; `ampline secrets show api-key` prints the key to sign in with", runtime.url());
    if let Some(key) = runtime.take_first_key() {
        // Not where the log goes, and not a second time.
        output::print(&format!("the first key for the API, shown this once: {}", key.reveal()))?;
    }
    until_stop_signal(&runtime).await.map_err(|error| Failure::unable(format!("cannot wait for signals: {error}")))?;
    runtime.shutdown().await.map_err(|error| Failure::refused(error.to_string()))
}

/// Waits for SIGTERM or Ctrl-C; SIGHUP means: read the files again.
#[cfg(unix)]
async fn until_stop_signal(runtime: &Runtime) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hang_up.recv() => runtime.reload().await,
        }
    }
}

#[cfg(not(unix))]
async fn until_stop_signal(_runtime: &Runtime) -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
