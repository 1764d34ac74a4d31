//! Ways to few deliveries among many: what a filter wants is gathered by an index where it is little, for which walking down all ids
//! would take long; and where it is much, the walk begins where the first of it can be.

use rusqlite::{Connection, ToSql, params_from_iter};

use super::{Fault, deliveries::Condition};
use crate::journal::{DeliveryFilter, DeliveryStatus};

/// Most deliveries that are gathered for one page: to gather more takes longer than to walk until a page is full.
const GATHERED_MAX: i64 = 5_000;
/// Most contexts that are looked at, each of one operation, before a walk is the better way.
const CONTEXTS_MAX: i64 = 1_000;

/// Narrows a condition over `delivery d` by what the filter wants; false where nothing can match.
pub(super) fn narrow(db: &Connection, filter: &DeliveryFilter, condition: &mut Condition) -> Result<bool, Fault> {
    if filter.status == Some(DeliveryStatus::Pending) && pending(db)? <= GATHERED_MAX {
        condition.sql.push_str(" AND d.id IN (SELECT p.id FROM delivery p WHERE p.status = 0)");
    }
    let wanted = [("object_name", &filter.object_name), ("group_ref", &filter.group_ref)];
    let wanted: Vec<(&str, &String)> = wanted.into_iter().filter_map(|(column, value)| Some((column, value.as_ref()?))).collect();
    if wanted.is_empty() { Ok(true) } else { by_context(db, &wanted, condition) }
}

fn pending(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(sum(pending), 0) FROM destination")?.query_row([], |row| row.get(0))
}

/// What the messages of one operation have in common stands in `context`, and the index `delivery_context` leads from there.
fn by_context(db: &Connection, wanted: &[(&str, &String)], condition: &mut Condition) -> Result<bool, Fault> {
    let alike = |first: usize| {
        let tests = wanted.iter().enumerate().map(|(place, (column, _))| format!("k.{column} = ?{}", first + place));
        tests.collect::<Vec<_>>().join(" AND ")
    };
    let values = || params_from_iter(wanted.iter().map(|(_, value)| value.as_str()));
    let sql = format!(
        "SELECT count(*), coalesce(sum(envelopes), 0) FROM (SELECT k.envelopes FROM context k WHERE {} LIMIT {})",
        alike(1),
        CONTEXTS_MAX + 1
    );
    let count = db.prepare_cached(&sql)?.query_row(values(), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    let (contexts, envelopes) = count?;
    if contexts == 0 {
        return Ok(false);
    }
    if contexts > CONTEXTS_MAX {
        return Ok(true);
    }
    if envelopes <= GATHERED_MAX {
        let alike = alike(condition.values.len() + 1);
        condition.sql.push_str(&format!(
            " AND d.id IN (SELECT x.id FROM delivery x WHERE x.context IN (SELECT k.id FROM context k WHERE {alike}))"
        ));
        condition.values.extend(wanted.iter().map(|(_, value)| Box::new((*value).clone()) as Box<dyn ToSql>));
        return Ok(true);
    }
    let end = |which: &str| format!("(SELECT {which}(x.id) FROM delivery x WHERE x.context = k.id)");
    let sql = format!("SELECT min({}), max({}) FROM context k WHERE {}", end("min"), end("max"), alike(1));
    let ends = db.prepare_cached(&sql)?.query_row(values(), |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?)));
    let Some((first, last)): Option<(i64, i64)> = ends? else { return Ok(false) };
    let place = condition.values.len() + 1;
    condition.sql.push_str(&format!(" AND d.id BETWEEN ?{place} AND ?{}", place + 1));
    condition.values.extend([Box::new(first) as Box<dyn ToSql>, Box::new(last)]);
    Ok(true)
}
