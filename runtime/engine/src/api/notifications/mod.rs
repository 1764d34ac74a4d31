//! Who is told of what: topics, the types of notification that come to them, and the destinations that hear from them.

mod destination_routes;
mod event_routes;
mod topics;

use utoipa_axum::routes;

use super::{document::Routes, problem::Problem};
use crate::project::{Issue, ProjectError};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(topics::list, topics::create))
        .add(routes!(topics::show, topics::update, topics::delete))
        .add(routes!(event_routes::list, event_routes::create))
        .add(routes!(event_routes::show, event_routes::update, event_routes::delete))
        .add(routes!(destination_routes::list, destination_routes::create))
        .add(routes!(destination_routes::show, destination_routes::update, destination_routes::delete))
}

/// 422, for one member of the body.
fn fault(path: &str, message: impl Into<String>) -> Problem {
    ProjectError::Invalid(vec![Issue { path: path.to_owned(), message: message.into() }]).into()
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

/// The value that a mask names; nothing where it does not.
fn named(masks: &[String], mask: &str, value: Option<String>) -> Result<Option<String>, Problem> {
    match masks.iter().any(|one| one == mask) {
        true => value.ok_or_else(|| fault(mask, "must be there where the mask names it")).map(Some),
        false => Ok(None),
    }
}
