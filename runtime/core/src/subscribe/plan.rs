//! Manifest × installation → which events of which objects become messages, and where these go.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::config::{Enabled, SubscribeConfig, WatchAuto};
use crate::{
    manifest::{AssociationChange, Backfill, LegacyBody, MessageStyle, ReadObject, SubscribeObject, WatchFields},
    plan::{self, Choice, FieldPath, Installation, KnownDestination, ObjectConfig, Others, PlanProblem, ReadPlan},
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
    pub style: MessageStyle,
    /// Whether the destination holds the latest state of each record rather than taking messages.
    pub mirrors_records: bool,
    /// Reads of the objects at the other end of associations, by the manifest's names; empty where their records are not wanted.
    pub related: Arc<BTreeMap<String, Arc<ReadPlan>>>,
}

/// Which fields' changes count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// Every field.
    Any,
    /// These, in lower case.
    These(BTreeSet<String>),
}

/// Plans every subscription of an installation: of those objects that it reads, that it configures events of, or that are not read
/// at all. `configs` are the customer's own choices by object, `destinations` the project's.
///
/// A field that cannot be watched is reported and left out; a subscription without a usable destination is reported and makes no
/// message. What is wrong with the fields of the read object is reported where reads are planned.
pub fn plan_subscriptions(
    choice: &Choice<'_>,
    installation: &Installation,
    configs: &BTreeMap<String, SubscribeConfig>,
    destinations: &BTreeMap<String, KnownDestination>,
) -> (Vec<SubscribePlan>, Vec<PlanProblem>) {
    let mut planner =
        Planner { choice, installation, destinations, object: String::new(), problems: Vec::new(), related: BTreeMap::new() };
    let defaults = SubscribeConfig::default();
    let mut plans = Vec::new();
    let subscribed = &choice.latest.subscribe;
    for object in subscribed {
        planner.object.clone_from(&object.object_name);
        let config = configs.get(&object.object_name);
        if config.is_some() || planner.is_chosen(&object.object_name) {
            plans.extend(planner.subscription(object, config.unwrap_or(&defaults)));
        }
    }
    for name in configs.keys().filter(|name| !subscribed.iter().any(|object| object.object_name == **name)) {
        planner.object.clone_from(name);
        planner.report("", plan::unknown("subscribed object", name, subscribed.iter().map(|object| object.object_name.as_str())));
    }
    (plans, planner.problems)
}

struct Planner<'a> {
    choice: &'a Choice<'a>,
    installation: &'a Installation,
    destinations: &'a BTreeMap<String, KnownDestination>,
    object: String,
    problems: Vec<PlanProblem>,
    /// [`SubscribePlan::related`] by destination: many subscriptions share one.
    related: BTreeMap<String, Arc<BTreeMap<String, Arc<ReadPlan>>>>,
}

impl<'a> Planner<'a> {
    fn report(&mut self, key: &str, message: String) {
        self.push(key, message, None);
    }

    fn push(&mut self, key: &str, message: String, awaits_destination: Option<String>) {
        let place = format!("installation {}, subscription to {}", self.installation.id, self.object);
        let path = format!("subscribe.objects.{}{key}", self.object);
        self.problems.push(PlanProblem { place, path, message, awaits_destination });
    }

    /// The read object of this name, in the revision that counts for it.
    fn declared(&self, name: &str) -> Option<&'a ReadObject> {
        let configured = self.installation.objects.contains_key(name);
        let integration = if configured { self.choice.configured } else { self.choice.latest };
        integration.read.iter().find(|read| read.object_name == name)
    }

    fn is_chosen(&self, name: &str) -> bool {
        let is_read = |read: &ReadObject| {
            self.installation.objects.contains_key(name) || read.always_enabled || self.choice.others == Others::All
        };
        self.declared(name).is_none_or(is_read)
    }

    fn subscription(&mut self, object: &SubscribeObject, config: &SubscribeConfig) -> Option<SubscribePlan> {
        let destination = config.destination.as_ref().unwrap_or(&object.destination);
        let Some(known) = self.destinations.get(destination) else {
            let names = self.destinations.keys().map(String::as_str);
            self.push(".destination", plan::unknown("destination", destination, names), Some(destination.clone()));
            return None;
        };
        let mirrors_records = known.mirrors_records;
        let declared = self.declared(&object.object_name);
        let style = if mirrors_records { MessageStyle::Current } else { object.style.clone() };
        let fetches = declared.is_some() || style != MessageStyle::Current;
        if mirrors_records && !fetches {
            let message = "the destination holds records, and nothing says which fields of them: add the object to `read.objects` \
                           (`schedule: \"\"` keeps it from being read by the clock)";
            self.report("", message.to_owned());
            return None;
        }
        let mut read = match declared {
            Some(read) => self.read(read, None, destination)?,
            None => self.read(&undeclared(object, destination), config.object_name.as_ref(), destination)?,
        };
        if let MessageStyle::Legacy(body) = &style {
            ask_for(body, &mut read);
        }
        let wanted = |own: Option<Enabled>, default: bool| own.map_or(default, |enabled| enabled == Enabled::Always);
        let update = self.watched(object, config, &read);
        let associations = object.association_change_event;
        let related = match associations {
            Some(AssociationChange { include_full_records: true }) if !mirrors_records => self.related(destination),
            _ => Arc::default(),
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
    fn read(&self, object: &ReadObject, chosen: Option<&String>, destination: &str) -> Option<ReadPlan> {
        let own = self.installation.objects.get(&object.object_name).cloned().unwrap_or_default();
        // Whatever keeps the object from being read by the clock does not keep its events back.
        let config = ObjectConfig {
            object_name: own.object_name.clone().or_else(|| chosen.cloned()),
            disabled: false,
            schedule: Some(String::new()),
            destination: Some(destination.to_owned()),
            backfill: None,
            ..own
        };
        plan::plan_alone(self.choice.latest, self.installation, object, &config, self.destinations)
    }

    fn related(&mut self, destination: &str) -> Arc<BTreeMap<String, Arc<ReadPlan>>> {
        if let Some(known) = self.related.get(destination) {
            return known.clone();
        }
        let reads = self.choice.latest.read.iter().filter_map(|object| self.declared(&object.object_name));
        let plans = reads.filter_map(|object| {
            let read = self.read(object, None, destination)?;
            Some((read.key.object_name.clone(), Arc::new(read)))
        });
        let related: Arc<BTreeMap<_, _>> = Arc::new(plans.collect());
        self.related.insert(destination.to_owned(), related.clone());
        related
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
                    self.report(
                        ".updateEvent",
                        "`watchFieldsAuto: selected` watches nothing, for no field is selected: select one".to_owned(),
                    );
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

/// An object that is not read: no field is asked for that the style does not ask for.
fn undeclared(object: &SubscribeObject, destination: &str) -> ReadObject {
    ReadObject {
        object_name: object.object_name.clone(),
        object_choice: object.object_choice.clone(),
        map_to_name: object.map_to_name.clone(),
        map_to_display_name: None,
        destination: destination.to_owned(),
        schedule: None,
        required_fields: Vec::new(),
        optional_fields: Vec::new(),
        optional_fields_auto: false,
        backfill: Backfill::None,
        delivery: None,
        always_enabled: false,
    }
}

/// The bodies of 2023 carry every field of a new record, and of a changed one what the manifest lists.
fn ask_for(body: &LegacyBody, read: &mut ReadPlan) {
    let listed = body.watch_fields.iter().chain(&body.additional_fields);
    read.fields.plain.extend(listed.filter_map(|field| FieldPath::parse(&field.field_name).ok()));
    read.fields.all = true;
}
