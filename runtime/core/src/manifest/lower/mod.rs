//! Tree to model: the top of the manifest. Where a value is in error it is reported and something stands in for it;
//! what is then built is thrown away.

mod backfill;
mod destination;
mod enabled;
mod field;
mod integration;
mod provider;
mod read;
mod schedule;
mod subscribe;
mod watch_schema;
mod write;

use std::collections::BTreeSet;

use super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    keys,
    model::Manifest,
    parse::Document,
    rule,
    tree::{Kind, Place},
};

/// The version that is understood.
const SPEC_VERSION: &str = "1.0.0";

/// Versions of the form of 2023 (1.1.0 was a draft between the forms).
const OLDER_SPEC_VERSIONS: [&str; 2] = ["0.1.0", "1.1.0"];

/// The manifest, or nothing where there is none to speak of. Sound only if no error was reported.
pub(super) fn manifest(document: &Document, report: &mut Report) -> Option<Manifest> {
    let Some(root) = &document.root else {
        report.add(
            Issue::error(rule::EMPTY_FILE, "$", Place::START, "the file is empty").suggest("begin with `specVersion: 1.0.0`"),
        );
        return None;
    };
    if !matches!(root.kind, Kind::Mapping(_)) {
        let message = format!("a manifest must be a mapping of keys and values, found {}", root.name());
        report.add(Issue::error(rule::WRONG_TYPE, "$", root.place, message).suggest("begin with `specVersion: 1.0.0`"));
        return None;
    }
    let spot = Spot::new(root, "$", root.place);
    if let Some(issue) = older_form(&spot) {
        report.add(issue);
        return None;
    }
    let block = spot.block(&keys::MANIFEST, report)?;
    spec_version(&block, report);
    let destinations = destination::declarations(&block, report);
    let declared = block.has("destinations").then(|| destinations.iter().map(|declaration| declaration.name.clone()).collect());
    let integrations = integrations(&block, &Context { declared }, report);
    Some(Manifest { spec_version: SPEC_VERSION.to_owned(), integrations, destinations })
}

/// What the parts of a manifest need to know of the whole.
struct Context {
    /// Names of the destinations, where the file declares them.
    declared: Option<BTreeSet<String>>,
}

fn spec_version(block: &Block<'_>, report: &mut Report) {
    let Some(spot) = block.spot("specVersion") else {
        let missing = block.missing("specVersion", Issue::error);
        report.add(Issue { rule: rule::SPEC_VERSION, suggestion: Some(format!("add `specVersion: {SPEC_VERSION}`")), ..missing });
        return;
    };
    if spot.raw_text() == Some(SPEC_VERSION) {
        return;
    }
    let found = spot.raw_text().map_or_else(|| "this".to_owned(), quote);
    let message = format!("{found} is not a version of the format that is known");
    report.add(spot.error(rule::SPEC_VERSION, message).suggest(format!("write `specVersion: {SPEC_VERSION}`")));
}

/// The one issue of a manifest in the form of 2023, which this does not read.
fn older_form(root: &Spot<'_>) -> Option<Issue> {
    // What is wrong with the keys is nobody's concern in another form.
    let unheard = &mut Report::default();
    let block = root.block(&keys::MANIFEST, unheard)?;
    let remedy =
        "rewrite it for specVersion 1.0.0: `provider` for `api`, `read`, `write` and `subscribe` with `objects` for `actions`";
    if let Some(spot) = block.spot("specVersion")
        && let Some(version) = spot.raw_text().filter(|version| OLDER_SPEC_VERSIONS.contains(version))
    {
        let message = format!("specVersion {version} is the older form of the manifest (2023), which is not read yet");
        return Some(spot.error(rule::SPEC_VERSION, message).suggest(remedy));
    }
    let integrations = block.spot("integrations")?.list(unheard)?;
    let actions = integrations.iter().find_map(|integration| integration.key("actions"))?;
    let message = "`actions` belong to the older form of the manifest (2023), which is not read yet";
    Some(Issue::error(rule::SPEC_VERSION, actions.path, actions.place, message).suggest(remedy))
}

fn integrations(block: &Block<'_>, context: &Context, report: &mut Report) -> Vec<super::Integration> {
    let Some(spot) = block.spot("integrations") else {
        let missing = block.missing("integrations", Issue::error);
        report.add(Issue { rule: rule::INTEGRATION_STRUCTURE, ..missing }.suggest("add `integrations:` with at least one item"));
        return Vec::new();
    };
    let Some(items) = spot.list(report) else { return Vec::new() };
    if items.is_empty() {
        let message = "a manifest needs at least one integration";
        report.add(Issue::error(rule::INTEGRATION_STRUCTURE, spot.path, spot.place, message).suggest("add one"));
    }
    let mut names = BTreeSet::new();
    items.iter().filter_map(|item| integration::integration(item, &mut names, context, report)).collect()
}

/// The object's name, and a report if the list already has it.
fn object_name(
    block: &Block<'_>,
    seen: &mut BTreeSet<String>,
    duplicate: impl FnOnce(&Spot<'_>, String) -> Issue,
    report: &mut Report,
) -> String {
    let Some(name) = block.required_text("objectName", report) else { return String::new() };
    if let Some(spot) = block.spot("objectName")
        && !seen.insert(name.clone())
    {
        let message = format!("object {} is listed twice", quote(&name));
        report.add(duplicate(&spot, message).suggest("merge the two"));
    }
    name
}

/// Reports lists of objects that are missing or empty; gives the items.
fn objects<'a>(block: &Block<'a>, action: &str, rule: &'static str, report: &mut Report) -> Vec<Spot<'a>> {
    let missing = |place| {
        Issue::error(
            rule,
            format!("{}.objects", block.path),
            place,
            format!("`{action}` must contain a list of `objects`, at least one"),
        )
        .suggest(format!("add an object, or remove `{action}`"))
    };
    let Some(spot) = block.spot("objects") else {
        report.add(missing(block.place));
        return Vec::new();
    };
    let Some(items) = spot.list(report) else { return Vec::new() };
    if items.is_empty() {
        report.add(missing(spot.place));
    }
    items
}

/// The items of an action's `objects` that could be lowered, for rules that look at those and need their places.
fn object_spots<'a>(integration: &Block<'a>, action: &'static str) -> Vec<Spot<'a>> {
    let items = integration.spot(action).and_then(|spot| spot.key("objects")?.items());
    items.unwrap_or_default().into_iter().filter(Spot::is_mapping).collect()
}
