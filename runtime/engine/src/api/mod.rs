//! The API: the only way in, for the command line, for pages and for other people's clients.
//!
//! Every path but health, the pages, the API's own document, the catalog, signed downloads and uploads, and providers' events (which are
//! signed, or show a key of their own) asks for a key in `X-Api-Key`, a browser's session or a user's token; `access` says what each may ask, and what is not listed here
//! is denied.
//!
//! # The document is the gate
//! The OpenAPI document is made from the routes (`document`), and every request is compared with it before its handler runs (`gate`):
//! parameters, headers and the JSON of the body. All that does not fit is listed in one answer of 422. So what a schema says is enforced, and
//! a handler sees sound requests only; what a schema cannot say, such as whether an installation is there, is the handler's.
//!
//! # How to add an endpoint
//! 1. Types: a request is `Deserialize + ToSchema` with `rename_all = "camelCase", deny_unknown_fields`, an answer `Serialize + ToSchema`, a
//!    query `Deserialize + IntoParams` with `#[into_params(parameter_in = Query)]`. Every member has a doc comment with its unit. Bounds are
//!    written at the member (`#[schema(min_length = 1, max_length = 64, pattern = "…")]`) and nowhere else; the keywords that
//!    `gate::schema` knows are the ones there are. A member that holds a secret says `#[schema(value_type = String, format = Password)]` or
//!    `write_only`: then no answer repeats what was given there. An answer's `Option` that is left out when it is `None` says
//!    `#[serde(skip_serializing_if = "Option::is_none")] #[schema(nullable = false)]`.
//! 2. Handler, of [`Shared`], [`extract::Path`], [`extract::Query`], [`extract::Body`] (`Option<Body<T>>` where it may be left out) and
//!    [`extract::IfMatch`], to `Result<_, Problem>`:
//!    ```text
//!    /// One line: the summary. The lines behind it are the description.
//!    #[utoipa::path(
//!        post, path = "/v1/projects/{projectIdOrName}/widgets", operation_id = "createWidget", tag = "widgets",
//!        params(extract::IdempotencyKey), request_body = WidgetRequest,
//!        responses((status = 201, body = Widget), (status = 409, description = "There is one of this name."))
//!    )]
//!    async fn create(State(api): Shared, Path(project): Path<String>, Body(request): Body<WidgetRequest>) -> Result<…, Problem>
//!    ```
//!    A verb behind a parameter is written as it is called, `…/{widgetId}:pause`. What stands in braces is described in
//!    `document::parameters`; `operation_id` is unique; refusals that are alike everywhere (400, 401, 404, 413, 415, 422, 500, …) are added.
//! 3. `pub(super) fn routes() -> Routes { Routes::new().add(routes!(list, create)).add(routes!(show)) }`, one `add` for each path, merged in
//!    [`keyed`] or [`open`]. Tags are in `document::answers`.
//! 4. The scope `full` may ask it, and where it is a GET `read`; for pages and users' tokens add a line to `access::rules`.
//! 5. `ampline openapi > runtime/engine/openapi.json`; a test holds the two together, and schemathesis the document and the server.

mod access;
mod api_keys;
mod checks;
mod connections;
mod cors;
mod credentials;
mod deliveries;
mod deployment_plan;
#[cfg(test)]
mod deployment_tests;
mod destinations;
mod document;
mod downloads;
mod events;
mod export;
mod extract;
mod gate;
#[cfg(test)]
mod gate_tests;
mod health;
mod hosted_store;
mod idempotency;
#[cfg(test)]
mod idempotency_tests;
mod inbound;
mod installations;
mod integrations;
mod jwt_keys;
mod live;
mod manifest_shape;
mod metrics;
mod notifications;
mod object_metadata;
mod operations;
mod pages;
mod paging;
mod patience;
mod problem;
#[cfg(test)]
mod project_tests;
mod projects;
mod providers;
mod range;
mod reads;
mod revisions;
mod session;
mod shapes;
mod sink_conformance;
mod sinks;
mod source;
mod status;
#[cfg(test)]
mod tests;
mod uploads;
mod validator;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    middleware,
};
use jiff::Timestamp;

pub(crate) use access::HEADER as KEY_HEADER;
use document::Routes;
pub use document::text as document;
pub(crate) use live::Feed;
pub use status::{BadConnection, ReadStatus, Status};

