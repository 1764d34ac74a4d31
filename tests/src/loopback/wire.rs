//! One accepted connection, with a handle by which a request handler can cut it as a crashing peer would.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use futures_util::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::gate::GateListener;

#[derive(Debug, Default)]
pub(super) struct Control {
    is_cut: AtomicBool,
    is_spared: AtomicBool,
    reader: AtomicWaker,
}

/// Names the connection a request came over.
#[derive(Debug, Clone)]
pub struct WireHandle(pub(super) Arc<Control>);

impl WireHandle {
    /// Ends the connection with a TCP reset; what was not sent yet is lost.
    pub fn cut(&self) {
        self.0.is_cut.store(true, Ordering::Release);
        self.0.reader.wake();
    }

    /// Keeps this connection when its port is closed: the one by which somebody steers the double.
    pub fn spare(&self) {
        self.0.is_spared.store(true, Ordering::Release);
    }

    pub(super) fn cut_unless_spared(&self) {
        if !self.0.is_spared.load(Ordering::Acquire) {
            self.cut();
        }
    }
}

impl Connected<IncomingStream<'_, GateListener>> for WireHandle {
    fn connect_info(stream: IncomingStream<'_, GateListener>) -> Self {
        stream.io().handle.clone()
    }
}

/// A TCP connection that fails, and resets the peer, once its handle has cut it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    handle: WireHandle,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, handle: WireHandle) -> Self {
        Self { stream, handle }
    }

    fn whole(&self) -> io::Result<()> {
        if !self.handle.0.is_cut.load(Ordering::Acquire) {
            return Ok(());
        }
        // Without lingering, closing sends a reset instead of an orderly end.
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.handle.0.reader.register(cx.waker());
        self.whole()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.whole()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.whole()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
