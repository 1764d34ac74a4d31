//! The providers that there are: those built in, and those that an operator adds.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use super::{Provider, declared, hubspot, salesforce};
use crate::manifest::{Issue, Severity, closest};

/// The declared providers that are shipped: file names, and what the files say.
pub(super) const SHIPPED: &[(&str, &str)] = &[
    ("activeCampaign.yaml", include_str!("../../providers/activeCampaign.yaml")),
    ("attio.yaml", include_str!("../../providers/attio.yaml")),
    ("close.yaml", include_str!("../../providers/close.yaml")),
    ("freshdesk.yaml", include_str!("../../providers/freshdesk.yaml")),
    ("github.yaml", include_str!("../../providers/github.yaml")),
    ("intercom.yaml", include_str!("../../providers/intercom.yaml")),
    ("notion.yaml", include_str!("../../providers/notion.yaml")),
    ("outreach.yaml", include_str!("../../providers/outreach.yaml")),
    ("pipedrive.yaml", include_str!("../../providers/pipedrive.yaml")),
    ("salesloft.yaml", include_str!("../../providers/salesloft.yaml")),
    ("stripe.yaml", include_str!("../../providers/stripe.yaml")),
    ("zendeskSupport.yaml", include_str!("../../providers/zendeskSupport.yaml")),
];

/// Read once: files of a program do not change while it runs.
static DECLARED: LazyLock<Vec<Arc<dyn Provider>>> = LazyLock::new(|| {
    // That none of them is refused is a test's matter.
    SHIPPED.iter().filter_map(|(_, source)| declared::check(source.as_bytes()).provider).collect()
});

/// Providers by catalog name.
#[derive(Clone)]
pub struct Catalog {
    providers: BTreeMap<String, Arc<dyn Provider>>,
}

/// What came of adding a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The provider's catalog name.
    pub name: String,
    /// Whether another of that name was there.
    pub replaced: bool,
    /// What may not be as it was meant.
    pub warnings: Vec<Issue>,
}

impl Catalog {
    /// The providers that are built in.
    pub fn built_in() -> Self {
        let mut catalog = Self { providers: BTreeMap::new() };
        catalog.insert(Arc::new(hubspot::HubSpot::new()));
        catalog.insert(Arc::new(salesforce::Salesforce::new()));
        for provider in DECLARED.iter() {
            catalog.insert(provider.clone());
        }
        catalog
    }

    /// Adds the provider that a file declares, in place of one of the same name, or says what is wrong with the file.
    pub fn add(&mut self, source: &[u8]) -> Result<Added, Vec<Issue>> {
        let checked = declared::check(source);
        let warnings = checked.issues;
        let Some(provider) = checked.provider else { return Err(warnings) };
        debug_assert!(warnings.iter().all(|issue| issue.severity == Severity::Warning), "{warnings:?}");
        let name = provider.info().name.clone();
        let replaced = self.providers.insert(name.clone(), provider).is_some();
        Ok(Added { name, replaced, warnings })
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
