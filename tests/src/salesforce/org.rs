//! All records of the organisation, by object.

use std::collections::BTreeMap;

use super::{
    generate::Parents,
    id::Id,
    schema::{Entity, Kind},
    store::Store,
};
use crate::seed::{Large, named};

/// The stores, in the order of their objects' names.
#[derive(Debug)]
pub struct Org {
    /// One for each object.
    pub stores: Vec<Store>,
}

/// What an organisation is made from.
pub(super) struct Seeds<'a> {
    pub(super) seed: u64,
    pub(super) objects: &'a BTreeMap<String, u32>,
    pub(super) extra_fields: u32,
    pub(super) large: Option<Large>,
    pub(super) now_s: i64,
    pub(super) history_s: i64,
}

impl Org {
    pub(super) fn generate(seeds: &Seeds<'_>) -> Self {
        let customs: Vec<String> = seeds.objects.keys().filter(|name| name.ends_with("__c")).cloned().collect();
        let entities: Vec<_> = seeds.objects.keys().map(|name| Entity::new(name, seeds.extra_fields, &customs)).collect();
        let parents = |kind: Kind| {
            let Kind::Reference { to, .. } = kind else { return None };
            let prefix = entities.iter().find(|entity| entity.name == to)?.prefix;
            Some(Parents { prefix, count: *seeds.objects.get(to)? })
        };
        let stores = entities.iter().map(|entity| {
            let parents = entity.fields.iter().map(|field| parents(field.kind)).collect();
            let count = seeds.objects.get(&entity.name).copied().unwrap_or_default();
            let seed = named(seeds.seed, &entity.name);
            let mut store = Store::generate(entity.clone(), seed, parents, count, seeds.now_s, seeds.history_s);
            store.large = seeds.large;
            store
        });
        Self { stores: stores.collect() }
    }

    /// The place of the store of an object, whose name is taken in any case.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.stores.iter().position(|store| store.entity.name.eq_ignore_ascii_case(name))
    }

    /// The place of the store that an id belongs to.
    pub fn of(&self, id: Id) -> Option<usize> {
        self.stores.iter().position(|store| store.entity.prefix == id.prefix)
    }
}
