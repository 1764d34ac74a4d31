//! Destinations: those that the file declares, and references to them.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        fix::Fix,
        issue::{Issue, Report, child_path, quote},
        json, keys,
        model::DestinationDeclaration,
        rule,
        tree::Entry,
        unknown,
    },
    Context,
};

/// The types that are built in.
const KNOWN_TYPES: [&str; 5] = ["webhook", "s3", "kinesis", "postgres", "api"];

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
    let kind = kind(&block, report);
    let mut settings: serde_json::Map<_, _> =
        block.further.iter().map(|entry| (entry.key.to_string(), json::value(&entry.value))).collect();
    if let Some((_, needed)) = NEEDED_SETTINGS.iter().find(|(of, _)| *of == kind) {
        respell(&block, needed, &mut settings, report);
        needed_setting(&block, &kind, needed, &mut settings, report);
    }
    Some(DestinationDeclaration { name, kind, settings })
}

/// The type. Other sinks may have any name, but hardly one that differs from a known one in its case alone.
fn kind(block: &Block<'_>, report: &mut Report) -> String {
    let kind = block.required_text("type", report).unwrap_or_default();
    let known = KNOWN_TYPES.iter().find(|known| known.eq_ignore_ascii_case(&kind) && **known != kind);
    let Some((known, spot)) = known.zip(block.spot("type")) else { return kind };
    let message = format!("{} is taken for `{known}`", quote(&kind));
    report.add(spot.warning(rule::DESTINATION_CONFIG, message).suggest(format!("write `{known}`")).fix(spot.replace(known)));
    (*known).to_owned()
}

/// Takes a needed setting that is written in another case for what it is.
fn respell(
    block: &Block<'_>,
    needed: &'static str,
    settings: &mut serde_json::Map<String, serde_json::Value>,
    report: &mut Report,
) {
    let alike = |entry: &&&Entry| entry.key.eq_ignore_ascii_case(needed) && *entry.key != *needed;
    let Some(entry) = block.further.iter().find(alike).filter(|_| !settings.contains_key(needed)) else { return };
    let Some(value) = settings.remove(&*entry.key) else { return };
    settings.insert(needed.to_owned(), value);
    let fix = entry.key_written.and_then(|written| written.replace(needed, format!("write `{needed}`")));
    let message = format!("{} is read as `{needed}`", quote(&entry.key));
    let issue = Issue::warning(rule::UNKNOWN_KEY, child_path(&block.path, &entry.key), entry.key_place, message);
    report.add(issue.suggest(format!("write `{needed}`")).fix(fix));
}

fn needed_setting(
    block: &Block<'_>,
    kind: &str,
    key: &'static str,
    settings: &mut serde_json::Map<String, serde_json::Value>,
    report: &mut Report,
) {
    let entry = block.further.iter().find(|entry| entry.key.eq_ignore_ascii_case(key));
    let place = entry.map_or(block.place, |entry| entry.key_place);
    let path = format!("{}.{key}", block.path);
    match settings.get_mut(key) {
        Some(serde_json::Value::String(text)) if !text.is_empty() => {
            if key == "url" && !text.contains("://") {
                let url = format!("https://{text}");
                let message = format!("`url` has no scheme; {} is used", quote(&url));
                let fix = entry.and_then(|entry| entry.value.written);
                let fix = fix.map(|written| written.splice(0, 0, "https://", "begin it with `https://`"));
                report.add(
                    Issue::warning(rule::DESTINATION_CONFIG, path, place, message).suggest("begin it with `https://`").fix(fix),
                );
                *text = url;
            }
        }
        found => {
            let state = if found.is_none() { "is missing" } else { "must be text" };
            let message = format!("`{key}` {state}, and a destination of type `{kind}` cannot work without it");
            report.add(Issue::error(rule::DESTINATION_CONFIG, path, place, message).suggest(format!("add `{key}: …`")));
        }
    }
}

/// The name of the destination that `block` must refer to.
pub(super) fn reference(block: &Block<'_>, context: &Context, report: &mut Report) -> String {
    let name = reference_if_any(block, context, report);
    if name.is_none() && block.spot("destination").is_none_or(|spot| spot.raw_text() == Some("")) {
        report.add(block.missing("destination", Issue::error));
    }
    name.unwrap_or_default()
}

/// The name of the destination that `block` refers to, if it does.
pub(super) fn reference_if_any(block: &Block<'_>, context: &Context, report: &mut Report) -> Option<String> {
    let spot = block.spot("destination").filter(|spot| spot.raw_text() != Some(""))?;
    let name = spot.text(report)?;
    if let Some(declared) = context.declared.as_ref().filter(|declared| !declared.contains(&name)) {
        report.add_warning_with(|| undeclared(&spot, &name, declared));
    }
    Some(name)
}

fn undeclared(spot: &Spot<'_>, name: &str, declared: &BTreeSet<String>) -> Issue {
    let message = format!("destination {} is not among those that the file declares", quote(name));
    let near = unknown::closest(name, declared.iter().map(String::as_str));
    // The project may have one of that name.
    let fix = near.and_then(|near| spot.replace(near)).map(|fix| Fix { safe: false, ..fix });
    let remedy = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it, or make sure that the project has it".to_owned(),
    };
    spot.warning(rule::DESTINATION_NOT_FOUND, message).suggest(remedy).fix(fix)
}
