//! A sample before something is read: one record of each object that is chosen anew or otherwise, so that a field or an object that is
//! not there is found out by whoever chooses it, and not by a schedule that fails.

use std::{sync::Arc, time::Duration};

use ampline_core::{
    cursor::ReadCursor,
    plan::ReadPlan,
    provider::{ReadError, ReadErrorClass},
};
use futures_util::{StreamExt, stream};

use super::{
    error::ProjectError,
    model::Issue,
    planning::Subject,
    service::{Project, object_path},
};
use crate::{reader, scheduler::Job};

/// How long all samples together may take; what has not answered by then is taken to be well.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Samples that are asked for at the same time.
const AT_ONCE_MAX: usize = 8;

impl Project {
    /// Reads one record of everything that is to be read by schedule and was not read so before; an issue for each that the provider
    /// refuses for what is asked. What may pass (limits, trouble, time-outs) and what credentials lack is no reason to refuse.
    pub(super) async fn sample(&self, before: Option<&Subject<'_>>, after: &Subject<'_>) -> Result<(), ProjectError> {
        let known = before.map(|before| (self.planner.plan(before).0, before.connection.id.clone())).unwrap_or_default();
        let (jobs, _) = self.planner.jobs(after);
        let wanted = jobs.into_iter().filter(|job| is_new(&job.plan, &known.0, known.1 == after.connection.id));
        let refused = stream::iter(wanted).map(|job| self.refusal(job)).buffer_unordered(AT_ONCE_MAX);
        let mut refused = Box::pin(refused.take_until(tokio::time::sleep(TIME_MAX)));
        let mut issues = Vec::new();
        while let Some(found) = refused.next().await {
            issues.extend(found);
        }
        issues.sort_by(|one: &Issue, other: &Issue| one.path.cmp(&other.path));
        if issues.is_empty() { Ok(()) } else { Err(ProjectError::Invalid(issues)) }
    }

    /// Why the provider refuses to read this at all.
    async fn refusal(&self, job: Job) -> Option<Issue> {
        let http = self.planner.http()?;
        let run = ReadCursor::triggered(None, None, self.clock.now()).run?;
        let request = job.provider.sample_request(&job.plan, &run);
        let page = |response: &http::Response<bytes::Bytes>| job.provider.page(&job.plan, &run, response).map(drop);
        let ReadError { message, class, .. } = reader::once(&http, &job.connection, request, page).await.err()?;
        let object = &job.plan.key.object_name;
        if !matches!(class, ReadErrorClass::BadRequest | ReadErrorClass::NotFound) {
            tracing::info!(event = "installation.sample_skipped", connection = %job.connection.id, object = %object, reason = message,
                "a sample told nothing of what is chosen");
            return None;
        }
        let message = format!(
            "{} refuses to read it so: {message}; choose other fields or filters, or leave the sample out (skipSampling=true, \
             `--skip-sampling`)",
            job.connection.provider
        );
        Some(Issue { path: object_path(object), message })
    }
}

/// Whether a read by schedule is other than one that there was, as far as the provider can tell.
fn is_new(plan: &Arc<ReadPlan>, before: &[ReadPlan], same_connection: bool) -> bool {
    let known = before.iter().find(|known| known.key == plan.key && known.schedule.is_some());
    let same = known.is_some_and(|known| {
        known.fields == plan.fields && known.filters == plan.filters && known.associations == plan.associations
    });
    plan.schedule.is_some() && !(same && same_connection)
}
