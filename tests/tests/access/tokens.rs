//! Tokens of customers' users, signed by PyJWT: what is believed, and what its bearer reaches.

use std::{fs, time::Duration};

use ampline_tests::{python::Venv, requirement::require, runtime::RuntimeProcess};
use serde_json::{Value, json};

use crate::stage::{Answer, Stage, ask};

const INSTALLATIONS: &str = "/v1/projects/demo/integrations/crm/installations";

struct Signer {
    venv: Venv,
    keys: Value,
}

impl Signer {
    fn new(venv: Venv) -> Self {
        let rsa = |bits: u32| json!({ "kind": "rsa", "bits": bits });
        let wanted = json!({ "keys": { "own": rsa(2048), "other": rsa(2048), "short": rsa(1024), "ec": { "kind": "ec" } } });
        let made = venv.run("tokens.py", wanted.to_string().as_bytes()).unwrap();
        Self { venv, keys: serde_json::from_slice(&made).unwrap() }
    }

    fn pem(&self, name: &str, half: &str) -> &str {
        self.keys[name][half].as_str().unwrap()
    }

    fn tokens(&self, wanted: &[Value]) -> Vec<String> {
        let made = self.venv.run("tokens.py", json!({ "tokens": wanted }).to_string().as_bytes()).unwrap();
        serde_json::from_slice(&made).unwrap()
    }
}

/// Claims that are believed.
fn sound() -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({ "sub": "una", "groupRef": "acme", "consumerRef": "una", "iat": now, "exp": now + 600 })
}

