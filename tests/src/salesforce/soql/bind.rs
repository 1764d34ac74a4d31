//! Finds the fields that conditions name, and makes their literals into values of the fields' types, or says what does not fit.

use std::collections::HashSet;

use super::{
    ast::{Condition, Literal, Operand, Operator, Path, Query, Value},
    fault::Fault,
    filter::{Bound, Route, Test, pattern},
    plan::{Column, Shape},
    run,
    scope::Scope,
};
use crate::salesforce::{
    datum::{Datum, start_of},
    error::Code,
    id::Id,
    schema::{Entity, Field, Kind},
};

/// So many relationships may lead from a record to a field.
const HOPS_MAX: usize = 5;
const ADVICE: &str = "Please reference your WSDL or the describe call for the appropriate names.";

/// Finds what a query names.
pub(super) struct Binder<'a> {
    pub(super) scope: Scope<'a>,
}

impl<'a> Binder<'a> {
    pub(super) fn entity(&self, at: usize) -> &'a Entity {
        &self.scope.org.stores[at].entity
    }

    /// The store of an object that a query names after FROM.
    pub(super) fn from(&self, query: &Query) -> Result<usize, Fault> {
        let (name, at) = &query.from;
        self.scope.org.find(name).ok_or_else(|| {
            let why = format!(
                "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the \
                 '__c' after the entity name. {ADVICE}"
            );
            Fault::at(*at, Code::InvalidType, why)
        })
    }

    /// The way to a field, and the field.
    pub(super) fn route(&self, path: &Path, query: &Query, entity: usize) -> Result<(Route, &'a Field), Fault> {
        let own = |name: &String| {
            let alias = query.alias.as_ref();
            alias.is_some_and(|alias| alias.eq_ignore_ascii_case(name)) || query.from.0.eq_ignore_ascii_case(name)
        };
        let names = match path.names.as_slice() {
            [first, rest @ ..] if !rest.is_empty() && own(first) => rest,
            names => names,
        };
        let Some((last, parents)) = names.split_last().filter(|(_, parents)| parents.len() <= HOPS_MAX) else {
            return Err(Fault::at(path.at, Code::InvalidField, "The query exceeded the maximum depth of 5 relationships"));
        };
        let (mut here, mut hops) = (entity, Vec::new());
        for name in parents {
            let parent = self.entity(here).parent(name).and_then(|(field, to, _)| Some((field, self.scope.org.find(to)?)));
            let Some((field, to)) = parent else {
                let why = format!(
                    "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be \
                     sure to append the '__r' after the custom relationship name. {ADVICE}"
                );
                return Err(Fault::at(path.at, Code::InvalidField, why));
            };
            hops.push((field, to));
            here = to;
        }
        let Some((place, field)) = self.entity(here).field(last) else {
            let why = format!(
                "No such column '{last}' on entity '{}'. If you are attempting to use a custom field, be sure to append the '__c' \
                 after the custom field name. {ADVICE}",
                self.entity(here).name
            );
            return Err(Fault::at(path.at, Code::InvalidField, why));
        };
        Ok((Route { hops, field: place, kind: field.kind }, field))
    }

    pub(super) fn condition(&self, condition: &Condition, query: &Query, entity: usize) -> Result<Test, Fault> {
        let each = |all: &[Condition]| all.iter().map(|one| self.condition(one, query, entity)).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::All(all) => Test::All(each(all)?),
            Condition::Any(all) => Test::Any(each(all)?),
            Condition::Not(inner) => Test::Not(Box::new(self.condition(inner, query, entity)?)),
            Condition::Compare { path, operator, with } => {
                let (route, field) = self.route(path, query, entity)?;
                if !field.kind.is_filterable() {
                    let why = format!("field '{}' can not be filtered in a query call", field.name);
                    return Err(Fault::at(path.at, Code::InvalidField, why));
                }
                self.comparison(route, field, path.at, *operator, with)?
            }
        })
    }

    fn comparison(&self, route: Route, field: &Field, at: usize, operator: Operator, with: &Operand) -> Result<Test, Fault> {
        allowed(field.kind, operator, at)?;
        let is_negated = operator == Operator::NotIn;
        let test = match with {
            Operand::One(literal) => self.single(route, field, operator, literal)?,
            Operand::Many(all) if matches!(operator, Operator::Includes | Operator::Excludes) => {
                let choices = all.iter().map(|literal| match &literal.value {
                    Value::Text(text) => Ok(text.split(';').map(str::to_owned).collect()),
                    _ => Err(mistyped(field, literal)),
                });
                Test::Compare { route, operator, with: Bound::Choices(choices.collect::<Result<_, _>>()?) }
            }
            Operand::Many(all) if is_id(field.kind) && all.iter().all(|literal| literal.value != Value::Null) => {
                let ids = all.iter().map(|literal| id(field, literal)).collect::<Result<Vec<_>, _>>()?;
                Test::Among { route, ids: ids.into_iter().flatten().collect() }
            }
            Operand::Many(all) => {
                let tests = all.iter().map(|literal| self.single(route.clone(), field, Operator::Equal, literal));
                Test::Any(tests.collect::<Result<_, _>>()?)
            }
            Operand::Query(query) => Test::Among { route, ids: self.ids(query, field.kind, at)? },
        };
        Ok(if is_negated { Test::Not(Box::new(test)) } else { test })
    }

    fn single(&self, route: Route, field: &Field, operator: Operator, literal: &Literal) -> Result<Test, Fault> {
        if operator == Operator::Like {
            let Value::Text(text) = &literal.value else { return Err(mistyped(field, literal)) };
            return Ok(Test::Compare { route, operator, with: Bound::Pattern(pattern(text)) });
        }
        if is_id(field.kind) && operator == Operator::Equal && matches!(&literal.value, Value::Text(text) if !text.is_empty()) {
            return Ok(Test::Among { route, ids: id(field, literal)?.into_iter().collect() });
        }
        Ok(Test::Compare { route, operator, with: self.bound(field, literal)? })
    }

    fn bound(&self, field: &Field, literal: &Literal) -> Result<Bound, Fault> {
        let value = match (field.kind, &literal.value) {
            // Salesforce does not tell an empty text from none.
            (_, Value::Null) => Datum::Null,
            (Kind::Instant, Value::Instant(at_ms)) => return Ok(Bound::Moment(*at_ms)),
            (Kind::Instant, Value::Period(period)) => {
                let (first, after) = period.days(self.scope.today());
                return Ok(Bound::Seconds(start_of(first), start_of(after)));
            }
            (Kind::Date, Value::Period(period)) => {
                let (first, after) = period.days(self.scope.today());
                return Ok(Bound::Days(first, after));
            }
            (Kind::Date, Value::Date(date)) => Datum::Date(*date),
            (Kind::Boolean, Value::Boolean(is)) => Datum::Boolean(*is),
            (kind, Value::Number(number)) if kind.is_number() => Datum::Number(*number),
            (kind, Value::Text(text)) if is_text(kind) && text.is_empty() => Datum::Null,
            (kind, Value::Text(_)) if is_id(kind) => id(field, literal)?.map_or(Datum::text(""), Datum::Id),
            (kind, Value::Text(text)) if is_text(kind) => Datum::text(text.clone()),
            _ => return Err(mistyped(field, literal)),
        };
        Ok(Bound::Value(value))
    }

    /// The ids that a query in a condition gives.
    fn ids(&self, query: &Query, kind: Kind, at: usize) -> Result<HashSet<Id>, Fault> {
        let entity = self.from(query)?;
        let plan = self.plan(query, entity)?;
        let column = match (&plan.shape, plan.columns.as_slice()) {
            (Shape::Records, [Column::Field(column)]) => *column,
            _ => return Err(Fault::at(at, Code::MalformedQuery, "A semi join query must select exactly one field")),
        };
        let fields = &self.entity(entity).fields;
        if !is_id(kind) || !fields.get(column).is_some_and(|field| is_id(field.kind)) {
            return Err(Fault::at(
                at,
                Code::MalformedQuery,
                "A semi join sub-selects must query on id fields and compare with an id field",
            ));
        }
        let views = run::numbers(self.scope, &plan).into_iter().filter_map(|number| self.scope.view(entity, number));
        Ok(views.filter_map(|view| if let Datum::Id(id) = view.value(column) { Some(id) } else { None }).collect())
    }
}

