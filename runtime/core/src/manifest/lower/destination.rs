//! Destinations: those that the file declares, and references to them.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        json, keys,
        model::DestinationDeclaration,
        rule, unknown,
    },
    Context,
};

/// The setting that a type of destination cannot do without.
const NEEDED_SETTINGS: [(&str, &str); 3] = [("webhook", "url"), ("api", "endpoint"), ("postgres", "tableName")];

pub(super) fn declarations(manifest: &Block<'_>, report: &mut Report) -> Vec<DestinationDeclaration> {
    let mut names = BTreeSet::new();
    manifest.list("destinations", report).iter().filter_map(|item| declaration(item, &mut names, report)).collect()
}

fn declaration(spot: &Spot<'_>, names: &mut BTreeSet<String>, report: &mut Report) -> Option<DestinationDeclaration> {
    let block = spot.block(&keys::DESTINATION, report)?;
    let name = block.required_text("name", report).unwrap_or_default();
    if let Some(spot) = block.spot("name")
        && !name.is_empty()
        && !names.insert(name.clone())
    {
        let message = format!("destination {} is declared twice, and objects refer to destinations by name", quote(&name));
        report.add(spot.error(rule::DUPLICATE_DESTINATION, message).suggest("give each a name of its own"));
    }
    let kind = block.required_text("type", report).unwrap_or_default();
    let mut settings: serde_json::Map<_, _> =
        block.further.iter().map(|entry| (entry.key.to_string(), json::value(&entry.value))).collect();
    if let Some((_, needed)) = NEEDED_SETTINGS.iter().find(|(of, _)| *of == kind) {
        needed_setting(&block, &kind, needed, &mut settings, report);
    }
    Some(DestinationDeclaration { name, kind, settings })
}

fn needed_setting(
    block: &Block<'_>,
    kind: &str,
    key: &'static str,
    settings: &mut serde_json::Map<String, serde_json::Value>,
    report: &mut Report,
) {
    let place = block.further.iter().find(|entry| *entry.key == *key).map_or(block.place, |entry| entry.key_place);
    let path = format!("{}.{key}", block.path);
    match settings.get_mut(key) {
        Some(serde_json::Value::String(text)) if !text.is_empty() => {
            if key == "url" && !text.contains("://") {
                let message = format!("`url` has no scheme; `https://{text}` is used");
                report.add(Issue::warning(rule::DESTINATION_CONFIG, path, place, message).suggest("begin it with `https://`"));
                text.insert_str(0, "https://");
            }
        }
        found => {
            let state = if found.is_none() { "is missing" } else { "must be text" };
            let message = format!("`{key}` {state}, and a destination of type `{kind}` cannot work without it");
            report.add(Issue::error(rule::DESTINATION_CONFIG, path, place, message).suggest(format!("add `{key}: …`")));
        }
    }
}

/// The name of the destination that `block` refers to.
pub(super) fn reference(block: &Block<'_>, context: &Context, report: &mut Report) -> String {
    let name = block.required_text("destination", report).unwrap_or_default();
    if let (Some(declared), Some(spot)) = (&context.declared, block.spot("destination"))
        && !name.is_empty()
        && !declared.contains(&name)
    {
        report.add_warning_with(|| undeclared(&spot, &name, declared));
    }
    name
}

fn undeclared(spot: &Spot<'_>, name: &str, declared: &BTreeSet<String>) -> Issue {
    let message = format!("destination {} is not among those that the file declares", quote(name));
    let near = unknown::closest(name, declared.iter().map(String::as_str));
    spot.warning(rule::DESTINATION_NOT_FOUND, message).suggest(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it, or make sure that the project has it".to_owned(),
    })
}
