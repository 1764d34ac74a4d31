//! kinesis-local: an emulator of Kinesis with real shards, sequence numbers and limits of records.

use std::{path::Path, process::Command};

use super::{Service, aws::Looking, free_port};
use crate::npm;

/// It binds every interface; this file, loaded before it, keeps it on the loopback.
const LOOPBACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm/loopback.cjs");

/// A running emulator, whose streams go with it. It takes every signature.
pub struct KinesisLocal {
    service: Service,
    looking: Looking,
}

impl KinesisLocal {
    /// Starts it, with these streams of so many shards.
    ///
    /// # Errors
    /// When it cannot be installed or started; give it to [`crate::requirement::require`].
    pub fn start(streams: &[(&str, u32)]) -> Result<Self, String> {
        let folder = npm::packages()?.folder().join("node_modules/kinesis-local");
        let tls_port = free_port().map_err(|error| error.to_string())?;
        let service = Service::start("kinesis-local", |port| command(&folder, port, tls_port))?;
        let looking = Looking::at(&service.url())?;
        looking.create(&[], streams)?;
        Ok(Self { service, looking })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.service.url()
    }

    /// Looks at what it stores.
    pub fn looking(&self) -> &Looking {
        &self.looking
    }
}

fn command(folder: &Path, port: u16, tls_port: u16) -> Command {
    let mut command = Command::new("node");
    command.args(["-r", LOOPBACK, "main.js"]).current_dir(folder);
    command.env("KINESIS_MOCK_PLAIN_PORT", port.to_string()).env("KINESIS_MOCK_TLS_PORT", tls_port.to_string());
    command.env("LOG_LEVEL", "ERROR").env("CREATE_STREAM_DURATION", "50ms");
    command
}
