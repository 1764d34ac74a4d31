//! Servers that we did not write, as processes on the loopback: started on a free port, waited for, and ended with their handle.

pub mod aws;
pub mod keyring;
pub mod kinesis;
pub mod moto;
pub mod oidc;
pub mod postgres;
pub mod proxy;
pub mod s3s;

use std::{
    fs::File,
    io::{self, Read, Seek},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// How long a server may take until it listens; interpreters on busy machines are slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often another port is tried where somebody else took the one that was free.
const STARTS_MAX: u32 = 3;
/// What is told of what a server said.
const SAID_CHARS_MAX: usize = 2_000;

/// A running server; it is killed on drop.
#[derive(Debug)]
pub struct Service {
    child: Child,
    address: SocketAddr,
}

impl Service {
    /// Starts what `command` makes of a free port, and waits until it listens there.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen in time, with what it said.
    pub fn start(name: &str, command: impl Fn(u16) -> Command) -> Result<Self, String> {
        let mut reason = String::new();
        for _ in 0..STARTS_MAX {
            match Self::try_start(&command) {
                Ok(service) => return Ok(service),
                Err(error) => reason = format!("start {name}: {error}"),
            }
        }
        Err(reason)
    }

    fn try_start(command: &impl Fn(u16) -> Command) -> Result<Self, String> {
        let port = free_port().map_err(|error| error.to_string())?;
        let mut said = tempfile::tempfile().map_err(|error| error.to_string())?;
        let output = || said.try_clone().map(Stdio::from).map_err(|error| error.to_string());
        let child = command(port).stdin(Stdio::null()).stdout(output()?).stderr(output()?).spawn();
        let child = child.map_err(|error| error.to_string())?;
        let mut service = Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = service.child.try_wait() {
                return Err(format!("it ended with {status}: {}", end_of(&mut said)));
            }
            if TcpStream::connect_timeout(&service.address, LOOK_EVERY).is_ok() {
                return Ok(service);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(format!("it did not listen on {} in time: {}", service.address, end_of(&mut said)))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that systems give to nobody who asks for any port: a free one stays free until the server that is told of it listens.
const PORTS: std::ops::Range<u16> = 12_000..32_000;

/// A port of the loopback that nobody has at this moment, and that this process was not told of before.
///
/// # Errors
/// When there is none.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that run at the same time begin at different places.
    let first = std::process::id().wrapping_mul(7_919);
    for _ in PORTS {
        let place = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % u32::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(place).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no port of the loopback is free"))
}

fn end_of(said: &mut File) -> String {
    let mut text = String::new();
    // What cannot be read is not told.
    drop(said.rewind().and_then(|()| said.read_to_string(&mut text)));
    let skipped = text.chars().count().saturating_sub(SAID_CHARS_MAX);
    text.chars().skip(skipped).collect()
}
