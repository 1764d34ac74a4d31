//! What a customer's own objects are called: events say the type id, manifests mostly a name.

use std::{borrow::Cow, collections::BTreeMap};

use super::{event::ProviderEvent, hubspot_objects, source::Source};
use crate::provider::CustomObject;

/// The objects of one account, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomObjects {
    /// Names without case and punctuation, by type id.
    names: BTreeMap<String, Vec<String>>,
}

impl CustomObjects {
    /// What the provider says there is.
    pub fn new(objects: Vec<CustomObject>) -> Self {
        let squashed = |names: Vec<String>| names.iter().map(|name| hubspot_objects::squash(name)).collect();
        Self { names: objects.into_iter().map(|object| (object.id, squashed(object.names))).collect() }
    }

    /// Whether an object's names are known.
    pub fn knows(&self, type_id: &str) -> bool {
        self.names.contains_key(type_id)
    }

    /// Objects of an event that have a type id, of the event itself first. Each may be what a manifest calls by a name.
    pub fn type_ids(source: Source, event: &ProviderEvent) -> impl Iterator<Item = &str> {
        let ends = event.association.iter().flat_map(|association| [&association.from.object, &association.to.object]);
        std::iter::once(&event.object).chain(ends).map(String::as_str).filter(move |object| source.is_type_id(object))
    }

    /// The event with the manifest's names of its objects in place of their type ids. `manifest` are the names that there are.
    pub fn named<'a>(&self, source: Source, event: &'a ProviderEvent, manifest: &[&str]) -> Cow<'a, ProviderEvent> {
        let name = |object: &str| {
            let names = self.names.get(object)?;
            let found = manifest.iter().find(|name| names.contains(&hubspot_objects::squash(name)));
            found.map(|name| (*name).to_owned())
        };
        if !Self::type_ids(source, event).any(|id| name(id).is_some()) {
            return Cow::Borrowed(event);
        }
        let mut event = event.clone();
        let ends = event.association.iter_mut().flat_map(|ends| [&mut ends.from.object, &mut ends.to.object]);
        for object in std::iter::once(&mut event.object).chain(ends) {
            if let Some(name) = name(object) {
                *object = name;
            }
        }
        Cow::Owned(event)
    }
}

impl Source {
    /// Whether events call an object so that a customer made. HubSpot's own begin with `0-`.
    pub fn is_type_id(self, object: &str) -> bool {
        let of_customer = |id: &str| id.starts_with("2-") && id[2..].bytes().all(|byte| byte.is_ascii_digit()) && id.len() > 2;
        self == Self::HubSpot && of_customer(object)
    }

    /// Whether a manifest calls an object so that a customer made, other than by its type id.
    pub fn may_name_custom(self, of_manifest: &str) -> bool {
        self == Self::HubSpot && !self.is_type_id(of_manifest) && !hubspot_objects::is_known(of_manifest)
    }
}
