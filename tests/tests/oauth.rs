//! OAuth 2 end to end: the real binary, a real OAuth server that insists on proof keys and gives each refresh token once
//! (oidc-provider), and people who consent.
//!
//! Doubles: the emulated HubSpot, which takes any token or one alone; the emulated Salesforce, whose token endpoint says nothing of
//! an expiry; the receiver. Oracle: what the OAuth server was asked, and what arrives.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Output, Stdio},
    time::Duration,
};

use ampline_tests::{
    hubspot::Options,
    requirement::require,
    runtime::RuntimeProcess,
    salesforce,
    services::oidc::{CLIENT_ID, Oidc},
    world::World,
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const CLIENT_SECRET: &str = "client-secret-of-the-product-0001";
/// Where people are sent back to; the test takes the way on from there.
const PUBLIC_URL: &str = "http://ampline.test";
/// Seconds that an access token holds.
const LIFE_S: u32 = 5;
const MANIFEST: &str = "
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - { objectName: contacts, destination: hook, requiredFields: [{ fieldName: email }], backfill: { defaultPeriod: { fullHistory: true } } }
        - { objectName: companies, destination: hook, requiredFields: [{ fieldName: name }], backfill: { defaultPeriod: { fullHistory: true } } }
        - { objectName: deals, destination: hook, requiredFields: [{ fieldName: dealname }], backfill: { defaultPeriod: { fullHistory: true } } }
";
const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }

[provider_apps.hubspot]
client_id = "{client}"
client_secret = { env = "CLIENT_SECRET" }
auth_url = "{auth}"
token_url = "{token}"
base_url = "{emulator}"
"#;

