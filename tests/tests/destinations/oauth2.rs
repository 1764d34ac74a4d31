//! Credentials of kind `oauth2` in the real binary, with tokens of a real OAuth server (oidc-provider) that knows no person.
//!
//! Doubles: the receiver, which refuses a token when it is told to. Oracles: what the OAuth server was asked, and whether it knows what
//! arrived as a token of its own.

use ampline_tests::{
    faults::{Answer, Rule},
    requirement::require,
    runtime::RuntimeProcess,
    services::oidc::{MACHINE_ID, Oidc},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    grants::{arrives, origin, run_told, search, sender, start, stopped, with_input},
    stage::{PATIENCE, Stage, ask, at, eventually},
};

const SECRET: &str = "client-secret-of-a-machine-0042";
/// Longer than any test, and too short for one token to be enough.
const LIFE_LONG_S: u32 = 3_600;
const LIFE_SHORT_S: u32 = 2;

fn oidc(test: &str, life_s: u32) -> Option<Oidc> {
    require(test, "Node.js and the npm registry", Oidc::start(SECRET, "http://ampline.test/callback", life_s))
}

async fn granted(oidc: &Oidc) -> u64 {
    oidc.asked().await.unwrap().get("client_credentials granted").copied().unwrap_or(0)
}

/// The token that the nth request carried.
async fn token(stage: &Stage, count: usize) -> String {
    let arrived = arrives(stage, "/odd", count).await;
    arrived.headers["authorization"].strip_prefix("Bearer ").unwrap().to_owned()
}

/// Binds the credential by command.
fn bind(stage: &Stage, oidc: &Oidc, secret: &str) {
    let (origin, token_url) = (origin(stage), oidc.token_url());
    let set = ["destinations", "credentials", "set", "odd", "api", "--kind", "oauth2", "--origin", &origin];
    let client = ["--token-url", &token_url, "--client-id", MACHINE_ID, "--scope", "oauth"];
    with_input(stage, &[&set[..], &client[..]].concat(), secret);
}

async fn delivered(runtime: &RuntimeProcess, sent: &Value) -> Value {
    eventually(runtime, &format!("deliveries/{}", sent["deliveryId"]), |one| one["status"] == "delivered").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_got_once_and_again_when_it_is_refused() {
    let Some(oidc) = oidc("a_token_is_got_once", LIFE_LONG_S) else { return };
    let stage = Stage::new("");
    let runtime = start(&stage);
    let made = ask(&runtime, Method::POST, "destinations", Some(&sender(&stage, "odd", "odd", Some("api"))), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);

    // A wrong secret stops the destination, and no attempt is burnt; the command that the reason names is the one that repairs it.
    bind(&stage, &oidc, "another-secret-entirely-0001");
    let (delivery, reason) = stopped(&runtime, "odd").await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("pending"), &json!(0)), "{delivery:#}");
    assert!(reason.contains("grant.token") && reason.contains("invalid_client"), "{reason}");
    run_told(&stage, &reason, &format!("{SECRET}\n"));
    let first = token(&stage, 1).await;
    assert!(oidc.holds(&first).await.unwrap() && !oidc.holds("of-nobody").await.unwrap());
    for _ in 0..5 {
        let sent = ask(&runtime, Method::POST, "destinations/odd:test", None, None).await;
        delivered(&runtime, &sent.body).await;
    }
    assert_eq!((granted(&oidc).await, token(&stage, 6).await), (1, first.clone()), "one token for all");

    // The other side refuses it once: the same request goes out again with another one, in the same attempt.
    let refusal = Answer::Status { status: 401, retry_after: None, body: Some(format!("{first} has ended")), content_type: None };
    stage.receiver.fault(Rule { times: Some(1), answer: refusal, ..Rule::default() });
    let sent = ask(&runtime, Method::POST, "destinations/odd:test", None, None).await;
    let delivery = delivered(&runtime, &sent.body).await;
    assert_eq!(delivery["attempts"], 1, "{delivery:#}");
    let (refused, taken) = (token(&stage, 7).await, token(&stage, 8).await);
    assert!(refused == first && taken != first && oidc.holds(&taken).await.unwrap());
    assert_eq!(granted(&oidc).await, 2);

    let shown = runtime.client.get("destinations/odd").await.unwrap();
    let client = json!({ "tokenUrl": oidc.token_url(), "clientId": MACHINE_ID, "scopes": ["oauth"], "clientAuth": "basic" });
    assert_eq!(shown["grants"]["credentials"]["api"]["oauth2"], client, "{shown:#}");
    let listed = stage.says(&["destinations", "credentials", "list", "odd"]);
    assert!(listed.contains("oauth2") && listed.contains("machine at http://"), "{listed}");
    let export = runtime.client.get("deliveries?destination=odd").await.unwrap();
    // Where tokens come from changes only together with the secret.
    let mut elsewhere = shown["grants"]["credentials"]["api"].clone();
    elsewhere["oauth2"]["tokenUrl"] = "https://evil.example/token".into();
    let moved = ask(&runtime, Method::PUT, "destinations/odd/credentials/api", Some(&elsewhere), None).await;
    assert_eq!(moved.status, 422, "{:#}", moved.body);
    assert!(moved.body.to_string().contains("changes only together with its value"), "{:#}", moved.body);
    assert!(runtime.terminate().unwrap().success());
    search(&stage, &[shown, json!(listed), export, json!(reason)], "grant.token", &[SECRET, &first, &taken]);
}

