//! The `[notifications]` table: which destinations hear of what.

use ampline_core::{
    manifest::Manifest,
    message::{NotificationType, takes_notifications},
};

use super::{Problem, Settings, destinations};
use crate::project::DeclaredRoutes;

/// Who hears of what, or every fault of what the table says.
pub(crate) fn routes(settings: &Settings, manifest: &Manifest) -> Result<DeclaredRoutes, Vec<Problem>> {
    let (mut routes, mut problems) = (DeclaredRoutes::new(), Vec::new());
    let destinations = destinations::all(settings, manifest);
    for (kind, names) in &settings.notifications {
        let place = format!("notifications.{kind:?}");
        let mut report = |message: String| problems.push(Problem { place: place.clone(), message });
        for name in names {
            match destinations.get(name) {
                None => {
                    let known: Vec<&str> = destinations.keys().map(String::as_str).collect();
                    report(format!("there is no destination {name:?}; there are: {}", known.join(", ")));
                }
                Some((one, _)) if !takes_notifications(&one.kind) => report(format!(
                    "the destination {name:?} is of type {:?}, which holds records and no notifications: name a webhook, a bucket or a stream",
                    one.kind
                )),
                Some(_) => {}
            }
        }
        match NotificationType::parse(kind) {
            Ok(kind) => routes.push((kind, names.clone())),
            Err(message) => report(message),
        }
    }
    if problems.is_empty() { Ok(routes) } else { Err(problems) }
}
