//! Topics and the routes to and from them.

use ampline_core::message::NotificationType;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Fault, origin};
use crate::{
    project::{
        error::ProjectError,
        ids::stable_id,
        model::{Issue, Origin},
        routing::{DeclaredRoutes, ROUTES_MAX, Route, RouteFilter, RouteKind, TOPICS_MAX, Topic},
    },
    sqlite::time_of_us,
};

const SELECT_TOPIC: &str = "SELECT id, name, origin, origin_file, created_at_us, updated_at_us FROM topic";

/// The table of a kind, and the column of its other end.
fn table(kind: RouteKind) -> (&'static str, &'static str) {
    match kind {
        RouteKind::Event => ("event_topic_route", "event_type"),
        RouteKind::Destination => ("topic_destination_route", "destination"),
    }
}

fn topic(row: &Row<'_>) -> rusqlite::Result<Topic> {
    Ok(Topic {
        id: row.get("id")?,
        name: row.get("name")?,
        origin: origin(row, "origin", "origin_file")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
    })
}

pub(super) fn topics(db: &Connection) -> Result<Vec<Topic>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT_TOPIC} ORDER BY name"))?;
    let rows = statement.query_map([], topic)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The topic of this id or name.
pub(super) fn find_topic(db: &Connection, id_or_name: &str) -> Result<Option<Topic>, Fault> {
    let sql = format!("{SELECT_TOPIC} WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC");
    Ok(db.prepare_cached(&sql)?.query_row([id_or_name], topic).optional()?)
}

/// The topic, where it is not a file's.
fn own_topic(db: &Connection, id_or_name: &str) -> Result<Topic, Fault> {
    let unknown = || Fault::Refused(ProjectError::NotFound { what: "topic", name: id_or_name.to_owned() });
    let found = find_topic(db, id_or_name)?.ok_or_else(unknown)?;
    match &found.origin {
        Origin::File(file) => {
            let (name, file) = (found.name.clone(), file.clone());
            Err(Fault::Refused(ProjectError::OwnedByFile { what: "topic", name, file }))
        }
        Origin::Command | Origin::Api => Ok(found),
    }
}

/// Makes a topic, or gives one another name.
pub(super) fn put_topic(db: &Connection, id: &str, name: &str, origin: &Origin, now_us: i64) -> Result<(), Fault> {
    if find_topic(db, name)?.is_some_and(|other| other.id != id) {
        let text = format!("there is a topic {name:?} already: use that, or choose another name");
        return Err(Fault::Refused(ProjectError::Exists(text)));
    }
    full(db, "topic", TOPICS_MAX)?;
    let sql = "INSERT INTO topic (id, name, origin, origin_file, created_at_us, updated_at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?5) \
               ON CONFLICT (id) DO UPDATE SET name = ?2, updated_at_us = ?5";
    db.prepare_cached(sql)?.execute(params![id, name, origin.name(), origin.file(), now_us])?;
    Ok(())
}

fn full(db: &Connection, table: &str, max: usize) -> Result<(), Fault> {
    let count: i64 = db.prepare_cached(&format!("SELECT count(*) FROM {table}"))?.query_row([], |row| row.get(0))?;
    if usize::try_from(count).is_ok_and(|count| count > max) {
        let text = format!("there are {count} rows of this kind, which is the most: delete some first");
        return Err(Fault::Refused(ProjectError::InUse(text)));
    }
    Ok(())
}

pub(super) fn rename_topic(db: &Connection, id_or_name: &str, name: &str, now_us: i64) -> Result<String, Fault> {
    let known = own_topic(db, id_or_name)?;
    put_topic(db, &known.id, name, &known.origin, now_us)?;
    Ok(known.id)
}

/// Takes away a topic with its routes.
pub(super) fn delete_topic(db: &Connection, id_or_name: &str) -> Result<(), Fault> {
    let known = own_topic(db, id_or_name)?;
    db.prepare_cached("DELETE FROM topic WHERE id = ?1")?.execute([known.id])?;
    Ok(())
}

fn route(row: &Row<'_>) -> rusqlite::Result<Route> {
    Ok(Route {
        id: row.get(0)?,
        topic_id: row.get(1)?,
        end: row.get(2)?,
        create_time: time_of_us(row.get(3)?),
        update_time: time_of_us(row.get(4)?),
    })
}

