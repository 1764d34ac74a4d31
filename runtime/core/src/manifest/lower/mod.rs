//! Tree to model: the top of the manifest. Where a value is in error it is reported and something stands in for it;
//! what is then built is thrown away.

mod action;
mod backfill;
mod destination;
mod enabled;
mod field;
mod integration;
mod legacy_fields;
mod object;
mod provider;
mod read;
mod schedule;
mod subscribe;
mod watch_schema;
mod write;

use std::collections::{BTreeSet, HashMap};

use super::{
    block::{Block, Spot},
    issue::{Issue, Report, quote},
    keys,
    model::{Integration, Manifest},
    parse::Document,
    rule,
    tree::{Kind, Place},
};

/// Today's version of the format.
const SPEC_VERSION: &str = "1.0.0";

/// Versions of the form of 2023 (1.1.0 was a draft between the forms).
const LEGACY_SPEC_VERSIONS: [&str; 2] = ["0.1.0", "1.1.0"];

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
    if let Some(place) = document.second {
        let message = "a second YAML document begins here and is ignored: a manifest is one document";
        let issue = Issue::warning(rule::MULTIPLE_DOCUMENTS, "$", place, message);
        report.add(issue.suggest("remove the `---`, or put the documents into files of their own"));
    }
    let spot = Spot::new(root, "$", root.place);
    let version = spot.key("specVersion");
    report.legacy = version.and_then(|spot| spot.raw_text()).is_some_and(|version| LEGACY_SPEC_VERSIONS.contains(&version));
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
    let found = spot.raw_text().unwrap_or_default();
    if found == SPEC_VERSION {
        return;
    }
    if LEGACY_SPEC_VERSIONS.contains(&found) {
        let message = format!("specVersion {found} is the form of 2023, which is still read");
        let remedy = "for today's: `provider` for `api`, `read`, `write` and `subscribe` with `objects` for `actions`, and specVersion 1.0.0";
        report.add(spot.warning(rule::LEGACY_FORM, message).suggest(remedy));
        return;
    }
    let shown = spot.raw_text().map_or_else(|| "this".to_owned(), quote);
    let message = format!("{shown} is not a version of the format that is known");
    let is_short = matches!(found, "1" | "1.0" | "v1.0.0" | "v1" | "1.0.0.0");
    let fix =
        spot.written().filter(|_| is_short).map(|written| written.replace_raw(SPEC_VERSION, format!("write `{SPEC_VERSION}`")));
    report.add(spot.error(rule::SPEC_VERSION, message).suggest(format!("write `specVersion: {SPEC_VERSION}`")).fix(fix));
}

fn integrations(block: &Block<'_>, context: &Context, report: &mut Report) -> Vec<Integration> {
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
    let mut integrations: Vec<Integration> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for item in &items {
        let Some(integration) = integration::integration(item, &index, context, report) else { continue };
        match index.get(&integration.name).and_then(|at| integrations.get_mut(*at)) {
            Some(earlier) => *earlier = integration,
            None => {
                index.insert(integration.name.clone(), integrations.len());
                integrations.push(integration);
            }
        }
    }
    integrations
}
