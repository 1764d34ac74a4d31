//! Manifest × installation → what exactly is read, how, and where it goes; and every reason why something is not.

mod fields;
mod filters;
mod model;
#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeMap;

pub(crate) use fields::values_key;
pub use filters::meets;
pub use model::*;

use crate::{
    manifest::{Backfill, Delivery, Integration, ReadObject},
    schedule::Schedule,
};

/// Longest object name that a plan takes on; providers' are far shorter.
const OBJECT_NAME_BYTES_MAX: usize = 255;

/// How alike two names must be (0 to 1, Jaro-Winkler) for one to be offered in place of the other.
const ALIKE_MIN: f64 = 0.8;

/// A part of an installation that cannot be read as asked. What it does not touch is planned all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct PlanProblem {
    /// Where: `installation i1, object contacts`.
    pub place: String,
    /// Where in the configuration: `read.objects.contacts.schedule`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Where it is only that a destination is not there yet, its name: the problem goes away by itself once somebody makes that.
    pub awaits_destination: Option<String>,
}

/// An integration as one installation sees it.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// The revision that the installation's configuration stands on: it counts for objects that are configured.
    pub configured: &'a Integration,
    /// The latest revision: it counts for all others, and what it no longer has is not read.
    pub latest: &'a Integration,
    /// Which objects are read that are not configured.
    pub others: Others,
}

/// Which objects are read that an installation's configuration does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// All, with the manifest's defaults.
    All,
    /// Those with `enabled: always`.
    AlwaysEnabled,
}

/// Plans every read of an installation. `destinations` are those of the project, by name.
///
/// A field that cannot be delivered is reported and left out; an object without a usable schedule or destination is reported and
/// not read; a disabled one is not read.
pub fn plan(
    choice: &Choice<'_>,
    installation: &Installation,
    destinations: &BTreeMap<String, KnownDestination>,
) -> (Vec<ReadPlan>, Vec<PlanProblem>) {
    let place = format!("installation {}", installation.id);
    let mut problems = Problems { place: place.clone(), path: String::new(), found: Vec::new() };
    let mut plans = Vec::new();
    for (name, config) in &installation.objects {
        problems.place.clone_from(&place);
        problems.path = format!("read.objects.{name}");
        let Some(object) = configured(choice, name, &mut problems) else { continue };
        if !config.disabled {
            problems.place = format!("{place}, object {name}");
            plans.extend(plan_object(choice.configured, installation, object, config, destinations, &mut problems));
        }
    }
    let defaults = ObjectConfig::default();
    for object in &choice.latest.read {
        let wanted = object.always_enabled || choice.others == Others::All;
        if wanted && !installation.objects.contains_key(&object.object_name) {
            problems.place = format!("{place}, object {}", object.object_name);
            problems.path = format!("read.objects.{}", object.object_name);
            plans.extend(plan_object(choice.latest, installation, object, &defaults, destinations, &mut problems));
        }
    }
    (plans, problems.found)
}

/// The object that a configuration stands under, where both revisions have it.
fn configured<'a>(choice: &Choice<'a>, name: &str, problems: &mut Problems) -> Option<&'a ReadObject> {
    let find = |integration: &'a Integration| integration.read.iter().find(|object| object.object_name == name);
    match (find(choice.configured), find(choice.latest)) {
        (Some(object), Some(_)) => Some(object),
        (Some(_), None) => {
            problems.add(format!("the latest revision of {} no longer reads `{name}`: its reads are paused", choice.latest.name));
            None
        }
        (None, _) => {
            let names = choice.configured.read.iter().map(|object| object.object_name.as_str());
            problems.add(unknown("object", name, names));
            None
        }
    }
}

/// So many problems of an installation are listed; the last one says that there are more.
const PROBLEMS_MAX: usize = 500;
const LAST: usize = PROBLEMS_MAX - 1;

/// What was found so far, and where the search is.
struct Problems {
    place: String,
    path: String,
    found: Vec<PlanProblem>,
}

impl Problems {
    fn add(&mut self, message: String) {
        self.push(self.path.clone(), message, None);
    }

    /// A problem of one key of the configuration.
    fn add_at(&mut self, key: &str, message: String) {
        self.push(format!("{}.{key}", self.path), message, None);
    }

    /// Nothing is called so that records are to go to.
    fn add_absent(&mut self, destination: &str, destinations: &BTreeMap<String, KnownDestination>) {
        let message = unknown("destination", destination, destinations.keys().map(String::as_str));
        self.push(format!("{}.destination", self.path), message, Some(destination.to_owned()));
    }

    fn push(&mut self, path: String, message: String, awaits_destination: Option<String>) {
        let message = match self.found.len() {
            PROBLEMS_MAX.. => return,
            LAST => "there are further problems, which are not listed: solve those above first".to_owned(),
            _ => message,
        };
        self.found.push(PlanProblem { place: self.place.clone(), path, message, awaits_destination });
    }
}

