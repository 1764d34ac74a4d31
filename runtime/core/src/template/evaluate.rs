//! Evaluates an expression: the semantics of JMESPath over the parser's tree, within a set amount of work.
//!
//! The crate's own interpreter has no limits (`[@,@]|[]|[@,@]|[]|…` doubles at every step), panics on `[1::2147483647]`, keeps
//! neither the order of keys nor whole numbers beyond 2^53, and cannot say which element of a list was null.

use std::cmp::Ordering;

use jmespath::ast::{Ast, Comparator};

use super::{
    fault::{Fault, Found},
    functions::{self, Arguments},
    value::{Kind, List, Members, Text, Value},
};

/// Steps of one evaluation: nodes visited, elements copied or compared, and [`BYTES_A_STEP`] bytes of text searched.
pub(super) const STEPS_MAX: usize = 1 << 21;

/// Text made by one evaluation, intermediate results included.
pub(super) const TEXT_BYTES_MAX: usize = 4 << 20;

/// Searching this much text counts as a step.
const BYTES_A_STEP: usize = 64;

/// Finding a member among this many counts as a step.
const MEMBERS_A_STEP: usize = 16;

/// Lists and objects nested deeper than this are not compared.
const COMPARED_DEPTH_MAX: usize = 128;

/// What is left of the limits.
#[derive(Debug)]
pub(super) struct Evaluation {
    steps: usize,
    text_bytes: usize,
}

impl Evaluation {
    pub(super) fn new() -> Self {
        Self { steps: STEPS_MAX, text_bytes: TEXT_BYTES_MAX }
    }

