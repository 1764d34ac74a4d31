//! What a deployment would change, found by planning every installation with the integration as it is and as it would be.
//!
//! The same checks as for the deployment itself, and the same planning as for reads, so that what is shown is what happens.

use std::sync::Arc;

use ampline_core::{
    manifest::{Backfill, Integration, Manifest},
    plan::ReadPlan,
};

use super::{
    error::{ProjectError, RemovedObject},
    lookup::Lookup,
    model::{InstallationRecord, IntegrationRecord, IntegrationRevision, Issue, Origin},
    service::Project,
    sqlite::{InstallationFilter, PAGE_MAX},
};

/// Groups of installations that are named; the others are counted.
const GROUPS_NAMED_MAX: usize = 20;
/// Consequences that are told of one integration.
const TOLD_MAX: usize = 1_000;

/// What a deployment would change.
#[derive(Debug)]
pub(crate) struct Preview {
    /// Those that the manifest names, in its order.
    pub(crate) integrations: Vec<IntegrationPreview>,
    /// Names of the others, which stay as they are.
    pub(crate) untouched: Vec<String>,
    /// What installations would read no longer; where there is any, the deployment must be said to be destructive.
    pub(crate) removed: Vec<RemovedObject>,
}

/// What would become of one integration.
#[derive(Debug)]
pub(crate) struct IntegrationPreview {
    /// As it is; nothing where it is new.
    pub(crate) before: Option<IntegrationRecord>,
    /// As it would be; the revision of before where it says nothing new.
    pub(crate) after: Arc<IntegrationRevision>,
    /// Whether anything would be other than before.
    pub(crate) changed: bool,
    /// How many installations it has.
    pub(crate) installations: usize,
    /// What installations would read otherwise.
    pub(crate) reads: Vec<ReadConsequence>,
    /// What would newly stand in the way of installations.
    pub(crate) issues: Vec<IssueConsequence>,
}

/// What would become of the reads of one object.
#[derive(Debug, PartialEq)]
pub(crate) struct ReadConsequence {
    /// The provider's name.
    pub(crate) object: String,
    pub(crate) kind: ReadChange,
    pub(crate) whose: Whose,
}

/// How a read changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadChange {
    /// It begins, with this backfill where it never ran.
    Begins(Backfill),
    /// It is paused; its place is kept.
    Pauses,
    /// Schedule, destination or fields are others from now on.
    Follows,
    /// It stays as it is, because it was configured on an earlier revision.
    Stays,
}

/// A problem that installations would have.
#[derive(Debug, PartialEq)]
pub(crate) struct IssueConsequence {
    pub(crate) issue: Issue,
    pub(crate) whose: Whose,
}

/// Whose installations are meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Whose {
    /// How many.
    pub(crate) installations: usize,
    /// The groups of some of them, by their references.
    pub(crate) groups: Vec<String>,
}

impl Whose {
    fn add(&mut self, record: &InstallationRecord) {
        self.installations += 1;
        if self.groups.len() < GROUPS_NAMED_MAX {
            self.groups.push(record.group.reference.clone());
        }
    }
}

impl Project {
    /// What [`Project::deploy`] would change, or why it would be refused. Others may change things meanwhile: this holds nobody up.
    pub(crate) async fn preview(&self, manifest: &Manifest, origin: &Origin) -> Result<Preview, ProjectError> {
        let issues = self.deploy_issues(manifest);
        if !issues.is_empty() {
            return Err(ProjectError::Invalid(issues));
        }
        let mut integrations = Vec::new();
        for new in &manifest.integrations {
            let before = self.store.integration(&new.name).await?;
            integrations.push(self.previewed(&manifest.spec_version, new, before, origin).await?);
        }
        let named = |name: &str| manifest.integrations.iter().any(|one| one.name == name);
        let all = self.store.integrations().await?;
        let untouched = all.into_iter().map(|one| one.name).filter(|name| !named(name)).collect();
        Ok(Preview { integrations, untouched, removed: self.removed(manifest, |_| true).await? })
    }

