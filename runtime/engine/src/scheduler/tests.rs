//! The queue over events, without a task, a journal or a provider.
//!
//! Doubles: none are needed; jobs are never run, only started and said to have ended. Oracle: the contract's section 4.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use ampline_core::{
    manifest::Backfill,
    plan::{FieldSelection, Installation, MessageContext, ReadKey, ReadPlan},
    provider::{Catalog, ReadErrorClass},
    schedule::Schedule,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Board, Change, Job, NextRun, Refused, Trigger, Which,
    lines::Slot,
    queue::{Abandoned, Queue, Start},
};
use crate::{
    connection::{self, Connection},
    journal::{Operation, OperationStatus, Pause, ReadState},
    reader::ReadOutcome,
};

const PLACES: usize = 4;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn key(installation: &str, object: &str) -> ReadKey {
    ReadKey { installation_id: installation.to_owned(), object_name: object.to_owned() }
}

struct Stage {
    queue: Queue,
    connections: BTreeMap<String, Arc<Connection>>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new(connections: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connections = connection::sample::connections(folder.path(), connections).await;
        Self { queue: Queue::new(PLACES, Duration::ZERO, Board::default()), connections, _folder: folder }
    }

    /// A read every ten minutes of this object, over the connection that is called like the installation.
    fn job(&self, installation: &str, object: &str, schedule: &str) -> Job {
        let connection = self.connections.get(installation).unwrap_or_else(|| &self.connections["c"]);
        let context = MessageContext {
            installation: Installation {
                id: installation.to_owned(),
                project_id: "p".to_owned(),
                integration: "crm".to_owned(),
                group_ref: format!("group of {installation}"),
                group_name: String::new(),
                consumer_ref: String::new(),
                consumer_name: String::new(),
                connection_id: connection.id.clone(),
                workspace: None,
                update_time: at(0),
                objects: BTreeMap::new(),
            },
            provider: "hubspot".to_owned(),
            object_name: format!("{object}-mapped"),
            raw_object_name: Some(object.to_owned()),
            destination: "hook".to_owned(),
            destination_id: "d".to_owned(),
        };
        let plan = ReadPlan {
            key: key(installation, object),
            context,
            fields: FieldSelection::default(),
            schedule: (!schedule.is_empty()).then(|| Schedule::parse(schedule).unwrap()),
            backfill: Backfill::FullHistory,
            module: None,
            filters: Vec::new(),
            backfill_filters: Vec::new(),
            deletes: false,
            associations: Vec::new(),
            on_request: None,
        };
        let provider = Catalog::built_in().get("hubspot").unwrap().clone();
        Job { plan: Arc::new(plan), provider, connection: connection.clone(), rate_limit: None }
    }

    fn change(&mut self, installation: &str, objects: &[&str], minute: i64) -> Vec<Abandoned> {
        let jobs = objects.iter().map(|object| self.job(installation, object, "*/10 * * * *")).collect();
        self.queue.apply(Change { installation_id: installation.to_owned(), jobs }, &HashMap::new(), at(minute))
    }

    /// Starts all that there is a place for.
    fn start(&mut self, minute: i64) -> Vec<Start> {
        self.queue.wake(at(minute));
        let mut started = Vec::new();
        while let Some(slot) = self.queue.take() {
            started.extend(self.queue.start(slot));
        }
        started
    }

    fn end(&mut self, slot: Slot, outcome: &ReadOutcome, minute: i64) -> Option<Abandoned> {
        self.queue.ended(slot, outcome, at(minute))
    }

    fn next(&self, installation: &str, object: &str) -> Option<NextRun> {
        self.queue.board.next_runs().remove(&key(installation, object))
    }
}

fn objects(started: &[Start]) -> Vec<&str> {
    started.iter().map(|start| start.job.plan.key.object_name.as_str()).collect()
}

