//! Queries that count and sum up: `GROUP BY`, `COUNT(field)`, `SUM` and so on.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::{
    ast::{Function, Item, Order, Query},
    bind::Binder,
    fault::Fault,
    filter::Route,
    plan::{Key, Plan},
    run,
    scope::Scope,
};
use crate::salesforce::{
    datum::{Datum, Written},
    error::Code,
};

/// How records are grouped, and what is told of each group.
#[derive(Debug)]
pub(super) struct Grouping {
    by: Vec<Route>,
    outputs: Vec<(String, Output)>,
}

#[derive(Debug)]
enum Output {
    /// The value that a group has in common.
    Common(Route),
    /// A figure over its records.
    Figure(Function, Route),
}

impl Binder<'_> {
    pub(super) fn grouping(&self, query: &Query, entity: usize) -> Result<Grouping, Fault> {
        let by = query.group.iter().map(|path| self.route(path, query, entity).map(|(route, _)| route));
        let by = by.collect::<Result<Vec<_>, _>>()?;
        let mut outputs = Vec::new();
        let mut unnamed = 0;
        for item in &query.select {
            match item {
                Item::Field(path, alias) => {
                    let (route, field) = self.route(path, query, entity)?;
                    if !by.contains(&route) {
                        let why = format!("Field must be grouped or aggregated: {}", field.name);
                        return Err(Fault::at(path.at, Code::MalformedQuery, why));
                    }
                    outputs.push((alias.clone().unwrap_or_else(|| field.name.clone()), Output::Common(route)));
                }
                Item::Aggregate { function, of, alias } => {
                    let (route, field) = self.route(of, query, entity)?;
                    let needs_number = matches!(function, Function::Sum | Function::Avg);
                    if (needs_number && !field.kind.is_number()) || !field.kind.is_filterable() {
                        let why = format!("field {} does not support aggregate operator {}", field.name, function.name());
                        return Err(Fault::at(of.at, Code::MalformedQuery, why));
                    }
                    let name = alias.clone().unwrap_or_else(|| {
                        unnamed += 1;
                        format!("expr{}", unnamed - 1)
                    });
                    outputs.push((name, Output::Figure(*function, route)));
                }
                Item::Fields(_, at) | Item::Count(at) => {
                    return Err(Fault::at(*at, Code::MalformedQuery, "FIELDS() is not allowed in an aggregate query"));
                }
                Item::Children(children) => {
                    let why = "child relationship queries are not allowed in an aggregate query";
                    return Err(Fault::at(children.from.1, Code::MalformedQuery, why));
                }
            }
        }
        Ok(Grouping { by, outputs })
    }
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::CountDistinct => "COUNT_DISTINCT",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
            Self::Min => "MIN",
            Self::Max => "MAX",
        }
    }
}

impl Grouping {
    /// Whether groups can be sorted so.
    pub(super) fn allows(&self, order: &[Key], written: &[Order]) -> Result<(), Fault> {
        let wrong = order.iter().zip(written).find(|(key, _)| !self.by.contains(&key.route));
        wrong.map_or(Ok(()), |(_, order)| {
            let why = format!("Ordered field must be grouped or aggregated: {}", order.by.names.join("."));
            Err(Fault::at(order.by.at, Code::MalformedQuery, why))
        })
    }

    /// A record for each group.
    pub(super) fn rows(&self, scope: Scope<'_>, plan: &Plan, zone_minutes: i16) -> Vec<Value> {
        let written = |datum: &Datum<'_>| serde_json::to_value(Written { datum, zone_minutes }).unwrap_or_default();
        let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for number in run::matching(scope, plan, usize::MAX) {
            let Some(view) = scope.view(plan.entity, number) else { continue };
            let key = Value::from_iter(self.by.iter().map(|route| written(&route.value(scope, view))));
            groups.entry(key.to_string()).or_default().push(number);
        }
        if self.by.is_empty() && groups.is_empty() {
            groups.insert(String::new(), Vec::new());
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        if !plan.order.is_empty() {
            let firsts = groups.iter().filter_map(|numbers| numbers.first().copied()).collect();
            let ranks = run::sorted(scope, plan, firsts);
            groups.sort_by_key(|numbers| ranks.iter().position(|rank| Some(rank) == numbers.first()));
        }
        let row = |numbers: Vec<u32>| {
            let mut row = Map::from_iter([("attributes".to_owned(), json!({"type": "AggregateResult"}))]);
            for (name, output) in &self.outputs {
                let (Output::Common(route) | Output::Figure(_, route)) = output;
                let views = numbers.iter().filter_map(|number| scope.view(plan.entity, *number));
                let mut values = views.map(|view| route.value(scope, view));
                let told = match output {
                    Output::Common(_) => written(&values.next().unwrap_or(Datum::Null)),
                    Output::Figure(function, _) => figure(*function, values, &written),
                };
                row.insert(name.clone(), told);
            }
            Value::Object(row)
        };
        run::cut(groups, plan).into_iter().map(row).collect()
    }
}

fn figure<'a>(function: Function, values: impl Iterator<Item = Datum<'a>>, written: &impl Fn(&Datum<'_>) -> Value) -> Value {
    let values = values.filter(|value| !value.is_null());
    match function {
        Function::Count => Value::from(values.count()),
        Function::CountDistinct => {
            Value::from(values.map(|value| written(&value).to_string().to_lowercase()).collect::<HashSet<_>>().len())
        }
        Function::Min => values.min_by(Datum::rank).map_or(Value::Null, |value| written(&value)),
        Function::Max => values.max_by(Datum::rank).map_or(Value::Null, |value| written(&value)),
        Function::Sum | Function::Avg => {
            let numbers: Vec<f64> = values.filter_map(|value| value.number()).collect();
            let sum: f64 = numbers.iter().sum();
            match (function, numbers.len()) {
                (_, 0) => Value::Null,
                (Function::Sum, _) => Value::from(sum),
                (_, count) => Value::from(sum / count as f64),
            }
        }
    }
}
