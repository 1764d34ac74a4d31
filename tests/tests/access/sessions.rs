//! Browsers that are signed in: over restarts, until their key is revoked; what is kept of them, and pages of other origins.

use std::{fs, net::SocketAddr};

use ampline_tests::runtime::RuntimeProcess;
use serde_json::{Value, json};

use crate::stage::{Answer, Stage, ask};

const STATUS: &str = "GET /v1/projects/demo/status";
const KEYS: &str = "/v1/projects/demo/api-keys";

/// A browser at the pages of a runtime.
struct Browser {
    address: SocketAddr,
    cookie: String,
}

impl Browser {
    /// One that signs in.
    async fn signed_in(address: SocketAddr, key: &str) -> Self {
        let mut browser = Self { address, cookie: String::new() };
        let opened = browser.ask("POST /v1/session", json!({ "apiKey": key })).await;
        assert_eq!(opened.status, 204, "{opened:?}");
        let (cookie, rest) = opened.header("set-cookie").split_once(';').unwrap();
        assert_eq!(rest, " Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
        browser.cookie = cookie.to_owned();
        browser
    }

    /// The same browser at the address where the runtime is now.
    fn at(&self, runtime: &RuntimeProcess) -> Self {
        Self { address: runtime.client.address(), cookie: self.cookie.clone() }
    }

    async fn ask(&self, asked: &str, body: Value) -> Answer {
        let origin = format!("http://{}", self.address);
        ask(self.address, asked, &[("cookie", &self.cookie), ("origin", &origin)], body).await
    }

    async fn status(&self) -> u16 {
        self.ask(STATUS, Value::Null).await.status
    }

    fn token(&self) -> &str {
        self.cookie.split_once('=').unwrap().1
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_signs_nobody_out_and_only_digests_are_kept() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let (address, first) = (runtime.client.address(), stage.first_key());
    let stays = Browser::signed_in(address, &first).await;
    let leaves = Browser::signed_in(address, &first).await;
    let killed = Browser::signed_in(address, &first).await;
    assert_ne!(stays.token(), leaves.token());
    let left = leaves.ask("DELETE /v1/session", Value::Null).await;
    assert_eq!((left.status, left.header("set-cookie").starts_with("ampline_session=; Path=/; Max-Age=0")), (204, true));
    for file in ["project.db", "project.db-wal", "secrets.json"] {
        let bytes = fs::read(stage.workplace.data_dir().join(file)).unwrap_or_default();
        let holds = |token: &str| bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(![&stays, &leaves, &killed].iter().any(|browser| holds(browser.token())), "{file} holds a session");
    }

    assert!(runtime.terminate().unwrap().success());
    let runtime = stage.start();
    assert_eq!(stays.at(&runtime).status().await, 200, "after a stop");
    assert_eq!(leaves.at(&runtime).status().await, 401, "who signed out stays out");
    runtime.kill().unwrap();
    let runtime = stage.start();
    let stays = stays.at(&runtime);
    assert_eq!((stays.status().await, killed.at(&runtime).status().await), (200, 200), "after a kill");

    // What was so before a restart is so behind it: a page of another origin changes nothing.
    let foreign = [("cookie", stays.cookie.as_str()), ("origin", "http://evil.example.com")];
    let refused = ask(stays.address, &format!("POST {KEYS}"), &foreign, json!({ "label": "theirs" })).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let signed_out = ask(stays.address, "DELETE /v1/session", &foreign, Value::Null).await;
    assert_eq!((signed_out.status, stays.status().await), (403, 200));
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_ends_its_sessions_for_good() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let (address, first) = (runtime.client.address(), stage.first_key());
    let (others, of_folder) =
        (Browser::signed_in(address, &first).await, Browser::signed_in(address, runtime.client.key()).await);
    let mut made = Vec::new();
    for label in ["while it runs", "while it stands", "deleted"] {
        let key = others.ask(&format!("POST {KEYS}"), json!({ "label": label, "scopes": ["read"] })).await.body;
        let browser = Browser::signed_in(address, key["key"].as_str().unwrap()).await;
        assert_eq!(browser.status().await, 200, "{label}");
        assert_eq!(browser.ask(&format!("POST {KEYS}"), json!({ "label": "more" })).await.status, 403, "no more than its key");
        made.push((key["id"].as_str().unwrap().to_owned(), browser));
    }
    let [(running, of_running), (standing, of_standing), (deleted, of_deleted)] = made.as_slice() else { unreachable!() };
    let active = |active: bool| json!({ "updateMask": ["active"], "apiKey": { "active": active } });
    assert_eq!(others.ask(&format!("PATCH {KEYS}/{running}"), active(false)).await.status, 200);
    let over = of_running.ask(STATUS, Value::Null).await;
    assert_eq!((over.status, over.detail()), (401, "the session is over"));
    assert_eq!(others.ask(&format!("PATCH {KEYS}/{running}"), active(true)).await.status, 200);
    assert_eq!(of_running.status().await, 401, "a key that is let in again brings no session back");
    assert_eq!(others.ask(&format!("DELETE {KEYS}/{deleted}"), Value::Null).await.status, 204);
    assert_eq!((of_deleted.status().await, of_standing.status().await), (401, 200));

    assert!(runtime.terminate().unwrap().success());
    stage.says(&["keys", "revoke", standing]);
    stage.says(&["keys", "revoke", "local"]);
    let runtime = stage.start();
    for (what, browser) in [("running", of_running), ("standing", of_standing), ("deleted", of_deleted), ("local", &of_folder)] {
        assert_eq!(browser.at(&runtime).status().await, 401, "{what}");
    }
    let others = others.at(&runtime);
    assert_eq!(others.status().await, 200);
    assert_eq!(others.ask(&format!("PATCH {KEYS}/{standing}"), active(true)).await.status, 200);
    assert_eq!(of_standing.at(&runtime).status().await, 401);
    assert!(runtime.terminate().unwrap().success());
}
