//! Records as answers carry them, written straight from the stores.

use std::{cell::RefCell, collections::HashMap};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{
    plan::{Column, Plan, Shape},
    run,
    scope::Scope,
};
use crate::salesforce::{
    datum::{Datum, Written},
    store::View,
};

/// How records are written.
#[derive(Clone, Copy)]
pub(in crate::salesforce) struct Style<'a> {
    /// `v60.0`, …: it stands in the records' own URLs.
    pub(in crate::salesforce) version: &'a str,
    /// Minutes east of UTC for instants.
    pub(in crate::salesforce) zone_minutes: i16,
}

/// A page of records.
pub(in crate::salesforce) struct Records<'a> {
    pub(in crate::salesforce) scope: Scope<'a>,
    pub(in crate::salesforce) style: Style<'a>,
    pub(in crate::salesforce) plan: &'a Plan,
    /// Which, in order; those that are no longer shown are left out.
    pub(in crate::salesforce) numbers: &'a [u32],
}

/// What came of a query.
pub(in crate::salesforce) enum Found {
    /// Records, by their numbers.
    Records(Vec<u32>),
    /// A count, without records.
    Count(usize),
    /// Groups, as they are told.
    Groups(Vec<Value>),
}

/// Runs a plan.
pub(in crate::salesforce) fn found(scope: Scope<'_>, plan: &Plan, zone_minutes: i16) -> Found {
    match &plan.shape {
        Shape::Records => Found::Records(run::numbers(scope, plan)),
        Shape::Count => Found::Count(run::numbers(scope, plan).len()),
        Shape::Groups(grouping) => Found::Groups(grouping.rows(scope, plan, zone_minutes)),
    }
}

/// Children of the records of a page by relationship, each by the number of their parent.
type Families = HashMap<usize, HashMap<u32, Vec<u32>>>;

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let families = RefCell::new(Families::new());
        let views = self.numbers.iter().filter_map(|number| self.scope.view(self.plan.entity, *number));
        let record =
            |view| Record { scope: self.scope, style: self.style, view, columns: &self.plan.columns, families: &families };
        serializer.collect_seq(views.map(record))
    }
}

/// One record with what was selected of it.
struct Record<'a, 'f> {
    scope: Scope<'a>,
    style: Style<'a>,
    view: View<'a>,
    columns: &'a [Column],
    families: &'f RefCell<Families>,
}

impl Serialize for Record<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("attributes", &Attributes { view: self.view, version: self.style.version })?;
        for column in self.columns {
            match column {
                Column::Field(at) => {
                    let Some(field) = self.view.store.entity.fields.get(*at) else { continue };
                    let datum = &self.view.value(*at);
                    map.serialize_entry(&field.name, &Written { datum, zone_minutes: self.style.zone_minutes })?;
                }
                Column::Parent { name, field, entity, columns } => {
                    let parent = self.scope.parent(&self.view.value(*field), *entity);
                    let record = parent.map(|view| Record { view, columns, ..*self });
                    map.serialize_entry(name, &record)?;
                }
                Column::Children { name, field, plan } => {
                    let numbers = self.children(*field, plan);
                    let family = (!numbers.is_empty()).then(|| Family {
                        total_size: numbers.len(),
                        done: true,
                        records: Records { scope: self.scope, style: self.style, plan, numbers: &numbers },
                    });
                    map.serialize_entry(name, &family)?;
                }
            }
        }
        map.end()
    }
}

impl Record<'_, '_> {
    /// The numbers of this record's children. One pass finds those of all records.
    fn children(&self, field: usize, plan: &Plan) -> Vec<u32> {
        let place = std::ptr::from_ref(plan).addr();
        let mut families = self.families.borrow_mut();
        let by_parent = families.entry(place).or_insert_with(|| {
            let mut by_parent: HashMap<u32, Vec<u32>> = HashMap::new();
            for number in run::sorted(self.scope, plan, run::matching(self.scope, plan, usize::MAX)) {
                if let Some(Datum::Id(id)) = self.scope.view(plan.entity, number).map(|view| view.value(field)) {
                    by_parent.entry(id.number).or_default().push(number);
                }
            }
            by_parent
        });
        run::cut(by_parent.get(&self.view.number).cloned().unwrap_or_default(), plan)
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Family<'a> {
    total_size: usize,
    done: bool,
    records: Records<'a>,
}

struct Attributes<'a> {
    view: View<'a>,
    version: &'a str,
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = &self.view.store.entity.name;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", name)?;
        map.serialize_entry("url", &format!("/services/data/{}/sobjects/{name}/{}", self.version, self.view.id()))?;
        map.end()
    }
}

/// A record with all its fields, as a request for a single one answers it.
pub(in crate::salesforce) struct Whole<'a> {
    pub(in crate::salesforce) view: View<'a>,
    pub(in crate::salesforce) style: Style<'a>,
    /// The places of the fields.
    pub(in crate::salesforce) fields: &'a [usize],
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("attributes", &Attributes { view: self.view, version: self.style.version })?;
        for at in self.fields {
            let Some(field) = self.view.store.entity.fields.get(*at) else { continue };
            map.serialize_entry(&field.name, &Written { datum: &self.view.value(*at), zone_minutes: self.style.zone_minutes })?;
        }
        map.end()
    }
}
