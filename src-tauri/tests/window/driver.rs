//! The few calls of WebDriver that the tests need, spoken to WebKitGTK's own driver.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Until something shows that is waited for; debug builds are slow, and machines busy.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A session with one window.
pub(crate) struct Driver {
    http: reqwest::Client,
    session: String,
}

impl Driver {
    /// Has the driver at `port` start the program with these arguments.
    pub(crate) async fn open(port: u16, program: &str, arguments: &[&str]) -> Self {
        // Every client wants a TLS provider; a second installation changes nothing.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let options = json!({ "binary": program, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let mut driver = Self { http, session: format!("http://127.0.0.1:{port}/session") };
        let begun = Instant::now();
        let session = loop {
            match driver.try_call("", Some(&wanted)).await {
                Ok(session) => break session,
                // The driver itself may still be starting.
                Err(reason) if reason.contains("connect") && begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK_EVERY).await,
                Err(reason) => panic!("no session: {reason}"),
            }
        };
        driver.session = format!("{}/{}", driver.session, session["sessionId"].as_str().unwrap());
        driver.call("/timeouts", json!({ "script": 60_000 })).await;
        driver
    }

    async fn try_call(&self, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let url = format!("{}{path}", self.session);
        let request = match body {
            Some(body) => self.http.post(url).header("content-type", "application/json").body(body.to_string()),
            None => self.http.get(url),
        };
        let response = request.send().await.map_err(|error| format!("cannot connect: {error}"))?;
        let text = response.text().await.map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        let value = answer["value"].take();
        if value["error"].is_string() { Err(value.to_string()) } else { Ok(value) }
    }

    async fn call(&self, path: &str, body: Value) -> Value {
        self.try_call(path, Some(&body)).await.unwrap_or_else(|reason| panic!("{path}: {reason}"))
    }

    /// Runs the body of an asynchronous function in the page; an exception comes back as `{ "thrown": text }`.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];\
             (async () => {{ {script} }})().then((value) => done(value ?? null), (error) => done({{ thrown: error?.message ?? String(error) }}));"
        );
        self.call("/execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Calls the desk's command; a refusal comes back as `{ "refused": … }`.
    pub(crate) async fn desk(&self, asked: Value) -> Value {
        self.run(&format!(
            "try {{ return await window.__TAURI_INTERNALS__.invoke('call', {{ asked: {asked} }}); }} \
             catch (refused) {{ return {{ refused }}; }}"
        ))
        .await
    }

    /// All that the page shows as text.
    pub(crate) async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression holds in the page, and gives it.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.run(&format!("return ({expression})")).await;
            let holds = !matches!(value, Value::Null | Value::Bool(false)) && value["thrown"].is_null() && value != json!("");
            if holds {
                return value;
            }
            if begun.elapsed() > PATIENCE {
                let text = self.text().await;
                panic!("{expression} does not hold after {} s: {value}\nthe page says:\n{text}", PATIENCE.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the page says this.
    pub(crate) async fn until_says(&self, words: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(words))).await;
    }

    /// Presses the button with this name, once it is there and may be pressed.
    pub(crate) async fn press(&self, name: &str) {
        let find = format!(
            "[...document.querySelectorAll('button, a, [role=tab]')].find((one) => !one.disabled && one.offsetParent !== null && \
             (one.getAttribute('aria-label') ?? one.innerText).trim() === {})",
            json!(name)
        );
        self.until(&format!("{find} !== undefined")).await;
        self.run(&format!("{find}.click()")).await;
    }

    /// Goes to the page at this address.
    pub(crate) async fn go(&self, hash: &str) {
        self.run(&format!("window.location.hash = {}", json!(hash))).await;
    }

    /// What the window shows, as a PNG.
    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        use base64::Engine;

        // The driver waits for the next frame, and a page that stands still has none.
        self.run("window.ticking = setInterval(() => document.body.toggleAttribute('data-frame'), 50); \
                  document.head.insertAdjacentHTML('beforeend', '<style id=\"frames\">[data-frame] { outline: 1px solid transparent }</style>')")
            .await;
        let shot = self.try_call("/screenshot", None).await.unwrap();
        self.run("clearInterval(window.ticking); document.getElementById('frames').remove()").await;
        base64::prelude::BASE64_STANDARD.decode(shot.as_str().unwrap()).unwrap()
    }

    /// Ends the session and with it the program.
    pub(crate) async fn close(&self) {
        // A program that has ended by itself has ended its session.
        drop(self.http.delete(&self.session).send().await);
    }
}
