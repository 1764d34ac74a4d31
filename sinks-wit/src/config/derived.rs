//! What `#[derive(Config)]` writes down as calls, so that what it writes is short. No part of the SDK's promises.

use std::mem;

pub use serde_json::Value;

use super::{Config, Field, Fields, Issues, Rules, Schema};

/// A member for [`Schema::object`]: its name, its schema, and whether it is required.
pub fn member_schema<T: Field>(
    name: &'static str,
    rules: &Rules,
    default: Option<fn() -> T>,
    title: &str,
    description: &str,
) -> (&'static str, Schema, bool) {
    let required = default.is_none() && T::absent().is_none();
    let shown = default.and_then(|default| default().shown());
    (name, T::schema(rules).titled(title, description).with_some("default", shown), required)
}

/// A member that a check of its own has looked at.
pub fn checked<T>(
    read: Option<T>,
    fields: &mut Fields<'_>,
    name: &'static str,
    check: impl FnOnce(&T) -> Result<(), String>,
) -> Option<T> {
    if let Some(Err(fault)) = read.as_ref().map(check) {
        fields.fault([name], fault);
    }
    read
}

/// A configuration further in, as a member of another.
pub fn read_within<T: Config>(value: &Value, issues: &mut Issues) -> Option<T> {
    let Some(object) = value.as_object() else {
        issues.fault("must be an object");
        return None;
    };
    let mut fields = Fields::of(object, mem::take(issues));
    let read = T::read(&mut fields);
    *issues = fields.issues();
    read
}
