//! When a read runs next: pure decisions over schedule, outcome and time.

use std::time::Duration;

use ampline_core::{
    manifest::Backfill,
    plan::{ReadKey, ReadPlan},
    provider::ReadErrorClass,
    schedule::Schedule,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    journal::{OperationStatus, ReadState},
    reader::ReadOutcome,
};

/// The first wait before a failed read is tried again; it doubles, and the next tick may come sooner.
const RETRY_MIN: SignedDuration = SignedDuration::from_secs(30);
/// The longest such wait.
const RETRY_MAX: SignedDuration = SignedDuration::from_secs(3_600);
/// The longest that a provider's own wish delays a read.
const PATIENCE_MAX: SignedDuration = SignedDuration::from_secs(24 * 3_600);
/// How often a read is tried whose credentials were not accepted and about which nobody did anything since.
pub(super) const PROBE_EVERY: SignedDuration = SignedDuration::from_secs(3_600);

/// A schedule as one read follows it: each tick later by an offset of its own, so that not all reads run at the same instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Offset(SignedDuration);

impl Offset {
    /// The same for the same read at every start, and spread evenly over `spread`, but never beyond the next tick.
    pub(super) fn of(key: &ReadKey, schedule: Option<&Schedule>, spread: Duration) -> Self {
        let Some(schedule) = schedule.filter(|_| !spread.is_zero()) else { return Self::default() };
        let window = schedule.min_gap().map_or(spread, |gap| gap.min(spread));
        let share = hash(key) as f64 / u64::MAX as f64;
        // A whole window later would be the next tick's time.
        let offset_ms = (window.as_millis() as f64 * share) as i64;
        Self(SignedDuration::from_millis(offset_ms.clamp(0, (window.as_millis() as i64 - 1).max(0))))
    }

    fn next_after(self, schedule: &Schedule, time: Timestamp) -> Option<Timestamp> {
        schedule.next_after(time.checked_sub(self.0).ok()?)?.checked_add(self.0).ok()
    }

    fn is_due(self, schedule: &Schedule, last: Timestamp, now: Timestamp) -> bool {
        let (Ok(last), Ok(now)) = (last.checked_sub(self.0), now.checked_sub(self.0)) else { return false };
        schedule.tick_due(last, now).is_some()
    }

    /// The next tick of a plan.
    pub(super) fn tick(self, plan: &ReadPlan, now: Timestamp) -> Option<Timestamp> {
        self.next_after(plan.schedule.as_ref()?, now)
    }
}

/// FNV-1a with a last mixing step: neighbouring names are spread as well as any others.
fn hash(key: &ReadKey) -> u64 {
    let bytes = key.installation_id.bytes().chain([0]).chain(key.object_name.bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// When a read runs for the first time after a start: at once where it never ran, was interrupted or missed a tick; ticks that
/// were missed collapse to one.
pub(super) fn first_run(plan: &ReadPlan, offset: Offset, state: Option<&ReadState>, now: Timestamp) -> Option<Timestamp> {
    let Some(operation) = state.and_then(|state| state.operation.as_ref()) else {
        let reads_once = plan.schedule.is_some() || plan.backfill != Backfill::None;
        return reads_once.then_some(now);
    };
    match operation.status {
        OperationStatus::InProgress | OperationStatus::Failure => Some(now),
        OperationStatus::Success => {
            let schedule = plan.schedule.as_ref()?;
            if offset.is_due(schedule, operation.create_time, now) { Some(now) } else { offset.next_after(schedule, now) }
        }
    }
}

/// When a read runs next after an outcome. A failure that may pass is tried again before the next tick.
pub(super) fn next_run(
    plan: &ReadPlan,
    offset: Offset,
    outcome: &ReadOutcome,
    failures: u32,
    now: Timestamp,
) -> Option<Timestamp> {
    let tick = offset.tick(plan, now);
    let may_pass = match outcome {
        ReadOutcome::Failed { class, .. } => matches!(
            class,
            ReadErrorClass::RateLimited | ReadErrorClass::Transient | ReadErrorClass::Malformed | ReadErrorClass::CursorGone
        ),
        // Another owner's lease ends, one way or the other, and so does the trouble of a store.
        ReadOutcome::Owned | ReadOutcome::BrokeOff => true,
        _ => false,
    };
    if !may_pass {
        return tick;
    }
    let soonest = tick.map_or(retry(failures, now), |tick| tick.min(retry(failures, now)));
    let ReadOutcome::Failed { retry_after: Some(asked), .. } = outcome else { return Some(soonest) };
    // A provider that asked for patience gets it, up to a day.
    Some(soonest.max(now + SignedDuration::try_from(*asked).unwrap_or(PATIENCE_MAX).min(PATIENCE_MAX)))
}

/// When what failed so often in a row is tried again.
pub(super) fn retry(failures: u32, now: Timestamp) -> Timestamp {
    now + RETRY_MIN.checked_mul(1 << failures.saturating_sub(1).min(16)).unwrap_or(RETRY_MAX).min(RETRY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> ReadKey {
        ReadKey { installation_id: format!("crm/customer-{number}"), object_name: "contacts".to_owned() }
    }

    #[test]
    fn offsets_are_the_same_at_every_start_spread_evenly_and_within_a_tick() {
        let schedule = Schedule::parse("*/10 * * * *").unwrap();
        let ten_minutes = Duration::from_secs(600);
        let offsets: Vec<Offset> = (0..10_000).map(|n| Offset::of(&key(n), Some(&schedule), ten_minutes)).collect();
        assert_eq!(offsets[7], Offset::of(&key(7), Some(&schedule), ten_minutes));
        let mut per_minute = [0_u32; 10];
        for offset in &offsets {
            per_minute[(offset.0.as_secs() / 60) as usize] += 1;
        }
        assert!(per_minute.iter().all(|count| (850..1_150).contains(count)), "{per_minute:?}");
        let day = Offset::of(&key(1), Some(&schedule), Duration::from_secs(86_400));
        assert!(day.0 < SignedDuration::from_secs(600), "no later than the next tick");
        assert_eq!(Offset::of(&key(1), Some(&schedule), Duration::ZERO), Offset::default());
        assert_eq!(Offset::of(&key(1), None, ten_minutes), Offset::default());
    }

    #[test]
    fn an_offset_moves_every_tick_alike() {
        let schedule = Schedule::parse("*/10 * * * *").unwrap();
        let offset = Offset(SignedDuration::from_secs(90));
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        for (now, next) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z"),
            ("2026-01-01T00:01:30Z", "2026-01-01T00:11:30Z"),
            ("2026-01-01T00:01:29Z", "2026-01-01T00:01:30Z"),
        ] {
            assert_eq!(offset.next_after(&schedule, at(now)), Some(at(next)), "{now}");
        }
        let last = at("2026-01-01T00:01:31Z");
        assert!(!offset.is_due(&schedule, last, at("2026-01-01T00:11:29Z")));
        assert!(offset.is_due(&schedule, last, at("2026-01-01T00:11:30Z")));
    }
}
