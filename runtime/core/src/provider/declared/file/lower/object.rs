//! What can be read of a provider, with the keys that its `defaults` give.

use http::Method;
use serde_json::{Value, json};

use super::{COMBINATION, VALUE, address, mark, paging, parsed, path, quote};
use crate::{
    manifest::issue::Report,
    provider::declared::{
        file::block::Block,
        model::{Bound, ById, Object, Slot, UpdatedAt},
        path::JsonPath,
        request::{ID, IDS, OBJECT, TIME},
        time::{Resolution, TimeFormat},
    },
};

const NAME_BYTES_MAX: usize = 100;
const QUERY_MAX: usize = 50;
const QUERY_BYTES_MAX: usize = 2_000;

/// An object, and what holds where it states nothing.
pub(super) struct WithDefaults<'b, 'a> {
    pub(super) object: &'b Block<'a>,
    pub(super) defaults: Option<&'b Block<'a>>,
}

impl<'b, 'a> WithDefaults<'b, 'a> {
    /// The block that states `key`.
    pub(super) fn of(&self, key: &'static str) -> &'b Block<'a> {
        if self.object.has(key) { self.object } else { self.defaults.unwrap_or(self.object) }
    }

    fn path(&self, key: &'static str, report: &mut Report) -> Option<JsonPath> {
        let block = self.of(key);
        if block.has(key) { path(block, key, report) } else { None }
    }

    fn flag(&self, key: &'static str) -> bool {
        self.object.flag(key).or_else(|| self.defaults.and_then(|defaults| defaults.flag(key))).unwrap_or_default()
    }
}

pub(super) fn object(with: &WithDefaults<'_, '_>, describes_fields: bool, report: &mut Report) -> Option<Object> {
    let own = with.object;
    let name = own.text("name").unwrap_or_default();
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        let message = format!("{} is not an object's name", quote(name));
        report.add(own.error_at("name", VALUE, message).suggest(format!("use 1 to {NAME_BYTES_MAX} bytes")));
    }
    let target = address::path(own, "path", &[OBJECT], report);
    let records = required(with, "records", report).and_then(|()| with.path("records", report));
    let id = required(with, "id", report).map(|()| ids(with, report)).unwrap_or_default();
    let body = with.of("body").json("body");
    let updated_at = with.of("updatedAt").block("updatedAt").and_then(|block| updated_at(block, report));
    let method = if with.of("method").text("method") == Some("POST") { Method::POST } else { Method::GET };
    let object = Object {
        query: query(with.of("query"), report),
        keyed: with.flag("keyed"),
        unwrap: with.path("unwrap", report).unwrap_or_default(),
        id,
        deleted: mark(with.of("deleted"), "deleted", report),
        field_root: with.path("fieldRoot", report),
        since: bound(with, "since", report),
        until: bound(with, "until", report),
        newest_first: with.flag("newestFirst"),
        total: with.path("total", report),
        paging: paging::paging(with, report),
        page_size: page_size(with, report),
        fields_path: fields_path(with, describes_fields, report),
        by_id: with.of("byId").block("byId").and_then(|block| by_id(block, report)),
        path: target?,
        records: records?,
        method,
        body,
        updated_at,
    };
    combinations(own, &object, report);
    Some(object)
}

fn required(with: &WithDefaults<'_, '_>, key: &'static str, report: &mut Report) -> Option<()> {
    if with.of(key).has(key) {
        return Some(());
    }
    let name = with.object.text("name").unwrap_or_default();
    let message = format!("`{key}` is missing in the object {}", quote(name));
    let remedy = format!("add `{key}: …` to it, or to `defaults`");
    report.add(with.object.error(crate::manifest::rule::REQUIRED_FIELD, message).suggest(remedy));
    None
}

fn ids(with: &WithDefaults<'_, '_>, report: &mut Report) -> Vec<JsonPath> {
    let block = with.of("id");
    let mut paths = Vec::new();
    for text in block.texts("id") {
        match parsed(block, "id", text, report) {
            Some(path) if path.first().is_none() => {
                let issue = block.error_at("id", VALUE, "a record as a whole is not its id");
                report.add(issue.suggest("write where the id stands in a record: `id`"));
            }
            path => paths.extend(path),
        }
    }
    if block.texts("id").is_empty() {
        report.add(block.error_at("id", VALUE, "a record needs an id").suggest("write where it stands in a record: `id`"));
    }
    paths
}

