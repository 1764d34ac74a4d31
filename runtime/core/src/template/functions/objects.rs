//! Functions of objects, and `not_null`.

use std::collections::HashMap;

use super::{Arguments, Evaluation, Found, Value};
use crate::template::value::{Kind, Text};

pub(super) fn keys<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let members = arguments.object(0);
    evaluation.work(members.len())?;
    Ok(Value::list(members.iter().map(|(name, _)| Value::Text(name.clone())).collect()))
}

pub(super) fn values<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let members = arguments.object(0);
    evaluation.work(members.len())?;
    Ok(Value::list(members.iter().map(|(_, value)| value.clone()).collect()))
}

/// Later objects win; a name stays where it stood first.
pub(super) fn merge<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let objects: Vec<_> = (0..arguments.values.len()).map(|place| arguments.object(place)).collect();
    let mut merged: Vec<(Text<'a>, Value<'a>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for object in &objects {
        evaluation.work(object.len())?;
        for (name, value) in object.iter() {
            match places.get(&**name) {
                Some(&place) => merged[place].1 = value.clone(),
                None => {
                    places.insert(name, merged.len());
                    merged.push((name.clone(), value.clone()));
                }
            }
        }
    }
    Ok(Value::object(merged))
}

pub(super) fn not_null<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(arguments.values.iter().find(|value| value.kind() != Kind::Null).cloned().unwrap_or(Value::Null))
}