fn is_id(kind: Kind) -> bool {
    matches!(kind, Kind::Id | Kind::Reference { .. })
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Email | Kind::Phone | Kind::Url | Kind::Picklist(_) | Kind::Multipicklist(_)) || is_id(kind)
}

/// Whether a type has an operator.
fn allowed(kind: Kind, operator: Operator, at: usize) -> Result<(), Fault> {
    let is_allowed = match operator {
        Operator::Equal | Operator::Differs => true,
        Operator::In | Operator::NotIn => kind != Kind::Boolean,
        Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => {
            !matches!(kind, Kind::Boolean | Kind::Multipicklist(_))
        }
        Operator::Like => is_text(kind) && !is_id(kind) && !matches!(kind, Kind::Multipicklist(_)),
        Operator::Includes | Operator::Excludes => matches!(kind, Kind::Multipicklist(_)),
    };
    if is_allowed {
        return Ok(());
    }
    let why = match operator {
        Operator::Includes | Operator::Excludes => "includes or excludes operator only valid on multipicklist field".to_owned(),
        _ => format!("invalid operator on {} field", kind.name()),
    };
    Err(Fault::at(at, Code::InvalidQueryFilterOperator, why))
}

/// The id that a literal names; nothing for one of another organisation, which no record has.
fn id(field: &Field, literal: &Literal) -> Result<Option<Id>, Fault> {
    match &literal.value {
        Value::Text(text) if Id::is_one(text) => Ok(Id::parse(text)),
        Value::Text(text) => Err(Fault::at(literal.at, Code::InvalidQueryFilterOperator, format!("invalid ID field: {text}"))),
        _ => Err(mistyped(field, literal)),
    }
}

fn mistyped(field: &Field, literal: &Literal) -> Fault {
    let kind = match field.kind {
        Kind::Instant => "dateTime",
        Kind::Currency | Kind::Percent => "double",
        kind if is_text(kind) && !is_id(kind) => "string",
        Kind::Reference { .. } => "ID",
        kind => kind.name(),
    };
    let quotes = if is_text(field.kind) { "should" } else { "should not" };
    let why =
        format!("value of filter criterion for field '{}' must be of type {kind} and {quotes} be enclosed in quotes", field.name);
    Fault::at(literal.at, Code::InvalidField, why)
}
