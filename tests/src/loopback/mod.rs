//! A small HTTP server on the loopback, on threads of its own, whose sockets can be cut and whose port can be closed and reopened.
//!
//! Its own runtime keeps it alive and punctual whatever the test's runtime does (paused clock, one thread, a blocking call),
//! and dropping it ends every connection.

mod client;
mod gate;
mod tls;
mod wire;

pub use client::{Answer, Client};
pub use gate::Gate;
pub use tls::TlsFront;
pub use wire::WireHandle;

use std::{io, net::SocketAddr, sync::Arc, thread::JoinHandle};

use axum::Router;
use tokio::{runtime::Builder, sync::oneshot};

/// A running server; it stops, and its connections end, on drop.
pub struct Server {
    gate: Arc<Gate>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `router` behind `gate` on `workers` threads; the port accepts connections when this returns.
    ///
    /// # Errors
    /// When the port cannot be listened on or a thread cannot be had.
    pub fn start(gate: Arc<Gate>, workers: usize, router: Router) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::sync_channel(1);
        let runtime = Builder::new_multi_thread().worker_threads(workers.max(1)).thread_name("loopback").enable_all().build()?;
        let listening = Arc::clone(&gate);
        let thread = std::thread::Builder::new().name("loopback-main".into()).spawn(move || {
            runtime.block_on(async move {
                let listener = match listening.listen() {
                    Ok(listener) => listener,
                    Err(error) => return drop(ready.send(Err(error))),
                };
                drop(ready.send(Ok(())));
                let service = router.into_make_service_with_connect_info::<WireHandle>();
                tokio::select! {
                    ended = std::future::IntoFuture::into_future(axum::serve(listener, service)) => drop(ended),
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        match is_ready.recv() {
            Ok(Ok(())) => Ok(Self { gate, stop: Some(stop), thread: Some(thread) }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::Error::other("the server's thread ended before it listened")),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.gate.address()
    }

    /// Its port, to close and reopen.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
