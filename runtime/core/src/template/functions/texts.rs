//! Functions of texts, and those that take texts and lists alike.

use super::{Arguments, Evaluation, Found, Number, Value};

pub(super) fn contains<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let sought = arguments.value(1);
    if let Some(Value::Text(text)) = arguments.values.first() {
        evaluation.search(text)?;
        return Ok(Value::Bool(matches!(&sought, Value::Text(part) if text.contains(&**part))));
    }
    for element in arguments.list(0).iter() {
        if evaluation.equal(element, &sought)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn starts_with<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Bool(arguments.text(0).starts_with(arguments.text(1))))
}

pub(super) fn ends_with<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Bool(arguments.text(0).ends_with(arguments.text(1))))
}

pub(super) fn join<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let (glue, elements) = (arguments.text(0), arguments.list(1));
    let mut joined = String::new();
    for (place, element) in elements.iter().enumerate() {
        let glue = if place > 0 { glue } else { "" };
        let text = if let Value::Text(text) = element { &**text } else { "" };
        evaluation.make(glue.len() + text.len())?;
        joined.push_str(glue);
        joined.push_str(text);
    }
    Ok(Value::text(joined))
}

/// Of a text: its characters (Unicode scalar values).
pub(super) fn length<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let length = match arguments.values.first() {
        Some(Value::Text(text)) => {
            evaluation.search(text)?;
            text.chars().count()
        }
        Some(Value::Object(members)) => members.len(),
        _ => arguments.list(0).len(),
    };
    Ok(Value::Number(Number::Integer(i128::try_from(length).unwrap_or(i128::MAX))))
}

pub(super) fn to_string<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    match arguments.value(0) {
        text @ Value::Text(_) => Ok(text),
        value => Ok(Value::text(evaluation.json(&value)?)),
    }
}

pub(super) fn type_name<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::text(arguments.value(0).kind().name()))
}
