//! Connections for the tests of rooms that only pass them on.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use ampline_core::provider::Catalog;

use super::{Connection, Connections, Credentials, NewConnection};
use crate::{
    clock::SystemClock,
    http_client,
    project::{Origin, Party, ProjectStore},
    secrets::{MasterKey, Secret},
    sqlite::Options,
};

/// Connections to HubSpot with a token each, by id.
pub(crate) async fn connections(folder: &Path, ids: &[&str]) -> BTreeMap<String, Arc<Connection>> {
    let store = ProjectStore::open(&folder.join("project.db"), &Options::default()).unwrap();
    let (key, http) = (MasterKey::generate().unwrap(), http_client::provider_client().unwrap());
    let connections = Connections::new(store, key, http, Arc::new(SystemClock), Catalog::built_in());
    let mut made = BTreeMap::new();
    for id in ids {
        let new = NewConnection {
            id: (*id).to_owned(),
            provider: "hubspot".to_owned(),
            group: Party { reference: "acme".to_owned(), name: "ACME".to_owned() },
            consumer: None,
            workspace: None,
            metadata: Default::default(),
            credentials: Credentials::AccessToken { token: Secret::new("token") },
            origin: Origin::Api,
        };
        made.insert((*id).to_owned(), connections.put(new).await.unwrap());
    }
    made
}
