//! What follows from an event: a message, a read of the whole object, or nothing.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{
    event::{EventKind, ProviderEvent},
    plan::{SubscribePlan, Watched},
    source::Source,
};
use crate::{manifest::MessageStyle, plan::ReadPlan, provider::Record};

/// What follows from an event for one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing, for this reason.
    Ignore(Cow<'static, str>),
    /// A message.
    Message,
    /// The event names no record: what changed is found by reading the object.
    ReadObject,
}

fn ignore(reason: &'static str) -> Decision {
    Decision::Ignore(Cow::Borrowed(reason))
}

/// What follows from an event of the plan's provider.
pub fn judge(source: Source, plan: &SubscribePlan, event: &ProviderEvent) -> Decision {
    if !source.is_object(&event.object, &plan.read.key.object_name) {
        return ignore("another object");
    }
    let listed = plan.other_events.iter().any(|name| source.is_listed(event, name));
    let wanted = match event.kind {
        _ if listed => true,
        EventKind::Create => plan.create,
        EventKind::Delete => plan.delete,
        EventKind::AssociationUpdate => plan.associations.is_some(),
        EventKind::Other => {
            let is_followed = event.record_id.is_none() || plan.mirrors_records && source.moves_records(event);
            is_followed && (plan.create || plan.update.is_some() || plan.delete)
        }
        EventKind::Update => match &plan.update {
            Some(watched) if !watched.has_any(&event.fields_updated) => return ignore("no watched field changed"),
            update => update.is_some(),
        },
    };
    match (wanted, &event.record_id) {
        (false, _) => ignore("no such event is subscribed"),
        (true, None) => Decision::ReadObject,
        (true, Some(_)) if event.kind == EventKind::AssociationUpdate && event.association.is_none() => {
            ignore("it does not say which records it ties")
        }
        (true, Some(_)) if plan.style != MessageStyle::Current && is_younger_than_2023(event.kind) => {
            ignore("the bodies of 2023 have no form for it")
        }
        (true, Some(_)) => Decision::Message,
    }
}

fn is_younger_than_2023(kind: EventKind) -> bool {
    matches!(kind, EventKind::AssociationUpdate | EventKind::Other)
}

impl Watched {
    /// Whether one of the fields is watched; an event that names none may be about any.
    fn has_any(&self, changed: &[String]) -> bool {
        match self {
            Self::Any => true,
            Self::These(watched) => changed.is_empty() || changed.iter().any(|name| watched.contains(&name.to_lowercase())),
        }
    }
}

/// A record that a message needs, and how it is asked for.
#[derive(Debug, Clone)]
pub struct Needed<'a> {
    /// How its object is read.
    pub read: &'a Arc<ReadPlan>,
    /// The record.
    pub id: &'a str,
}

/// The records that the message of an event needs.
pub fn records_needed<'a>(source: Source, plan: &'a SubscribePlan, event: &'a ProviderEvent) -> Vec<Needed<'a>> {
    let own = || event.record_id.as_deref().map(|id| Needed { read: &plan.read, id });
    match event.kind {
        EventKind::Delete => Vec::new(),
        _ if !plan.fetches => Vec::new(),
        EventKind::AssociationUpdate if !plan.mirrors_records => {
            let ends = event.association.iter().flat_map(|association| [&association.from, &association.to]);
            let needed = ends.filter_map(|end| Some(Needed { read: plan.related_to(source, &end.object)?, id: &end.id }));
            needed.collect()
        }
        _ => own().into_iter().collect(),
    }
}

impl SubscribePlan {
    /// How records at one end of an association are asked for; nothing where they do not travel along, or are not read.
    pub fn related_to(&self, source: Source, object: &str) -> Option<&Arc<ReadPlan>> {
        let found = self.related.iter().find(|(name, _)| source.is_object(object, name));
        found.map(|(_, read)| read)
    }
}

/// Records that were asked for, by the manifest's name of their object and their id.
pub type Records = BTreeMap<(String, String), Record>;
