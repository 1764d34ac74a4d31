//! What a filter matches, walked in bounded steps: for replays, purges, and how many either would take.

use rusqlite::{Connection, params_from_iter};

use super::{
    Fault,
    deliveries::{Condition, condition},
};
use crate::{
    journal::{Bulk, DeliveryFilter, DeliveryStatus, Result},
    sqlite::Database,
};

/// Deliveries taken in one transaction.
const STEP_MAX: usize = 500;
/// Ids looked at in one read when counting.
const COUNT_STEP_IDS: i64 = 50_000;

/// A delivery that has none pending of its envelope and destination, and no later one: what a replay takes. What a replay has
/// delivered since is not replayed again for its first delivery's sake.
pub(super) const REPLAYABLE: &str = "NOT EXISTS \
     (SELECT 1 FROM delivery o WHERE o.status = 0 AND o.destination = d.destination AND o.id = d.envelope) AND NOT EXISTS \
     (SELECT 1 FROM delivery o INDEXED BY delivery_replay WHERE o.envelope = d.envelope AND o.replay_of IS NOT NULL \
      AND +o.destination = d.destination AND (+o.status = 0 OR o.id > d.id))";

const FROM: &str = "FROM delivery d CROSS JOIN context c ON c.id = d.context";

/// The last delivery there is; what comes later is not part of what began before it.
pub(super) async fn last(database: &Database) -> Result<i64> {
    let last = |db: &Connection| Ok::<_, Fault>(db.query_row("SELECT next_delivery - 1 FROM totals", [], |row| row.get(0))?);
    Ok(database.read(last).await?)
}

/// The next deliveries that match, by id, behind `after` and not beyond `last`.
pub(super) async fn next(database: &Database, filter: &DeliveryFilter, after: i64, last: i64) -> Result<Vec<i64>> {
    let filter = filter.clone();
    let matching = move |db: &Connection| {
        let Some(Condition { sql, values }) = condition(db, &filter, after, ">")? else { return Ok(Vec::new()) };
        let mut statement = db.prepare(&format!("SELECT d.id {FROM}{sql} AND d.id <= {last} ORDER BY d.id LIMIT {STEP_MAX}"))?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok::<_, Fault>(rows.collect::<rusqlite::Result<_>>()?)
    };
    Ok(database.read(matching).await?)
}

/// The filter as a purge reads it: dead letters only; nothing where it asks for others.
pub(super) fn dead_only(filter: &DeliveryFilter) -> Option<DeliveryFilter> {
    let fits = filter.status.is_none_or(|status| status == DeliveryStatus::Dead);
    fits.then(|| DeliveryFilter { status: Some(DeliveryStatus::Dead), ..filter.clone() })
}

/// How many deliveries a replay or a purge would take.
pub(super) async fn count(database: &Database, filter: &DeliveryFilter, what: Bulk) -> Result<u64> {
    let (filter, further) = match what {
        Bulk::Replay => (filter.clone(), format!(" AND {REPLAYABLE}")),
        Bulk::Purge => match dead_only(filter) {
            Some(filter) => (filter, String::new()),
            None => return Ok(0),
        },
    };
    let (mut after, last, mut count) = (0, last(database).await?, 0);
    while after < last {
        let (until, filter, further) = (after.saturating_add(COUNT_STEP_IDS).min(last), filter.clone(), further.clone());
        let step = move |db: &Connection| {
            let Some(Condition { sql, values }) = condition(db, &filter, after, ">")? else { return Ok(0) };
            let mut statement = db.prepare(&format!("SELECT count(*) {FROM}{sql} AND d.id <= {until}{further}"))?;
            Ok::<i64, Fault>(statement.query_row(params_from_iter(values), |row| row.get(0))?)
        };
        count += database.read(step).await?.cast_unsigned();
        after = until;
    }
    Ok(count)
}
