//! Functions of lists.

use std::cmp::Ordering;

use super::{Arguments, Ast, Evaluation, Fault, Found, List, Value};
use crate::template::value::Kind;

pub(super) fn map<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let Some(expression) = arguments.expression(0) else { return Ok(Value::Null) };
    let mapped: Result<_, _> = arguments.list(1).iter().map(|element| evaluation.value(expression, element)).collect();
    Ok(Value::list(mapped?))
}

pub(super) fn to_array<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let value = arguments.value(0);
    Ok(if value.kind() == Kind::List { value } else { Value::list(vec![value]) })
}

pub(super) fn reverse<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    if let Some(Value::Text(text)) = arguments.values.first() {
        evaluation.make(text.len())?;
        return Ok(Value::text(text.chars().rev().collect::<String>()));
    }
    let elements = arguments.list(0);
    evaluation.work(elements.len())?;
    Ok(Value::list(elements.iter().rev().cloned().collect()))
}

/// Of two numbers or two texts.
fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.compare(*b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// What comparing all of so many elements with each other costs: n log n.
fn sorting(len: usize) -> usize {
    len.saturating_mul(len.checked_ilog2().unwrap_or(0) as usize + 1)
}

pub(super) fn sort<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let mut elements = arguments.list(0).to_vec();
    evaluation.work(sorting(elements.len()))?;
    elements.sort_by(order);
    Ok(Value::list(elements))
}

pub(super) fn max<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(arguments.list(0).iter().max_by(|a, b| order(a, b)).cloned().unwrap_or(Value::Null))
}

pub(super) fn min<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(arguments.list(0).iter().min_by(|a, b| order(a, b)).cloned().unwrap_or(Value::Null))
}

/// Each element with the value that an expression has for it: all numbers or all texts.
fn keyed<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>, name: &str) -> Result<Vec<(Value<'a>, Value<'a>)>, Fault> {
    let elements: List<'a> = arguments.list(0);
    let Some(expression) = arguments.expression(1) else { return Ok(Vec::new()) };
    let mut keyed: Vec<(Value<'a>, Value<'a>)> = Vec::new();
    for (place, element) in elements.iter().enumerate() {
        let key = evaluation.value(expression, element)?;
        let wanted = keyed.first().map_or_else(|| key.kind(), |(first, _)| first.kind());
        if key.kind() != wanted || !matches!(wanted, Kind::Number | Kind::Text) {
            return Err(key_fault(expression, name, place, key.kind()));
        }
        keyed.push((key, element.clone()));
    }
    Ok(keyed)
}

fn key_fault(expression: &Ast, name: &str, place: usize, kind: Kind) -> Fault {
    let (key, noun) = (crate::template::print::print(expression), kind.noun());
    Fault::Type(format!("`{name}` compares numbers or texts, all of one type, but `{key}` of element {} is {noun}", place + 1))
}

pub(super) fn sort_by<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let mut keyed = keyed(evaluation, arguments, "sort_by")?;
    evaluation.work(sorting(keyed.len()))?;
    keyed.sort_by(|(a, _), (b, _)| order(a, b));
    Ok(Value::list(keyed.into_iter().map(|(_, element)| element).collect()))
}

/// Of equals the first.
pub(super) fn max_by<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let keyed = keyed(evaluation, arguments, "max_by")?;
    let largest = keyed.into_iter().rev().max_by(|(a, _), (b, _)| order(a, b));
    Ok(largest.map_or(Value::Null, |(_, element)| element))
}

/// Of equals the first.
pub(super) fn min_by<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let smallest = keyed(evaluation, arguments, "min_by")?.into_iter().min_by(|(a, _), (b, _)| order(a, b));
    Ok(smallest.map_or(Value::Null, |(_, element)| element))
}
