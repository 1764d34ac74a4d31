//! Clients that are not ours are satisfied.

use ampline_tests::{npm, python::Venv, requirement::require, salesforce::Options};
use serde_json::json;

use crate::{Outcome, start};

fn options() -> Options {
    Options::default().with("Contact", 4_500).with("Account", 40)
}

fn given(url: &str, options: &Options) -> String {
    let credentials = &options.credentials;
    json!({
        "url": url, "clientId": credentials.client_id, "clientSecret": credentials.client_secret, "username": credentials.username,
        "password": credentials.password, "securityToken": credentials.security_token, "refreshToken": options.refresh_token,
    })
    .to_string()
}

#[tokio::test]
async fn jsforce_is_satisfied() -> Outcome {
    let Some(packages) = require("jsforce_is_satisfied", "npm packages", npm::packages()) else { return Ok(()) };
    let (emulator, _client) = start(options())?;
    let output = packages.node("salesforce.mjs", &[], given(&emulator.base_url(), &options()).as_bytes())?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("ok: ").count(), 8, "{said}");
    // One at a time: the state is locked while somebody looks.
    let grants = ["refresh_token", "authorization_code"].map(|kind| emulator.state().grants(kind));
    assert_eq!(grants, [2, 1]);
    assert!(emulator.count("query_more", 200) >= 4 && emulator.count("query_all", 200) == 1 && emulator.count("query", 401) >= 2);
    Ok(())
}

#[tokio::test]
async fn simple_salesforce_is_satisfied() -> Outcome {
    let venv = require("simple_salesforce_is_satisfied", "Python packages", Venv::of("salesforce.txt"));
    let Some(venv) = venv else { return Ok(()) };
    let (emulator, _client) = start(options())?;
    let said = venv.run("salesforce.py", given(&emulator.base_url(), &options()).as_bytes())?;
    assert_eq!(String::from_utf8_lossy(&said).matches("ok: ").count(), 6);
    let grants = ["soap", "client_credentials", "password"].map(|kind| emulator.state().grants(kind));
    assert_eq!(grants, [2, 1, 1]);
    Ok(())
}