fn failed(class: ReadErrorClass, paused: bool) -> ReadOutcome {
    ReadOutcome::Failed { class, retry_after: None, progressed: false, paused }
}

const DONE: ReadOutcome = ReadOutcome::Completed { records: 1 };

#[tokio::test]
async fn an_installation_comes_changes_and_goes_while_others_run() {
    let mut stage = Stage::new(&["a", "b"]).await;
    stage.change("a", &["contacts", "deals"], 1);
    let started = stage.start(1);
    assert_eq!(objects(&started), ["contacts", "deals"], "a read that never ran runs at once");
    stage.change("b", &["contacts"], 1);
    assert_eq!(stage.start(1).len(), 1);
    assert_eq!(stage.end(started[0].slot, &DONE, 2), None);
    assert_eq!(stage.next("a", "contacts"), Some(NextRun::At(at(10))));

    let hourly = stage.job("a", "contacts", "0 * * * *");
    let change = Change { installation_id: "a".to_owned(), jobs: vec![hourly] };
    assert_eq!(stage.queue.apply(change, &HashMap::new(), at(3)), []);
    assert_eq!(stage.next("a", "contacts"), Some(NextRun::At(at(60))), "the new schedule counts");
    let yielded = stage.end(started[1].slot, &ReadOutcome::Yielded, 3);
    assert_eq!(yielded, Some(Abandoned { key: key("a", "deals"), trigger: None }), "deals are no longer configured");
    assert_eq!(stage.next("a", "deals"), None);
    assert_eq!(stage.change("a", &[], 4), [], "what is not interrupted leaves nothing behind");
    assert_eq!(stage.queue.keys(&Which::default()), [key("b", "contacts")]);
}

#[tokio::test]
async fn an_operation_ends_with_the_plan_that_it_began_with() {
    let mut stage = Stage::new(&["a"]).await;
    stage.change("a", &["contacts"], 1);
    let first = stage.start(1).remove(0);
    stage.change("a", &["contacts"], 1);
    stage.end(first.slot, &ReadOutcome::Yielded, 2);
    let resumed = stage.start(2).remove(0);
    assert!(Arc::ptr_eq(&resumed.job.plan, &first.job.plan));
    stage.end(resumed.slot, &DONE, 3);
    let next = stage.start(10).remove(0);
    assert!(!Arc::ptr_eq(&next.job.plan, &first.job.plan));
}

#[tokio::test]
async fn a_read_that_comes_back_while_its_last_run_stops_is_one_read() {
    let mut stage = Stage::new(&["a"]).await;
    stage.change("a", &["contacts"], 1);
    let running = stage.start(1).remove(0);
    assert_eq!(stage.change("a", &[], 1), []);
    stage.change("a", &["contacts"], 2);
    assert_eq!(stage.end(running.slot, &ReadOutcome::Yielded, 2), None, "it goes on");
    assert_eq!(stage.start(2).len(), 1);
}

#[tokio::test]
async fn what_the_journal_knows_counts_for_what_is_new_here() {
    let mut stage = Stage::new(&["a"]).await;
    let operation = |status, minute| Operation {
        id: Uuid::now_v7(),
        create_time: at(minute),
        update_time: at(minute),
        status,
        result: None,
        read_type: None,
        records_processed: 0,
        records_estimated_total: None,
    };
    let paused = Pause { at: at(0), reason: "note".to_owned(), automatic: false };
    let state = |object: &str, status, minute, paused| {
        let (key, operation) = (key("a", object), Some(operation(status, minute)));
        (key.clone(), ReadState { key, cursor: None, operation, failures: 0, paused })
    };
    let states: HashMap<_, _> = [
        state("fresh", OperationStatus::Success, 11, None),
        state("missed", OperationStatus::Success, 5, None),
        state("interrupted", OperationStatus::InProgress, 11, None),
        state("paused", OperationStatus::InProgress, 5, Some(paused)),
    ]
    .into();
    let jobs = ["fresh", "missed", "interrupted", "paused"].map(|object| stage.job("a", object, "*/10 * * * *")).into();
    stage.queue.apply(Change { installation_id: "a".to_owned(), jobs }, &states, at(12));
    assert_eq!(objects(&stage.start(12)), ["missed", "interrupted"]);
    assert_eq!(stage.next("a", "fresh"), Some(NextRun::At(at(20))));
    let mut left = stage.change("a", &[], 13);
    left.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(left, [Abandoned { key: key("a", "paused"), trigger: None }], "its operation would wait for ever");
}

