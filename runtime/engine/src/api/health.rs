//! Whether the process lives, and whether it does its work: for whoever restarts it, or sends people to it.

use axum::{extract::State, http::StatusCode};

use utoipa_axum::routes;

use super::{Shared, document::Routes, problem::Problem};
use crate::scheduler::Handle;

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(live)).add(routes!(ready))
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/health/live", operation_id = "showLiveness", tag = "runtime",
    responses((status = 204, description = "It does."))
)]
async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether the runtime does its work: the store answers, there is room on its disk, and the scheduler runs.
#[utoipa::path(
    get, path = "/health/ready", operation_id = "showReadiness", tag = "runtime",
    responses((status = 204, description = "It does."), (status = 503, description = "It does not; `detail` says why."))
)]
async fn ready(State(api): Shared) -> Result<StatusCode, Problem> {
    let unready = |reason: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason);
    api.journal.destinations().await.map_err(|error| unready(error.to_string()))?;
    if api.scheduler.as_ref().is_some_and(Handle::is_closed) {
        let reason = "the scheduler has ended, nothing is read until a restart; the runtime's log says why";
        return Err(unready(reason.to_owned()));
    }
    match api.pressure.as_ref().and_then(|pressure| pressure.on_all()) {
        Some(reason) => Err(unready(reason)),
        None => Ok(StatusCode::NO_CONTENT),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::to_bytes;
    use http::Request;
    use tokio::sync::mpsc;
    use tower::ServiceExt;

    use crate::{
        access::{Failures, Keys},
        api::{Api, router},
        clock::SystemClock,
        disk::Disk,
        downloads::Downloads,
        journal::{Journal, sqlite::SqliteJournal},
        pressure::Pressure,
        scheduler::{self, Board},
        sqlite::Options,
        store::HostedStore,
    };

    /// Status and words of `/health/ready`, with a disk of which so much is to be left free.
    async fn check(
        reserve_bytes: u64,
        spoil: impl AsyncFnOnce(&dyn Journal, mpsc::Receiver<scheduler::Command>),
    ) -> (u16, String) {
        let folder = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal"), &Options::default()).unwrap();
        let (handle, wished) = scheduler::channel();
        let disk = Disk::new(folder.path(), reserve_bytes);
        let projects = crate::api::tests::projects(folder.path());
        let api = Api {
            project: "p".into(),
            journal: journal.clone(),
            store: HostedStore::open(&folder.path().join("store"), &Options::default()).unwrap(),
            projects: projects.clone(),
            connections: None,
            public_url: String::new(),
            downloads: Downloads::new("", &[0; 32], 0),
            clock: Arc::new(SystemClock),
            keys: Keys::new(projects.store().clone(), Arc::new(SystemClock), Vec::new(), Vec::new()),
            failures: Failures::new(0),
            allowed_origins: Vec::new(),
            sinks: None,
            board: Board::default(),
            scheduler: Some(handle),
            pressure: Some(Arc::new(Pressure::new(journal.clone(), disk))),
            intake: None,
            fields: None,
            uploads: None,
            feed: Default::default(),
            running_since: None,
        };
        spoil(&*journal, wished).await;
        let request = Request::get("/health/ready").body(axum::body::Body::empty()).unwrap();
        let answer = router(Arc::new(api)).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn says_why_it_is_not_ready() {
        let (running, _scheduler) = std::sync::mpsc::channel();
        let keep = async move |_: &dyn Journal, wished| drop(running.send(wished));
        assert_eq!(check(0, keep).await, (204, String::new()));
        let ended = check(0, async |_: &dyn Journal, wished| drop(wished)).await;
        assert!(ended.0 == 503 && ended.1.contains("the scheduler has ended"), "{ended:?}");
        let closed = check(0, async |journal: &dyn Journal, _| journal.close().await.unwrap()).await;
        assert!(closed.0 == 503 && closed.1.contains("the store is closed"), "{closed:?}");
        let (running, _scheduler) = std::sync::mpsc::channel();
        let full = check(u64::MAX, async move |_: &dyn Journal, wished| drop(running.send(wished))).await;
        assert!(full.0 == 503 && full.1.contains("the reserve is"), "{full:?}");
    }
}
