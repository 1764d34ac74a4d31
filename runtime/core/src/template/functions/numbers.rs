//! Functions of numbers. Whole numbers stay whole and exact.

use super::{Arguments, Evaluation, Found, Number, Value};

pub(super) fn abs<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Number(arguments.number(0).map(i128::saturating_abs, f64::abs)))
}

pub(super) fn ceil<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Number(arguments.number(0).map(|whole| whole, f64::ceil)))
}

pub(super) fn floor<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Number(arguments.number(0).map(|whole| whole, f64::floor)))
}

fn total(arguments: &Arguments<'_>) -> Number {
    let elements = arguments.list(0);
    let numbers = elements.iter().filter_map(|element| if let Value::Number(number) = element { Some(*number) } else { None });
    numbers.fold(Number::Integer(0), Number::plus)
}

pub(super) fn sum<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    Ok(Value::Number(total(arguments)))
}

/// Of nothing: null.
pub(super) fn avg<'a>(_: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    let len = arguments.list(0).len();
    if len == 0 {
        return Ok(Value::Null);
    }
    #[expect(clippy::cast_precision_loss, reason = "lists are shorter than 2^53")]
    let average = total(arguments).as_float() / len as f64;
    Ok(Value::Number(Number::Float(average)))
}

/// Null for whatever is no number and no text of one.
pub(super) fn to_number<'a>(evaluation: &mut Evaluation, arguments: &Arguments<'a>) -> Found<'a> {
    match arguments.value(0) {
        number @ Value::Number(_) => Ok(number),
        Value::Text(text) => {
            evaluation.search(&text)?;
            let is_number = serde_json::from_str::<serde_json::Number>(&text).is_ok();
            Ok(if is_number { Value::Number(Number::parse(text.trim())) } else { Value::Null })
        }
        _ => Ok(Value::Null),
    }
}
