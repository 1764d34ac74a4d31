//! The functions of JMESPath: what each takes, what it gives, and how it is called.

mod lists;
mod numbers;
mod objects;
mod texts;

use std::rc::Rc;

use jmespath::ast::Ast;

use super::{
    evaluate::{Evaluation, opened},
    fault::{Fault, Found},
    number::Number,
    print::print,
    value::{Kind, List, Members, Value},
};

/// What a function takes in one place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parameter {
    /// Whatever there is.
    Any,
    /// One of these types.
    Of(&'static [Kind]),
    /// A list with elements of one of these types, all of the same.
    ListOf(&'static [Kind]),
}

impl Parameter {
    pub(super) fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Any => true,
            Self::Of(kinds) => kinds.contains(&kind),
            Self::ListOf(_) => kind == Kind::List,
        }
    }

    pub(super) fn noun(self) -> String {
        let either =
            |kinds: &[Kind], noun: fn(Kind) -> String| kinds.iter().map(|kind| noun(*kind)).collect::<Vec<_>>().join(" or ");
        match self {
            Self::Any => "anything".to_owned(),
            Self::Of(kinds) => either(kinds, |kind| kind.noun().to_owned()),
            Self::ListOf(kinds) => either(kinds, |kind| format!("a list of {}s", kind.noun().trim_start_matches("a "))),
        }
    }
}

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// Whether the last parameter may come again and again.
    variadic: bool,
    /// What it gives, where that is always the same.
    pub(super) gives: Option<Kind>,
    call: for<'b, 'a> fn(&mut Evaluation, &'b Arguments<'a>) -> Found<'a>,
}

impl Function {
    pub(super) fn parameter(&self, place: usize) -> Parameter {
        self.parameters.get(place).or(self.parameters.last()).copied().unwrap_or(Parameter::Any)
    }

    /// What is wrong with a call of so many arguments.
    pub(super) fn arity_fault(&self, given: usize) -> Option<String> {
        let takes = self.parameters.len();
        if given == takes || self.variadic && given > takes {
            return None;
        }
        let least = if self.variadic { "at least " } else { "" };
        let plural = if takes == 1 { "" } else { "s" };
        let call: Vec<String> = self.parameters.iter().map(|parameter| parameter.noun()).collect();
        Some(format!("`{}` takes {least}{takes} argument{plural} ({}), given {given}", self.name, call.join(", ")))
    }

    /// What is wrong with an argument of this type.
    pub(super) fn type_fault(&self, place: usize, kind: Kind, node: &Ast) -> Option<String> {
        let parameter = self.parameter(place);
        if parameter.takes(kind) {
            return None;
        }
        let given = given(kind, node);
        let ordinal = ordinal(place);
        Some(format!("`{}` takes {} as its {ordinal} argument, given {given}", self.name, parameter.noun()))
    }

    /// What is wrong with an element of a list.
    pub(super) fn element_fault(&self, place: usize, kind: Kind, len: usize, node: Option<&Ast>) -> String {
        let named = node.map(|node| format!(" (`{}`)", print(node))).unwrap_or_default();
        let source = node.map_or_else(|| "…".to_owned(), print);
        let remedy = match kind {
            Kind::Null => format!("give it a stand-in: not_null({source}, '-')"),
            _ => format!("make it a text: to_string({source})"),
        };
        let takes = "takes texts only";
        let verb = format!(
            "`{}` {}",
            self.name,
            if self.name == "join" { takes } else { "takes elements of one type, numbers or texts" }
        );
        let remedy = if self.name == "join" { format!("; {remedy}") } else { String::new() };
        format!("{verb}, and element {} of {len} of its list{named} is {}{remedy}", place + 1, kind.noun())
    }
}

fn given(kind: Kind, node: &Ast) -> String {
    match node {
        Ast::Literal { .. } => format!("{} (`{}`)", kind.noun(), print(node)),
        _ => format!("{} by `{}`", kind.noun(), print(node)),
    }
}

fn ordinal(place: usize) -> String {
    let number = place + 1;
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The arguments of a call, and where they come from.
pub(super) struct Arguments<'a> {
    pub(super) values: Vec<Value<'a>>,
    pub(super) nodes: &'a [Ast],
}

impl<'a> Arguments<'a> {
    fn value(&self, place: usize) -> Value<'a> {
        self.values.get(place).cloned().unwrap_or(Value::Null)
    }

    fn text(&self, place: usize) -> &str {
        if let Some(Value::Text(text)) = self.values.get(place) { text } else { "" }
    }

    fn number(&self, place: usize) -> Number {
        if let Some(Value::Number(number)) = self.values.get(place) { *number } else { Number::Integer(0) }
    }

    fn list(&self, place: usize) -> List<'a> {
        if let Some(Value::List(elements)) = self.values.get(place) { elements.clone() } else { Rc::default() }
    }

    fn object(&self, place: usize) -> Members<'a> {
        if let Some(Value::Object(members)) = self.values.get(place) { members.clone() } else { Rc::default() }
    }

    fn expression(&self, place: usize) -> Option<&'a Ast> {
        if let Some(Value::Expression(expression)) = self.values.get(place) { Some(expression) } else { None }
    }
}

