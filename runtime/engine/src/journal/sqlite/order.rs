//! Destinations that keep order: of one ordering key, only the first delivery that waits is claimed, and the next once it is settled (J13).
//! So a claim looks at the first of each key, however many wait behind it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, SqliteJournal,
    claim::{Pending, Take, pending},
    destinations,
    lane::Lane,
};
use crate::journal::Result;

/// The first pending delivery of the next key.
const HEAD: &str = "SELECT id, at_us, envelope, attempts, tries, bytes, replay_of, ordering_key \
     FROM delivery INDEXED BY delivery_ordering \
     WHERE status = 0 AND ordering_key IS NOT NULL AND destination = ?1 AND ordering_key > ?2 ORDER BY ordering_key, id LIMIT 1";

/// Fills in what deliveries hold that came before their destination kept order.
const ASSIGN: &str = "UPDATE delivery SET ordering_key = (SELECT k.facts ->> '$.ordering_key' FROM context k WHERE k.id = context) \
     WHERE status = 0 AND destination = ?1 AND ordering_key IS NULL";

/// From now on the destination keeps order, or does so no more. Writes only where that is another word than before.
pub(super) async fn keep(journal: &SqliteJournal, name: &str, keeps_order: bool) -> Result<()> {
    if journal.lanes.named(name).lock().keeps_order() == keeps_order {
        return Ok(());
    }
    let (row, name, lanes) = (name.to_owned(), name.to_owned(), Arc::clone(&journal.lanes));
    let kept = journal.database.write(
        move |db| set(db, &row, keeps_order),
        move |destination| lanes.know(&name, *destination).change(|lane| lane.keep_order(keeps_order)),
    );
    Ok(kept.await.map(drop)?)
}

fn set(db: &Connection, name: &str, keeps_order: bool) -> std::result::Result<i64, Fault> {
    let id = destinations::row_of(db, name)?;
    db.prepare_cached("UPDATE destination SET keeps_order = ?2 WHERE id = ?1")?.execute(params![id, keeps_order])?;
    if keeps_order {
        assign(db, id)?;
    }
    Ok(id)
}

/// Says of every pending delivery of a destination that keeps order which others it comes behind.
pub(super) fn assign(db: &Connection, destination: i64) -> rusqlite::Result<()> {
    db.prepare_cached(ASSIGN)?.execute([destination]).map(drop)
}

impl Take<'_> {
    /// Takes what is first of its key, beginning behind the key where the last claim ended, so that every key has its turn. Whether all
    /// were looked at.
    pub(super) fn heads(&mut self, db: &Connection, lane: &mut Lane, destination: i64) -> std::result::Result<bool, Fault> {
        let mut head = db.prepare_cached(HEAD)?;
        let turn = lane.turn().to_owned();
        for (mut behind, last) in [(turn.clone(), None), (String::new(), Some(turn))] {
            loop {
                let read = |row: &rusqlite::Row<'_>| Ok((pending(row)?, row.get::<_, String>(7)?));
                let found = head.query_row(params![destination, behind], read).optional()?;
                let Some((pending, key)) = found.filter(|(_, key)| last.as_ref().is_none_or(|last| key <= last)) else { break };
                if !self.take_head(lane, &pending, &key) {
                    return Ok(false);
                }
                behind = key;
            }
        }
        Ok(true)
    }

    /// Takes one, if it may be taken. Whether there is room for others.
    fn take_head(&mut self, lane: &mut Lane, head: &Pending, key: &str) -> bool {
        if lane.is_held(head.key.delivery) {
            return true;
        }
        if head.key.at_us > self.now_us {
            self.falls_due(head.key.at_us);
            return true;
        }
        let taken = self.take(lane, head);
        if taken {
            lane.next_turn(key);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use rusqlite::StatementStatus;

    use super::{super::SCHEMA, *};
    use crate::journal::ClaimRequest;

    /// What a claim costs depends on how many keys there are, not on what waits behind the first of each.
    #[test]
    fn a_claim_looks_at_the_first_of_each_key() {
        let mut counted = Vec::new();
        for waiting in [100, 20_000] {
            let db = Connection::open_in_memory().unwrap();
            SCHEMA.steps.iter().for_each(|step| db.execute_batch(step).unwrap());
            let fill = "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < ?1) \
                 INSERT INTO delivery (id, envelope, context, destination, status, at_us, attempts, tries, occurred_at_ns, bytes, ordering_key) \
                 SELECT n, n, 1, 1, 0, 0, 0, 0, 0, 2000, 'key ' || (n % 10) FROM n";
            db.execute(fill, [waiting]).unwrap();
            let (now, lease) = (Timestamp::UNIX_EPOCH, Duration::from_secs(60));
            let request = ClaimRequest { destination: "a".to_owned(), envelopes_max: 100, bytes_max: u64::MAX, now, lease };
            let mut lane = Lane::new(Some(1), false);
            lane.keep_order(true);
            for expected in [10, 0] {
                let mut take = Take::new(&request);
                assert!(take.heads(&db, &mut lane, 1).unwrap());
                assert_eq!(take.taken(), expected);
            }
            counted.push(db.prepare_cached(HEAD).unwrap().reset_status(StatementStatus::VmStep));
        }
        assert!(counted[1] <= counted[0] + 20, "steps for a hundred, and for twenty thousand: {counted:?}");
    }
}
