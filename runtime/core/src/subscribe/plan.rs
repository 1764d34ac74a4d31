//! Manifest × installation → which events of which objects become messages, and where these go.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::config::{Enabled, SubscribeConfig, WatchAuto};
use crate::{
    manifest::{AssociationChange, Backfill, Integration, ReadObject, SubscribeObject, WatchFields},
    plan::{self, FieldPath, Installation, KnownDestination, ObjectConfig, PlanProblem, ReadPlan},
};

/// One subscription, fully decided.
#[derive(Debug, Clone)]
pub struct SubscribePlan {
    /// How the records of its events are asked for, and what their messages say; `read.key` names the object.
    pub read: Arc<ReadPlan>,
    /// Whether records are asked for: not where the object is not read, so that nothing says which fields are wanted.
    pub fetches: bool,
    /// Whether new records are announced.
    pub create: bool,
    /// Which changes are announced.
    pub update: Option<Watched>,
    /// Whether deletions are announced.
    pub delete: bool,
    /// Whether changed associations are announced, and how.
    pub associations: Option<AssociationChange>,
    /// The provider's own names of further events.
    pub other_events: Vec<String>,
    /// What the bodies look like.
    pub style: Style,
    /// Whether the destination holds the latest state of each record rather than taking messages.
    pub mirrors_records: bool,
    /// Reads of the objects at the other end of associations, by the manifest's names; empty where their records are not wanted.
    pub related: BTreeMap<String, Arc<ReadPlan>>,
}

/// Which fields' changes count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// Every field.
    Any,
    /// These, in lower case.
    These(BTreeSet<String>),
}

/// What bodies look like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Style {
    /// `result` with an entry for each event.
    #[default]
    Current,
    /// The bodies of 2023, one for each event, and of an update one for each changed field.
    Of2023 {
        /// One that changed is `changedField`, the others are among `otherFields`; empty: every change counts.
        watch: Vec<NamedField>,
        /// Always among `otherFields`.
        additional: Vec<NamedField>,
    },
}

/// A field of the provider under the name that bodies of 2023 carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedField {
    /// As bodies carry it.
    pub name: String,
    /// The provider's.
    pub field_name: String,
}

/// Plans every subscription of an installation. `configs` are the customer's own choices by object, `destinations` the project's.
///
/// A field that cannot be watched is reported and left out; a subscription without a usable destination is reported and makes no
/// message. What is wrong with the fields of the read object is reported where reads are planned.
pub fn plan_subscriptions(
    integration: &Integration,
    installation: &Installation,
    configs: &BTreeMap<String, SubscribeConfig>,
    destinations: &BTreeMap<String, KnownDestination>,
) -> (Vec<SubscribePlan>, Vec<PlanProblem>) {
    let mut planner = Planner { integration, installation, destinations, place: String::new(), problems: Vec::new() };
    let defaults = SubscribeConfig::default();
    let mut plans = Vec::new();
    for object in &integration.subscribe {
        planner.place = format!("installation {}, subscription to {}", installation.id, object.object_name);
        let config = configs.get(&object.object_name).unwrap_or(&defaults);
        plans.extend(planner.subscription(object, config));
    }
    for name in configs.keys().filter(|name| !integration.subscribe.iter().any(|object| object.object_name == **name)) {
        planner.place = format!("installation {}", installation.id);
        let known = integration.subscribe.iter().map(|object| object.object_name.as_str());
        planner.report(plan::unknown("subscribed object", name, known));
    }
    (plans, planner.problems)
}

struct Planner<'a> {
    integration: &'a Integration,
    installation: &'a Installation,
    destinations: &'a BTreeMap<String, KnownDestination>,
    place: String,
    problems: Vec<PlanProblem>,
}