use crate::{
    access::{Failures, Keys},
    clock::Clock,
    connection::Connections,
    downloads::Downloads,
    fields::FieldReader,
    inbound::Intake,
    journal::Journal,
    pressure::Pressure,
    project::{Origin, Project, ProjectError},
    scheduler::{self, Board},
    sink::library::SinkLibrary,
    store::HostedStore,
    uploads::Uploads,
};

/// Largest request body that is taken in.
const REQUEST_BYTES_MAX: usize = 1 << 20;

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
    /// The keys that clients show.
    pub(crate) keys: Arc<Keys>,
    /// Who shows wrong ones.
    pub(crate) failures: Failures,
    /// Origins whose pages may ask; each as browsers write it.
    pub allowed_origins: Vec<String>,
    /// Built-in and installed sinks; nothing where the store was only opened to be asked.
    pub(crate) sinks: Option<Arc<SinkLibrary>>,
    /// When reads run next, and whose they are; empty where no scheduler runs.
    pub(crate) board: Board,
    /// Who runs reads; nothing where no scheduler runs.
    pub(crate) scheduler: Option<scheduler::Handle>,
    /// What holds reads; nothing where none run.
    pub(crate) pressure: Option<Arc<Pressure>>,
    /// What takes providers' events in; nothing where none can be.
    pub(crate) intake: Option<Intake>,
    /// Asks providers about fields; nothing where no credentials are at hand.
    pub(crate) fields: Option<FieldReader>,
    /// Where archives of deployments wait; nothing where none are taken in.
    pub(crate) uploads: Option<Arc<Uploads>>,
    /// What is told to those who follow what happens.
    pub(crate) feed: Feed,
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

/// Routes that ask for a key.
fn keyed() -> Routes {
    Routes::new()
        .merge(integrations::routes())
        .merge(revisions::routes())
        .merge(uploads::routes())
        .merge(checks::routes())
        .merge(object_metadata::routes())
        .merge(installations::routes())
        .merge(notifications::routes())
        .merge(connections::routes())
        .merge(credentials::routes())
        .merge(reads::routes())
        .merge(operations::routes())
        .merge(destinations::routes())
        .merge(sinks::routes())
        .merge(sink_conformance::routes())
        .merge(projects::routes())
        .merge(deliveries::routes())
        .merge(export::routes())
        .merge(events::routes())
        .merge(hosted_store::routes())
        .merge(status::routes())
        .merge(live::routes())
        .merge(metrics::routes())
        .merge(api_keys::routes())
        .merge(jwt_keys::routes())
}

/// Routes that do not: what they give is public, or shown to who has a signed address.
fn open() -> Routes {
    Routes::new()
        .merge(document::routes())
        .merge(health::routes())
        .merge(downloads::routes())
        .merge(providers::routes())
        .merge(uploads::signed())
        .merge(session::routes())
}

/// Routes that providers call, in their own way: neither a key nor the document holds them to anything.
fn foreign() -> Routes {
    Routes::new().merge(inbound::routes()).merge(credentials::callback())
}

/// All routes.
pub fn router(api: Arc<Api>) -> Router {
    let checked = |routes: Router<Arc<Api>>| routes.layer(middleware::from_fn(gate::check));
    let once = middleware::from_fn_with_state(idempotency::Shared::new(api.clone()), idempotency::once);
    let routes = checked(keyed().router().layer(once))
        .layer(middleware::from_fn_with_state(api.clone(), access::admit))
        .merge(checked(open().router()))
        .merge(foreign().router())
        .fallback(pages::serve)
        .method_not_allowed_fallback(|| async {
            problem::Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method")
        })
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(middleware::from_fn(patience::bounded))
        .layer(middleware::from_fn(metrics::measured))
        .with_state(api.clone());
    // Before anything is routed, and after everything is answered.
    let router = Router::new()
        .fallback_service(routes)
        .layer(middleware::map_request(document::rewrite))
        .layer(middleware::from_fn_with_state(api.clone(), problem::tell));
    with_origins(router, &api.allowed_origins)
}

fn with_origins(router: Router, allowed: &[String]) -> Router {
    if allowed.is_empty() {
        return router;
    }
    let origins: cors::Origins = allowed.iter().filter_map(|origin| origin.parse().ok()).collect();
    router.layer(middleware::from_fn_with_state(origins, cors::allow))
}
