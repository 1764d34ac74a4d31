//! `ampline sink run`: one delivery of given messages, over the real network.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use serde_json::Value;

use super::{
    super::Failure,
    test::{TestFormat, print},
};
use crate::{
    harness::{Attempt, Once},
    network::{AddressPolicy, Cidr},
    sink::wasm::Compiler,
};

/// Delivers messages once with a sink, over the real network, and prints what it asked of other sides and what became of each message.
///
/// Exit code: 0 where all were delivered, 1 where one was not, 2 where it did not come to a delivery.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Its configuration (JSON or YAML)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A message (JSON), or a record, which becomes a message of its own; may be repeated, all go in one batch
    #[arg(long = "message", value_name = "FILE", required = true)]
    messages: Vec<PathBuf>,
    /// A secret, out of an environment variable: signingKey=MY_KEY, awsKeyId=…; or a credential, by the name that the sink asks for
    #[arg(long = "secret", value_name = "NAME=VARIABLE", value_parser = secret)]
    secrets: Vec<(String, String)>,
    /// What an operator would grant (JSON or YAML, as `grants` of cases/sink.yaml); else any host, and credentials as bearer tokens
    #[arg(long, value_name = "FILE")]
    grants: Option<PathBuf>,
    /// A network besides the public internet that may be reached: 127.0.0.0/8
    #[arg(long, value_name = "CIDR")]
    allow: Vec<Cidr>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
}

/// Codes of failures of requests that lack a credential.
const LACKS_CREDENTIAL: [&str; 2] = ["grant.credential", "aws.credentials"];

fn secret(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, variable)| !name.is_empty() && !variable.is_empty());
    let (name, variable) = pair.ok_or("write NAME=VARIABLE: the secret's name, and the environment variable that holds it")?;
    Ok((name.to_owned(), variable.to_owned()))
}

pub(super) async fn run(args: RunArgs) -> Result<(), Failure> {
    let compiler = Compiler::this_program().map_err(|error| Failure::unable(format!("cannot find this program: {error}")))?;
    let mut secrets = BTreeMap::new();
    for (name, variable) in args.secrets {
        let value = std::env::var(&variable).ok().filter(|value| !value.is_empty());
        let value =
            value.ok_or_else(|| Failure::unable(format!("set the environment variable {variable} to the secret {name}")))?;
        secrets.insert(name, value);
    }
    let addresses = AddressPolicy::Public(args.allow);
    let RunArgs { file, config, messages, grants, .. } = args;
    let once = Once { file, config, messages, secrets, grants, addresses, compiler };
    let attempt = once.run().await.map_err(|unable| Failure::unable(unable.to_string()))?;
    print(&shown(&attempt, args.format)?)?;
    let lacks = |outcome: &Value| LACKS_CREDENTIAL.iter().any(|code| outcome["failed"]["code"] == *code);
    if attempt.outcomes.iter().any(lacks) {
        eprintln!(
            "hint: without a runtime, the value of a credential comes from here: --secret NAME=VARIABLE. It is sent as a bearer token, or as --grants says"
        );
    }
    if attempt.delivered { Ok(()) } else { Err(Failure::refused("not every message was delivered")) }
}

fn shown(attempt: &Attempt, format: TestFormat) -> Result<String, Failure> {
    if format == TestFormat::Json {
        let text = serde_json::to_string_pretty(attempt);
        return text.map(|text| text + "\n").map_err(|error| Failure::unable(format!("cannot print the delivery: {error}")));
    }
    let mut out = String::new();
    for (title, values) in [("calls", &attempt.calls), ("log", &attempt.logs), ("outcomes", &attempt.outcomes)] {
        out += &format!("{title}\n");
        out.extend(values.iter().map(line));
    }
    Ok(format!("{out}{} ms\n", attempt.duration_ms))
}

fn line(value: &Value) -> String {
    format!("  {value}\n")
}
