//! What targets are played on: installations, destinations and plans, made by the ways that the runtime itself goes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use ampline_core::{
    manifest::{Integration, check},
    plan::{Choice, Installation, KnownDestination, ObjectConfig, Others, PlanProblem, ReadPlan, plan},
    provider::Catalog,
    subscribe::{SubscribeConfig, SubscribePlan, plan_subscriptions},
};
use http::Request;
use jiff::Timestamp;

/// The providers that are built in.
pub(super) static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);

/// A time in the middle of everything.
pub(super) const NOW: Timestamp = Timestamp::constant(1_772_366_400, 0);

/// An installation that chose this.
pub(super) fn installation(objects: BTreeMap<String, ObjectConfig>) -> Installation {
    let text = str::to_owned;
    Installation {
        id: text("085353b1-07f1-4209-b471-7e028c0a68c8"),
        project_id: text("9482e676-4874-43a4-beea-fa8081d13a07"),
        integration: text("crm"),
        group_ref: text("group \"1\"\n"),
        group_name: text("Gruppe ü"),
        consumer_ref: text("user-id"),
        consumer_name: text("user-name"),
        connection_id: text("connection-1"),
        workspace: Some(text("acme")),
        update_time: NOW,
        objects,
    }
}

/// Every destination that the integration names; every other one holds records rather than messages.
pub(super) fn destinations(integration: &Integration) -> BTreeMap<String, KnownDestination> {
    let reads = integration.read.iter().map(|object| object.destination.clone());
    let names: BTreeSet<String> = reads.chain(integration.subscribe.iter().map(|object| object.destination.clone())).collect();
    let known = |(place, name): (usize, String)| {
        let destination = KnownDestination { id: format!("d{place}"), mirrors_records: place % 2 == 1 };
        (name, destination)
    };
    names.into_iter().enumerate().map(known).collect()
}

/// Everything that follows from an installation, and what was reported.
pub(super) fn planned(
    choice: &Choice<'_>,
    objects: BTreeMap<String, ObjectConfig>,
    configs: &BTreeMap<String, SubscribeConfig>,
) -> (Vec<ReadPlan>, Vec<SubscribePlan>, Vec<PlanProblem>) {
    let (installation, destinations) = (installation(objects), destinations(choice.configured));
    let (reads, mut problems) = plan(choice, &installation, &destinations);
    let (subscriptions, more) = plan_subscriptions(choice, &installation, configs, &destinations);
    problems.extend(more);
    (reads, subscriptions, problems)
}

/// The one integration of a manifest that is known to be sound.
pub(super) fn integration(source: &str) -> Integration {
    let checked = check(source.as_bytes());
    let manifest = checked.manifest.unwrap_or_else(|| panic!("{source}: {:?}", checked.issues));
    manifest.integrations.into_iter().next().expect("a manifest has an integration")
}

/// The read of an object that allows every field, as this configuration has it.
pub(super) fn read_plan(provider: &str, object: &str, config: ObjectConfig) -> Option<ReadPlan> {
    let source = format!(
        "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: {provider}\n    read:\n      objects:\n        \
         - {{objectName: {object:?}, destination: hook, schedule: '0 * * * *', optionalFieldsAuto: all}}\n"
    );
    let integration = integration(&source);
    let choice = Choice { configured: &integration, latest: &integration, others: Others::All };
    planned(&choice, [(object.to_owned(), config)].into(), &BTreeMap::new()).0.into_iter().next()
}

/// Whether a request is beneath the base URL, whatever it was made of.
pub(super) fn judge_request<B>(request: &Request<B>) {
    let uri = request.uri();
    assert!(uri.host().is_none() && uri.path().starts_with('/') && !uri.path().starts_with("//"), "{uri}");
    let mut segments = uri.path().split('/').map(|segment| segment.to_ascii_lowercase().replace("%2e", "."));
    assert!(!segments.any(|segment| segment == "." || segment == ".."), "{uri}");
}
