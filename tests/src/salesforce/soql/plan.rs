//! A query whose objects and fields are found: what there is to read, in which order, and what goes into the answer.

use super::{
    aggregate::Grouping,
    ast::{Group, Item, Path, Query},
    bind::Binder,
    fault::Fault,
    filter::{Route, Test},
};
use crate::salesforce::{
    error::Code,
    schema::{Field, Kind},
};

const FIELDS_LIMIT_MAX: u64 = 200;
const OFFSET_MAX: u64 = 2_000;
const ADVICE: &str = "Please reference your WSDL or the describe call for the appropriate names.";

/// What to read.
#[derive(Debug)]
pub(in crate::salesforce) struct Plan {
    /// The place of the store.
    pub(in crate::salesforce) entity: usize,
    pub(super) columns: Vec<Column>,
    pub(super) filter: Option<Test>,
    pub(super) order: Vec<Key>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    pub(super) shape: Shape,
}

/// What the answer is made of.
#[derive(Debug)]
pub(super) enum Shape {
    Records,
    /// `COUNT()`: a number and no records.
    Count,
    Groups(Grouping),
}

/// What stands in a record of the answer.
#[derive(Debug)]
pub(super) enum Column {
    Field(usize),
    /// A parent, by the field that leads to it.
    Parent {
        name: &'static str,
        field: usize,
        entity: usize,
        columns: Vec<Self>,
    },
    /// Children, by their field that leads back.
    Children {
        name: String,
        field: usize,
        plan: Box<Plan>,
    },
}

/// What the answer is sorted by.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) route: Route,
    pub(super) is_descending: bool,
    pub(super) are_nulls_last: bool,
}

impl Binder<'_> {
    /// Finds everything that a query names, on the store at `entity`.
    pub(super) fn plan(&self, query: &Query, entity: usize) -> Result<Plan, Fault> {
        let limit = query.limit;
        if query.offset.is_some_and(|offset| offset > OFFSET_MAX) {
            let why = format!("Maximum SOQL offset allowed is {OFFSET_MAX}");
            return Err(Fault::whole(Code::NumberOutsideValidRange, why));
        }
        let (columns, shape) = self.selected(query, entity)?;
        let filter = query.filter.as_ref().map(|filter| self.condition(filter, query, entity)).transpose()?;
        let order = query.order.iter().map(|order| {
            let (route, field) = self.route(&order.by, query, entity)?;
            if !field.kind.is_sortable() {
                let why = format!("field '{}' can not be sorted in a query call", field.name);
                return Err(Fault::at(order.by.at, Code::InvalidField, why));
            }
            Ok(Key { route, is_descending: order.is_descending, are_nulls_last: order.are_nulls_last })
        });
        let order = order.collect::<Result<Vec<_>, _>>()?;
        if let Shape::Groups(grouping) = &shape {
            grouping.allows(&order, &query.order)?;
        }
        let narrow = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Plan {
            entity,
            columns,
            filter,
            order,
            limit: limit.map(narrow),
            offset: narrow(query.offset.unwrap_or_default()),
            shape,
        })
    }

    fn selected(&self, query: &Query, entity: usize) -> Result<(Vec<Column>, Shape), Fault> {
        let count = query.select.iter().find_map(|item| if let Item::Count(at) = item { Some(*at) } else { None });
        if let Some(at) = count {
            return match query.select.as_slice() {
                [_] if query.group.is_empty() => Ok((Vec::new(), Shape::Count)),
                _ => Err(Fault::at(at, Code::MalformedQuery, "COUNT() must be the only element in the SELECT list")),
            };
        }
        if !query.group.is_empty() || query.select.iter().any(|item| matches!(item, Item::Aggregate { .. })) {
            return Ok((Vec::new(), Shape::Groups(self.grouping(query, entity)?)));
        }
        let mut columns = Vec::new();
        for item in &query.select {
            match item {
                Item::Field(path, None) => self.add_path(&mut columns, path, query, entity)?,
                Item::Field(_, Some(_)) => {
                    return Err(Fault::whole(Code::MalformedQuery, "only aggregate expressions use field aliasing"));
                }
                Item::Fields(group, at) => self.add_group(&mut columns, *group, *at, query, entity)?,
                Item::Children(children) => columns.push(self.children(children, entity)?),
                Item::Count(_) | Item::Aggregate { .. } => {}
            }
        }
        Ok((columns, Shape::Records))
    }

    fn add_group(&self, columns: &mut Vec<Column>, group: Group, at: usize, query: &Query, entity: usize) -> Result<(), Fault> {
        if group != Group::Standard && query.limit.is_none_or(|limit| limit > FIELDS_LIMIT_MAX) {
            let why = format!("The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT_MAX}");
            return Err(Fault::whole(Code::MalformedQuery, why));
        }
        let belongs = |field: &Field| match group {
            Group::All => true,
            Group::Standard => !field.is_custom(),
            Group::Custom => field.is_custom(),
        };
        for (place, field) in self.entity(entity).fields.iter().enumerate().filter(|(_, field)| belongs(field)) {
            add(columns, Column::Field(place), &field.name, at)?;
        }
        Ok(())
    }

    fn add_path(&self, columns: &mut Vec<Column>, path: &Path, query: &Query, entity: usize) -> Result<(), Fault> {
        let (route, field) = self.route(path, query, entity)?;
        let mut columns = columns;
        let mut here = entity;
        for (hop, leads_to) in &route.hops {
            let Kind::Reference { relationship, .. } = self.entity(here).fields[*hop].kind else { return Ok(()) };
            let known = columns.iter().position(|column| matches!(column, Column::Parent { field, .. } if field == hop));
            let at = known.unwrap_or_else(|| {
                columns.push(Column::Parent { name: relationship, field: *hop, entity: *leads_to, columns: Vec::new() });
                columns.len() - 1
            });
            let Some(Column::Parent { columns: inner, .. }) = columns.get_mut(at) else { return Ok(()) };
            columns = inner;
            here = *leads_to;
        }
        add(columns, Column::Field(route.field), &field.name, path.at)
    }

    fn children(&self, query: &Query, entity: usize) -> Result<Column, Fault> {
        let (name, at) = &query.from;
        let children = self.entity(entity).children.iter().find(|children| children.relationship.eq_ignore_ascii_case(name));
        let found = children.and_then(|children| {
            let entity = self.scope.org.find(&children.entity)?;
            Some((children, entity, self.entity(entity).place(children.field)?))
        });
        let Some((children, child, field)) = found else {
            let why = format!(
                "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name. {ADVICE}"
            );
            return Err(Fault::at(*at, Code::InvalidType, why));
        };
        let plan = self.plan(query, child)?;
        if !matches!(plan.shape, Shape::Records) {
            return Err(Fault::at(
                *at,
                Code::MalformedQuery,
                "aggregate functions are not allowed in a child relationship query",
            ));
        }
        Ok(Column::Children { name: children.relationship.clone(), field, plan: Box::new(plan) })
    }
}

fn add(columns: &mut Vec<Column>, column: Column, name: &str, at: usize) -> Result<(), Fault> {
    let is_same = |one: &Column| matches!((one, &column), (Column::Field(one), Column::Field(other)) if one == other);
    if columns.iter().any(is_same) {
        return Err(Fault::at(at, Code::MalformedQuery, format!("duplicate field selected: {name}")));
    }
    columns.push(column);
    Ok(())
}
