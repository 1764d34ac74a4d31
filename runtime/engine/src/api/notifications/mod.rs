//! Who is told of what: topics, the types of notification that come to them, and the destinations that hear from them.

mod routes;
mod topics;

use std::sync::Arc;

use axum::{Router, routing::get};

use super::{
    Api,
    problem::{Problem, invalid},
};
use crate::project::Issue;

/// Routes of topics, and of what leads to and from them.
pub(super) fn keyed() -> Router<Arc<Api>> {
    const PROJECT: &str = "/v1/projects/{project}";
    let path = |rest: &str| format!("{PROJECT}/{rest}");
    Router::new()
        .route(&path("topics"), get(topics::list).post(topics::create))
        .route(&path("topics/{topic}"), get(topics::show).patch(topics::update).delete(topics::delete))
        .route(&path("notification-event-topic-routes"), get(routes::list_of_events).post(routes::create_of_event))
        .route(
            &path("notification-event-topic-routes/{route}"),
            get(routes::show_of_event).patch(routes::update_of_event).delete(routes::delete_of_event),
        )
        .route(&path("topic-destination-routes"), get(routes::list_of_destinations).post(routes::create_of_destination))
        .route(
            &path("topic-destination-routes/{route}"),
            get(routes::show_of_destination).patch(routes::update_of_destination).delete(routes::delete_of_destination),
        )
}

/// 422, for one member of the body.
fn fault(path: &str, message: impl Into<String>) -> Problem {
    invalid(vec![Issue { path: path.to_owned(), message: message.into() }])
}

/// Every mask is one of those that can be changed, and there is at least one.
fn check_mask(masks: &[String], known: &[&str]) -> Result<(), Problem> {
    match masks.iter().find(|mask| !known.contains(&mask.as_str())) {
        Some(mask) => {
            Err(fault("updateMask", format!("nothing can be changed by the mask {mask:?}; there are: {}", known.join(", "))))
        }
        None if masks.is_empty() => Err(fault("updateMask", format!("names nothing to change; there are: {}", known.join(", ")))),
        None => Ok(()),
    }
}
