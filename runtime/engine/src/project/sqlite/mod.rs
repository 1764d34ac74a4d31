//! The project in one SQLite file, beside the journal's and in its style. Every list of changes is one transaction.

mod answers;
mod apply;
mod authorizations;
mod connections;
mod destinations;
mod installations;
mod integrations;
mod keys;
mod notices;
mod parties;
mod routes;
mod sessions;
mod sinks;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};

use ampline_core::message::NotificationType;
use jiff::Timestamp;
use rusqlite::Row;
use tokio::sync::Notify;

pub use super::sqlite::installations::{InstallationFilter, PAGE_MAX};
use super::{
    change::{Applied, Change},
    error::ProjectError,
    keys::{ApiKeyRecord, JwtKeyRecord, SessionRecord},
    model::{
        ConnectionRecord, DestinationRecord, Errand, InstallationRecord, IntegrationRecord, IntegrationRevision, KeptAnswer,
        Origin, PendingAuthorization, ProjectRecord, ProviderAppRecord,
    },
    routing::{DeclaredRoutes, Route, RouteFilter, RouteKind, Topic},
};
use crate::sqlite::{self, Database, Options, Schema, Waiting, lock, outbox, us};

/// Version and tables of the file.
const SCHEMA: Schema = Schema {
    kind: "project store",
    application_id: 0x416D_7050,
    steps: &[
        include_str!("schema-1.sql"),
        include_str!("schema-2.sql"),
        include_str!("answers.sql"),
        include_str!("keys.sql"),
        include_str!("notices.sql"),
        include_str!("destinations.sql"),
        include_str!("grants.sql"),
        include_str!("sinks-history.sql"),
        include_str!("sessions.sql"),
    ],
};

type Fault = sqlite::Fault<ProjectError>;

/// Integrations, connections and installations, durable.
pub struct ProjectStore {
    database: Database,
    /// Revisions by id: they never change, and many installations stand on one.
    revisions: Mutex<HashMap<String, Arc<IntegrationRevision>>>,
    /// Something may have been written down that is to be told.
    told: Arc<Notify>,
}

impl ProjectStore {
    /// Opens the store, making it if the file is not there. A file that cannot be used is left as it is.
    pub fn open(path: &Path, options: &Options) -> Result<Arc<Self>, ProjectError> {
        let database = Database::open(path, &SCHEMA, options, |connection| connection.pragma_update(None, "foreign_keys", true))?;
        // What an earlier process left is told first.
        let told = Arc::new(Notify::new());
        told.notify_one();
        Ok(Arc::new(Self { database, revisions: Mutex::default(), told }))
    }

    /// Makes all that was acknowledged durable and closes the store.
    pub async fn close(&self) -> Result<(), ProjectError> {
        Ok(self.database.close().await.map_err(Fault::from)?)
    }

    /// Applies all of these changes, in order, or none.
    pub async fn apply(&self, changes: Vec<Change>, now: Timestamp) -> Result<Vec<Applied>, ProjectError> {
        let work = move |db: &sqlite::Connection| changes.iter().map(|change| apply::change(db, change, now)).collect();
        let told = self.told.clone();
        Ok(self.database.write(work, move |_| told.notify_one()).await?)
    }

    /// Every integration, by name.
    pub async fn integrations(&self) -> Result<Vec<IntegrationRecord>, ProjectError> {
        Ok(self.database.read(integrations::all).await?)
    }