#[tokio::test]
async fn a_pause_stops_ticks_and_wishes_but_no_triggers() {
    let mut stage = Stage::new(&["a"]).await;
    stage.change("a", &["contacts"], 1);
    let running = stage.start(1).remove(0);
    let contacts = [key("a", "contacts")];
    stage.queue.set_paused(&contacts, true, at(1));
    stage.end(running.slot, &ReadOutcome::Yielded, 1);
    assert_eq!((stage.next("a", "contacts"), stage.start(60).len()), (None, 0));
    assert_eq!(stage.queue.run_now(&Which::default(), at(60)), 0);

    let id = Uuid::now_v7();
    let trigger = trigger("group of a", "contacts");
    let admitted = stage.queue.admit(&trigger).unwrap();
    assert_eq!(stage.queue.enqueue(admitted, id, at(61)), None);
    let triggered = stage.start(61).remove(0);
    assert_eq!(triggered.trigger, Some(id));
    stage.end(triggered.slot, &DONE, 62);
    stage.queue.set_paused(&contacts, false, at(63));
    let resumed = stage.start(63).remove(0);
    assert_eq!(resumed.trigger, None);
    assert!(Arc::ptr_eq(&resumed.job.plan, &running.job.plan), "the interrupted operation goes on");
    stage.end(resumed.slot, &failed(ReadErrorClass::BadRequest, true), 64);
    assert_eq!((stage.next("a", "contacts"), stage.start(600).len()), (None, 0), "paused by itself");
}

fn trigger(group: &str, object: &str) -> Trigger {
    let (group_ref, object_name) = (group.to_owned(), object.to_owned());
    Trigger { integration: "crm".to_owned(), group_ref, object_name, since: None, until: None }
}

#[tokio::test]
async fn triggers_run_one_at_a_time_beside_the_schedule_and_are_bounded() {
    let mut stage = Stage::new(&["a"]).await;
    stage.change("a", &["contacts"], 1);
    let scheduled = stage.start(1).remove(0);
    for (group, object) in [("nobody", "contacts"), ("group of a", "deals")] {
        let refused = stage.queue.admit(&trigger(group, object)).unwrap_err();
        assert!(matches!(&refused, Refused::NotFound(_)), "{refused}");
    }
    let ids: Vec<Uuid> = (0..16).map(|_| Uuid::now_v7()).collect();
    for (number, id) in ids.iter().enumerate() {
        let object = if number % 2 == 0 { "contacts" } else { "contacts-mapped" };
        let admitted = stage.queue.admit(&trigger("group of a", object)).unwrap();
        stage.queue.enqueue(admitted, *id, at(1));
    }
    let refused = stage.queue.admit(&trigger("group of a", "contacts")).unwrap_err();
    assert!(matches!(&refused, Refused::Full(_)), "{refused}");
    for id in &ids[..3] {
        let started = stage.start(2);
        assert_eq!(started.iter().map(|start| start.trigger).collect::<Vec<_>>(), [Some(*id)]);
        stage.end(started[0].slot, &failed(ReadErrorClass::Transient, false), 2);
    }
    let left = stage.change("a", &[], 3);
    assert_eq!(left.iter().filter_map(|one| one.trigger).count(), 13, "those that wait are ended");
    assert_eq!(stage.queue.triggers, 0);
    stage.end(scheduled.slot, &DONE, 3);
    stage.change("a", &["contacts"], 4);
    let admitted = stage.queue.admit(&trigger("group of a", "contacts")).unwrap();
    stage.change("a", &[], 4);
    let late = stage.queue.enqueue(admitted.clone(), ids[0], at(4));
    assert_eq!(late, Some(Abandoned { key: admitted, trigger: Some(ids[0]) }), "the read went while the trigger became durable");
}

