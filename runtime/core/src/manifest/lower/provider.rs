//! What a provider is known not to do. The catalog of providers is the runtime's, so this is little.

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        model::{Backfill, Integration},
        rule,
    },
    object_spots,
};

/// Providers whose names are often written with other letters. The catalog distinguishes case.
const PROVIDERS: [&str; 2] = ["hubspot", "salesforce"];

const SALESFORCE_SUBSCRIBE_OBJECTS_MAX: usize = 5;
const GOOGLE_CALENDAR_DAYS_MAX: u32 = 28;

pub(super) fn check(integration: &Integration, block: &Block<'_>, report: &mut Report) {
    let provider = integration.provider.as_str();
    if let Some(name) = PROVIDERS.iter().find(|name| name.eq_ignore_ascii_case(provider) && **name != provider)
        && let Some(spot) = block.spot("provider")
    {
        let message = format!("{} is not a provider: names of providers distinguish case", quote(provider));
        report.add(spot.warning(rule::PROVIDER_NOT_SUPPORTED, message).suggest(format!("write `provider: {name}`")));
    }
    let is_calendar = provider.eq_ignore_ascii_case("googleCalendar")
        || (provider == "google" && integration.module.as_deref() == Some("calendar"));
    for (object, spot) in integration.read.iter().zip(object_spots(block, "read")) {
        let is_events = is_calendar && object.object_name == "events";
        let flaw = match object.backfill {
            Backfill::FullHistory if is_events => Some((
                rule::GOOGLE_CALENDAR_BACKFILL,
                "events of Google Calendar cannot be read with `fullHistory`",
                "write `days: 28`",
            )),
            Backfill::Days(days) if days > GOOGLE_CALENDAR_DAYS_MAX && is_events => {
                Some((rule::GOOGLE_CALENDAR_BACKFILL, "events of Google Calendar go back 28 days at most", "write `days: 28`"))
            }
            Backfill::Days(_) if provider == "snowflake" => {
                Some((rule::SNOWFLAKE_BACKFILL, "Snowflake can only be read with `fullHistory`", "write `fullHistory: true`"))
            }
            _ => None,
        };
        if let Some((rule, message, remedy)) = flaw {
            report.add(at(&spot, rule, message).suggest(remedy));
        }
    }
    subscriptions(integration, block, report);
}

fn subscriptions(integration: &Integration, block: &Block<'_>, report: &mut Report) {
    let spots = object_spots(block, "subscribe");
    if let Some(spot) = spots.get(SALESFORCE_SUBSCRIBE_OBJECTS_MAX)
        && integration.provider == "salesforce"
    {
        let count = spots.len();
        let message =
            format!("Salesforce announces changes of {SALESFORCE_SUBSCRIBE_OBJECTS_MAX} objects at most, found {count}");
        report.add(at(spot, rule::SALESFORCE_SUBSCRIBE_LIMIT, message).suggest("remove some"));
    }
    for (object, spot) in integration.subscribe.iter().zip(spots) {
        if object.association_change_event.is_some() && integration.provider != "hubspot" {
            let message = "only HubSpot announces changed associations";
            report.add(at(&spot, rule::PROVIDER_CAPABILITY_SUBSCRIBE, message).suggest("remove `associationChangeEvent`"));
        }
    }
}

/// A warning about a whole object.
fn at(spot: &Spot<'_>, rule: &'static str, message: impl Into<String>) -> Issue {
    Issue::warning(rule, spot.path.as_str(), spot.place, message)
}
