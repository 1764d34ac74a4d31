//! A token endpoint that gives each refresh token once, checks who asks, and can be told to fail or to be slow.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

pub(super) const CLIENT_SECRET: &str = "client-secret-4711";

#[derive(Debug)]
struct Inner {
    /// Grants asked for, in order.
    asked: Vec<String>,
    /// Tokens given so far.
    given: u32,
    refresh: String,
    /// A code that may be exchanged once, and the challenge that its verifier must meet.
    code: Option<(String, String)>,
    answer_with: Option<(StatusCode, String)>,
    delay: Duration,
    expires_in: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl Endpoint {
    pub(super) async fn start() -> Self {
        let inner = Inner {
            asked: Vec::new(),
            given: 0,
            refresh: "refresh-0".to_owned(),
            code: None,
            answer_with: None,
            delay: Duration::ZERO,
            expires_in: "1800",
        };
        let inner = Arc::new(Mutex::new(inner));
        let app = Router::new().route("/token", post(token)).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { address, inner }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// The access and the refresh token that were given last.
    pub(super) fn present(&self) -> (String, String) {
        let inner = self.inner.lock().unwrap();
        (format!("access-{}", inner.given), inner.refresh.clone())
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// Answers everything so from now on; as it should, with nothing.
    pub(super) fn answer_with(&self, answer: Option<(u16, &str)>) {
        let answer = answer.map(|(status, body)| (StatusCode::from_u16(status).unwrap(), body.to_owned()));
        self.inner.lock().unwrap().answer_with = answer;
    }

    pub(super) fn delay(&self, delay: Duration) {
        self.inner.lock().unwrap().delay = delay;
    }

    /// The refresh token is worth nothing from now on.
    pub(super) fn revoke(&self) {
        self.inner.lock().unwrap().refresh = "nothing that anyone knows".to_owned();
    }

    /// Gives a code for an address at which consent is asked.
    pub(super) fn consent(&self, url: &str) -> Vec<(String, String)> {
        let url = reqwest::Url::parse(url).unwrap();
        let asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let challenge = asked.iter().find(|(name, _)| name == "code_challenge").unwrap().1.clone();
        self.inner.lock().unwrap().code = Some(("code-4711".to_owned(), challenge));
        asked
    }
}

async fn token(State(inner): State<Arc<Mutex<Inner>>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    // A form is written as a query is.
    let url = format!("http://form/?{}", String::from_utf8_lossy(&body));
    let form: HashMap<String, String> = reqwest::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
    let (answer, delay) = {
        let mut inner = inner.lock().unwrap();
        inner.asked.push(form["grant_type"].clone());
        (answer(&mut inner, &headers, &form), inner.delay)
    };
    // The token is replaced by now; the answer may get lost on its way.
    tokio::time::sleep(delay).await;
    answer
}

fn answer(inner: &mut Inner, headers: &HeaderMap, form: &HashMap<String, String>) -> (StatusCode, String) {
    if let Some(answer) = &inner.answer_with {
        return answer.clone();
    }
    let refused =
        |error: &str| (StatusCode::BAD_REQUEST, format!(r#"{{"error":"{error}","error_description":"it is {error}"}}"#));
    // client:client-secret-4711
    if headers.get("authorization").is_none_or(|value| value != "Basic Y2xpZW50OmNsaWVudC1zZWNyZXQtNDcxMQ==") {
        return refused("invalid_client");
    }
    let is_granted = match form["grant_type"].as_str() {
        "refresh_token" => form.get("refresh_token") == Some(&inner.refresh),
        "authorization_code" => {
            let met = |challenge: &str| {
                let verifier = form.get("code_verifier").cloned().unwrap_or_default();
                BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
            };
            inner.code.take().is_some_and(|(code, challenge)| form.get("code") == Some(&code) && met(&challenge))
        }
        _ => true,
    };
    if !is_granted {
        return refused("invalid_grant");
    }
    inner.given += 1;
    inner.refresh = format!("refresh-{}", inner.given);
    let body = format!(
        r#"{{"access_token":"access-{0}","refresh_token":"refresh-{0}","expires_in":"{1}","token_type":"bearer","site":"acme"}}"#,
        inner.given, inner.expires_in
    );
    (StatusCode::OK, body)
}
