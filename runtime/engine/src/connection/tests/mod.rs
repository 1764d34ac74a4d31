//! Doubles: a token endpoint that replaces refresh tokens and counts what it is asked, a provider that is nothing but an entry of
//! the catalog, and a clock that is set by hand. The store, the vault's key and the HTTP client are the real ones. Judges we did not
//! write stand in `tests/tests/oauth`.

mod consents;
mod endpoint;
mod refreshing;
mod stored;

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use ampline_core::{
    cursor::Run,
    plan::ReadPlan,
    provider::{AuthScheme, Catalog, Grant, OAuth2, Provider, ProviderInfo, ProviderPage, ReadError},
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    clock::Clock,
    http_client,
    project::{ConnectionStatus, Origin, Party, ProjectStore},
    secrets::{MasterKey, Secret},
    sqlite::Options,
};
use endpoint::Endpoint;

const BEGIN: &str = "2026-01-01T00:00:00Z";

struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Hands {
    fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }
}

struct Entry(ProviderInfo);

impl Provider for Entry {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    fn request(&self, _plan: &ReadPlan, _run: &Run) -> http::Request<Bytes> {
        http::Request::new(Bytes::new())
    }

    fn page(&self, _: &ReadPlan, _: &Run, _: &http::Response<Bytes>) -> Result<ProviderPage, ReadError> {
        Ok(ProviderPage::default())
    }
}

fn catalog(endpoint: &Endpoint) -> Catalog {
    let entry = |name: &str, auth: AuthScheme| {
        Arc::new(Entry(ProviderInfo {
            name: name.to_owned(),
            display_name: name.to_uppercase(),
            base_url: "https://{{.workspace}}.api.example".to_owned(),
            auth,
            rate_limit: None,
            modules: Vec::new(),
            docs_url: None,
            inputs: Vec::new(),
        }))
    };
    let oauth2 = OAuth2 {
        grant: Grant::AuthorizationCode,
        auth_url: endpoint.url("authorize"),
        token_url: endpoint.url("token"),
        scopes: vec!["read".to_owned()],
        scope_separator: " ".to_owned(),
        auth_url_params: Default::default(),
        token_params: Default::default(),
        client_auth_basic: true,
        workspace_field: Some("site".to_owned()),
    };
    let mut catalog = Catalog::built_in();
    catalog.insert(entry("crm", AuthScheme::OAuth2(Box::new(oauth2))));
    catalog.insert(entry("plain", AuthScheme::Basic));
    catalog
}

/// A running part of a runtime, over a folder that may be opened again.
struct Stage {
    folder: Arc<tempfile::TempDir>,
    key: MasterKey,
    clock: Arc<Hands>,
    endpoint: Endpoint,
    store: Arc<ProjectStore>,
    connections: Connections,
}

impl Stage {
    async fn new() -> Self {
        let endpoint = Endpoint::start().await;
        let clock = Arc::new(Hands(Mutex::new(BEGIN.parse().unwrap())));
        let (folder, key) = (Arc::new(tempfile::tempdir().unwrap()), MasterKey::generate().unwrap());
        Self::open(folder, key, clock, endpoint).await
    }

    async fn open(folder: Arc<tempfile::TempDir>, key: MasterKey, clock: Arc<Hands>, endpoint: Endpoint) -> Self {
        let store = ProjectStore::open(&folder.path().join("project.db"), &Options::default()).unwrap();
        let http = http_client::provider_client().unwrap();
        let connections = Connections::new(store.clone(), key.clone(), http, clock.clone(), catalog(&endpoint));
        connections.load().await.unwrap();
        connections.declare("ampline.toml", vec![app()], Vec::new()).await.unwrap();
        Self { folder, key, clock, endpoint, store, connections }
    }

    /// The same folder after an orderly end.
    async fn again(self) -> Self {
        self.connections.quiet().await;
        self.store.close().await.unwrap();
        let Self { folder, key, clock, endpoint, .. } = self;
        Self::open(folder, key, clock, endpoint).await
    }

    /// What a process would find that starts after this one died at this instant.
    async fn after_death(&self) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = file.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Self::open(folder, self.key.clone(), self.clock.clone(), self.endpoint.clone()).await
    }

    /// A connection with the tokens that the endpoint gave last, which end in half an hour.
    async fn connected(&self) -> Arc<Connection> {
        let (access, refresh) = self.endpoint.present();
        let began_at = self.clock.now();
        let lifetime = ampline_core::oauth::Lifetime { began_at, ends_at: began_at + SignedDuration::from_secs(1800) };
        let tokens = Tokens { access: Some(Secret::new(access)), refresh: Some(Secret::new(refresh)), lifetime: Some(lifetime) };
        let oauth2 = OAuth2Credentials {
            tokens: Some(tokens),
            ..OAuth2Credentials::new(How::AuthorizationCode, ClientOf::App("app".to_owned()))
        };
        self.put("one", "crm", Credentials::OAuth2(Box::new(oauth2))).await
    }

    async fn put(&self, id: &str, provider: &str, credentials: Credentials) -> Arc<Connection> {
        let new = NewConnection {
            id: id.to_owned(),
            provider: provider.to_owned(),
            group: Party { reference: "acme".to_owned(), name: "ACME".to_owned() },
            consumer: None,
            workspace: Some("acme".to_owned()),
            metadata: Default::default(),
            credentials,
            origin: Origin::Api,
        };
        self.connections.put(new).await.unwrap()
    }

    fn one(&self) -> Arc<Connection> {
        self.connections.get("one").unwrap()
    }
}

fn app() -> ProviderApp {
    let time = BEGIN.parse().unwrap();
    ProviderApp {
        id: "app".to_owned(),
        provider: "crm".to_owned(),
        client_id: "client".to_owned(),
        client_secret: Some(Secret::new(endpoint::CLIENT_SECRET)),
        scopes: Vec::new(),
        external_ref: None,
        auth_query_params: Default::default(),
        provider_params: Default::default(),
        auth_url: None,
        token_url: None,
        base_url: None,
        is_declared: true,
        create_time: time,
        update_time: time,
    }
}

/// The token that requests would show.
fn shown(access: &Access) -> String {
    let request = access.authorise(http::Request::get("/x").body(Bytes::new()).unwrap()).unwrap();
    let token = request.headers()["authorization"].to_str().unwrap().to_owned();
    token.trim_start_matches("Bearer ").to_owned()
}

/// What is written in a file of the stage's folder.
fn is_written(folder: &Path, text: &str) -> bool {
    let holds = |path: &Path| std::fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes());
    std::fs::read_dir(folder).unwrap().any(|file| holds(&file.unwrap().path()))
}
