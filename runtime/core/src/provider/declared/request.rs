//! What a declared provider is asked.

use std::fmt::Write;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use serde_json::Value;

use super::{
    model::{Bound, Definition, Object, Paging, Slot},
    position::{Kind, Position},
};
use crate::{cursor::Run, plan::ReadPlan, provider::RECORDS_BY_ID_MAX};

/// Longest name of an object that goes into a path, percent-encoded; longer ones are cut, and are not found.
const NAME_BYTES_MAX: usize = 300;
/// Longest list of ids that goes into an address, percent-encoded.
const IDS_BYTES_MAX: usize = 6_000;

/// The placeholders of the format.
pub(super) const TIME: &str = "{{.time}}";
pub(super) const OBJECT: &str = "{{.object}}";
pub(super) const ID: &str = "{{.id}}";
pub(super) const IDS: &str = "{{.ids}}";

/// The request for the next page, of another size than the usual where one is given.
pub(super) fn page(definition: &Definition, object: &Object, plan: &ReadPlan, run: &Run, size: Option<u32>) -> Request<Bytes> {
    let position = Position::of(object, run);
    let mut parts = Parts { query: object.query.clone(), body: object.body.clone() };
    if let Some((slot, usual)) = &object.page_size {
        parts.put(slot, size.unwrap_or(*usual).into());
    }
    parts
        .bound(object.since.as_ref(), run.since.map(|since| move |bound: &Bound| bound.resolution.lower(since, bound.inclusive)));
    parts.bound(object.until.as_ref(), run.until.map(|until| move |bound: &Bound| bound.resolution.upper(until)));
    match (&object.paging, &position) {
        (Paging::Cursor { slot, .. } | Paging::LastRecord { slot, .. }, Some(position)) => parts.put(slot, token(position)),
        (Paging::Offset { slot, .. }, position) => parts.put(slot, position.as_ref().map_or(0, Position::number).into()),
        (Paging::PageNumber { slot, start, .. }, position) => {
            parts.put(slot, position.as_ref().map_or(*start, Position::number).into());
        }
        _ => {}
    }
    let target = match position {
        Some(Position { kind: Kind::Link, at, .. }) => at,
        _ => parts.target(&object.path.replace(OBJECT, &name(plan))),
    };
    to(definition, object.method.clone(), &target, parts.body.as_ref())
}

/// The request that describes an object's fields.
pub(super) fn fields(definition: &Definition, object: &Object, object_name: &str) -> Option<Request<Bytes>> {
    let path = object.fields_path.as_ref().filter(|_| definition.fields.is_some())?;
    Some(to(definition, Method::GET, &path.replace(OBJECT, &escaped_to(object_name, NAME_BYTES_MAX)), None))
}

/// The request for these records; nothing where the provider cannot be asked for so many, or at all.
pub(super) fn by_id(definition: &Definition, object: &Object, plan: &ReadPlan, ids: &[String]) -> Option<Request<Bytes>> {
    let by_id = object.by_id.as_ref()?;
    let most = if by_id.several { RECORDS_BY_ID_MAX } else { 1 };
    if ids.is_empty() || ids.len() > most {
        return None;
    }
    let joined = ids.join(",");
    if escaped(&joined).len() > IDS_BYTES_MAX {
        return None;
    }
    let escaped = escaped_to(&joined, IDS_BYTES_MAX);
    let query = by_id.query.iter().map(|(name, value)| (name.clone(), value.replace(IDS, &joined))).collect();
    let path = by_id.path.replace(OBJECT, &name(plan)).replace(IDS, &escaped).replace(ID, &escaped);
    Some(to(definition, Method::GET, &Parts { query, body: None }.target(&path), None))
}

/// A request for an object that the file does not declare; its answer is refused whatever it says.
pub(super) fn unknown(definition: &Definition, plan: &ReadPlan) -> Request<Bytes> {
    to(definition, Method::GET, &format!("/{}", name(plan)), None)
}

/// A request under construction.
struct Parts {
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl Parts {
    /// Puts a value into its place, instead of one that is there already.
    fn put(&mut self, slot: &Slot, value: Value) {
        match slot {
            Slot::Body(path) => path.put(self.body.get_or_insert(Value::Null), value),
            Slot::Query(name) => {
                let text = as_text(&value);
                match self.query.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known = text,
                    None => self.query.push((name.clone(), text)),
                }
            }
        }
    }

    fn bound(&mut self, bound: Option<&Bound>, time: Option<impl Fn(&Bound) -> jiff::Timestamp>) {
        let Some(bound) = bound else { return };
        match (time, &bound.otherwise) {
            (Some(time), _) => self.put(&bound.slot, filled(&bound.value, &bound.format.write(time(bound)))),
            (None, Some(otherwise)) => self.put(&bound.slot, otherwise.clone()),
            (None, None) => {}
        }
    }

    fn target(&self, path: &str) -> String {
        let mut target = path.to_owned();
        for (place, (name, value)) in self.query.iter().enumerate() {
            let joint = if place == 0 { '?' } else { '&' };
            // A string takes all that is written to it.
            let _ = write!(target, "{joint}{}={}", escaped(name), escaped(value));
        }
        target
    }
}

fn token(position: &Position) -> Value {
    match (position.number, position.at.parse::<u64>()) {
        (true, Ok(number)) => number.into(),
        _ => Value::String(position.at.clone()),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The template with the time in it: as it is where a text is the placeholder alone, else as text.
fn filled(template: &Value, time: &Value) -> Value {
    match template {
        Value::String(text) if text == TIME => time.clone(),
        Value::String(text) => Value::String(text.replace(TIME, &as_text(time))),
        Value::Array(items) => items.iter().map(|item| filled(item, time)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), filled(value, time))).collect(),
        other => other.clone(),
    }
}

fn name(plan: &ReadPlan) -> String {
    escaped_to(&plan.key.object_name, NAME_BYTES_MAX)
}

fn escaped_to(text: &str, bytes_max: usize) -> String {
    let mut escaped = escaped(text);
    escaped.truncate(bytes_max);
    // Names of steps up and of here would leave the place of the name.
    if matches!(escaped.as_str(), "." | "..") { escaped.replace('.', "%2E%2E%2E") } else { escaped }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => {
                // A string takes all that is written to it.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

fn to(definition: &Definition, method: Method, target: &str, body: Option<&Value>) -> Request<Bytes> {
    let body = body.map(|body| Bytes::from(body.to_string()));
    let has_body = body.is_some();
    let mut request = Request::new(body.unwrap_or_default());
    *request.method_mut() = method;
    // Paths were checked when the file was, links when they came: nothing is left that is no address.
    *request.uri_mut() = target.parse().unwrap_or_else(|_| Uri::from_static("/"));
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    if has_body {
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    }
    for (name, value) in &definition.headers {
        headers.insert(name.clone(), value.clone());
    }
    request
}
