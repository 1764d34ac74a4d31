//! The official webhook libraries as judges, in both languages.

use serde_json::{Value, json};

use crate::{npm::Packages, python::Venv, receiver::Received};

/// What refused a message, and why.
pub type Refusal = String;

/// The libraries of PyPI.
///
/// # Errors
/// When they cannot be installed; give it to [`crate::requirement::require`].
pub fn of_pypi() -> Result<Venv, String> {
    Venv::of("verifiers.txt")
}

/// Has every message judged by PyPI's `standardwebhooks` and `svix`, each with its own headers.
///
/// # Errors
/// When the judges cannot be run.
pub fn refused_by_pypi(venv: &Venv, secret: &str, messages: &[Received]) -> Result<Vec<Refusal>, String> {
    refusals(&venv.run("verify.py", given(secret, messages).as_bytes())?)
}

/// Has every message judged by npm's `standardwebhooks` and `svix`, each with its own headers.
///
/// # Errors
/// When the judges cannot be run.
pub fn refused_by_npm(packages: &Packages, secret: &str, messages: &[Received]) -> Result<Vec<Refusal>, String> {
    let output = packages.node("verify.mjs", &[], given(secret, messages).as_bytes()).map_err(|error| error.to_string())?;
    refusals(&output.stdout).map_err(|reason| format!("{reason}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn given(secret: &str, messages: &[Received]) -> String {
    let one = |message: &Received| json!({ "secret": secret, "headers": message.headers, "body": String::from_utf8_lossy(&message.body) });
    Value::from_iter(messages.iter().map(one)).to_string()
}

fn refusals(verdicts: &[u8]) -> Result<Vec<Refusal>, String> {
    let verdicts: Vec<Value> = serde_json::from_slice(verdicts).map_err(|error| format!("read the verdicts: {error}"))?;
    let told = |verdict: &Value| {
        let judges = ["standardwebhooks", "svix"];
        judges.into_iter().filter(|judge| !verdict[judge].is_null()).map(|judge| format!("{judge}: {}", verdict[judge])).next()
    };
    Ok(verdicts.iter().filter_map(told).collect())
}