/// Routes in the order in which they were made.
pub(super) fn routes(db: &Connection, kind: RouteKind, filter: &RouteFilter) -> Result<Vec<Route>, Fault> {
    let (table, end) = table(kind);
    let sql = format!(
        "SELECT id, topic, {end}, created_at_us, updated_at_us FROM {table} \
         WHERE (?1 IS NULL OR topic = ?1) AND (?2 IS NULL OR {end} = ?2) ORDER BY created_at_us, id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([&filter.topic_id, &filter.end], route)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn find_route(db: &Connection, kind: RouteKind, id: &str) -> Result<Option<Route>, Fault> {
    let (table, end) = table(kind);
    let sql = format!("SELECT id, topic, {end}, created_at_us, updated_at_us FROM {table} WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id], route).optional()?)
}

fn unknown_route(kind: RouteKind, id: &str) -> Fault {
    Fault::Refused(ProjectError::NotFound { what: kind.noun(), name: id.to_owned() })
}

/// Makes a route, or leads one elsewhere. Its topic may be given by name.
pub(super) fn put_route(
    db: &Connection,
    kind: RouteKind,
    id: &str,
    topic: &str,
    end_value: &str,
    now_us: i64,
) -> Result<(), Fault> {
    if find_topic(db, topic)?.is_none() {
        let message = format!("there is no topic {topic:?}: make it first");
        return Err(Fault::Refused(ProjectError::Invalid(vec![Issue { path: "topicId".to_owned(), message }])));
    }
    let topic = own_topic(db, topic)?;
    let (table, end) = table(kind);
    full(db, table, ROUTES_MAX)?;
    let same = RouteFilter { topic_id: Some(topic.id.clone()), end: Some(end_value.to_owned()) };
    if let Some(other) = routes(db, kind, &same)?.into_iter().find(|other| other.id != id) {
        let text = format!("there is such a {} already: {}", kind.noun(), other.id);
        return Err(Fault::Refused(ProjectError::Exists(text)));
    }
    let sql = format!(
        "INSERT INTO {table} (id, topic, {end}, created_at_us, updated_at_us) VALUES (?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT (id) DO UPDATE SET topic = ?2, {end} = ?3, updated_at_us = ?4"
    );
    db.prepare_cached(&sql)?.execute(params![id, topic.id, end_value, now_us])?;
    Ok(())
}

/// Leads a route that is there elsewhere; what is nothing stays.
pub(super) fn update_route(db: &Connection, kind: RouteKind, id: &str, change: &RouteFilter, now_us: i64) -> Result<(), Fault> {
    let known = find_route(db, kind, id)?.ok_or_else(|| unknown_route(kind, id))?;
    own_topic(db, &known.topic_id)?;
    let topic = change.topic_id.as_ref().unwrap_or(&known.topic_id);
    put_route(db, kind, id, topic, change.end.as_ref().unwrap_or(&known.end), now_us)
}

pub(super) fn delete_route(db: &Connection, kind: RouteKind, id: &str) -> Result<(), Fault> {
    let known = find_route(db, kind, id)?.ok_or_else(|| unknown_route(kind, id))?;
    own_topic(db, &known.topic_id)?;
    let (table, _) = table(kind);
    db.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?.execute([id])?;
    Ok(())
}

/// What a file says in place of all that files said before. A file's topic is called by its type of notification, with a sign that no
/// other topic's name holds.
pub(super) fn declare(db: &Connection, file: &str, declared: &DeclaredRoutes, now_us: i64) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM topic WHERE origin = 'file'")?.execute([])?;
    for (kind, destinations) in declared {
        let name = format!("file:{}", kind.as_str());
        let topic = stable_id("topic", &name);
        let sql = "INSERT INTO topic (id, name, origin, origin_file, created_at_us, updated_at_us) \
                   VALUES (?1, ?2, 'file', ?3, ?4, ?4)";
        db.prepare_cached(sql)?.execute(params![topic, name, file, now_us])?;
        let ends = destinations.iter().map(|id| (RouteKind::Destination, id.as_str()));
        for (route, value) in ends.chain([(RouteKind::Event, kind.as_str())]) {
            let (table, end) = table(route);
            let id = stable_id(route.noun(), &format!("{name} {value}"));
            let sql = format!(
                "INSERT INTO {table} (id, topic, {end}, created_at_us, updated_at_us) VALUES (?1, ?2, ?3, ?4, ?4) \
                 ON CONFLICT DO NOTHING"
            );
            db.prepare_cached(&sql)?.execute(params![id, topic, value, now_us])?;
        }
    }
    Ok(())
}

/// Whether anybody hears of anything.
pub(super) fn is_anything_heard(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM event_topic_route)")?.query_row([], |row| row.get(0))
}

/// Whether anybody hears of this.
pub(super) fn is_heard(db: &Connection, kind: NotificationType) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM event_topic_route WHERE event_type = ?1)")?
        .query_row([kind.as_str()], |row| row.get(0))
}

/// Who hears of this: destinations by id, each once.
pub(super) fn heard_by(db: &Connection, kind: NotificationType) -> Result<Vec<String>, Fault> {
    let sql = "SELECT DISTINCT d.destination FROM event_topic_route e JOIN topic_destination_route d ON d.topic = e.topic \
               WHERE e.event_type = ?1 ORDER BY d.destination";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([kind.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