impl Planner<'_> {
    fn report(&mut self, message: String) {
        self.problems.push(PlanProblem { place: self.place.clone(), message });
    }

    fn subscription(&mut self, object: &SubscribeObject, config: &SubscribeConfig) -> Option<SubscribePlan> {
        let destination = config.destination.as_ref().unwrap_or(&object.destination);
        let Some(known) = self.destinations.get(destination) else {
            let names = self.destinations.keys().map(String::as_str);
            self.report(plan::unknown("destination", destination, names));
            return None;
        };
        let mirrors_records = known.mirrors_records;
        let declared = self.integration.read.iter().find(|read| read.object_name == object.object_name);
        let style = if mirrors_records { Style::Current } else { Style::of(object) };
        let fetches = declared.is_some() || style != Style::Current;
        if mirrors_records && !fetches {
            let message = "the destination holds records, and nothing says which fields of them: add the object to `read.objects` \
                           (`schedule: \"\"` keeps it from being read by the clock)";
            self.report(message.to_owned());
            return None;
        }
        let mut read = self.read(&object.object_name, declared, destination)?;
        style.ask_for(&mut read);
        let wanted = |own: Option<Enabled>, default: bool| own.map_or(default, |enabled| enabled == Enabled::Always);
        let update = self.watched(object, config, &read);
        let associations = object.association_change_event;
        let related = match associations {
            Some(AssociationChange { include_full_records: true }) if !mirrors_records => self.related(destination),
            _ => BTreeMap::new(),
        };
        Some(SubscribePlan {
            read: Arc::new(read),
            fetches,
            create: wanted(config.create_event.map(|event| event.enabled), object.create_event),
            update,
            delete: wanted(config.delete_event.map(|event| event.enabled), object.delete_event),
            associations,
            other_events: config.other_events.clone().unwrap_or_else(|| object.other_events.clone()),
            style,
            mirrors_records,
            related,
        })
    }

    /// The read that the fields and the mapping come from, on its way to the subscription's own destination.
    fn read(&self, name: &str, declared: Option<&ReadObject>, destination: &str) -> Option<ReadPlan> {
        let undeclared = ReadObject {
            object_name: name.to_owned(),
            map_to_name: None,
            map_to_display_name: None,
            destination: destination.to_owned(),
            schedule: None,
            required_fields: Vec::new(),
            optional_fields: Vec::new(),
            optional_fields_auto: false,
            backfill: Backfill::None,
            delivery: None,
            always_enabled: false,
        };
        let object = declared.unwrap_or(&undeclared);
        let chosen = self.installation.objects.get(name).cloned().unwrap_or_default();
        // Whatever keeps the object from being read by the clock does not keep its events back.
        let config = ObjectConfig {
            disabled: false,
            schedule: Some(String::new()),
            destination: Some(destination.to_owned()),
            backfill: None,
            ..chosen
        };
        plan::plan_alone(self.integration, self.installation, object, &config, self.destinations)
    }

    fn related(&self, destination: &str) -> BTreeMap<String, Arc<ReadPlan>> {
        let reads = self.integration.read.iter();
        let plans = reads.filter_map(|object| {
            let read = self.read(&object.object_name, Some(object), destination)?;
            Some((object.object_name.clone(), Arc::new(read)))
        });
        plans.collect()
    }

    fn watched(&mut self, object: &SubscribeObject, config: &SubscribeConfig, read: &ReadPlan) -> Option<Watched> {
        let fields = match &config.update_event {
            None => object.update_event.as_ref()?.clone(),
            Some(own) if own.enabled == Enabled::Never => return None,
            Some(own) => match own.watch_fields_auto {
                Some(WatchAuto::All) => WatchFields::All,
                Some(WatchAuto::Selected) => WatchFields::Selected,
                None if own.required_watch_fields.is_empty() => object.update_event.clone().unwrap_or(WatchFields::All),
                None => WatchFields::Named(own.required_watch_fields.clone()),
            },
        };
        match fields {
            WatchFields::All => Some(Watched::Any),
            WatchFields::Selected if read.fields.all => Some(Watched::Any),
            WatchFields::Selected => {
                let watched: BTreeSet<String> = read.fields.source_paths().map(|path| path.head().to_lowercase()).collect();
                if watched.is_empty() {
                    self.report("`watchFieldsAuto: selected` watches nothing, for no field is selected: select one".to_owned());
                    return None;
                }
                Some(Watched::These(watched))
            }
            WatchFields::Named(names) => Some(Watched::These(names.iter().map(|name| source(name, read)).collect())),
        }
    }
}

/// The provider's field behind a name that may be a mapped one; in lower case.
fn source(name: &str, read: &ReadPlan) -> String {
    let mapped = read.fields.mapped.iter().find(|mapped| mapped.name.is_plain() && mapped.name.head() == name);
    mapped.map_or_else(|| name.to_lowercase(), |mapped| mapped.source.head().to_lowercase())
}

impl Style {
    fn of(_object: &SubscribeObject) -> Self {
        Self::Current
    }

    /// The bodies of 2023 carry every field of a new record, and of a changed one what the manifest lists.
    fn ask_for(&self, read: &mut ReadPlan) {
        let Self::Of2023 { watch, additional } = self else { return };
        let named = watch.iter().chain(additional).filter_map(|field| FieldPath::parse(&field.field_name).ok());
        read.fields.plain.extend(named);
        read.fields.all = true;
    }
}
