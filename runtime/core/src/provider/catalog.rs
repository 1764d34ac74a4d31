//! The providers that there are: those built in, and those that an operator adds.

use std::{collections::BTreeMap, sync::Arc};

use super::{Provider, hubspot, salesforce};
use crate::manifest::closest;

/// Providers by catalog name.
#[derive(Clone)]
pub struct Catalog {
    providers: BTreeMap<String, Arc<dyn Provider>>,
}

impl Catalog {
    /// The providers that are built in.
    pub fn built_in() -> Self {
        let mut catalog = Self { providers: BTreeMap::new() };
        catalog.insert(Arc::new(hubspot::HubSpot::new()));
        catalog.insert(Arc::new(salesforce::Salesforce::new()));
        catalog
    }

    /// Adds a provider, in place of one of the same name.
    pub fn insert(&mut self, provider: Arc<dyn Provider>) {
        self.providers.insert(provider.info().name.clone(), provider);
    }

    /// The provider of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.providers.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }

    /// Says that there is no provider of this name, and which are near or there.
    pub fn unknown(&self, name: &str) -> String {
        match closest(name, self.names()) {
            Some(near) => format!("no provider is called {name:?}: did you mean {near:?}?"),
            None => format!("no provider is called {name:?}; there are: {}", self.names().collect::<Vec<_>>().join(", ")),
        }
    }
}
