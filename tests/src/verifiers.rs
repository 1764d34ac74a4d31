//! The official webhook libraries as judges, in both languages.

use serde_json::{Value, json};

use crate::{npm::Packages, python::Venv, receiver::Received};

/// A message, and the secret that it should verify with.
pub type Claim<'a> = (&'a str, &'a Received);
/// What one of the libraries said against a message; nothing where all accept it.
pub type Verdict = Option<String>;

/// The libraries of PyPI.
///
/// # Errors
/// When they cannot be installed; give it to [`crate::requirement::require`].
pub fn of_pypi() -> Result<Venv, String> {
    Venv::of("verifiers.txt")
}

/// Has messages judged by PyPI's `standardwebhooks` and `svix`, each with its own headers; one verdict for each, in order.
///
/// # Errors
/// When the judges cannot be run.
pub fn judged_by_pypi(venv: &Venv, claims: &[Claim<'_>]) -> Result<Vec<Verdict>, String> {
    verdicts(&venv.run("verify.py", given(claims).as_bytes())?)
}

/// Has messages judged by npm's `standardwebhooks` and `svix`, each with its own headers; one verdict for each, in order.
///
/// # Errors
/// When the judges cannot be run.
pub fn judged_by_npm(packages: &Packages, claims: &[Claim<'_>]) -> Result<Vec<Verdict>, String> {
    let output = packages.node("verify.mjs", &[], given(claims).as_bytes()).map_err(|error| error.to_string())?;
    verdicts(&output.stdout).map_err(|reason| format!("{reason}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn given(claims: &[Claim<'_>]) -> String {
    let one = |(secret, message): &Claim<'_>| json!({ "secret": secret, "headers": message.headers, "body": String::from_utf8_lossy(&message.body) });
    Value::from_iter(claims.iter().map(one)).to_string()
}

fn verdicts(printed: &[u8]) -> Result<Vec<Verdict>, String> {
    let verdicts: Vec<Value> = serde_json::from_slice(printed).map_err(|error| format!("read the verdicts: {error}"))?;
    let told = |verdict: &Value| {
        let said = |judge| verdict[judge].as_str().map(|reason| format!("{judge}: {reason}"));
        said("standardwebhooks").or_else(|| said("svix"))
    };
    Ok(verdicts.iter().map(told).collect())
}