/// The read of one object with this configuration, without the rest of the installation; what is wrong with it is reported where
/// the installation is planned.
pub(crate) fn plan_alone(
    integration: &Integration,
    installation: &Installation,
    object: &ReadObject,
    config: &ObjectConfig,
    destinations: &BTreeMap<String, KnownDestination>,
) -> Option<ReadPlan> {
    let mut problems = Problems { place: String::new(), path: String::new(), found: Vec::new() };
    plan_object(integration, installation, object, config, destinations, &mut problems)
}

fn plan_object(
    integration: &Integration,
    installation: &Installation,
    object: &ReadObject,
    config: &ObjectConfig,
    destinations: &BTreeMap<String, KnownDestination>,
    problems: &mut Problems,
) -> Option<ReadPlan> {
    // An object that the customer chooses is none until then.
    let (name, mapped) = match &object.object_choice {
        Some(_) => (config.object_name.as_ref()?, Some(&object.object_name)),
        None => (&object.object_name, object.map_to_name.as_ref()),
    };
    let name_is_sound = check_name(name, problems);
    let fields = fields::select(object, config, problems);
    let schedule = schedule(config.schedule.as_deref().or(object.schedule.as_deref()), problems);
    let destination = config.destination.as_ref().unwrap_or(&object.destination);
    let known = destinations.get(destination);
    if known.is_none() {
        problems.add_absent(destination, destinations);
    }
    let (Some(known), Some(schedule), true) = (known, schedule, name_is_sound) else { return None };
    let context = MessageContext {
        installation: installation.without_objects(),
        provider: integration.provider.clone(),
        object_name: mapped.unwrap_or(name).clone(),
        raw_object_name: mapped.map(|_| name.clone()),
        destination: destination.clone(),
        destination_id: known.id.clone(),
    };
    let key = ReadKey { installation_id: installation.id.clone(), object_name: name.clone() };
    let configured = config.backfill.as_ref();
    let backfill_filters = configured.map_or(&[][..], |backfill| &backfill.field_filters);
    Some(ReadPlan {
        key,
        context,
        fields,
        schedule,
        backfill: configured.map_or(object.backfill, |backfill| lower_backfill(&backfill.default_period, problems)),
        module: integration.module.clone(),
        filters: filters::check(&config.field_filters, "fieldFilters", problems),
        backfill_filters: filters::check(backfill_filters, "backfill.fieldFilters", problems),
        deletes: config.deletes.unwrap_or(known.mirrors_records),
        associations: config.associations.clone(),
        on_request: match object.delivery {
            Some(Delivery::OnRequest { page_size }) => Some(page_size),
            Some(Delivery::Auto) | None => None,
        },
    })
}

fn lower_backfill(period: &BackfillPeriod, problems: &mut Problems) -> Backfill {
    match (period.days, period.full_history) {
        (Some(_), Some(true)) => {
            problems.add_at("backfill", "the backfill has both `days` and `fullHistory`: leave one out".to_owned());
            Backfill::None
        }
        (_, Some(true)) => Backfill::FullHistory,
        (Some(days), _) if days > 0 => Backfill::Days(days),
        _ => Backfill::None,
    }
}

/// Names become part of a request's path.
fn check_name(name: &str, problems: &mut Problems) -> bool {
    let sound = !matches!(name, "" | "." | "..") && name.len() <= OBJECT_NAME_BYTES_MAX;
    if !sound {
        problems.add(format!(
            "an object cannot be named `{}`: write the provider's name, at most {OBJECT_NAME_BYTES_MAX} bytes",
            name.chars().take(60).collect::<String>()
        ));
    }
    sound
}

/// `Some(None)` where the object is only read when triggered; nothing where the schedule is wrong.
fn schedule(text: Option<&str>, problems: &mut Problems) -> Option<Option<Schedule>> {
    match text.filter(|text| !text.trim().is_empty()).map(Schedule::parse) {
        None => Some(None),
        Some(Ok(schedule)) => Some(Some(schedule)),
        Some(Err(error)) => {
            problems.add_at("schedule", format!("the schedule cannot be used: {error}"));
            None
        }
    }
}

/// Of so many names the one most alike is looked for; longer names than any provider's are not compared.
const COMPARED_MAX: usize = 200;

/// Says that there is no such thing, and which there are.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.take(COMPARED_MAX).collect();
    let alike = |known: &str| strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase());
    let comparable = |text: &str| text.len() <= OBJECT_NAME_BYTES_MAX;
    let compared = known.iter().filter(|known| comparable(known) && comparable(name));
    let best = compared.map(|known| (alike(known), *known)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, best)) if score >= ALIKE_MIN => {
            format!("there is no {what} `{name}`: did you mean `{best}`?{}", list(what, &known))
        }
        _ => format!("there is no {what} `{name}`:{}", list(what, &known)),
    }
}

/// Most names listed in a message.
const LISTED_MAX: usize = 20;

fn list(what: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!(" no {what} is defined");
    }
    let more = if known.len() > LISTED_MAX { ", …" } else { "" };
    format!(" (defined: {}{more})", known.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests;
