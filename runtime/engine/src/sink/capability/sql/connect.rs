//! A connection to the database: the name resolved once, the address checked and then dialled, TLS, and the session's settings.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use deadpool_postgres::Connect;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_postgres::{
    Client, Config, Connection, Error, NoTls,
    config::SslMode,
    tls::{MakeTlsConnect, TlsStream},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{fault, options::PostgresOptions, tls};
use crate::network::{AddressPolicy, DialError, resolve};

/// The server gives up a statement after so long, unless the URL's `options` say otherwise; shorter than the host waits.
const STATEMENT_TIMEOUT_MS: u32 = 60_000;

/// How connections are made.
pub(super) struct Dialer {
    host: String,
    port: u16,
    addresses: AddressPolicy,
    tls: Option<MakeRustlsConnect>,
    timeout: Duration,
}

type Opened = (Client, JoinHandle<()>);

impl Dialer {
    pub(super) fn new(options: &PostgresOptions, addresses: AddressPolicy) -> Result<Self, rustls::Error> {
        Ok(Self {
            host: options.host.clone(),
            port: options.port,
            addresses,
            tls: tls::connector(options)?,
            timeout: options.connect_timeout,
        })
    }

    async fn open(&self, config: &Config) -> Result<Opened, Error> {
        match timeout(self.timeout, self.dial_and_greet(config)).await {
            Ok(opened) => opened,
            Err(_) => {
                let reason = format!("{} port {} did not answer within {} ms", self.host, self.port, self.timeout.as_millis());
                Err(carried(config, io::Error::new(io::ErrorKind::TimedOut, reason)).await)
            }
        }
    }

    async fn dial_and_greet(&self, config: &Config) -> Result<Opened, Error> {
        let stream = match self.dial().await {
            Ok(stream) => stream,
            Err(error) => return Err(carried(config, error).await),
        };
        let opened = match self.tls.clone() {
            None => started(config.connect_raw(stream, NoTls).await?),
            Some(mut tls) => {
                // The library's own way to say whose certificate is expected; it cannot fail.
                let made = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut tls, &self.host);
                match made {
                    Ok(tls) => started(config.connect_raw(stream, tls).await?),
                    Err(error) => return Err(carried(config, io::Error::other(error)).await),
                }
            }
        };
        if !config.get_options().is_some_and(|options| options.contains("statement_timeout")) {
            opened.0.batch_execute(&format!("SET statement_timeout = {STATEMENT_TIMEOUT_MS}")).await?;
        }
        Ok(opened)
    }

    /// A socket to the first address that answers.
    async fn dial(&self) -> io::Result<TcpStream> {
        let addresses = resolve(&self.addresses, &self.host, self.port).await.map_err(io::Error::other)?;
        let mut failed = None;
        for address in addresses {
            match socket(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = Some(io::Error::new(error.kind(), format!("{address}: {error}"))),
            }
        }
        Err(failed.unwrap_or_else(|| io::Error::other("the name has no address")))
    }
}

async fn socket(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_nodelay(true)?;
    socket.set_keepalive(true)?;
    socket.connect(address).await
}

/// The client, and the task that moves its bytes.
fn started<T>((client, connection): (Client, Connection<TcpStream, T>)) -> Opened
where
    T: TlsStream + Unpin + Send + 'static,
{
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(reason = fault::words(&error), "a connection to Postgres ended");
        }
    });
    (client, task)
}

impl Connect for Dialer {
    fn connect(&self, config: &Config) -> Pin<Box<dyn Future<Output = Result<Opened, Error>> + Send + '_>> {
        let config = config.clone();
        Box::pin(async move { self.open(&config).await })
    }
}

/// Why no connection was made, if it was the name or its address.
pub(super) fn dial_error(error: &io::Error) -> Option<&DialError> {
    error.get_ref()?.downcast_ref()
}

/// The error in the client library's own type, which only the library can make: a start over a stream that gives this error.
async fn carried(config: &Config, error: io::Error) -> Error {
    let mut plain = config.clone();
    plain.ssl_mode(SslMode::Disable);
    match plain.connect_raw(Broken(Some(error)), NoTls).await {
        Err(error) => error,
        Ok(_) => unreachable!("nothing can be started over a stream that only fails"),
    }
}

/// A stream that was never there.
struct Broken(Option<io::Error>);

impl Broken {
    fn fail<T>(mut self: Pin<&mut Self>) -> Poll<io::Result<T>> {
        Poll::Ready(Err(self.0.take().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())))
    }
}

impl AsyncRead for Broken {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.fail()
    }
}

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        self.fail()
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
