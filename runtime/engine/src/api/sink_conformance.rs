//! The conformance harness on installed sinks.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Body, Path},
    problem::Problem,
    sinks,
    status::check_project,
};
use crate::{harness::Report, sink::library::TestError};

/// When somebody may ask again for whom a sink was not tested because another was.
const AGAIN: Duration = Duration::from_secs(5);

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(test))
}

/// With what a sink is tested.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TestSinkRequest {
    /// `metadata` of a destination, which the sink must accept; what its schema gives as an example where it is left out.
    config: Option<Map<String, Value>>,
}

/// Tests an installed sink.
///
/// The conformance harness, as `ampline sink test` has it, on the component that serves the type now: in the runtime's own host, with
/// everything that it asks of other sides answered by a script. It reaches neither a network nor a secret. A check that fails says what
/// must hold, what happened and how to repair it. One sink is tested at a time.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/sinks/{sinkName}:test", operation_id = "testSink", tag = "sinks",
    request_body = Option<TestSinkRequest>,
    responses(
        (status = 200, body = Report, description = "What the checks came to, passed or not."),
        (status = 409, description = "It is built in."),
        (status = 429, description = "A sink is being tested already.")
    )
)]
async fn test(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    body: Option<Body<TestSinkRequest>>,
) -> Result<Json<Report>, Problem> {
    check_project(&api, &project)?;
    let config = body.and_then(|Body(request)| request.config).map(Value::Object);
    let report = sinks::library(&api)?.test(&name, config).await.map_err(not_tested)?;
    tracing::info!(event = "sink.tested", sink = %name, digest = report.sink.digest, failed = report.failed().count());
    Ok(Json(report))
}

fn not_tested(error: TestError) -> Problem {
    let told = error.to_string();
    let alone = "test the component by itself: `ampline sink test FILE.wasm`";
    match error {
        TestError::Library(error) => sinks::refused(error),
        TestError::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, told).retry_after(AGAIN),
        TestError::Late(_) => Problem::new(StatusCode::GATEWAY_TIMEOUT, told).remedy(alone),
        TestError::Unable(..) => Problem::new(StatusCode::CONFLICT, told).remedy(alone),
    }
}
