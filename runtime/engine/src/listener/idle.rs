//! A connection on which something must move now and then: whoever neither sends nor takes what is sent is cut off.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// A stream whose reads and writes fail once nothing moved for too long.
pub(super) struct WithinPatience<S> {
    stream: S,
    patience: Duration,
    moved_at: Instant,
    /// Looks again when patience would be over; only then, so that bytes that move cost no timer.
    look: Pin<Box<Sleep>>,
}

impl<S> WithinPatience<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        let now = Instant::now();
        Self { stream, patience, moved_at: now, look: Box::pin(sleep_until(now + patience)) }
    }

    /// What the stream said, or that it is at an end because nothing moves.
    fn told<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved_at = Instant::now();
            return polled;
        }
        loop {
            ready!(self.look.as_mut().poll(context));
            let end = self.moved_at + self.patience;
            if end <= Instant::now() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing moved on the connection")));
            }
            self.look.as_mut().reset(end);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WithinPatience<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.told(context, polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WithinPatience<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.told(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.told(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn whoever_moves_something_now_and_then_stays() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut server = WithinPatience::new(server, PATIENCE);
        let began = Instant::now();
        let moving = async {
            while began.elapsed() < PATIENCE * 3 {
                client.write_all(b"x").await.unwrap();
                tokio::time::sleep(PATIENCE / 10).await;
            }
            client
        };
        let reading = async {
            while server.read_u8().await.is_ok() {}
            began.elapsed()
        };
        let (_client, lasted) = tokio::join!(moving, reading);
        assert!(lasted >= PATIENCE * 3, "{lasted:?}: cut off while something moved");
    }

    #[tokio::test]
    async fn whoever_sends_or_takes_nothing_is_cut_off() {
        let (_client, server) = tokio::io::duplex(64);
        let mut server = WithinPatience::new(server, PATIENCE);
        let began = Instant::now();
        let read = server.read_u8().await.unwrap_err();
        assert!(read.kind() == io::ErrorKind::TimedOut && began.elapsed() >= PATIENCE, "{read} {:?}", began.elapsed());
        let began = Instant::now();
        let written = server.write_all(&[0; 65]).await.unwrap_err();
        assert!(written.kind() == io::ErrorKind::TimedOut && began.elapsed() >= PATIENCE, "{written} {:?}", began.elapsed());
    }
}
