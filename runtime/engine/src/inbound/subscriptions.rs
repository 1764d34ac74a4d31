//! Which installations have subscriptions now: filled where the project is planned, asked by calls and by the processor.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use ampline_core::{
    provider::{Provider, RateLimit},
    subscribe::{Source, SubscribePlan},
};

use super::known_objects::KnownObjects;
use crate::connection::Connection;

/// The subscriptions of one installation.
pub(crate) struct Subscribed {
    /// The installation.
    pub(crate) installation_id: String,
    /// Id and name of its integration: addresses carry either.
    pub(crate) integration: [String; 2],
    /// The customer's account at the provider, where it is known.
    pub(crate) workspace: Option<String>,
    /// How the provider's events are read.
    pub(crate) source: Source,
    /// How its records are asked for.
    pub(crate) provider: Arc<dyn Provider>,
    /// With whose credentials; nothing while there are none.
    pub(crate) connection: Option<Arc<Connection>>,
    /// How much that connection may be asked.
    pub(crate) rate_limit: Option<RateLimit>,
    /// What becomes of which events.
    pub(crate) plans: Vec<SubscribePlan>,
}

impl Subscribed {
    /// The connection's id; empty while there is none.
    pub(super) fn connection_id(&self) -> &str {
        self.connection.as_ref().map_or("", |connection| &connection.id)
    }

    /// What the manifest calls the objects that events may be about.
    pub(super) fn object_names(&self) -> Vec<&str> {
        let names = self.plans.iter().flat_map(|plan| std::iter::once(&plan.read.key.object_name).chain(plan.related.keys()));
        names.map(String::as_str).collect()
    }
}

/// All installations that have subscriptions.
#[derive(Default)]
pub(crate) struct Subscriptions {
    index: RwLock<Index>,
    /// What is known of their customers' own objects.
    pub(super) objects: KnownObjects,
}

#[derive(Default)]
struct Index {
    by_id: HashMap<String, Arc<Subscribed>>,
    /// By the name and by the id of the integration.
    by_integration: HashMap<String, Vec<Arc<Subscribed>>>,
}

impl Subscriptions {
    /// Takes in what an installation subscribes now; nothing where it does so no more.
    pub(crate) fn set(&self, installation_id: &str, subscribed: Option<Subscribed>) {
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = index.by_id.remove(installation_id) {
            for name in &before.integration {
                let Some(members) = index.by_integration.get_mut(name) else { continue };
                members.retain(|one| one.installation_id != installation_id);
                if members.is_empty() {
                    index.by_integration.remove(name);
                }
            }
        }
        let Some(subscribed) = subscribed.map(Arc::new) else { return };
        for name in &subscribed.integration {
            index.by_integration.entry(name.clone()).or_default().push(subscribed.clone());
        }
        index.by_id.insert(installation_id.to_owned(), subscribed);
    }

    /// What an installation subscribes.
    pub(crate) fn of(&self, installation_id: &str) -> Option<Arc<Subscribed>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).by_id.get(installation_id).cloned()
    }

    /// Name and provider of every integration that something subscribes.
    pub(crate) fn integrations(&self) -> BTreeMap<String, String> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let names = index.by_id.values().map(|one| {
            let [_, name] = &one.integration;
            (name.clone(), one.provider.info().name.clone())
        });
        names.collect()
    }

    /// The installations of an integration, by its id or name.
    pub(crate) fn of_integration(&self, integration: &str) -> Vec<Arc<Subscribed>> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.by_integration.get(integration).cloned().unwrap_or_default()
    }
}
