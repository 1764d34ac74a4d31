//! A loopback port that can refuse connections for a while and come back under the same number.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};

use super::wire::{Control, Wire, WireHandle};

const BACKLOG_CONNECTIONS_MAX: u32 = 1024;
/// How long to rest after a failed accept (no file descriptors left, for instance).
const ACCEPT_REST: Duration = Duration::from_millis(20);
/// Dead entries are swept when the list of connections has grown to a multiple of this.
const SWEEP_EVERY_CONNECTIONS: usize = 256;

/// A port on the loopback. It stays ours while closed: a second socket is bound to it that never listens.
#[derive(Debug)]
pub struct Gate {
    address: SocketAddr,
    _reservation: TcpSocket,
    wanted: watch::Sender<bool>,
    listening: watch::Sender<bool>,
    wires: Mutex<Vec<Weak<Control>>>,
}

impl Gate {
    /// Takes `address`; port 0 means any free one. Nothing listens yet.
    ///
    /// # Errors
    /// When the port is taken, or the address is not a loopback address: the doubles must never be reachable from outside.
    pub fn bind(address: SocketAddr) -> io::Result<Arc<Self>> {
        if !address.ip().is_loopback() {
            let reason = format!("{address} is not a loopback address; use 127.0.0.1");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let reservation = bound(address)?;
        let address = reservation.local_addr()?;
        Ok(Arc::new(Self {
            address,
            _reservation: reservation,
            wanted: watch::Sender::new(true),
            listening: watch::Sender::new(false),
            wires: Mutex::default(),
        }))
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and resets its connections; new ones are refused once this returns.
    pub async fn close(&self) {
        self.wanted.send_replace(false);
        self.reached(false).await;
    }

    /// Opens the port again; connections are accepted once this returns.
    pub async fn open(&self) {
        self.wanted.send_replace(true);
        self.reached(true).await;
    }

    async fn reached(&self, state: bool) {
        // The sender lives in self, so waiting cannot fail.
        drop(self.listening.subscribe().wait_for(|is_listening| *is_listening == state).await);
    }

    pub(super) fn listen(self: &Arc<Self>) -> io::Result<GateListener> {
        let listener = bound(self.address)?.listen(BACKLOG_CONNECTIONS_MAX)?;
        self.listening.send_replace(true);
        Ok(GateListener { gate: Arc::clone(self), wanted: self.wanted.subscribe(), listener: Some(listener) })
    }

    fn admit(&self) -> WireHandle {
        let control = Arc::<Control>::default();
        let mut wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        if wires.len() % SWEEP_EVERY_CONNECTIONS == SWEEP_EVERY_CONNECTIONS - 1 {
            wires.retain(|wire| wire.strong_count() > 0);
        }
        wires.push(Arc::downgrade(&control));
        WireHandle(control)
    }

    fn cut_all(&self) {
        let mut wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        wires.iter().filter_map(Weak::upgrade).for_each(|control| WireHandle(control).cut_unless_spared());
        wires.retain(|wire| wire.strong_count() > 0);
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The gate as axum's source of connections.
#[derive(Debug)]
pub struct GateListener {
    gate: Arc<Gate>,
    wanted: watch::Receiver<bool>,
    listener: Option<TcpListener>,
}

impl GateListener {
    /// Brings the socket in line with what is wanted; nothing while the port is closed.
    async fn socket(&mut self) -> Option<&TcpListener> {
        if !*self.wanted.borrow_and_update() {
            self.listener = None;
            self.gate.cut_all();
            self.gate.listening.send_replace(false);
            drop(self.wanted.changed().await);
            return None;
        }
        if self.listener.is_none() {
            match bound(self.gate.address).and_then(|socket| socket.listen(BACKLOG_CONNECTIONS_MAX)) {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => tokio::time::sleep(ACCEPT_REST).await,
            }
        }
        if self.listener.is_some() {
            self.gate.listening.send_replace(true);
        }
        self.listener.as_ref()
    }
}

impl Listener for GateListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let mut wanted = self.wanted.clone();
        loop {
            let gate = Arc::clone(&self.gate);
            let Some(listener) = self.socket().await else { continue };
            wanted.mark_unchanged();
            if !*wanted.borrow() {
                continue;
            }
            let accepted = tokio::select! {
                _ = wanted.changed() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    // A double that answers late because of Nagle's algorithm would spoil measurements; a failure here only costs time.
                    drop(stream.set_nodelay(true));
                    return (Wire::new(stream, gate.admit()), peer);
                }
                Err(_) => tokio::time::sleep(ACCEPT_REST).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.gate.address)
    }
}
