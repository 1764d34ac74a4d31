//! Looks at regular intervals: at the files that are open, and at how the chosen runtime stands.

use std::{sync::Arc, time::Duration};

use ampline::cli::reach::Reached;
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    desk::{Change, Desk},
    notify,
    trouble::{self, Status, Troubles},
};

/// Between two looks at files.
const FILES_EVERY: Duration = Duration::from_millis(700);
/// Between two questions how the runtime stands.
const STATUS_EVERY: Duration = Duration::from_secs(5);
/// Until that must be answered.
const STATUS_MAX: Duration = Duration::from_secs(10);

/// Tells pages of files that others have changed.
pub(crate) async fn files(desk: Arc<Desk>) {
    let mut ticks = interval(FILES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looking = desk.clone();
        let changed = tokio::task::spawn_blocking(move || looking.files.look()).await.unwrap_or_default();
        for file in changed {
            desk.tell(Change::File(file));
        }
    }
}

/// Tells a person of new trouble at the runtime. What was there when the desk came is shown and not told.
pub(crate) async fn runtime(desk: Arc<Desk>) {
    let mut ticks = interval(STATUS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Of the runtime with this address.
    let mut before: Option<(String, Troubles)> = None;
    loop {
        ticks.tick().await;
        let Some(reached) = desk.relay.reached() else { continue };
        // Pages show themselves that it does not answer.
        let Some(status) = status(&reached).await else { continue };
        if desk.relay.reached().is_none_or(|now| now.base() != reached.base()) {
            continue;
        }
        let now = trouble::troubles(&status);
        if let Some((base, before)) = &before
            && base == reached.base()
            && let Some(notice) = trouble::news(before, &now)
        {
            notify::tell(&notice).await;
        }
        desk.set_troubles(now.clone());
        before = Some((reached.base().to_owned(), now));
    }
}

async fn status(reached: &Reached) -> Option<Status> {
    let projects: Value = serde_json::from_slice(&ask(reached, &["v1", "projects"]).await?).ok()?;
    let project = projects.get(0)?.get("id")?.as_str()?;
    serde_json::from_slice(&ask(reached, &["v1", "projects", project, "status"]).await?).ok()
}

async fn ask(reached: &Reached, path: &[&str]) -> Option<Vec<u8>> {
    let mut url = Url::parse(reached.base()).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(path);
    let response = reached.request(Method::GET, url).timeout(STATUS_MAX).send().await.ok()?;
    let response = response.error_for_status().ok()?;
    Some(response.bytes().await.ok()?.to_vec())
}
