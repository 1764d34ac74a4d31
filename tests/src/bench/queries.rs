//! A million deliveries in the log and a million items in the hosted store, asked a thousand times a second while the real binary
//! delivers as fast as it can; and what that costs the deliveries.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ampline::{
    clock::SystemClock,
    dispatcher::{Dispatcher, Shared},
    journal::{Journal, sqlite::Synchronous},
    store::{Change, Documents, HostedStore},
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::watch,
    task::JoinSet,
};

use super::{
    Failure,
    deliveries::dry_sinks,
    drain::{all_delivered, route},
    envelopes::{PAGE_ENVELOPES, Store, envelope},
    nginx::Nginx,
    report::{Report, Target},
    sinks::{CONCURRENCY, options},
};
use crate::{
    runtime::{RuntimeClient, Workplace},
    seed::mix,
};

const DELIVERED: u64 = 1_000_000;
/// More than can be delivered while this looks.
const BACKLOG: u64 = 2_500_000;
const ITEMS: u64 = 1_000_000;
const BODY_BYTES: usize = 400;
const PER_SECOND: u64 = 1_000;
/// Requests that may be under way at once.
const CONNECTIONS: usize = 64;
const WATCH: Duration = Duration::from_secs(8);
const WARM_UP: Duration = Duration::from_secs(3);
const P99_MS: f64 = 10.0;
/// The least that is delivered meanwhile, as a share of what is delivered without questions.
const SHARE: f64 = 0.9;