    /// The integration of this id or name.
    pub async fn integration(&self, id_or_name: &str) -> Result<Option<IntegrationRecord>, ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.read(move |db| integrations::find(db, &id_or_name)).await?)
    }

    /// All revisions of an integration, the latest first.
    pub async fn integration_revisions(&self, id: &str) -> Result<Vec<IntegrationRevision>, ProjectError> {
        let id = id.to_owned();
        Ok(self.database.read(move |db| integrations::history(db, &id)).await?)
    }

    /// One revision of an integration, shared with all who ask for it.
    pub async fn revision(&self, id: &str) -> Result<Option<Arc<IntegrationRevision>>, ProjectError> {
        if let Some(known) = lock(&self.revisions).get(id) {
            return Ok(Some(known.clone()));
        }
        let wanted = id.to_owned();
        let found = self.database.read(move |db| integrations::revision(db, &wanted)).await?.map(Arc::new);
        if let Some(found) = &found {
            let mut revisions = lock(&self.revisions);
            // What nobody holds any more was superseded.
            revisions.retain(|_, revision| Arc::strong_count(revision) > 1);
            revisions.insert(id.to_owned(), found.clone());
        }
        Ok(found)
    }

    /// Every connection, by id.
    pub async fn connections(&self) -> Result<Vec<ConnectionRecord>, ProjectError> {
        Ok(self.database.read(connections::all).await?)
    }

    /// The connection of this id or name.
    pub async fn connection(&self, id_or_name: &str) -> Result<Option<ConnectionRecord>, ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.read(move |db| connections::find(db, &id_or_name)).await?)
    }

    /// A connection's credentials, encrypted as they were given; nothing where none were.
    pub async fn sealed(&self, connection_id: &str) -> Result<Option<Vec<u8>>, ProjectError> {
        let id = connection_id.to_owned();
        Ok(self.database.read(move |db| connections::sealed(db, &id)).await?)
    }

    /// The encrypted credentials of all connections that have some, by id.
    pub async fn all_sealed(&self) -> Result<HashMap<String, Vec<u8>>, ProjectError> {
        Ok(self.database.read(connections::all_sealed).await?)
    }

    /// Every provider app that the API made, by id.
    pub async fn provider_apps(&self) -> Result<Vec<ProviderAppRecord>, ProjectError> {
        Ok(self.database.read(authorizations::apps).await?)
    }

    /// Makes or replaces a provider app.
    pub async fn put_provider_app(&self, app: ProviderAppRecord) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| authorizations::put_app(db, &app), |()| ()).await?)
    }

    /// Takes away a provider app.
    pub async fn delete_provider_app(&self, id: &str) -> Result<(), ProjectError> {
        let id = id.to_owned();
        Ok(self.database.write(move |db| authorizations::delete_app(db, &id), |()| ()).await?)
    }

    /// Keeps a consent under way, and forgets those whose time is over.
    pub async fn begin_authorization(&self, pending: PendingAuthorization, now: Timestamp) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| authorizations::begin(db, &pending, now), |()| ()).await?)
    }

    /// Takes a consent out, once; nothing where there is none.
    pub async fn take_authorization(&self, state_digest: Vec<u8>) -> Result<Option<PendingAuthorization>, ProjectError> {
        Ok(self.database.write(move |db| authorizations::take(db, &state_digest), |_| ()).await?)
    }

    /// Every destination, by name.
    pub async fn destinations(&self) -> Result<Vec<DestinationRecord>, ProjectError> {
        Ok(self.database.read(destinations::all).await?)
    }

    /// The destination of this id or name.
    pub async fn destination(&self, id_or_name: &str) -> Result<Option<DestinationRecord>, ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.read(move |db| destinations::find(db, &id_or_name)).await?)
    }

    /// What changes of destinations have yet to do in the journal and the kept secrets, oldest first.
    pub async fn errands(&self) -> Result<Vec<Errand>, ProjectError> {
        Ok(self.database.read(destinations::errands).await?)
    }

    /// An errand is done.
    pub async fn errand_done(&self, id: i64) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| destinations::errand_done(db, id), |()| ()).await?)
    }

    /// What is told of the project.
    pub async fn project(&self) -> Result<ProjectRecord, ProjectError> {
        Ok(self.database.read(sinks::project).await?)
    }

    /// Calls the product by a name.
    pub async fn name_project(&self, app_name: Option<String>, now: Timestamp) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| sinks::name_project(db, app_name.as_deref(), sqlite::us(now)), |()| ()).await?)
    }

    /// The answer that is kept under this id.
    pub async fn kept_answer(&self, id: Vec<u8>, now: Timestamp) -> Result<Option<KeptAnswer>, ProjectError> {
        Ok(self.database.read(move |db| answers::find(db, &id, now)).await?)
    }

    /// Keeps an answer for a day, and forgets those whose time is over.
    pub async fn keep_answer(&self, answer: KeptAnswer, now: Timestamp) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| answers::keep(db, &answer, now), |()| ()).await?)
    }

    /// Every API key, in the order of their making.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, ProjectError> {
        Ok(self.database.read(keys::api_keys).await?)
    }

    /// Makes or replaces an API key. One that is revoked, or that is another than before, ends its sessions.
    pub async fn put_api_key(&self, key: ApiKeyRecord) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| keys::put_api_key(db, &key), |()| ()).await?)
    }

    /// Keeps when API keys were last used.
    pub async fn api_keys_used(&self, used: Vec<(String, Timestamp)>) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| keys::api_keys_used(db, &used), |()| ()).await?)
    }

    /// Takes away an API key, with its sessions.
    pub async fn delete_api_key(&self, id: &str) -> Result<(), ProjectError> {
        let id = id.to_owned();
        Ok(self.database.write(move |db| keys::delete_api_key(db, &id), |()| ()).await?)
    }

    /// Every session of a browser that is not over.
    pub(crate) async fn sessions(&self, now: Timestamp) -> Result<Vec<SessionRecord>, ProjectError> {
        Ok(self.database.read(move |db| sessions::all(db, now)).await?)
    }

    /// Keeps a session, in place of that one; forgets those whose time is over.
    pub(crate) async fn open_session(
        &self,
        session: SessionRecord,
        in_place_of: Option<[u8; 32]>,
        now: Timestamp,
    ) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| sessions::open(db, &session, in_place_of, now), |()| ()).await?)
    }

    /// Forgets a session.
    pub(crate) async fn end_session(&self, digest: [u8; 32]) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| sessions::end(db, digest), |()| ()).await?)
    }

    /// Every public key by which tokens are checked, in the order of their making.
    pub async fn jwt_keys(&self) -> Result<Vec<JwtKeyRecord>, ProjectError> {
        Ok(self.database.read(keys::jwt_keys).await?)
    }

    /// Makes or replaces a public key by which tokens are checked.
    pub async fn put_jwt_key(&self, key: JwtKeyRecord) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| keys::put_jwt_key(db, &key), |()| ()).await?)
    }

    /// Takes away a public key.
    pub async fn delete_jwt_key(&self, id: &str) -> Result<(), ProjectError> {
        let id = id.to_owned();
        Ok(self.database.write(move |db| keys::delete_jwt_key(db, &id), |()| ()).await?)
    }

    /// Installations by id, from behind `after` on, at most [`PAGE_MAX`].
    pub async fn installations(
        &self,
        filter: InstallationFilter,
        after: &str,
        limit: usize,
    ) -> Result<Vec<InstallationRecord>, ProjectError> {
        let after = after.to_owned();
        Ok(self.database.read(move |db| installations::page(db, &filter, &after, limit.min(PAGE_MAX))).await?)
    }

    /// One installation.
    pub async fn installation(&self, id: &str) -> Result<Option<InstallationRecord>, ProjectError> {
        let id = id.to_owned();
        Ok(self.database.read(move |db| installations::find(db, &id)).await?)
    }

    /// Every topic, by name.
    pub async fn topics(&self) -> Result<Vec<Topic>, ProjectError> {
        Ok(self.database.read(routes::topics).await?)
    }

    /// The topic of this id or name.
    pub async fn topic(&self, id_or_name: &str) -> Result<Option<Topic>, ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.read(move |db| routes::find_topic(db, &id_or_name)).await?)
    }

    /// Makes a topic.
    pub async fn create_topic(&self, id: String, name: String, origin: Origin, now: Timestamp) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| routes::put_topic(db, &id, &name, &origin, us(now)), |()| ()).await?)
    }

    /// Gives the topic of this id or name another name; gives its id.
    pub async fn rename_topic(&self, id_or_name: &str, name: String, now: Timestamp) -> Result<String, ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.write(move |db| routes::rename_topic(db, &id_or_name, &name, us(now)), |_| ()).await?)
    }

    /// Takes away a topic with its routes.
    pub async fn delete_topic(&self, id_or_name: &str) -> Result<(), ProjectError> {
        let id_or_name = id_or_name.to_owned();
        Ok(self.database.write(move |db| routes::delete_topic(db, &id_or_name), |()| ()).await?)
    }

    /// Routes in the order in which they were made.
    pub async fn routes(&self, kind: RouteKind, filter: RouteFilter) -> Result<Vec<Route>, ProjectError> {
        Ok(self.database.read(move |db| routes::routes(db, kind, &filter)).await?)
    }

    /// One route.
    pub async fn route(&self, kind: RouteKind, id: &str) -> Result<Option<Route>, ProjectError> {
        let id = id.to_owned();
        Ok(self.database.read(move |db| routes::find_route(db, kind, &id)).await?)
    }

    /// Makes a route between a topic, by id or name, and its other end.
    pub async fn create_route(
        &self,
        kind: RouteKind,
        id: String,
        topic: String,
        end: String,
        now: Timestamp,
    ) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| routes::put_route(db, kind, &id, &topic, &end, us(now)), |()| ()).await?)
    }

    /// Leads a route elsewhere; what is nothing stays.
    pub async fn update_route(&self, kind: RouteKind, id: &str, change: RouteFilter, now: Timestamp) -> Result<(), ProjectError> {
        let id = id.to_owned();
        Ok(self.database.write(move |db| routes::update_route(db, kind, &id, &change, us(now)), |()| ()).await?)
    }

    /// Takes away a route.
    pub async fn delete_route(&self, kind: RouteKind, id: &str) -> Result<(), ProjectError> {
        let id = id.to_owned();
        Ok(self.database.write(move |db| routes::delete_route(db, kind, &id), |()| ()).await?)
    }

    /// Lets what a file says of routes count, in place of what files said before.
    pub async fn declare_routes(&self, file: String, declared: DeclaredRoutes, now: Timestamp) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| routes::declare(db, &file, &declared, us(now)), |()| ()).await?)
    }

    /// Who hears of this: destinations by id, each once.
    pub async fn heard_by(&self, kind: NotificationType) -> Result<Vec<String>, ProjectError> {
        Ok(self.database.read(move |db| routes::heard_by(db, kind)).await?)
    }

    /// Notifications that have waited for longest.
    pub(crate) async fn notifications(&self, limit: u32) -> Result<Vec<Waiting>, ProjectError> {
        Ok(self.database.read(move |db| Ok::<_, Fault>(outbox::first(db, limit)?)).await?)
    }

    /// Takes out notifications whose messages are durable.
    pub(crate) async fn remove_notifications(&self, rows: Vec<i64>) -> Result<(), ProjectError> {
        Ok(self.database.write(move |db| Ok::<_, Fault>(outbox::remove(db, &rows)?), |()| ()).await?)
    }

    /// Resolves when there may be a notification that there was not before; for one who waits.
    pub(crate) async fn wait_for_notifications(&self) {
        self.told.notified().await;
    }

    /// All revisions of an installation's configuration, the latest first.
    pub async fn config_revisions(&self, id: &str) -> Result<Vec<super::model::ConfigRevision>, ProjectError> {
        let id = id.to_owned();
        Ok(self.database.read(move |db| installations::history(db, &id)).await?)
    }
}

impl std::fmt::Debug for ProjectStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProjectStore").field("path", &self.database.path()).finish()
    }
}

/// From the columns `origin` and `origin_file`.
fn origin(row: &Row<'_>, kind: &str, file: &str) -> rusqlite::Result<Origin> {
    Ok(match row.get::<_, String>(kind)?.as_str() {
        "file" => Origin::File(row.get::<_, Option<String>>(file)?.unwrap_or_default()),
        "command" => Origin::Command,
        _ => Origin::Api,
    })
}

/// What is stored cannot be read: a defect, or a file that was changed by hand.
fn damaged(what: &str, id: &str, reason: impl std::fmt::Display) -> Fault {
    sqlite::StoreFailed(format!("{what} {id} cannot be read: {reason}; restore project.db from a backup")).into()
}
