//! What a provider is known not to do. The catalog of providers is the runtime's, so this is little.

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        model::Backfill,
        rule, unknown,
    },
    action::Found,
};

/// Providers whose names are often written with other letters. The catalog distinguishes case.
const PROVIDERS: [&str; 2] = ["hubspot", "salesforce"];

/// The modules of providers that are known.
const MODULES: [(&str, &[&str]); 2] =
    [("hubspot", &["crm"]), ("salesforce", &["crm", "account-engagement", "account-engagement-demo"])];

/// Providers that announce changes, as Ampersand's catalog had them in August 2026.
const SUBSCRIBABLE: [&str; 15] = [
    "accuLynx",
    "attio",
    "connectWise",
    "gong",
    "housecallPro",
    "hubspot",
    "jobber",
    "microsoft",
    "outreach",
    "salesforce",
    "salesforceJWT",
    "salesloft",
    "slack",
    "stripe",
    "zoho",
];

const SALESFORCE_SUBSCRIBE_OBJECTS_MAX: usize = 5;
const GOOGLE_CALENDAR_DAYS_MAX: u32 = 28;

pub(super) fn check(found: &Found<'_>, provider: &str, module: Option<&str>, block: &Block<'_>, report: &mut Report) {
    spelling(provider, block, report);
    self::module(provider, module, block, report);
    let is_calendar = provider.eq_ignore_ascii_case("googleCalendar") || (provider == "google" && module == Some("calendar"));
    for (object, spot) in found.read.iter() {
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
            report.add(at(spot, rule, message).suggest(remedy));
        }
    }
    subscriptions(found, provider, report);
}

fn spelling(provider: &str, block: &Block<'_>, report: &mut Report) {
    if let Some(name) = PROVIDERS.iter().find(|name| name.eq_ignore_ascii_case(provider) && **name != provider)
        && let Some(spot) = block.spot("provider").or_else(|| block.spot("api"))
    {
        let message = format!("{} is not a provider: names of providers distinguish case", quote(provider));
        let issue = spot.warning(rule::PROVIDER_NOT_SUPPORTED, message).suggest(format!("write `{name}`"));
        report.add(issue.fix(spot.replace(name)));
    }
}

fn module(provider: &str, module: Option<&str>, block: &Block<'_>, report: &mut Report) {
    let known = MODULES.iter().find(|(name, _)| *name == provider);
    let (Some((_, known)), Some(module), Some(spot)) = (known, module, block.spot("module")) else { return };
    if known.contains(&module) {
        return;
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let near = unknown::closest(module, known.iter().copied());
    let message = format!("{} is not a module of `{provider}` that is known ({})", quote(module), names.join(", "));
    let remedy =
        near.map_or_else(|| "write one of them, or remove `module`".to_owned(), |name| format!("did you mean `{name}`?"));
    report.add(spot.warning(rule::PROVIDER_MODULE, message).suggest(remedy).fix(near.and_then(|name| spot.replace(name))));
}

fn subscriptions(found: &Found<'_>, provider: &str, report: &mut Report) {
    let count = found.subscribe.len();
    if let Some((_, spot)) = found.subscribe.get(SALESFORCE_SUBSCRIBE_OBJECTS_MAX)
        && provider == "salesforce"
    {
        let message =
            format!("Salesforce announces changes of {SALESFORCE_SUBSCRIBE_OBJECTS_MAX} objects at most, found {count}");
        report.add(at(spot, rule::SALESFORCE_SUBSCRIBE_LIMIT, message).suggest("remove some"));
    }
    if let Some((_, spot)) = found.subscribe.get(0)
        && !provider.is_empty()
        && !SUBSCRIBABLE.iter().any(|name| name.eq_ignore_ascii_case(provider))
    {
        let message = format!("provider {} is not known to announce changes", quote(provider));
        report.add(at(spot, rule::PROVIDER_CAPABILITY_SUBSCRIBE, message).suggest("read the object on a schedule"));
    }
    for (object, spot) in found.subscribe.iter() {
        if object.association_change_event.is_some() && provider != "hubspot" {
            let message = "only HubSpot announces changed associations";
            report.add(at(spot, rule::PROVIDER_CAPABILITY_SUBSCRIBE, message).suggest("remove `associationChangeEvent`"));
        }
    }
}

/// A warning about a whole object.
fn at(spot: &Spot<'_>, rule: &'static str, message: impl Into<String>) -> Issue {
    Issue::warning(rule, spot.path.as_str(), spot.place, message)
}
