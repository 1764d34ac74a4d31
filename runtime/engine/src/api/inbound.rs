//! Where providers send their events: checked, stored and answered within the time that they wait.

use std::time::Duration;

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Api, Shared, document::Routes, extract::Path, gate::body, problem::Problem, status::check_project};
use crate::inbound::{Call, Rejected};

/// HubSpot waits for 5 s, and counts a slower answer as a failure.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// When a sender may come again that found all places taken.
const RETRY_SOON: Duration = Duration::from_secs(2);

/// The contract's addresses, under a prefix of their own: one host serves them beside the API.
pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(of_integration)).add(routes!(of_installation))
}

/// What became of a call's events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventsTaken)]
struct Taken {
    /// Events that are stored.
    accepted: u64,
    /// Events that were known already.
    repeated: u64,
    /// Events that no installation wants.
    ignored: u64,
}

/// Takes a provider's events in.
///
/// For providers whose calls name the workspace that they are of. The call is signed by the provider, or shows a key of its own.
#[utoipa::path(
    post, path = "/subscribe/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}",
    operation_id = "receiveEvents", tag = "events", request_body(content = Value, description = "As the provider sends it."),
    responses((status = 200, body = Taken), (status = 401, description = "The call is not the provider's."))
)]
async fn of_integration(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Taken>, Problem> {
    check_project(&api, &project)?;
    receive(&api, integration, None, request).await
}

/// Takes a provider's events for one installation in.
#[utoipa::path(
    post, path = "/subscribe/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}",
    operation_id = "receiveInstallationEvents", tag = "events",
    request_body(content = Value, description = "As the provider sends it."),
    responses((status = 200, body = Taken), (status = 401, description = "The call is not the provider's."))
)]
async fn of_installation(
    State(api): Shared,
    Path((project, integration, installation)): Path<(String, String, String)>,
    request: Request,
) -> Result<Json<Taken>, Problem> {
    check_project(&api, &project)?;
    receive(&api, integration, Some(installation), request).await
}

async fn receive(api: &Api, integration: String, installation: Option<String>, request: Request) -> Result<Json<Taken>, Problem> {
    let intake = api.intake.as_ref().ok_or_else(|| wait("no runtime is running", RETRY_SOON))?;
    let Some(_place) = intake.place() else {
        return Err(wait("too many calls at the same time", RETRY_SOON));
    };
    let (parts, body) = request.into_parts();
    if parts.headers.contains_key(CONTENT_TYPE) {
        body::check_type(&parts.headers)?;
    }
    let taking = async {
        let body = body::read(body).await?;
        let path_and_query = parts.uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned());
        let call = Call { integration, installation, method: parts.method, path_and_query, headers: parts.headers, body };
        Ok::<_, Problem>(intake.take(call).await)
    };
    let Ok(taken) = tokio::time::timeout(ANSWER_WITHIN, taking).await else {
        // What is being stored meanwhile is known again by its key.
        return Err(wait("the events could not be stored in time", RETRY_SOON));
    };
    match taken? {
        Ok(taken) => Ok(Json(Taken { accepted: taken.accepted, repeated: taken.repeated, ignored: taken.ignored })),
        Err(Rejected::Busy { reason, retry_after }) => {
            tracing::warn!(target: "ampline::inbound", event = "call.put_off", reason);
            Err(wait("there is no room for events now", retry_after))
        }
        Err(rejected) => Err(problem(&rejected)),
    }
}

fn problem(rejected: &Rejected) -> Problem {
    let status = match rejected {
        Rejected::Unknown => StatusCode::NOT_FOUND,
        Rejected::Refused(_) => StatusCode::UNAUTHORIZED,
        Rejected::NoInstallation | Rejected::Body(_) => StatusCode::BAD_REQUEST,
        Rejected::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
    };
    Problem::new(status, rejected.to_string())
}

/// 503, and when to come again.
fn wait(reason: &str, retry_after: Duration) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason).retry_after(retry_after)
}