/// Sound claims but for this one.
fn but(name: &str, value: Value) -> Value {
    let mut claims = sound();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// Asks with a token; whoever is slowed for wrong ones comes again when told.
async fn show(runtime: &RuntimeProcess, token: &str, asked: &str, body: Value) -> Answer {
    let shown = format!("Bearer {token}");
    loop {
        let answer = ask(runtime.client.address(), asked, &[("authorization", &shown)], body.clone()).await;
        if answer.status != 429 {
            return answer;
        }
        tokio::time::sleep(Duration::from_secs(answer.header("retry-after").parse().unwrap())).await;
    }
}

/// Makes a public key known, and gives its kid; what is no such key is refused with its reason.
fn adds_sound_keys_alone(stage: &Stage, signer: &Signer) -> String {
    let add = |name: &str, pem: &str| {
        let file = stage.file(name);
        fs::write(&file, pem).unwrap();
        stage.ampline(&["jwt-keys", "add", name, file.to_str().unwrap()])
    };
    let added = add("own", signer.pem("own", "public"));
    let kid = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    assert!(added.status.success() && !kid.is_empty());
    for (name, pem, reason) in [
        ("private", signer.pem("own", "private"), "is a private key"),
        ("short", signer.pem("short", "public"), "has 1024 bits"),
        ("ec", signer.pem("ec", "public"), "is no key of RSA"),
        ("text", "nothing", "no public key in PEM form"),
        ("cut", &signer.pem("own", "public").replacen("MII", "MIH", 1), "cannot be read"),
    ] {
        let refused = add(name, pem);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && said.contains(reason), "{name}: {said}");
    }
    kid
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_believed_by_a_token_of_a_known_key_alone() {
    let Some(venv) = require("access", "PyJWT and PyYAML of PyPI", Venv::of("tokens.txt")) else { return };
    let (stage, signer) = (Stage::new(""), Signer::new(venv));
    let runtime = stage.start();
    let kid = adds_sound_keys_alone(&stage, &signer);
    let now = jiff::Timestamp::now().as_second();
    let signed = |key: &str, algorithm: &str, claims: Value| json!({ "key": key, "algorithm": algorithm, "headers": { "kid": kid }, "claims": claims });
    let (own, public) = (signer.pem("own", "private"), signer.pem("own", "public"));
    let unnamed = json!({ "key": own, "algorithm": "RS256", "headers": {}, "claims": sound() });
    let foreign = json!({ "key": own, "algorithm": "RS256", "headers": { "kid": "another" }, "claims": sound() });
    let critical =
        json!({ "key": own, "algorithm": "RS256", "headers": { "kid": kid, "crit": ["b64"], "b64": true }, "claims": sound() });
    let rows = [
        (signed(own, "RS256", sound()), ""),
        (signed(own, "RS256", but("consumerRef", Value::Null)), ""),
        (signed(own, "RS256", but("sub", Value::Null)), ""),
        (signed(signer.pem("other", "private"), "RS256", sound()), "signature does not fit"),
        (signed("", "none", sound()), "must say alg RS256"),
        (signed(public, "HS256 with PEM", sound()), "must say alg RS256"),
        (signed("a secret", "HS256", sound()), "must say alg RS256"),
        (signed(own, "RS512", sound()), "must say alg RS256"),
        (signed(own, "PS256", sound()), "must say alg RS256"),
        (signed(signer.pem("ec", "private"), "ES256", sound()), "must say alg RS256"),
        (unnamed, "must say alg RS256 and name its key"),
        (critical, "must say alg RS256"),
        (foreign, "no active JWT key has the token's kid"),
        (signed(own, "RS256", but("exp", json!(now + 1_200))), "may hold for 600 s at most"),
        (signed(own, "RS256", but("iat", json!(now - 3_600))), "may hold for 600 s at most"),
        (signed(own, "RS256", json!({ "sub": "una", "groupRef": "acme", "iat": now - 700, "exp": now - 100 })), "has expired"),
        (signed(own, "RS256", json!({ "sub": "una", "groupRef": "acme", "iat": now + 300, "exp": now + 600 })), "not valid yet"),
        (signed(own, "RS256", but("exp", Value::Null)), "claims must hold"),
        (signed(own, "RS256", but("groupRef", Value::Null)), "claims must hold"),
        (signed(own, "RS256", but("groupRef", json!(""))), "claims must hold"),
    ];
    let tokens = signer.tokens(&rows.iter().map(|(wanted, _)| wanted.clone()).collect::<Vec<_>>());
    let list = format!("GET {INSTALLATIONS}?groupRef=acme");
    for ((wanted, reason), token) in rows.iter().zip(&tokens) {
        let answer = show(&runtime, token, &list, Value::Null).await;
        let expected = if reason.is_empty() { 200 } else { 401 };
        assert!(answer.status == expected && answer.detail().contains(reason), "{reason}: {wanted:#} {:#}", answer.body);
        assert!(!answer.body.to_string().contains(token), "no refusal repeats a token");
    }

    reaches_its_own_alone(&runtime, &tokens[0]).await;
    stage.says(&["jwt-keys", "disable", &kid]);
    assert_eq!(show(&runtime, &tokens[0], &list, Value::Null).await.status, 401);
    stage.says(&["jwt-keys", "enable", &kid]);
    assert_eq!(show(&runtime, &tokens[0], &list, Value::Null).await.status, 200);
    stage.says(&["jwt-keys", "delete", &kid]);
    assert_eq!(show(&runtime, &tokens[0], &list, Value::Null).await.status, 401);
    assert!(runtime.terminate().unwrap().success());
    let log = fs::read_to_string(stage.workplace.log_file()).unwrap();
    assert!(tokens.iter().all(|token| !log.contains(token)), "no token is logged");
}

/// One's own group's things are there, those of others are not.
async fn reaches_its_own_alone(runtime: &RuntimeProcess, token: &str) {
    let all =
        ask(runtime.client.address(), &format!("GET {INSTALLATIONS}"), &[("x-api-key", runtime.client.key())], Value::Null).await;
    let of = |group: &str| {
        let installed = all.body.as_array().unwrap().iter().find(|one| one["group"]["groupRef"] == group).unwrap();
        [&installed["id"], &installed["connection"]["id"]].map(|id| id.as_str().unwrap().replace('/', "%2F"))
    };
    let ([own, own_connection], [other, others_connection]) = (of("acme"), of("beta"));
    for (asked, status) in [
        (format!("GET {INSTALLATIONS}/{own}"), 200),
        (format!("GET {INSTALLATIONS}/{other}"), 404),
        (format!("DELETE {INSTALLATIONS}/{other}"), 404),
        (format!("GET /v1/projects/demo/installations/{other}"), 404),
        (format!("GET {INSTALLATIONS}"), 400),
        (format!("GET {INSTALLATIONS}?groupRef=beta"), 403),
        // What a file declares is no group's, whoever is read with it.
        (format!("GET /v1/projects/demo/connections/{own_connection}"), 404),
        (format!("GET /v1/projects/demo/connections/{own_connection}?includeCreds=true"), 403),
        (format!("GET /v1/projects/demo/connections/{others_connection}"), 404),
        (format!("POST /v1/projects/demo/connections/{own_connection}:refresh"), 403),
        ("GET /v1/projects/demo/integrations".to_owned(), 200),
        ("GET /v1/projects/demo/status".to_owned(), 403),
        ("GET /v1/projects/demo/api-keys".to_owned(), 403),
        ("GET /v1/projects/demo/nothing".to_owned(), 404),
    ] {
        let answer = show(runtime, token, &asked, Value::Null).await;
        assert_eq!(answer.status, status, "{asked}: {:#}", answer.body);
    }
    let connect =
        |group: &str| json!({ "projectIdOrName": "demo", "provider": "hubspot", "groupRef": group, "consumerRef": "una" });
    assert_eq!(show(runtime, token, "POST /v1/oauth-connect", connect("beta")).await.status, 403);
    let own = show(runtime, token, "POST /v1/oauth-connect", connect("acme")).await;
    assert!(![401, 403].contains(&own.status), "it is for the route to say that there is no provider app: {own:?}");
}
