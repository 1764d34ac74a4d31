//! The API: the only way in, for the command line, for pages and for other people's clients.
//!
//! Every path but health, signed downloads and providers' events (which are signed, or show a key of their own) asks for the key in
//! `X-Api-Key`; what is not listed here is denied.

mod auth;
mod connections;
mod credentials;
mod deliveries;
mod destinations;
mod downloads;
mod events;
mod health;
mod hosted_store;
mod inbound;
mod installations;
mod integrations;
mod notifications;
mod operations;
mod paging;
mod problem;
#[cfg(test)]
mod project_tests;
mod range;
mod reads;
mod shapes;
mod status;
#[cfg(test)]
mod tests;
mod validator;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    middleware,
    routing::{get, patch, post, put},
};
use jiff::Timestamp;
use tokio::sync::watch;

pub use auth::ApiKey;
pub(crate) use auth::HEADER as KEY_HEADER;
pub use destinations::Configured;
pub use status::{BadConnection, ReadStatus, Status};

use crate::{
    clock::Clock,
    connection::Connections,
    downloads::Downloads,
    inbound::Intake,
    journal::Journal,
    pressure::Pressure,
    project::{Origin, Project, ProjectError},
    scheduler::{self, Board},
    store::HostedStore,
};

/// Largest request body that is taken in.
const REQUEST_BYTES_MAX: usize = 1 << 20;
/// Until a client must have received its answer's head.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// What the handlers share.
pub struct Api {
    /// The project that this runtime serves.
    pub project: String,
    /// Reads, envelopes, deliveries and attempts.
    pub journal: Arc<dyn Journal>,
    /// The hosted store.
    pub store: Arc<HostedStore>,
    /// Integrations, connections and installations.
    pub(crate) projects: Arc<Project>,
    /// Customers' credentials; nothing where the store was only opened to be asked.
    pub(crate) connections: Option<Arc<Connections>>,
    /// How this runtime is reached, for the addresses that it gives away.
    pub public_url: String,
    /// Download URLs.
    pub downloads: Downloads,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The key that clients show.
    pub key: ApiKey,
    /// The destinations that run, with their secrets; nothing where the store was only opened to be asked.
    pub configured: Option<Configured>,
    /// When reads run next, and whose they are; empty where no scheduler runs.
    pub(crate) board: Board,
    /// Who runs reads; nothing where no scheduler runs.
    pub(crate) scheduler: Option<scheduler::Handle>,
    /// What holds reads; nothing where none run.
    pub(crate) pressure: Option<Arc<Pressure>>,
    /// What takes providers' events in; nothing where none can be.
    pub(crate) intake: Option<Intake>,
    /// Since when reads and deliveries run; nothing where the store was only opened to be asked.
    pub running_since: Option<Timestamp>,
}

type Shared = State<Arc<Api>>;

/// Names the client; the command line says so.
pub(crate) const CLIENT_HEADER: &str = "x-amp-client";

/// Whether the command line or another client asks.
fn client_origin(headers: &HeaderMap) -> Origin {
    if headers.contains_key(CLIENT_HEADER) { Origin::Command } else { Origin::Api }
}

/// Carries a change out to its end, whether or not whoever asked still waits: what is durable must be told to the scheduler.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, ProjectError>> + Send + 'static,
) -> Result<T, problem::Problem> {
    let broke_off = |error| ProjectError::Store(format!("a change broke off: {error}"));
    Ok(tokio::spawn(change).await.map_err(broke_off)??)
}

/// Routes of integrations, installations and connections.
fn project_routes() -> Router<Arc<Api>> {
    const PROJECT: &str = "/v1/projects/{project}";
    let path = |rest: &str| format!("{PROJECT}/{rest}");
    Router::new()
        .route(&path("files:reload"), post(integrations::reload))
        .route(&path("integrations"), get(integrations::list))
        .route(&path("integrations:batch"), put(integrations::deploy))
        .route(&path("integrations/{integration}"), get(integrations::show).delete(integrations::delete))
        .route(&path("integrations/{integration}/revisions"), get(integrations::revisions))
        .route(&path("integrations/{integration}/installations"), get(installations::list_of).post(installations::create))
        .route(
            &path("integrations/{integration}/installations/{installation}"),
            get(installations::show).patch(installations::update).delete(installations::delete),
        )
        .route(&path("integrations/{integration}/installations/{installation}/revisions"), get(installations::revisions))
        .route(&path("integrations/{integration}/objects/{object}/config-content"), patch(installations::patch_object))
        .route(&path("installations"), get(installations::list))
        .route(&path("installations/{installation}"), get(installations::show_any))
        .route(&path("connections"), get(connections::list))
}

/// All routes.
pub fn router(api: Arc<Api>) -> Router {
    let keyed = Router::new()
        .route("/projects/{project}/{endpoint}/groups/{group}", get(hosted_store::list))
        .route("/projects/{project}/{endpoint}/groups/{group}/items/{item}", get(hosted_store::item))
        .route("/v1/projects/{project}/status", get(status::status))
        .route("/v1/projects/{project}/reads:run", post(reads::run_now))
        .route("/read/v1/projects/{project}/integrations/{integration}/objects/{object}", post(reads::trigger))
        .route("/read/v1/projects/{project}/integrations/{integration}/installations/{verb}", post(reads::pause_or_unpause))
        .route("/v1/projects/{project}/operations", get(operations::list))
        .route("/v1/projects/{project}/operations/{id}", get(operations::show))
        .route("/v1/projects/{project}/operations/{id}/logs", get(operations::logs))
        .route(
            "/v1/projects/{project}/integrations/{integration}/installations/{installation}/operations",
            get(operations::of_installation),
        )
        .route(
            "/v1/projects/{project}/integrations/{integration}/installations/{installation}/objects/{object}/backfill-progress",
            get(operations::backfill_progress),
        )
        .route("/v1/projects/{project}/deliveries", get(deliveries::list))
        .route("/v1/projects/{project}/deliveries/{id}", get(deliveries::show))
        .route("/v1/projects/{project}/deliveries:replay", post(deliveries::replay))
        .route("/v1/projects/{project}/deliveries:purge", post(deliveries::purge))
        .route("/v1/projects/{project}/events", get(events::list))
        .route("/v1/projects/{project}/events/{id}", get(events::show))
        .route("/v1/projects/{project}/events:replay", post(events::replay))
        .route("/v1/projects/{project}/events:purge", post(events::purge))
        .route("/v1/projects/{project}/destinations/{name}", get(destinations::show))
        .route("/v1/projects/{project}/destinations/{name}/enable", post(destinations::enable))
        .route("/v1/projects/{project}/destinations/{name}/disable", post(destinations::disable))
        .merge(project_routes())
        .merge(notifications::keyed())
        .merge(credentials::keyed())
        .layer(middleware::from_fn_with_state(api.clone(), auth::require_key));
    let open = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/downloads/{event_id}", get(downloads::download))
        .merge(inbound::routes());
    keyed
        .merge(open)
        .merge(credentials::open())
        .fallback(|| async { problem::not_found("there is nothing at this path") })
        .method_not_allowed_fallback(|| async {
            problem::Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method")
        })
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(middleware::from_fn(timed))
        .with_state(api)
}

async fn timed(request: axum::extract::Request, next: middleware::Next) -> axum::response::Response {
    match tokio::time::timeout(RESPONSE_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            use axum::response::IntoResponse;
            problem::Problem::new(StatusCode::GATEWAY_TIMEOUT, "the answer took too long; what was asked for goes on")
                .into_response()
        }
    }
}

/// Serves until `stop` turns true and open requests are answered.
pub(crate) async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}