/// Calls a function.
pub(super) fn call<'a>(evaluation: &mut Evaluation, name: &str, mut arguments: Arguments<'a>) -> Found<'a> {
    let function = by_name(name).ok_or_else(|| Fault::Unknown(format!("there is no function `{name}`")))?;
    if let Some(fault) = function.arity_fault(arguments.values.len()) {
        return Err(Fault::Arity(fault));
    }
    for (place, node) in arguments.nodes.iter().enumerate() {
        let Some(value) = arguments.values.get_mut(place) else { break };
        if let Some(fault) = function.type_fault(place, value.kind(), node) {
            return Err(Fault::Type(fault));
        }
        if matches!(value.kind(), Kind::List | Kind::Object) && !matches!(function.parameter(place), Parameter::Any) {
            *value = opened(value)?.clone();
        }
        if let (Parameter::ListOf(kinds), Value::List(elements)) = (function.parameter(place), &*value) {
            evaluation.work(elements.len())?;
            check_elements(function, kinds, elements, node)?;
        }
    }
    (function.call)(evaluation, &arguments)
}

fn check_elements(function: &Function, kinds: &[Kind], elements: &List<'_>, node: &Ast) -> Result<(), Fault> {
    let first = elements.first().map(Value::kind).filter(|kind| kinds.contains(kind)).unwrap_or(kinds[0]);
    let Some(place) = elements.iter().position(|element| element.kind() != first) else { return Ok(()) };
    let source = if let Ast::MultiList { elements, .. } = node { elements.get(place) } else { None };
    Err(Fault::Type(function.element_fault(place, elements[place].kind(), elements.len(), source)))
}

pub(super) fn by_name(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The names of all functions.
pub(super) fn names() -> Vec<&'static str> {
    FUNCTIONS.iter().map(|function| function.name).collect()
}

const NUMBER: Parameter = Parameter::Of(&[Kind::Number]);
const TEXT: Parameter = Parameter::Of(&[Kind::Text]);
const LIST: Parameter = Parameter::Of(&[Kind::List]);
const OBJECT: Parameter = Parameter::Of(&[Kind::Object]);
const EXPRESSION: Parameter = Parameter::Of(&[Kind::Expression]);
const LIST_OR_TEXT: Parameter = Parameter::Of(&[Kind::List, Kind::Text]);
const NUMBERS: Parameter = Parameter::ListOf(&[Kind::Number]);
const TEXTS: Parameter = Parameter::ListOf(&[Kind::Text]);
const NUMBERS_OR_TEXTS: Parameter = Parameter::ListOf(&[Kind::Number, Kind::Text]);

macro_rules! function {
    ($name:literal ($($parameter:expr),*) -> $gives:expr, $call:path) => {
        Function { name: $name, parameters: &[$($parameter),*], variadic: false, gives: $gives, call: $call }
    };
    ($name:literal ($parameter:expr; again) -> $gives:expr, $call:path) => {
        Function { name: $name, parameters: &[$parameter], variadic: true, gives: $gives, call: $call }
    };
}

static FUNCTIONS: [Function; 26] = [
    function!("abs"(NUMBER) -> Some(Kind::Number), numbers::abs),
    function!("avg"(NUMBERS) -> None, numbers::avg),
    function!("ceil"(NUMBER) -> Some(Kind::Number), numbers::ceil),
    function!("contains"(LIST_OR_TEXT, Parameter::Any) -> Some(Kind::Bool), texts::contains),
    function!("ends_with"(TEXT, TEXT) -> Some(Kind::Bool), texts::ends_with),
    function!("floor"(NUMBER) -> Some(Kind::Number), numbers::floor),
    function!("join"(TEXT, TEXTS) -> Some(Kind::Text), texts::join),
    function!("keys"(OBJECT) -> Some(Kind::List), objects::keys),
    function!("length"(Parameter::Of(&[Kind::Text, Kind::List, Kind::Object])) -> Some(Kind::Number), texts::length),
    function!("map"(EXPRESSION, LIST) -> Some(Kind::List), lists::map),
    function!("max"(NUMBERS_OR_TEXTS) -> None, lists::max),
    function!("max_by"(LIST, EXPRESSION) -> None, lists::max_by),
    function!("merge"(OBJECT; again) -> Some(Kind::Object), objects::merge),
    function!("min"(NUMBERS_OR_TEXTS) -> None, lists::min),
    function!("min_by"(LIST, EXPRESSION) -> None, lists::min_by),
    function!("not_null"(Parameter::Any; again) -> None, objects::not_null),
    function!("reverse"(LIST_OR_TEXT) -> None, lists::reverse),
    function!("sort"(NUMBERS_OR_TEXTS) -> Some(Kind::List), lists::sort),
    function!("sort_by"(LIST, EXPRESSION) -> Some(Kind::List), lists::sort_by),
    function!("starts_with"(TEXT, TEXT) -> Some(Kind::Bool), texts::starts_with),
    function!("sum"(NUMBERS) -> Some(Kind::Number), numbers::sum),
    function!("to_array"(Parameter::Any) -> Some(Kind::List), lists::to_array),
    function!("to_number"(Parameter::Any) -> None, numbers::to_number),
    function!("to_string"(Parameter::Any) -> Some(Kind::Text), texts::to_string),
    function!("type"(Parameter::Any) -> Some(Kind::Text), texts::type_name),
    function!("values"(OBJECT) -> Some(Kind::List), objects::values),
];
