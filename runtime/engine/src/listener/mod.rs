//! Takes connections and serves a router on them, within limits on their number, their heads and their patience. Knows no route.

mod idle;
mod tls;

pub(crate) use tls::{Tls, TlsError, fingerprint};

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower::ServiceExt;

use idle::WithinPatience;

/// Until a request's head must be there; also how long a connection may wait for its next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Until a TLS handshake must be done.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long nothing may move on a connection; longer than any answer may take.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// Largest head of a request.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// Most header fields of a request.
const HEADERS_MAX: usize = 100;
/// Requests at the same time on one HTTP/2 connection.
const STREAMS_MAX: u32 = 100;
/// How long to wait where the system has no more sockets to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where connections come from.
pub(crate) struct Listener {
    tcp: TcpListener,
    tls: Option<Arc<Tls>>,
    connections_max: usize,
}

impl Listener {
    /// Binds an address. At most `connections_max` connections are open at a time; further ones wait their turn.
    pub(crate) async fn bind(address: SocketAddr, tls: Option<Arc<Tls>>, connections_max: usize) -> std::io::Result<Self> {
        Ok(Self { tcp: TcpListener::bind(address).await?, tls, connections_max })
    }

    /// The address that was bound.
    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves until `stop` turns true and open requests are answered.
    pub(crate) async fn serve(self, router: Router, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.connections_max));
        let mut open = JoinSet::new();
        loop {
            while open.try_join_next().is_some() {}
            let next = async {
                // The semaphore is never closed.
                let place = places.clone().acquire_owned().await.ok()?;
                Some((place, self.tcp.accept().await))
            };
            let (place, accepted) = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(next) = next => next,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let serving = connection(stream, peer, self.tls.clone(), router.clone(), stop.clone());
                    open.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "no connection could be taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.tcp);
        while open.join_next().await.is_some() {}
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, tls: Option<Arc<Tls>>, router: Router, stop: watch::Receiver<bool>) {
    // Answers are small and somebody waits for them; where it cannot be set they are only later.
    let _ = stream.set_nodelay(true);
    let stream = WithinPatience::new(stream, IDLE_MAX);
    let Some(tls) = tls else {
        return http1(stream, peer, router, stop).await;
    };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(tls::HTTP2) => http2(stream, peer, router, stop).await,
        Ok(Ok(stream)) => http1(stream, peer, router, stop).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
    }
}

/// One HTTP/1.1 connection from its first request to its last.
async fn http1(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let mut builder = conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let answer = service_fn(move |request| answered(router.clone(), peer, request));
    let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), answer));
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = stopped(stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    note(peer, ended);
}

/// One HTTP/2 connection.
async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let mut builder = conn::http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX).max_header_list_size(HEAD_BYTES_MAX as u32);
    let answer = service_fn(move |request| answered(router.clone(), peer, request));
    let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), answer));
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = stopped(stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    note(peer, ended);
}

async fn answered(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Clients that go away or fall silent are everyday.
fn note(peer: SocketAddr, ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke off");
    }
}
