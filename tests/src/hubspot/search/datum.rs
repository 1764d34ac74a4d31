//! Property values as search compares them: ids and instants as integers, numbers as numbers, all else as lower-cased text.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::hubspot::{
    error::ApiError,
    record::View,
    schema::{Kind, ObjectType},
};

/// A comparable value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Datum {
    /// An id, or an instant in Unix milliseconds.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Text in lower case.
    Text(String),
}

impl Datum {
    /// The order of two values of one subject; values of different sorts have none.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// What a filter or sort looks at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subject {
    /// `hs_object_id`.
    Id,
    /// `createdate`.
    Created,
    /// `lastmodifieddate` or `hs_lastmodifieddate`.
    Modified,
    /// Any other property.
    Property(String, Kind),
}

impl Subject {
    /// The property of this name.
    ///
    /// # Errors
    /// When the type has no such property: HubSpot refuses the search.
    pub(super) fn of(object: &ObjectType, property: &str) -> Result<Self, ApiError> {
        match object.properties.get(property) {
            _ if property == "hs_object_id" => Ok(Self::Id),
            _ if property == "createdate" => Ok(Self::Created),
            _ if property == object.modified => Ok(Self::Modified),
            Some(kind) => Ok(Self::Property(property.to_owned(), *kind)),
            None => {
                Err(ApiError::invalid(format!("There was a problem with the request. Property \"{property}\" does not exist")))
            }
        }
    }

    /// The value of this subject in a record.
    pub(super) fn read(&self, view: &View<'_>) -> Option<Datum> {
        match self {
            Self::Id => i64::try_from(view.id).ok().map(Datum::Integer),
            Self::Created => Some(Datum::Integer(view.record.created_ms)),
            Self::Modified => Some(Datum::Integer(view.record.modified_ms)),
            Self::Property(name, _) => self.parse(&view.value(name)?).ok(),
        }
    }

    /// An operand of a filter on this subject.
    ///
    /// # Errors
    /// When it is not a number, or not an instant, where one is needed.
    pub(super) fn parse(&self, text: &str) -> Result<Datum, ApiError> {
        let bad = |what: &str| ApiError::invalid(format!("There was a problem with the request. \"{text}\" is not {what}"));
        match self {
            Self::Id => text.parse().map(Datum::Integer).map_err(|_| bad("an object id")),
            Self::Created | Self::Modified | Self::Property(_, Kind::Instant) => {
                instant_ms(text).map(Datum::Integer).ok_or_else(|| bad("a datetime (RFC 3339 or Unix milliseconds)"))
            }
            Self::Property(_, Kind::Number) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Datum::Number(number)),
                _ => Err(bad("a number")),
            },
            Self::Property(..) => Ok(Datum::Text(text.to_lowercase())),
        }
    }
}

fn instant_ms(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond))
}
