//! `ampline sink install`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::super::{Failure, Target, client::Client};
use super::inspect;
use crate::{percent::encoded, sink::library};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Flags of `ampline sink install`.
#[derive(Debug, Args)]
pub(super) struct InstallArgs {
    /// The component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// In place of the component that serves its type now. That one stands by until this one has proved itself, and takes its place back
    /// where this one fails.
    #[arg(long)]
    replace: bool,
    /// Only if its bytes have this digest: sha256:…
    #[arg(long, value_name = "sha256:HEX")]
    digest: Option<String>,
    /// A file with an Ed25519 signature over the component [FILE.wasm.sig, if it is there].
    ///
    /// openssl pkeyutl -sign -rawin -inkey key.pem -in sink.wasm -out sink.wasm.sig
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    signature: Option<PathBuf>,
    #[command(flatten)]
    pub(super) target: Target,
}

/// Has the runtime install a component; what it says of it then.
pub(super) async fn run(args: &InstallArgs) -> Result<Value, Failure> {
    let bytes = inspect::read(&args.file)?;
    let mut query = vec![format!("replace={}", args.replace)];
    query.extend(args.digest.as_ref().map(|digest| format!("digest={}", encoded(digest))));
    let signature = signature(args)?;
    query.extend(signature.map(|signature| format!("signature={}", encoded(&BASE64_STANDARD.encode(signature)))));
    let client = Client::connect(&args.target).await?;
    let sink = client.upload(&format!("sinks?{}", query.join("&")), "application/wasm", bytes).await?;
    client.close().await?;
    Ok(sink)
}

fn signature(args: &InstallArgs) -> Result<Option<Vec<u8>>, Failure> {
    let beside = PathBuf::from(format!("{}.sig", args.file.display()));
    let path: Option<&Path> = args.signature.as_deref().or_else(|| beside.is_file().then_some(beside.as_path()));
    let Some(path) = path else { return Ok(None) };
    let file = std::fs::read(path).map_err(|error| Failure::unable(format!("cannot read {}: {error}", path.display())))?;
    let none = || Failure::refused(format!("{} is no Ed25519 signature: that is 64 bytes, or their base64", path.display()));
    library::signature(&file).map(Some).ok_or_else(none)
}
