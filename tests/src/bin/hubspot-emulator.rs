//! The HubSpot emulator as a program: prints its address as one line of JSON, then serves until it is ended.

use std::{io::Write, net::SocketAddr};

use ampline_tests::hubspot::{Emulator, Large, Limits, Options};
use clap::Parser;

/// A stateful emulator of HubSpot's CRM v3 objects API, on the loopback.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The same seed makes the same records.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts at the start.
    #[arg(long, default_value_t = 250)]
    contacts: u64,
    /// Companies at the start.
    #[arg(long, default_value_t = 120)]
    companies: u64,
    /// Deals at the start.
    #[arg(long, default_value_t = 0)]
    deals: u64,
    /// Tickets at the start.
    #[arg(long, default_value_t = 0)]
    tickets: u64,
    /// Text properties extra_001, … of each type.
    #[arg(long, default_value_t = 0)]
    extra_properties: u32,
    /// Every nth record carries a large text (0 = none).
    #[arg(long, default_value_t = 0)]
    large_every: u64,
    /// Its size.
    #[arg(long, default_value_t = 400_000)]
    large_bytes: usize,
    /// The records were created over so many days.
    #[arg(long, default_value_t = 365)]
    history_days: u32,
    /// The bearer token that is accepted; any when absent.
    #[arg(long)]
    token: Option<String>,
    /// Requests in any ten seconds; unlimited when absent.
    #[arg(long)]
    per_ten_seconds: Option<u32>,
    /// Searches in any second; unlimited when absent.
    #[arg(long)]
    searches_per_second: Option<u32>,
    /// How far search runs behind.
    #[arg(long, default_value_t = 0)]
    index_lag_ms: i64,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    workers: usize,
}

impl From<Arguments> for Options {
    fn from(given: Arguments) -> Self {
        let counts = [given.contacts, given.companies, given.deals, given.tickets];
        let names = ["contacts", "companies", "deals", "tickets"].map(str::to_owned);
        Self {
            listen: given.listen,
            seed: given.seed,
            objects: names.into_iter().zip(counts).collect(),
            extra_properties: given.extra_properties,
            large: (given.large_every > 0).then_some(Large { every: given.large_every, bytes: given.large_bytes }),
            history_days: given.history_days,
            token: given.token,
            limits: Limits {
                per_ten_seconds: given.per_ten_seconds,
                searches_per_second: given.searches_per_second,
                daily: None,
            },
            index_lag_ms: given.index_lag_ms,
            workers: given.workers,
            ..Self::default()
        }
    }
}

fn main() -> std::io::Result<()> {
    let emulator = Emulator::start(Arguments::parse().into())?;
    let ready = serde_json::json!({"address": emulator.address().to_string(), "url": emulator.base_url()});
    writeln!(std::io::stdout(), "{ready}")?;
    loop {
        // Its threads do the work; the process ends by a signal.
        std::thread::park();
    }
}