#[tokio::test]
async fn credentials_that_are_refused_stop_a_read_until_they_are_other() {
    let mut stage = Stage::new(&["a"]).await;
    stage.change("a", &["contacts"], 1);
    let started = stage.start(1).remove(0);
    stage.end(started.slot, &failed(ReadErrorClass::BadCredentials, false), 2);
    let held = stage.next("a", "contacts");
    assert!(matches!(&held, Some(NextRun::Held(reason)) if reason.contains("renew")), "{held:?}");
    assert_eq!(stage.start(20).len(), 0, "not at its ticks");
    stage.change("a", &["contacts"], 21);
    let started = stage.start(21).remove(0);
    stage.end(started.slot, &failed(ReadErrorClass::BadCredentials, false), 22);
    assert_eq!(stage.start(82).len(), 1, "and it looks itself after an hour");
}

#[tokio::test]
async fn failures_wait_longer_each_time_and_held_reads_keep_their_place() {
    let mut stage = Stage::new(&["a"]).await;
    let once = stage.job("a", "contacts", "");
    stage.queue.apply(Change { installation_id: "a".to_owned(), jobs: vec![once] }, &HashMap::new(), at(0));
    let mut now = at(0);
    for wait_s in [30, 60, 120, 240] {
        stage.queue.wake(now);
        let slot = stage.queue.take().unwrap();
        stage.queue.start(slot).unwrap();
        stage.queue.ended(slot, &failed(ReadErrorClass::Transient, false), now);
        assert_eq!(stage.next("a", "contacts"), Some(NextRun::At(now + SignedDuration::from_secs(wait_s))));
        now += SignedDuration::from_secs(wait_s);
    }
    stage.queue.wake(now);
    let slot = stage.queue.take().unwrap();
    stage.queue.start(slot).unwrap();
    let until = now + SignedDuration::from_secs(7);
    stage.queue.ended(slot, &ReadOutcome::Waits { until, tries: 3 }, now);
    assert_eq!(stage.next("a", "contacts"), Some(NextRun::At(until)));
    stage.queue.wake(until);
    let slot = stage.queue.take().unwrap();
    assert_eq!(stage.queue.start(slot).unwrap().tries, 3, "the tries of a page outlast its waits");
}

/// Sixty-four thousand reads, all due at once, served in turns: what an event costs does not grow with their number.
#[tokio::test]
async fn many_reads_cost_little_each() {
    let mut stage = Stage::new(&["c"]).await;
    let proto = stage.job("proto", "contacts", "*/10 * * * *");
    let began = Instant::now();
    let count = 64_000;
    for number in 0..count {
        let mut plan = ReadPlan::clone(&proto.plan);
        plan.key.installation_id = format!("i{number}");
        plan.context.installation.id.clone_from(&plan.key.installation_id);
        plan.context.installation.group_ref = format!("g{number}");
        let job = Job { plan: Arc::new(plan), ..proto.clone() };
        let installation_id = job.plan.key.installation_id.clone();
        stage.queue.apply(Change { installation_id, jobs: vec![job] }, &HashMap::new(), at(1));
    }
    let mut runs = 0;
    loop {
        let started = stage.start(1);
        if started.is_empty() {
            break;
        }
        for start in started {
            runs += 1;
            stage.end(start.slot, &DONE, 1);
        }
    }
    assert_eq!(runs, count);
    let took = began.elapsed();
    // Looking at all of them at each event would take a thousand times as long.
    assert!(took < Duration::from_secs(60), "{took:?}");
}
