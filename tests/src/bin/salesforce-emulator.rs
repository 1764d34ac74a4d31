//! The Salesforce emulator as a program: prints its address as one line of JSON, then serves until it is ended.

use std::{io::Write, net::SocketAddr};

use ampline_tests::{
    salesforce::{Emulator, Options, Target},
    seed::Large,
};
use clap::Parser;

/// A stateful emulator of Salesforce's REST API, OAuth and SOAP login, on the loopback.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The same seed makes the same records.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Records of an object at the start, e.g. `Contact=1000` or `Invoice__c=10` for a custom one; may be repeated.
    #[arg(long = "object", value_name = "NAME=COUNT", value_parser = object)]
    objects: Vec<(String, u32)>,
    /// Custom text fields Extra_001__c, … of each object.
    #[arg(long, default_value_t = 0)]
    extra_fields: u32,
    /// Every nth record carries a large text (0 = none).
    #[arg(long, default_value_t = 0)]
    large_every: u64,
    /// Its size.
    #[arg(long, default_value_t = 400_000)]
    large_bytes: usize,
    /// The records were made over so many days.
    #[arg(long, default_value_t = 365)]
    history_days: u32,
    /// The access token that is good from the start.
    #[arg(long)]
    access_token: Option<String>,
    /// Requests that are allowed in all.
    #[arg(long, default_value_t = 100_000)]
    daily_requests_max: u64,
    /// The largest page.
    #[arg(long, default_value_t = 2_000)]
    page_records_max: usize,
    /// How long a change stays invisible to queries.
    #[arg(long, default_value_t = 0)]
    commit_lag_ms: i64,
    /// Where change events are posted.
    #[arg(long)]
    events_url: Option<String>,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    workers: usize,
}

fn object(text: &str) -> Result<(String, u32), String> {
    let (name, count) = text.split_once('=').ok_or("write it as NAME=COUNT")?;
    Ok((name.to_owned(), count.parse().map_err(|_| format!("{count} is no count of records"))?))
}

impl From<Arguments> for Options {
    fn from(given: Arguments) -> Self {
        let default = Self::default();
        let mut objects = default.objects;
        objects.extend(given.objects);
        Self {
            listen: given.listen,
            seed: given.seed,
            objects,
            extra_fields: given.extra_fields,
            large: (given.large_every > 0).then_some(Large { every: given.large_every, bytes: given.large_bytes }),
            history_days: given.history_days,
            access_token: given.access_token.unwrap_or(default.access_token),
            daily_requests_max: given.daily_requests_max,
            page_records_max: given.page_records_max,
            commit_lag_ms: given.commit_lag_ms,
            event_target: given.events_url.map(Target::new),
            workers: given.workers,
            ..Self::default()
        }
    }
}

fn main() -> std::io::Result<()> {
    let options = Options::from(Arguments::parse());
    let (access_token, refresh_token) = (options.access_token.clone(), options.refresh_token.clone());
    let emulator = Emulator::start(options)?;
    let ready = serde_json::json!({
        "address": emulator.address().to_string(), "url": emulator.base_url(),
        "accessToken": access_token, "refreshToken": refresh_token,
    });
    writeln!(std::io::stdout(), "{ready}")?;
    loop {
        // Its threads do the work; the process ends by a signal.
        std::thread::park();
    }
}
