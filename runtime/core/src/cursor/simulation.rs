//! A cursor against a provider whose clock differs, whose index lags, whose times are whole seconds and whose records change while
//! they are read, in a process that dies at any commit: the last version of every record arrives all the same.
//!
//! Doubles: the provider. Oracle: its own list of what was written. A failure names its seed; the same seed repeats it.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use jiff::fmt::rfc2822::DateTimePrinter;

use super::*;

const SEEDS: u64 = 2_000;
const RUNS: u64 = 12;
const RECORDS: u64 = 25;
const PAGE_RECORDS: usize = 4;
/// The longest that an index lags; the overlap is a little more.
const LAG_MAX_MS: u64 = 100_000;
const BEGIN_MS: i64 = 1_800_000_000_000;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// One write, as searches find it from some time on.
#[derive(Clone, Copy)]
struct Version {
    number: u64,
    written_ms: i64,
    visible_ms: i64,
}

struct Simulation {
    chance: Chance,
    /// The provider's time.
    now_ms: i64,
    /// How far our clock is ahead of it.
    skew_ms: i64,
    has_date: bool,
    records: BTreeMap<u64, Vec<Version>>,
    writes: u64,
    /// What the journal holds: the cursor, and what was delivered under it.
    cursor: Option<String>,
    delivered: HashSet<(u64, u64)>,
}

fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let skew_ms = chance.below(1_200_000) as i64 - 600_000;
        // Without the header nobody can know of a clock that is far behind.
        let has_date = skew_ms > 10_000 || !chance.one_in(4);
        let (records, delivered) = (BTreeMap::new(), HashSet::new());
        Self { chance, now_ms: BEGIN_MS, skew_ms, has_date, records, writes: 0, cursor: None, delivered }
    }

    fn ours(&self) -> Timestamp {
        at_ms(self.now_ms + self.skew_ms)
    }

    fn pass(&mut self, most_ms: u64) {
        self.now_ms += self.chance.below(most_ms) as i64;
    }

    fn write(&mut self) {
        for _ in 0..self.chance.below(4) {
            let id = self.chance.below(RECORDS);
            let lag_ms = if self.chance.one_in(3) { self.chance.below(LAG_MAX_MS) } else { 0 };
            self.writes += 1;
            let version = Version { number: self.writes, written_ms: self.now_ms, visible_ms: self.now_ms + lag_ms as i64 };
            self.records.entry(id).or_default().push(version);
            // Often enough in the same second as the one before.
            if self.chance.one_in(2) {
                self.pass(900);
            }
        }
    }

    /// A page by id, of what changed since, as the index knows it now.
    fn page(&self, run: &Run) -> ProviderPage {
        let behind: Option<u64> = run.position.as_deref().map(|id| id.parse().unwrap());
        let mut records = Vec::new();
        for (id, versions) in self.records.range(behind.map_or(0, |id| id + 1)..) {
            let Some(version) = versions.iter().rev().find(|version| version.visible_ms <= self.now_ms) else { continue };
            let modified_at = at_ms(version.written_ms / 1_000 * 1_000);
            if run.since.is_some_and(|since| modified_at < since) {
                continue;
            }
            if records.len() == PAGE_RECORDS {
                let next = records.last().map(|record: &Record| record.id.clone());
                return ProviderPage { records, next, total: None };
            }
            records.push(Record {
                id: id.to_string(),
                modified_at: Some(modified_at),
                deleted: false,
                raw: Bytes::from(version.number.to_string()),
                fields: Vec::new(),
                associations: Vec::new(),
            });
        }
        ProviderPage { records, next: None, total: None }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.has_date {
            let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&at_ms(self.now_ms)).unwrap();
            headers.insert(header::DATE, HeaderValue::from_str(&date).unwrap());
        }
        headers
    }

    /// One run, as the engine makes it; it may die before or behind any commit.
    fn run(&mut self, backfill: Backfill, may_die: bool) {
        let stored = ReadCursor::parse(self.cursor.as_deref()).unwrap();
        let mut cursor = stored.start_run(backfill, self.ours(), OVERLAP_DEFAULT);
        if cursor.run.is_none() {
            self.cursor = Some(cursor.to_text());
        }
        let (mut heard, mut guard) = (false, PageGuard::default());
        while let Some(run) = cursor.run.clone() {
            self.pass(2_000);
            self.write();
            let page = self.page(&run);
            let skew = behind(&self.headers(), self.ours());
            self.pass(500);
            if !std::mem::replace(&mut heard, true) {
                let again;
                (cursor, again) = cursor.heard(skew);
                if again {
                    continue;
                }
            }
            guard.check(run.position.as_deref(), &page).unwrap();
            let after = cursor.clone().after_page(&page, OVERLAP_DEFAULT);
            let last = page.next.is_none();
            let fresh = cursor.fresh(page.records);
            cursor = if last { after.complete() } else { after };
            if may_die && self.chance.one_in(8) {
                return;
            }
            self.cursor = Some(cursor.to_text());
            self.delivered.extend(fresh.iter().map(|record| {
                (record.id.parse::<u64>().unwrap(), std::str::from_utf8(&record.raw).unwrap().parse::<u64>().unwrap())
            }));
            if may_die && self.chance.one_in(8) {
                return;
            }
        }
    }
}

fn check(seed: u64, backfill: Backfill) {
    let mut simulation = Simulation::new(seed);
    if backfill == Backfill::FullHistory {
        (0..10).for_each(|_| simulation.write());
        simulation.pass(400_000);
    }
    let installed_ms = simulation.now_ms;
    for _ in 0..RUNS {
        simulation.run(backfill, true);
        simulation.pass(400_000);
        simulation.write();
    }
    // Until the index has caught up and nobody dies any more.
    let mut last_run_ms = 0;
    for _ in 0..3 {
        simulation.now_ms += LAG_MAX_MS as i64;
        last_run_ms = simulation.now_ms;
        simulation.run(backfill, false);
    }
    for (id, versions) in &simulation.records {
        // What only shows while the last run is under way comes with the next.
        let shows = |version: &&Version| version.written_ms >= installed_ms && version.visible_ms < last_run_ms;
        if let Some(last) = versions.last().filter(shows) {
            assert!(simulation.delivered.contains(&(*id, last.number)), "seed {seed}, {backfill:?}: record {id} is lost");
        }
    }
}

#[test]
fn nothing_is_lost_whatever_clocks_indexes_and_crashes_do() {
    for seed in 0..SEEDS {
        check(seed, Backfill::FullHistory);
        check(seed, Backfill::None);
    }
}
