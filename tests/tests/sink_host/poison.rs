//! One message that ends the sink's instance, among many that do not: through a lane, a journal and the real sandbox.

use std::{sync::Arc, time::Duration};

use ampline::{
    clock::SystemClock,
    dispatcher::{Dispatcher, Route, Shared},
    journal::{
        Begin, DeliveryFilter, DeliverySummary, Journal, PageCommit,
        sqlite::{Options, SqliteJournal},
    },
    sink::wasm::WasmSinks,
};
use ampline_core::{cursor::ReadType, plan::ReadKey, retry::RetryPolicy};
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::fakes::{MISBEHAVING, behave, destination, envelope, options};

const ENVELOPES: u128 = 150;
const POISONED: u128 = 40;
const PATIENCE: Duration = Duration::from_secs(60);

async fn commit(journal: &dyn Journal) {
    let key = ReadKey { installation_id: "i".into(), object_name: "contacts".into() };
    let (now, lease) = (Timestamp::now(), Duration::from_secs(60));
    let owned = journal.begin(Begin { key, trigger: None, operation_id: Uuid::now_v7(), now, lease }).await.unwrap().unwrap();
    let mut envelopes: Vec<_> = (0..ENVELOPES).map(|number| envelope(number, 1)).collect();
    let poisoned = &mut envelopes[POISONED as usize];
    poisoned.body = [&poisoned.body[..], b" poison"].concat().into();
    envelopes.iter_mut().for_each(|envelope| envelope.destination = "crm".into());
    let commit = PageCommit {
        on_request: false,
        pages: 1,
        envelopes: envelopes.into_iter().map(Into::into).collect(),
        cursor: "{}".into(),
        records_processed: 0,
        records_estimated_total: None,
        read_type: ReadType::Scheduled,
        log: Vec::new(),
        now,
        lease,
        end: None,
    };
    journal.commit(&owned, commit).await.unwrap();
}

async fn all_settled(journal: &dyn Journal) -> Vec<DeliverySummary> {
    let waiting = async {
        while journal.destinations().await.unwrap()[0].pending > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("everything is delivered or given up");
    journal.deliveries(&DeliveryFilter::default(), 1_000, None).await.unwrap().results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_guilty_message_burns_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal"), &Options::default()).unwrap();
    commit(&*journal).await;
    let sinks = WasmSinks::load(options(), MISBEHAVING).await.unwrap();
    let route = Route {
        destination: destination("misbehaving", behave("trap-on-poison")),
        retry: RetryPolicy { delays: vec![Duration::from_millis(5); 2], jitter: 0.0 },
        concurrency: 64,
        rate_per_second: None,
        lease: Duration::from_secs(60),
        disable_after: None,
    };
    let (stop, stopped) = watch::channel(false);
    let shared = Shared { journal: journal.clone(), sinks, clock: Arc::new(SystemClock) };
    let dispatcher = Dispatcher::start(&shared, vec![route], &stopped);
    for delivery in all_settled(&*journal).await {
        let guilty = delivery.event_id == envelope(POISONED, 1).id;
        assert_eq!(delivery.attempts, if guilty { 3 } else { 1 }, "{delivery:?}");
        assert_eq!(delivery.reason.is_some_and(|reason| reason.contains("sink.trap")), guilty);
    }
    stop.send(true).unwrap();
    assert!(dispatcher.drained(PATIENCE).await);
    journal.close().await.unwrap();
}
