//! What a deployment would change, as clients read it: what the manifest says otherwise, and what becomes of installations.

use ampline_core::{
    difference::{Difference, differences},
    manifest::Backfill,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{manifest_shape, shapes::Issue};
use crate::project::{IntegrationPreview, IssueConsequence, Preview, ReadChange, ReadConsequence, RemovedObject, Whose};

/// What a deployment would change. Nothing has changed yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeploymentPlan {
    /// Whether anything would be other than before.
    changes: bool,
    /// Whether `destructive=true` is needed: installations read what the manifest no longer has.
    needs_destructive: bool,
    /// Those of the manifest, in its order.
    integrations: Vec<IntegrationPlan>,
    /// Names of the other integrations, which stay as they are.
    untouched: Vec<String>,
    /// What installations would read no longer.
    removed: Vec<Removed>,
}

/// What becomes of an integration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntegrationChange)]
enum Change {
    Created,
    Updated,
    Unchanged,
}

/// What would become of one integration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct IntegrationPlan {
    name: String,
    /// Of the provider catalog.
    provider: String,
    change: Change,
    /// The number of its latest revision then, from 1.
    revision: u32,
    /// How many installations it has.
    installations: usize,
    /// What the manifest says otherwise; empty for a new integration.
    differences: Vec<ManifestDifference>,
    /// What becomes of reads.
    reads: Vec<ReadPlan>,
    /// What would newly stand in the way of installations.
    issues: Vec<IssuePlan>,
}

/// One place where the manifest says otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ManifestDifference {
    /// Keys, and names of objects and fields: `read`, `objects`, `contacts`, `schedule`.
    path: Vec<String>,
    /// What it said; left out where this is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    before: Option<Value>,
    /// What it says; left out where this is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    after: Option<Value>,
}

/// What becomes of a read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum ReadFate {
    /// It begins.
    Begins,
    /// It is paused; its place is kept.
    Pauses,
    /// Schedule, destination or fields are those of the new revision.
    Follows,
    /// It stays as it is, because it was configured on an earlier revision.
    Stays,
}

/// What would become of the reads of one object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReadConsequence)]
struct ReadPlan {
    /// The provider's name.
    object_name: String,
    change: ReadFate,
    /// What a read that begins reads first, unless it ran before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    backfill: Option<BackfillPlan>,
    /// How many installations.
    installations: usize,
    /// The groups of some of them (at most 20), by their references.
    groups: Vec<String>,
}

/// What is read first: one of the two.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BackfillPeriod)]
struct BackfillPlan {
    /// What changed in so many days; 0 is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    days: Option<u32>,
    /// Everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    full_history: Option<bool>,
}

/// A problem that installations would have.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IssueConsequence)]
struct IssuePlan {
    issue: Issue,
    /// How many installations.
    installations: usize,
    /// The groups of some of them (at most 20), by their references.
    groups: Vec<String>,
}

/// An object that would be taken away, and who reads it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RemovedObject)]
struct Removed {
    integration_name: String,
    /// The provider's name.
    object_name: String,
    /// How many installations read it.
    installations: usize,
    /// The groups of some of them (at most 20), by their references.
    groups: Vec<String>,
}

/// Groups that are named of those that lose an object.
const GROUPS_NAMED_MAX: usize = 20;

/// The plan of a preview.
pub(super) fn plan(preview: Preview) -> DeploymentPlan {
    DeploymentPlan {
        changes: preview.integrations.iter().any(|one| one.changed),
        needs_destructive: !preview.removed.is_empty(),
        integrations: preview.integrations.into_iter().map(integration).collect(),
        untouched: preview.untouched,
        removed: preview.removed.into_iter().map(removed).collect(),
    }
}

fn integration(one: IntegrationPreview) -> IntegrationPlan {
    let IntegrationPreview { before, after, changed, installations, reads, issues } = one;
    let written = |integration| Value::Object(manifest_shape::content(integration));
    let differences = before.as_ref().map(|before| differences(&written(&before.latest.content), &written(&after.content)));
    IntegrationPlan {
        name: after.content.name.clone(),
        provider: after.content.provider.clone(),
        change: match before {
            None => Change::Created,
            Some(_) if changed => Change::Updated,
            Some(_) => Change::Unchanged,
        },
        revision: after.number,
        installations,
        differences: differences.into_iter().flatten().map(difference).collect(),
        reads: reads.into_iter().map(read).collect(),
        issues: issues.into_iter().map(issue).collect(),
    }
}

fn difference(Difference { path, before, after }: Difference) -> ManifestDifference {
    ManifestDifference { path, before, after }
}

fn read(ReadConsequence { object, kind, whose }: ReadConsequence) -> ReadPlan {
    let Whose { installations, groups } = whose;
    let (change, backfill) = match kind {
        ReadChange::Begins(backfill) => (ReadFate::Begins, Some(period(backfill))),
        ReadChange::Pauses => (ReadFate::Pauses, None),
        ReadChange::Follows => (ReadFate::Follows, None),
        ReadChange::Stays => (ReadFate::Stays, None),
    };
    ReadPlan { object_name: object, change, backfill, installations, groups }
}

fn period(backfill: Backfill) -> BackfillPlan {
    match backfill {
        Backfill::None => BackfillPlan { days: Some(0), ..BackfillPlan::default() },
        Backfill::Days(days) => BackfillPlan { days: Some(days), ..BackfillPlan::default() },
        Backfill::FullHistory => BackfillPlan { full_history: Some(true), ..BackfillPlan::default() },
    }
}

fn issue(IssueConsequence { issue, whose }: IssueConsequence) -> IssuePlan {
    let Whose { installations, groups } = whose;
    IssuePlan { issue: Issue { path: issue.path, message: issue.message }, installations, groups }
}

fn removed(RemovedObject { integration, object, mut groups }: RemovedObject) -> Removed {
    let installations = groups.len();
    groups.truncate(GROUPS_NAMED_MAX);
    Removed { integration_name: integration, object_name: object, installations, groups }
}