fn query(block: &Block<'_>, report: &mut Report) -> Vec<(String, String)> {
    let pairs = block.pairs("query");
    let bytes: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
    if pairs.len() > QUERY_MAX || bytes > QUERY_BYTES_MAX {
        let message = format!("the query has more than {QUERY_MAX} parameters or {QUERY_BYTES_MAX} bytes");
        report.add(block.error_at("query", VALUE, message).suggest("remove some, or send them in a `body`"));
        return Vec::new();
    }
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn updated_at(block: &Block<'_>, report: &mut Report) -> Option<UpdatedAt> {
    let format = TimeFormat::of(block.text("format").unwrap_or_default());
    let finest = format.finest().max(Resolution::Second);
    let resolution = block.text("resolution").map_or(finest, Resolution::of);
    Some(UpdatedAt { path: path(block, "path", report)?, format, resolution })
}

fn bound(with: &WithDefaults<'_, '_>, key: &'static str, report: &mut Report) -> Option<Bound> {
    let block = with.of(key).block(key)?;
    let value = block.json("value").unwrap_or_else(|| json!(TIME));
    if !value.to_string().contains(TIME) {
        let issue = block.error_at("value", VALUE, format!("`value` does not hold `{TIME}`"));
        report.add(issue.suggest(format!("write `{TIME}` where the time belongs")));
    }
    let format = TimeFormat::of(block.text("format").unwrap_or_default());
    Some(Bound {
        slot: slot(block, report)?,
        value,
        format,
        resolution: block.text("resolution").map_or(format.finest(), Resolution::of).max(format.finest()),
        inclusive: block.flag("inclusive").unwrap_or(true),
        otherwise: block.json("otherwise"),
    })
}

/// The one place of a request that the block names.
pub(super) fn slot(block: &Block<'_>, report: &mut Report) -> Option<Slot> {
    match (block.text("query"), block.has("body")) {
        (Some(name), false) if !name.is_empty() => Some(Slot::Query(name.to_owned())),
        (None, true) => path(block, "body", report).map(Slot::Body),
        _ => {
            let issue = block.error(COMBINATION, "a value is sent in either the query or the body");
            report.add(issue.suggest("give one of `query: …` and `body: …`"));
            None
        }
    }
}

fn page_size(with: &WithDefaults<'_, '_>, report: &mut Report) -> Option<(Slot, u32)> {
    let block = with.of("pageSize").block("pageSize")?;
    Some((slot(block, report)?, block.count("value")?))
}

fn fields_path(with: &WithDefaults<'_, '_>, describes_fields: bool, report: &mut Report) -> Option<String> {
    let block = with.of("fieldsPath");
    if block.has("fieldsPath") && !describes_fields {
        let issue = block.error_at("fieldsPath", COMBINATION, "nothing says how to read a description of fields");
        report.add(issue.suggest("add `fields: …` to the provider"));
    }
    address::path(block, "fieldsPath", &[OBJECT], report)
}

fn by_id(block: &Block<'_>, report: &mut Report) -> Option<ById> {
    let target = address::path(block, "path", &[OBJECT, ID, IDS], report)?;
    let query = query(block, report);
    let holds = |name: &str| target.contains(name) || query.iter().any(|(_, value)| value.contains(name));
    if target.contains(ID) == holds(IDS) {
        let issue = block.error(COMBINATION, format!("`byId` needs `{ID}` in its path, or `{IDS}` in its path or query"));
        report.add(issue.suggest("write where the ids belong"));
        return None;
    }
    let several = holds(IDS);
    let records = if block.has("records") { path(block, "records", report)? } else { JsonPath::default() };
    Some(ById { path: target, query, records, several })
}

/// What goes with what.
fn combinations(own: &Block<'_>, object: &Object, report: &mut Report) {
    let mut refuse = |message: &str, remedy: &str| report.add(own.error(COMBINATION, message).suggest(remedy));
    if object.newest_first && object.updated_at.is_none() {
        refuse("`newestFirst` needs to know when a record changed", "add `updatedAt: …`");
    }
    let is_coarse = |bound: &Bound| bound.resolution > Resolution::Second;
    if object.since.as_ref().is_some_and(is_coarse) && object.updated_at.is_none() {
        refuse("a `since` that is coarser than seconds needs to know when a record changed", "add `updatedAt: …`");
    }
    let in_body = |slot: &Slot| matches!(slot, Slot::Body(_));
    let slots = [object.since.as_ref().map(|bound| &bound.slot), object.until.as_ref().map(|bound| &bound.slot)];
    let slots = slots.into_iter().flatten().chain(object.page_size.as_ref().map(|(slot, _)| slot)).chain(object.paging.slot());
    if object.method == Method::GET && (object.body.is_some() || slots.into_iter().any(in_body)) {
        refuse("a GET request has no body", "write `method: POST`, or use `query` in place of `body`");
    }
    if object.body.as_ref().is_some_and(|body| !matches!(body, Value::Object(_) | Value::Array(_))) {
        refuse("`body` is neither a mapping nor a list", "write the JSON that is sent, as YAML");
    }
}
