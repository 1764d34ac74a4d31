//! Values that clients and tests write: from JSON to the fields' own types, or the refusal that Salesforce would give.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{
    datum::Datum,
    error::{ApiError, Code},
    id::Id,
    org::Org,
    schema::{Access, Entity, Field, Kind},
    state::Written,
    store::Values,
};

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A test: may leave out whatever it likes.
    Test,
    /// A client that makes a record.
    Creator,
    /// A client that changes one.
    Updater,
}

/// The values for a record of the store at this place.
pub(super) fn values(org: &Org, at: usize, written: &Written, by: By) -> Result<Values, ApiError> {
    let entity = &org.stores[at].entity;
    let mut values = BTreeMap::new();
    let mut sealed = Vec::new();
    for (name, value) in written.iter().filter(|(name, _)| *name != "attributes") {
        let (place, field) = entity.field(name).ok_or_else(|| ApiError::no_such_column(name, &entity.name))?;
        if field.access == Access::ReadOnly {
            sealed.push(field.name.clone());
        }
        values.insert(place, datum(org, field, value)?);
    }
    if !sealed.is_empty() {
        let why = format!(
            "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is \
             read/write for your profile or permission set.",
            sealed.join(", ")
        );
        return Err(ApiError { fields: sealed, ..ApiError::new(Code::InvalidFieldForInsertUpdate, why) });
    }
    missing(entity, &values, by).map_or(Ok(values), Err)
}

fn missing(entity: &Entity, values: &Values, by: By) -> Option<ApiError> {
    let is_missing = |(place, field): &(usize, &Field)| {
        let value = values.get(place);
        let is_due = field.access == Access::Required && (by == By::Creator || value.is_some());
        is_due && value.is_none_or(Datum::is_null)
    };
    let fields: Vec<_> = entity.fields.iter().enumerate().filter(is_missing).map(|(_, field)| field.name.clone()).collect();
    if fields.is_empty() || by == By::Test {
        return None;
    }
    let why = format!("Required fields are missing: [{}]", fields.join(", "));
    Some(ApiError { fields, ..ApiError::new(Code::RequiredFieldMissing, why) })
}

fn datum(org: &Org, field: &Field, value: &Value) -> Result<Datum<'static>, ApiError> {
    let wrong = || {
        let (kind, shown) = (field.kind.name(), value.to_string());
        let why = format!(
            "Cannot deserialize instance of {kind} from {} value {} or request may be missing a required field",
            shape(value),
            shown.trim_matches('"')
        );
        ApiError::new(Code::JsonParserError, why)
    };
    Ok(match (field.kind, value) {
        (Kind::Boolean, Value::Bool(is)) => Datum::Boolean(*is),
        (Kind::Boolean, _) => return Err(wrong()),
        (_, Value::Null) => Datum::Null,
        (_, Value::String(text)) if text.is_empty() => Datum::Null,
        (Kind::Whole, Value::Number(number)) => Datum::Whole(number.as_i64().ok_or_else(wrong)?),
        (kind, Value::Number(number)) if kind.is_number() => Datum::Number(number.as_f64().ok_or_else(wrong)?),
        (Kind::Date, Value::String(text)) => Datum::Date(text.parse::<Date>().map_err(|_| wrong())?),
        (Kind::Instant, Value::String(text)) => {
            let at: Timestamp = text.parse().map_err(|_| wrong())?;
            Datum::Instant(at.as_second())
        }
        (Kind::Id | Kind::Reference { .. }, Value::String(text)) => {
            let id = Id::parse(text).filter(|id| org.of(*id).is_some());
            let why = || format!("{}: id value of incorrect type: {text}", field.name);
            Datum::Id(id.ok_or_else(|| ApiError { fields: vec![field.name.clone()], ..ApiError::new(Code::MalformedId, why()) })?)
        }
        (kind, Value::String(text)) if !kind.is_number() && kind != Kind::Address => Datum::text(text.clone()),
        _ => return Err(wrong()),
    })
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "VALUE_NULL",
        Value::Bool(true) => "VALUE_TRUE",
        Value::Bool(false) => "VALUE_FALSE",
        Value::Number(number) if number.is_f64() => "VALUE_NUMBER_FLOAT",
        Value::Number(_) => "VALUE_NUMBER_INT",
        Value::String(_) => "VALUE_STRING",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}