    /// Takes note of so many steps.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(steps).ok_or_else(|| {
            Fault::Limit(format!("the expression takes more than {STEPS_MAX} steps for this message; select less of it"))
        })?;
        Ok(())
    }

    /// Takes note of a text that is gone through.
    pub(super) fn search(&mut self, text: &str) -> Result<(), Fault> {
        self.work(text.len() / BYTES_A_STEP)
    }

    /// Takes note of so many bytes of text to be made.
    pub(super) fn make(&mut self, bytes: usize) -> Result<(), Fault> {
        self.text_bytes = self.text_bytes.checked_sub(bytes).ok_or_else(|| {
            Fault::Limit(format!(
                "the expression makes more than {TEXT_BYTES_MAX} bytes of text of this message; select less of it"
            ))
        })?;
        self.work(bytes / BYTES_A_STEP)
    }

    /// The value of an expression where `current` is the current node.
    pub(super) fn value<'a>(&mut self, node: &'a Ast, current: &Value<'a>) -> Found<'a> {
        self.work(1)?;
        match node {
            Ast::Field { name, .. } => self.member(current, name),
            Ast::Identity { .. } => Ok(current.clone()),
            Ast::Literal { value, .. } => Ok(Value::literal(value)),
            Ast::Subexpr { lhs, rhs, .. } => {
                let left = self.value(lhs, current)?;
                self.value(rhs, &left)
            }
            Ast::Index { idx, .. } => self.index(current, *idx),
            Ast::Slice { start, stop, step, .. } => self.slice(current, *start, *stop, *step),
            Ast::Or { lhs, rhs, .. } => {
                let left = self.value(lhs, current)?;
                if truthy(&left)? { Ok(left) } else { self.value(rhs, current) }
            }
            Ast::And { lhs, rhs, .. } => {
                let left = self.value(lhs, current)?;
                if truthy(&left)? { self.value(rhs, current) } else { Ok(left) }
            }
            Ast::Not { node, .. } => Ok(Value::Bool(!truthy(&self.value(node, current)?)?)),
            Ast::Condition { predicate, then, .. } => {
                let holds = truthy(&self.value(predicate, current)?)?;
                if holds { self.value(then, current) } else { Ok(Value::Null) }
            }
            Ast::Comparison { comparator, lhs, rhs, .. } => self.comparison(comparator, lhs, rhs, current),
            Ast::ObjectValues { node, .. } => {
                let subject = self.value(node, current)?;
                let Some(members) = object(&subject)? else { return Ok(Value::Null) };
                self.work(members.len())?;
                Ok(Value::list(members.iter().map(|(_, value)| value.clone()).collect()))
            }
            Ast::Projection { lhs, rhs, .. } => self.projection(lhs, rhs, current),
            Ast::Flatten { node, .. } => self.flatten(node, current),
            Ast::MultiList { elements, .. } => {
                if current.kind() == Kind::Null {
                    return Ok(Value::Null);
                }
                let elements: Result<_, _> = elements.iter().map(|element| self.value(element, current)).collect();
                Ok(Value::list(elements?))
            }
            Ast::MultiHash { elements, .. } => self.multi_select_hash(elements, current),
            Ast::Function { name, args, .. } => {
                let values: Result<Vec<_>, _> = args.iter().map(|argument| self.value(argument, current)).collect();
                functions::call(self, name, Arguments { values: values?, nodes: args })
            }
            Ast::Expref { ast, .. } => Ok(Value::Expression(ast)),
        }
    }

    fn member<'a>(&mut self, subject: &Value<'a>, name: &str) -> Found<'a> {
        let Some(members) = object(subject)? else { return Ok(Value::Null) };
        self.work(members.len() / MEMBERS_A_STEP)?;
        Ok(members.iter().find(|(member, _)| &**member == name).map_or(Value::Null, |(_, value)| value.clone()))
    }

    fn index<'a>(&mut self, subject: &Value<'a>, index: i32) -> Found<'a> {
        let Some(elements) = list(subject)? else { return Ok(Value::Null) };
        let distance = index.unsigned_abs() as usize;
        let place = if index < 0 { elements.len().checked_sub(distance) } else { Some(distance) };
        Ok(place.and_then(|place| elements.get(place)).cloned().unwrap_or(Value::Null))
    }

    fn slice<'a>(&mut self, subject: &Value<'a>, start: Option<i32>, stop: Option<i32>, step: i32) -> Found<'a> {
        if step == 0 {
            return Err(Fault::Value("a slice cannot have the step 0".to_owned()));
        }
        let Some(elements) = list(subject)? else { return Ok(Value::Null) };
        let (len, step) = (i64::try_from(elements.len()).unwrap_or(i64::MAX), i64::from(step));
        let (least, most) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let bound = |given: Option<i32>, absent: i64| {
            given.map_or(absent, |given| {
                let given = i64::from(given);
                (if given < 0 { given + len } else { given }).clamp(least, most)
            })
        };
        let (mut at, end) =
            if step > 0 { (bound(start, least), bound(stop, most)) } else { (bound(start, most), bound(stop, least)) };
        let mut chosen = Vec::new();
        while if step > 0 { at < end } else { at > end } {
            self.work(1)?;
            chosen.extend(usize::try_from(at).ok().and_then(|at| elements.get(at)).cloned());
            at += step;
        }
        Ok(Value::list(chosen))
    }

    fn projection<'a>(&mut self, lhs: &'a Ast, rhs: &'a Ast, current: &Value<'a>) -> Found<'a> {
        let Some(elements) = list(&self.value(lhs, current)?)? else { return Ok(Value::Null) };
        let mut chosen = Vec::new();
        for element in elements.iter() {
            let value = self.value(rhs, element)?;
            if value.kind() != Kind::Null {
                chosen.push(value);
            }
        }
        Ok(Value::list(chosen))
    }

    fn flatten<'a>(&mut self, node: &'a Ast, current: &Value<'a>) -> Found<'a> {
        let Some(elements) = list(&self.value(node, current)?)? else { return Ok(Value::Null) };
        let mut flat = Vec::new();
        for element in elements.iter() {
            match list(element)? {
                Some(inner) => {
                    self.work(inner.len())?;
                    flat.extend(inner.iter().cloned());
                }
                None => flat.push(element.clone()),
            }
        }
        self.work(elements.len())?;
        Ok(Value::list(flat))
    }

    fn multi_select_hash<'a>(&mut self, pairs: &'a [jmespath::ast::KeyValuePair], current: &Value<'a>) -> Found<'a> {
        if current.kind() == Kind::Null {
            return Ok(Value::Null);
        }
        let mut members: Vec<(Text<'a>, Value<'a>)> = Vec::new();
        for pair in pairs {
            let value = self.value(&pair.value, current)?;
            put(&mut members, Text::Borrowed(&pair.key), value);
        }
        Ok(Value::object(members))
    }

    fn comparison<'a>(&mut self, comparator: &Comparator, lhs: &'a Ast, rhs: &'a Ast, current: &Value<'a>) -> Found<'a> {
        let (left, right) = (self.value(lhs, current)?, self.value(rhs, current)?);
        let ordered = |holds: fn(Ordering) -> bool| match (&left, &right) {
            (Value::Number(a), Value::Number(b)) => Value::Bool(holds(a.compare(*b))),
            _ => Value::Null,
        };
        Ok(match comparator {
            Comparator::Equal => Value::Bool(self.equal(&left, &right)?),
            Comparator::NotEqual => Value::Bool(!self.equal(&left, &right)?),
            Comparator::LessThan => ordered(Ordering::is_lt),
            Comparator::LessThanEqual => ordered(Ordering::is_le),
            Comparator::GreaterThan => ordered(Ordering::is_gt),
            Comparator::GreaterThanEqual => ordered(Ordering::is_ge),
        })
    }

    /// Whether two values are the same JSON, in whatever order their members stand.
    pub(super) fn equal(&mut self, a: &Value<'_>, b: &Value<'_>) -> Result<bool, Fault> {
        self.equal_to_depth(a, b, COMPARED_DEPTH_MAX)
    }

    fn equal_to_depth(&mut self, a: &Value<'_>, b: &Value<'_>, depth: usize) -> Result<bool, Fault> {
        self.work(1)?;
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Fault::Limit(format!("cannot compare what is nested deeper than {COMPARED_DEPTH_MAX} levels")));
        };
        match (opened(a)?, opened(b)?) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
            (Value::Number(a), Value::Number(b)) => Ok(a.equals(*b)),
            (Value::Text(a), Value::Text(b)) => {
                self.search(a)?;
                Ok(**a == **b)
            }
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                a.iter().zip(b.iter()).try_fold(true, |same, (a, b)| Ok(same && self.equal_to_depth(a, b, depth)?))
            }
            (Value::Object(a), Value::Object(b)) if a.len() == b.len() => a.iter().try_fold(true, |same, (name, value)| {
                if !same {
                    return Ok(false);
                }
                self.work(b.len() / MEMBERS_A_STEP)?;
                match b.iter().find(|(other, _)| **other == **name) {
                    Some((_, other)) => self.equal_to_depth(value, other, depth),
                    None => Ok(false),
                }
            }),
            (Value::Expression(a), Value::Expression(b)) => Ok(a == b),
            _ => Ok(false),
        }
    }
}