struct Stage {
    world: World,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Stage {
    fn new(client: &str, auth_url: &str, token_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", 5).with("companies", 5).with("deals", 5);
        let destinations = DESTINATIONS.replace("{client}", client).replace("{auth}", auth_url).replace("{token}", token_url);
        let mut world = World::new(folder.path(), options, MANIFEST, &destinations).unwrap();
        world.emulator.state().token = None;
        world.workplace.set("CLIENT_SECRET", CLIENT_SECRET);
        world.workplace.set("AMPLINE_PUBLIC_URL", PUBLIC_URL);
        let stage = Self { world, _folder: folder };
        stage.edit("{emulator}", &stage.emulator.base_url());
        stage
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.workplace.settings_file();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn ampline(&self, arguments: &[&str]) -> Output {
        self.workplace.command().args(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ampline(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Begins `ampline connections connect` and says which address it prints.
    fn connect(&self) -> (Child, String) {
        let mut command = self.workplace.command();
        command.args(["connections", "connect", "--provider", "hubspot", "--group", "beta"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        (child, url.trim().to_owned())
    }

    /// Has a person consent, and the command come to its end.
    async fn connected(&self, oidc: &Oidc, runtime: &RuntimeProcess) -> String {
        let (child, url) = self.connect();
        let back = oidc.consent(&url).await.unwrap();
        assert!(back.starts_with(&format!("{PUBLIC_URL}/callbacks/v1/oauth?")), "{back}");
        let back = back.replace(PUBLIC_URL, &format!("http://{}", runtime.client.address()));
        let page = reqwest::get(&back).await.unwrap();
        assert_eq!(page.status(), 200);
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let page = page.text().await.unwrap();
        assert!(page.contains("HubSpot is connected. You may close this window."), "{page}");
        assert_eq!(reqwest::get(&back).await.unwrap().status(), 400, "an answer counts once");
        let waiting = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert!(waiting.status.success());
        let all = self.json(&["connections", "list", "--group", "beta"]);
        assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
        all[0]["id"].as_str().unwrap().to_owned()
    }

    /// Runs all reads of an installation and waits until each has come to such an end.
    async fn read(&self, runtime: &RuntimeProcess, installation: &str, status: &str) -> Vec<Value> {
        let of = |all: &Value| -> Vec<Value> {
            let all = all["reads"].as_array().unwrap();
            all.iter().filter(|read| read["installationId"] == installation).map(|read| read["operation"].clone()).collect()
        };
        let before: Vec<Value> =
            of(&runtime.client.get("status").await.unwrap()).iter().map(|operation| operation["id"].clone()).collect();
        self.json(&["read", "--installation", installation]);
        let ended = async {
            loop {
                let now = of(&runtime.client.get("status").await.unwrap());
                if now.len() == 3 && now.iter().all(|one| !before.contains(&one["id"]) && one["status"] == status) {
                    return now;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("the reads came to that end")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_consent_are_renewed_once_for_all_readers_until_the_grant_is_revoked() {
    let callback = format!("{PUBLIC_URL}/callbacks/v1/oauth");
    let oidc = Oidc::start(CLIENT_SECRET, &callback, LIFE_S);
    let Some(oidc) = require("tokens_of_a_consent", "Node.js and the npm registry", oidc) else { return };
    let stage = Stage::new(CLIENT_ID, &oidc.auth_url(), &oidc.token_url());
    let runtime = stage.workplace.start().unwrap();
    let connection = stage.connected(&oidc, &runtime).await;
    let create = ["installations", "create", "--integration", "crm", "--group", "beta"];
    let objects = ["--object", "contacts", "--object", "companies", "--object", "deals"];
    let made = stage.json(&[&create[..], &objects[..]].concat());
    let installation = made["id"].as_str().unwrap();
    stage.read(&runtime, installation, "success").await;

    // All three reads at once find that the token has ended.
    let refreshes = async || oidc.asked().await.unwrap().get("refresh_token granted").copied().unwrap_or(0);
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(u64::from(LIFE_S) + 1)).await;
        let before = refreshes().await;
        stage.read(&runtime, installation, "success").await;
        assert_eq!(refreshes().await, before + 1);
    }
    // A death at any instant leaves the refresh token that was given last: an older one would end the whole grant.
    runtime.kill().unwrap();
    let runtime = stage.workplace.start().unwrap();
    assert_eq!(stage.json(&["connections", "refresh", &connection])["status"], "working");
    assert_eq!(stage.json(&["connections", "check", &connection])["ok"], true);
    assert_eq!(oidc.asked().await.unwrap().get("refresh_token invalid_grant"), None);

    oidc.revoke().await.unwrap();
    tokio::time::sleep(Duration::from_secs(u64::from(LIFE_S) + 1)).await;
    let ended = stage.read(&runtime, installation, "failure").await;
    assert!(ended.iter().all(|one| one["result"].as_str().unwrap().contains("invalid_grant")), "{ended:?}");
    assert_eq!(oidc.asked().await.unwrap()["refresh_token invalid_grant"], 1, "a grant that is gone is asked with once");
    let shown = stage.json(&["connections", "show", &connection]);
    assert_eq!(shown["status"], "bad_credentials");
    assert!(shown["statusReason"].as_str().unwrap().contains("invalid_grant"), "{shown}");
    let status = String::from_utf8(stage.ampline(&["status"]).stdout).unwrap();
    assert!(status.contains("BAD CREDENTIALS") && status.contains("invalid_grant"), "{status}");

    assert_eq!(stage.connected(&oidc, &runtime).await, connection, "consent again renews what there is");
    stage.read(&runtime, installation, "success").await;
    assert_eq!(stage.json(&["connections", "show", &connection])["status"], "working");
    let in_use = stage.ampline(&["connections", "delete", &connection]);
    assert!(String::from_utf8_lossy(&in_use.stderr).contains("is used by the installation"), "{in_use:?}");
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_without_an_expiry_is_renewed_when_the_provider_refuses_it_and_once_only() {
    let options = salesforce::Options::default();
    let credentials = options.credentials.clone();
    let salesforce = salesforce::Emulator::start(options).unwrap();
    let token_url = format!("{}/services/oauth2/token", salesforce.base_url());
    let mut stage = Stage::new(&credentials.client_id, &token_url, &token_url);
    stage.world.workplace.set("CLIENT_SECRET", &credentials.client_secret);
    stage.edit("access_token = { env = \"HUBSPOT_TOKEN\" }", "client_credentials = {}");
    let runtime = stage.workplace.start().unwrap();
    let listed = stage.json(&["connections", "list"]);
    assert_eq!((&listed[0]["name"], &listed[0]["authScheme"]), (&json!("acme-hubspot"), &json!("oauth2/clientCredentials")));
    let status = runtime.client.get("status").await.unwrap();
    let installation = status["reads"][0]["installationId"].as_str().unwrap().to_owned();
    stage.read(&runtime, &installation, "success").await;
    let grants = || salesforce.state().grants("client_credentials");
    assert_eq!(grants(), 1, "one token for three reads");

    stage.emulator.state().token = Some("another".to_owned());
    let ended = stage.read(&runtime, &installation, "failure").await;
    assert!(ended.iter().all(|one| one["result"].as_str().unwrap().contains("HubSpot answered 401")), "{ended:?}");
    assert_eq!(grants(), 2, "renewed once, and refused all the same");
    assert_eq!(stage.json(&["connections", "list"])[0]["status"], "bad_credentials");
    // The provider came to its senses, and an operator has it tried again.
    stage.emulator.state().token = None;
    assert_eq!(stage.json(&["connections", "check", "acme-hubspot"])["ok"], true);
    stage.read(&runtime, &installation, "success").await;
    assert!(runtime.terminate().unwrap().success());
}
