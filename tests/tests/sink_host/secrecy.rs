//! A sink never holds a secret: its whole memory is searched after the other side has echoed what it was sent.

use std::sync::Arc;

use ampline::{
    secrets::{RequestHeaders, Secret, Secrets, SigningKey},
    sink::wasm::{HostOptions, WasmSinks},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::{
    fakes::{MISBEHAVING, NEW_KEY, batch, open, options, told},
    receiver::Receiver,
};

const PASSWORD: &str = "open-sesame-4711";
const HEADER: &str = "x-key-canary-0815";

struct Held(Arc<RequestHeaders>);

impl Secrets for Held {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        vec![SigningKey::parse(NEW_KEY).unwrap()]
    }

    fn request_headers(&self, _destination: &str) -> Option<Arc<RequestHeaders>> {
        Some(self.0.clone())
    }
}

#[tokio::test]
async fn what_the_host_adds_and_the_other_side_echoes_is_nowhere_in_a_sinks_memory() {
    let receiver = Receiver::start().await;
    let url = receiver.url("/echo");
    let with_user = reqwest::Url::parse(&url.replace("//", &format!("//user:{PASSWORD}@"))).unwrap();
    let secret = Secret::new(format!("Token {HEADER}"));
    let headers = Arc::new(RequestHeaders::new(&with_user, [("x-key", &secret)]).unwrap());
    let sinks = WasmSinks::load(HostOptions { secrets: Arc::new(Held(headers)), ..options() }, MISBEHAVING).await.unwrap();
    let basic = BASE64_STANDARD.encode(format!("user:{PASSWORD}"));
    let raw_key = String::from_utf8(BASE64_STANDARD.decode(NEW_KEY.strip_prefix("whsec_").unwrap()).unwrap()).unwrap();
    for (needle, is_there) in [
        // What is there is found: the path of its own configuration, and a header name of the echo.
        ("/echo", true),
        ("authorization", true),
        (PASSWORD, false),
        (basic.as_str(), false),
        (HEADER, false),
        (NEW_KEY, false),
        (raw_key.as_str(), false),
    ] {
        let reversed: String = needle.chars().rev().collect();
        let config = json!({"behaviour": "search", "url": url, "reversed": reversed});
        let told = told(&open(&sinks, "misbehaving", config).await.unwrap().deliver(batch(1)).await);
        let found: usize = told.strip_prefix("delivered: found=").unwrap_or_else(|| panic!("{told}")).parse().unwrap();
        assert_eq!(found > 0, is_there, "{needle}: {found} times");
        let received = receiver.take().remove(0);
        assert_eq!(received.headers["authorization"], format!("Basic {basic}").as_str());
        assert_eq!(received.headers["x-key"], secret.reveal());
    }
}