const OF_FILE: &str = r#"
[destinations.odd]
type = "misbehaving"
behaviour = "slow-host"
url = "{url}"
credential = "api"

[destinations.odd.grants.credentials.api]
kind = "oauth2"
origins = ["{origin}"]
value = { env = "CLIENT_SECRET" }
oauth2 = { token_url = "{token_url}", client_id = "machine", scopes = ["oauth"] }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_binds_the_same_and_a_token_is_replaced_before_its_end() {
    let Some(oidc) = oidc("a_file_binds_the_same", LIFE_SHORT_S) else { return };
    let mut stage = Stage::new("# destinations come here\n");
    stage.world.workplace.set("CLIENT_SECRET", SECRET);
    let runtime = start(&stage);
    let table = OF_FILE.replace("{url}", &stage.receiver.url("odd")).replace("{origin}", &origin(&stage));
    let right = table.replace("{token_url}", &oidc.token_url());
    for (token_url, words) in [("http://login.example.com/token", "unencrypted"), ("login.example.com", "is no address")] {
        let wrong = table.replace("{token_url}", token_url);
        stage.edit("ampline.toml", "# destinations come here\n", &wrong);
        let refused = stage.refused(&["reload"]);
        assert!(
            refused.contains("destinations.odd.grants.credentials.api.oauth2.token_url") && refused.contains(words),
            "{refused}"
        );
        stage.edit("ampline.toml", &wrong, "# destinations come here\n");
    }
    stage.edit("ampline.toml", "# destinations come here\n", &right);
    stage.says(&["reload"]);
    let mut first = None;
    // Sooner or later it is another one, and nothing was sent twice.
    let all = tokio::time::timeout(PATIENCE, async {
        let mut count = 1;
        loop {
            let sent = ask(&runtime, Method::POST, "destinations/odd:test", None, None).await;
            assert_eq!(delivered(&runtime, &sent.body).await["attempts"], 1);
            let token = token(&stage, count).await;
            if *first.get_or_insert_with(|| token.clone()) != token {
                return count;
            }
            count += 1;
        }
    });
    let all = all.await.expect("the token is replaced");
    assert_eq!(at(&stage.receiver.seen(), "/odd").len(), all);
    assert!(runtime.terminate().unwrap().success());
}
