//! The webhook receiver as a program: prints its address as one line of JSON, then serves until it is ended.

use std::{io::Write, net::SocketAddr, path::PathBuf};

use ampline_tests::receiver::{Options, Receiver};
use clap::Parser;

/// Takes webhooks on the loopback, notes what came, and answers as it is told under /_control/.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A signing secret (whsec_…); may be repeated. Signatures are checked when there is one.
    #[arg(long = "secret")]
    secrets: Vec<String>,
    /// Keeps every request whole, in memory.
    #[arg(long)]
    keep_requests: bool,
    /// Does not look into the messages for records.
    #[arg(long)]
    ignore_records: bool,
    /// Appends a line for each request to this file.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    workers: usize,
}

fn main() -> std::io::Result<()> {
    let given = Arguments::parse();
    let receiver = Receiver::start(Options {
        listen: given.listen,
        secrets: given.secrets,
        keep_requests: given.keep_requests,
        read_records: !given.ignore_records,
        log: given.log,
        workers: given.workers,
    })?;
    let ready = serde_json::json!({"address": receiver.address().to_string(), "url": receiver.url("/")});
    writeln!(std::io::stdout(), "{ready}")?;
    loop {
        // Its threads do the work; the process ends by a signal.
        std::thread::park();
    }
}