const MANIFEST: &str = "specVersion: 1.0.0\nintegrations:\n  - { name: crm, provider: hubspot, proxy: { enabled: true } }\n";

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let nginx = Nginx::start()?;
    let folder = tempfile::tempdir()?;
    let settings = format!(
        "[project]\nid = \"bench\"\n[network]\nallow = [\"127.0.0.0/8\"]\n[destinations.hook]\ntype = \"webhook\"\nurl = \"{}\"\nallowHttp = true\n",
        nginx.url()
    );
    let workplace = Workplace::new(folder.path(), MANIFEST, &settings, &[])?;
    // The first start compiles the sinks and makes the files.
    workplace.start()?.terminate()?;
    fill_log(&workplace).await?;
    fill_store(&workplace).await?;

    let runtime = workplace.start()?;
    let client = &runtime.client;
    tokio::time::sleep(WARM_UP).await;
    let before = rate(client).await?;
    let (mut latencies, during) = asked(client).await?;
    let after = rate(client).await?;
    runtime.terminate()?;

    let undisturbed = f64::midpoint(before, after);
    report.scale("queries", "deliveries while nobody asks", undisturbed, "messages/s");
    report.judge("queries", "deliveries meanwhile, as a share of that", during / undisturbed, "ratio", Target::AtLeast(SHARE));
    for kind in KINDS {
        let of_kind: &mut Vec<f64> = &mut latencies[kind.place()];
        of_kind.sort_by(f64::total_cmp);
        let at = |share: f64| of_kind.get(((of_kind.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        report.scale("queries", format!("{}, p50", kind.name()), at(0.5), "ms");
        report.judge("queries", format!("{}, p99", kind.name()), at(0.99), "ms", Target::AtMost(P99_MS));
    }
    Ok(())
}

/// Delivered ones first, by the real dispatcher over a host that sends nothing; then those that wait.
async fn fill_log(workplace: &Workplace) -> Result<(), Failure> {
    let cache = tempfile::tempdir()?;
    let store = Store::at(&workplace.data_dir().join("journal.db"), Synchronous::Normal, 1).await?;
    let (stop, stopped) = watch::channel(false);
    let shared = Shared { journal: store.journal.clone(), sinks: dry_sinks(&cache).await?, clock: Arc::new(SystemClock) };
    let mut hook = route("webhook", json!({ "url": "http://127.0.0.1:9/", "allowHttp": true }), CONCURRENCY);
    Arc::make_mut(&mut hook.destination).name = "hook".to_owned();
    let dispatcher = Dispatcher::start(&shared, vec![hook], &stopped);
    commit(&store, 0..DELIVERED).await?;
    all_delivered(&store, DELIVERED).await?;
    stop.send(true)?;
    dispatcher.drained(Duration::from_secs(10)).await;
    commit(&store, DELIVERED..DELIVERED + BACKLOG).await?;
    Ok(store.journal.close().await?)
}

async fn commit(store: &Store, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
    let mut numbers = numbers.map(|number| envelope("hook", number, BODY_BYTES)).peekable();
    while numbers.peek().is_some() {
        store.commit(0, numbers.by_ref().take(PAGE_ENVELOPES as usize).collect()).await?;
    }
    Ok(())
}

async fn fill_store(workplace: &Workplace) -> Result<(), Failure> {
    const CHANGES: u64 = 10_000;
    let store = HostedStore::open(&workplace.data_dir().join("hosted-store.db"), &options())?;
    for first in (0..ITEMS).step_by(CHANGES as usize) {
        let change = |number: u64| Change {
            endpoint: "contacts".to_owned(),
            group: "acme".to_owned(),
            item: number.to_string(),
            modified_at_ms: 1,
            occurred_at_ms: 1,
            document: Some(format!(r#"{{"id":"{number}","notes":"{}"}}"#, "x".repeat(BODY_BYTES)).into()),
        };
        store.apply((first..first + CHANGES).map(change).collect()).await?;
    }
    Ok(store.close().await?)
}

/// Deliveries per second over a while.
async fn rate(client: &RuntimeClient) -> Result<f64, Failure> {
    let (before, began) = (delivered(client).await?, Instant::now());
    tokio::time::sleep(WATCH).await;
    Ok((delivered(client).await? - before) as f64 / began.elapsed().as_secs_f64())
}

async fn delivered(client: &RuntimeClient) -> Result<u64, Failure> {
    let status = client.get("status").await?;
    let hook = &status["destinations"][0];
    match (hook["delivered"].as_u64(), hook["pending"].as_u64()) {
        (Some(delivered), Some(pending)) if pending > 0 => Ok(delivered),
        _ => Err(format!("nothing is left to deliver, so there is nothing to compare: {hook}").into()),
    }
}

/// What is asked.
#[derive(Clone, Copy)]
enum Kind {
    Item,
    Newest,
    Filtered,
    Deep,
    Rare,
    Detail,
}

const KINDS: [Kind; 6] = [Kind::Item, Kind::Newest, Kind::Filtered, Kind::Deep, Kind::Rare, Kind::Detail];

impl Kind {
    fn place(self) -> usize {
        self as usize
    }

    fn name(self) -> &'static str {
        match self {
            Self::Item => "an item of the hosted store",
            Self::Newest => "the newest deliveries of a destination",
            Self::Filtered => "deliveries of a group and an object that were delivered",
            Self::Deep => "a page from anywhere in the log",
            Self::Rare => "deliveries of a group that has none",
            Self::Detail => "one delivery with its attempts and its message",
        }
    }

    /// Every second request is for an item.
    fn of(number: u64) -> Self {
        if number.is_multiple_of(2) { Self::Item } else { KINDS[1 + (number / 2 % (KINDS.len() as u64 - 1)) as usize] }
    }

    fn path(self, project: &str, bits: u64) -> String {
        let log = format!("/v1/projects/{project}/deliveries");
        let id = 1 + bits % DELIVERED;
        match self {
            Self::Item => format!("/projects/{project}/contacts/groups/acme/items/{}", bits % ITEMS),
            Self::Newest => format!("{log}?destination=hook&pageSize=25"),
            Self::Filtered => format!("{log}?groupRef=acme&objectName=contacts&status=delivered&pageSize=25"),
            Self::Deep => format!("{log}?pageToken={id}&pageSize=25"),
            Self::Rare => format!("{log}?groupRef=nobody&pageSize=25"),
            Self::Detail => format!("{log}/{id}"),
        }
    }
}

/// Asks at a steady rate, whether answers come or not; a latency counts from when its request was due. Also what was delivered.
async fn asked(client: &RuntimeClient) -> Result<(Vec<Vec<f64>>, f64), Failure> {
    let (next, began) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut asking = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (client, next) = (client.clone(), next.clone());
        asking.spawn(async move {
            let mut wire = Wire::open(&client).await?;
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let due = began + Duration::from_secs(number) / PER_SECOND as u32;
                if due > began + WATCH {
                    return Ok::<_, Failure>(latencies);
                }
                tokio::time::sleep_until(due.into()).await;
                let kind = Kind::of(number);
                wire.get(&kind.path(client.project(), mix(number))).await?;
                latencies.push((kind.place(), due.elapsed().as_secs_f64() * 1e3));
            }
        });
    }
    let during = rate(client).await?;
    let mut all = vec![Vec::new(); KINDS.len()];
    while let Some(done) = asking.join_next().await {
        for (place, latency) in done?? {
            all[place].push(latency);
        }
    }
    Ok((all, during))
}

/// The least that speaks HTTP: what asks must not take from the processor what delivers.
struct Wire {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Wire {
    async fn open(client: &RuntimeClient) -> Result<Self, Failure> {
        let stream = TcpStream::connect(client.address()).await?;
        stream.set_nodelay(true)?;
        let head = format!("HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\n\r\n", client.address(), client.key());
        Ok(Self { stream: BufReader::new(stream), head })
    }

    async fn get(&mut self, path: &str) -> Result<(), Failure> {
        self.stream.write_all(format!("GET {path} {}", self.head).as_bytes()).await?;
        let (mut line, mut length, mut first) = (String::new(), 0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            if first.is_empty() {
                first.clone_from(&line);
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        if first.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        Err(format!("{path}: {}: {}", first.trim(), String::from_utf8_lossy(&body)).into())
    }
}