/// Sets a member, in its place if it is there.
pub(super) fn put<'a>(members: &mut Vec<(Text<'a>, Value<'a>)>, name: Text<'a>, value: Value<'a>) {
    match members.iter_mut().find(|(member, _)| **member == *name) {
        Some((_, place)) => *place = value,
        None => members.push((name, value)),
    }
}

/// A value with its outermost level at hand.
pub(super) fn opened<'v, 'a>(value: &'v Value<'a>) -> Result<&'v Value<'a>, Fault> {
    value.opened().map_err(|reason| Fault::Message(format!("the message is not JSON: {reason}")))
}

fn list<'a>(value: &Value<'a>) -> Result<Option<List<'a>>, Fault> {
    Ok(if let Some(Value::List(elements)) = looked_into(value, Kind::List)? { Some(elements.clone()) } else { None })
}

fn object<'a>(value: &Value<'a>) -> Result<Option<Members<'a>>, Fault> {
    Ok(if let Some(Value::Object(members)) = looked_into(value, Kind::Object)? { Some(members.clone()) } else { None })
}

/// The value with its outermost level at hand if it is of this kind. What looks like no JSON at all is opened for its complaint.
fn looked_into<'v, 'a>(value: &'v Value<'a>, kind: Kind) -> Result<Option<&'v Value<'a>>, Fault> {
    let seen = value.kind();
    if seen == kind || seen == Kind::Null { opened(value).map(Some) } else { Ok(None) }
}

/// As JMESPath has it: null, false and whatever is empty do not hold; 0 does.
fn truthy(value: &Value<'_>) -> Result<bool, Fault> {
    Ok(match opened(value)? {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(_) => true,
        Value::Text(text) => !text.is_empty(),
        Value::List(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Written(_) | Value::Expression(_) => false,
    })
}
