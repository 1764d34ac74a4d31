//! The other side of a webhook, on loopback: it records what comes and answers as the path asks.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use tokio::{io::AsyncReadExt, net::TcpListener};

/// A request as it came.
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

type Inbox = Arc<Mutex<Vec<Received>>>;

/// A server that runs until the test's runtime ends.
pub(crate) struct Receiver {
    base: String,
    inbox: Inbox,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inbox = Inbox::default();
        let app = Router::new().fallback(answer).with_state(inbox.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { base, inbox }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.inbox.lock().unwrap())
    }
}

async fn answer(State(inbox): State<Inbox>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    inbox.lock().unwrap().push(Received { headers, body });
    let status = |code: &str| StatusCode::from_bytes(code.as_bytes()).unwrap();
    match uri.path().split('/').collect::<Vec<_>>()[..] {
        ["", "hang"] => pending().await,
        ["", "big"] => (StatusCode::BAD_REQUEST, "x".repeat(1_000_000)).into_response(),
        ["", "status", code] => (status(code), "the other side's words").into_response(),
        ["", "echo"] => {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{:?}", inbox.lock().unwrap().last().map(|r| &r.headers))).into_response()
        }
        ["", "redirect"] => (StatusCode::FOUND, [("location", "/ok")]).into_response(),
        ["", "retry-after", code, after] => (status(code), [("retry-after", after.to_owned())]).into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

/// An address whose connections are closed as soon as something was read from them.
pub(crate) async fn closing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 64]).await;
        }
    });
    url
}

/// An address where nobody listens.
pub(crate) async fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}