    async fn previewed(
        &self,
        spec_version: &str,
        new: &Integration,
        before: Option<IntegrationRecord>,
        origin: &Origin,
    ) -> Result<IntegrationPreview, ProjectError> {
        let revision = |number| {
            Arc::new(IntegrationRevision {
                id: String::new(),
                number,
                spec_version: spec_version.to_owned(),
                content: new.clone(),
                create_time: self.clock.now(),
            })
        };
        let Some(known) = &before else {
            return Ok(IntegrationPreview {
                before,
                after: revision(1),
                changed: true,
                installations: 0,
                reads: Vec::new(),
                issues: Vec::new(),
            });
        };
        let same = known.latest.content == *new && known.latest.spec_version == spec_version;
        let refusal = known.refusal(origin);
        // A file's integration may be named beside others, as long as nothing new is said of it.
        let stays = same && refusal.is_some();
        if let Some(refusal) = refusal.filter(|_| !same) {
            return Err(refusal);
        }
        let after = if same { known.latest.clone() } else { revision(known.latest.number + 1) };
        let changed = !same || !stays && (known.disabled_reason.is_some() || known.origin != *origin);
        let would_be =
            IntegrationRecord { latest: after.clone(), disabled_reason: None, origin: origin.clone(), ..known.clone() };
        let (mut reads, mut issues) = (Tally::default(), Tally::default());
        let (mut installations, mut after_id) = (0, String::new());
        let filter = InstallationFilter { integration_id: Some(known.id.clone()), ..InstallationFilter::default() };
        let mut lookup = Lookup::new(self);
        loop {
            let page = self.store.installations(filter.clone(), &after_id, PAGE_MAX).await?;
            let Some(last) = page.last() else { break };
            after_id.clone_from(&last.id);
            installations += page.len();
            if !changed {
                continue;
            }
            for record in page {
                let installed = lookup.referred(record).await?;
                let (is, was_wrong) = self.planner.plan(&installed.subject());
                let (will_be, is_wrong) = self.planner.plan(&installed.subject_of(&would_be));
                for change in changes(&is, &will_be, &known.latest.content, new) {
                    reads.add(change, &installed.record);
                }
                for issue in is_wrong.into_iter().filter(|issue| !was_wrong.contains(issue)) {
                    issues.add(issue, &installed.record);
                }
            }
        }
        let mut reads: Vec<ReadConsequence> =
            reads.0.into_iter().map(|((object, kind), whose)| ReadConsequence { object, kind, whose }).collect();
        reads.sort_by(|a, b| a.object.cmp(&b.object));
        let issues = issues.0.into_iter().map(|(issue, whose)| IssueConsequence { issue, whose }).collect();
        Ok(IntegrationPreview { before, after, changed, installations, reads, issues })
    }
}

/// Who has what in common, in the order in which it was first met.
struct Tally<T>(Vec<(T, Whose)>);

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Tally<T> {
    fn add(&mut self, what: T, record: &InstallationRecord) {
        let known = self.0.iter().position(|(known, _)| *known == what);
        let at = known.unwrap_or(self.0.len());
        if known.is_none() && at < TOLD_MAX {
            self.0.push((what, Whose::default()));
        }
        if let Some((_, whose)) = self.0.get_mut(at) {
            whose.add(record);
        }
    }
}

/// What becomes of the reads of one installation. Reads that are the same tell only where the manifest says otherwise of the object.
fn changes(is: &[ReadPlan], will_be: &[ReadPlan], older: &Integration, newer: &Integration) -> Vec<(String, ReadChange)> {
    let of = |plans: &'_ [ReadPlan], name: &str| plans.iter().position(|plan| plan.key.object_name == name);
    let mut found = Vec::new();
    for plan in is {
        let name = &plan.key.object_name;
        let kind = match of(will_be, name).map(|at| &will_be[at]) {
            None => ReadChange::Pauses,
            Some(other) if !reads_alike(plan, other) => ReadChange::Follows,
            Some(_) if said_of(older, name) != said_of(newer, name) => ReadChange::Stays,
            Some(_) => continue,
        };
        found.push((name.clone(), kind));
    }
    for plan in will_be.iter().filter(|plan| of(is, &plan.key.object_name).is_none()) {
        found.push((plan.key.object_name.clone(), ReadChange::Begins(plan.backfill)));
    }
    found
}

fn said_of<'a>(integration: &'a Integration, object: &str) -> Option<&'a ampline_core::manifest::ReadObject> {
    integration.read.iter().find(|one| one.object_name.eq_ignore_ascii_case(object))
}

/// Whether two plans read the same, at the same times, to the same place. Backfills are over once a read has begun.
fn reads_alike(one: &ReadPlan, other: &ReadPlan) -> bool {
    one.schedule == other.schedule
        && one.fields == other.fields
        && one.filters == other.filters
        && one.module == other.module
        && one.deletes == other.deletes
        && one.associations == other.associations
        && one.context.destination == other.context.destination
        && one.context.object_name == other.context.object_name
        && one.context.raw_object_name == other.context.raw_object_name
}
