//! What happens, as it happens: deliveries, operations, reads and destinations as Server-Sent Events (HTML standard, section 9.2).

mod feed;

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(crate) use feed::Feed;
use feed::{Follower, Kind, Told};

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    problem::{Place, Problem, RequestIssue, invalid},
    status::check_project,
};

/// Comments keep proxies from taking a quiet stream for a dead one.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a follower who was refused may try again.
const RETRY_LATER: Duration = Duration::from_secs(10);

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(follow))
}

/// What is followed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Wanted {
    /// Which of `deliveries`, `operations`, `reads` and `destinations`, with commas between them; all where nothing is said.
    #[param(example = "deliveries,operations")]
    types: Option<String>,
}

/// Follows what happens.
///
/// A stream of events (`text/event-stream`), at most one of a type every 100 ms. `deliveries`, `operations`, `reads` and
/// `destinations` carry a JSON array of those that changed, as the lists and the status show them. `lagged` carries `{"missed": n}`:
/// so many changes were not told, so load the lists again. A `Last-Event-ID` goes on behind that event as long as it is remembered.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/live-events", operation_id = "followEvents", tag = "runtime", params(Wanted),
    responses((status = 200, body = String, content_type = "text/event-stream", description = "Until one side ends it."))
)]
async fn follow(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let kinds = kinds(wanted.types.as_deref())?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let Some(follower) = Feed::follow(&api, last) else {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "as many follow what happens as may at one time");
        return Err(problem.remedy("end another stream first").retry_after(RETRY_LATER));
    };
    let keep_alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(events(follower, kinds)).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold the events back otherwise.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn kinds(types: Option<&str>) -> Result<Vec<Kind>, Problem> {
    let Some(types) = types else { return Ok(Kind::ALL.to_vec()) };
    let unknown = |name: &str| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let issue = RequestIssue::new(Place::Query, "types", format!("there is no type {name:?}"));
        invalid(vec![issue.remedy(format!("name some of {}", known.join(", ")))])
    };
    types.split(',').map(|name| Kind::parse(name.trim()).ok_or_else(|| unknown(name))).collect()
}

fn events(follower: Follower, kinds: Vec<Kind>) -> impl Stream<Item = Result<Event, Infallible>> {
    let Follower { behind, next, stop, following } = follower;
    let is_wanted = move |told: &Told| told.kind.is_none_or(|kind| kinds.contains(&kind));
    let ended = async move {
        let mut stop = stop;
        drop(stop.wait_for(|stop| *stop).await);
    };
    let coming = stream::unfold((next, following), |(mut next, following)| async move {
        let told = match next.recv().await {
            Ok(told) => told,
            Err(RecvError::Lagged(missed)) => Told::lagged(None, missed).into(),
            Err(RecvError::Closed) => return None,
        };
        Some((told, (next, following)))
    });
    let all = stream::iter(behind).chain(coming).filter(move |told| std::future::ready(is_wanted(told)));
    all.map(|told| Ok(told.event())).take_until(ended)
}
