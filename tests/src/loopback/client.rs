//! A plain HTTP client for talking to doubles: no redirects, no retries, every answer as it is.

use std::{sync::Once, time::Duration};

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

/// No answer of a double takes longer, unless a test says so.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A client with a base URL and headers that go with every request.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    /// A client for paths below `base`.
    ///
    /// # Panics
    /// When the machine gives no resources for a client.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its client")]
    pub fn new(base: &str) -> Self {
        static PROVIDER: Once = Once::new();
        // An error means that somebody else has installed one.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let builder = reqwest::Client::builder().no_proxy().timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none());
        Self { http: builder.build().expect("an HTTP client"), base: base.trim_end_matches('/').to_owned(), headers: Vec::new() }
    }

    /// The same with a header on every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(kept, _)| kept != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a request; `body` goes out as it is, with `content-type: application/json` unless it is empty.
    ///
    /// # Errors
    /// When no whole answer comes back.
    pub async fn call(&self, method: &str, path: &str, body: impl Into<String>) -> Result<Answer, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let body: String = body.into();
        let mut request = self.http.request(method, url);
        if !body.is_empty() {
            request = request.header("content-type", "application/json").body(body);
        }
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, body: response.text().await? })
    }

    /// `GET`.
    ///
    /// # Errors
    /// When no whole answer comes back.
    pub async fn get(&self, path: &str) -> Result<Answer, reqwest::Error> {
        self.call("GET", path, "").await
    }

    /// `POST` of JSON.
    ///
    /// # Errors
    /// When no whole answer comes back.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, reqwest::Error> {
        self.call("POST", path, body.to_string()).await
    }
}
