//! One integration.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Report, quote},
        keys,
        model::{Integration, Proxy},
        rule,
    },
    Context, provider, read, subscribe, watch_schema, write,
};

const NAME_CHARS_MAX: usize = 64;
const DISPLAY_NAME_CHARS_MAX: usize = 100;

pub(super) fn integration(
    spot: &Spot<'_>,
    names: &mut BTreeSet<String>,
    context: &Context,
    report: &mut Report,
) -> Option<Integration> {
    let block = spot.block(&keys::INTEGRATION, report)?;
    let name = name(&block, names, report);
    let display_name = block.text("displayName", report);
    if let (Some(text), Some(spot)) = (&display_name, block.spot("displayName"))
        && text.chars().count() > DISPLAY_NAME_CHARS_MAX
    {
        let message = format!("`displayName` is longer than {DISPLAY_NAME_CHARS_MAX} characters");
        report.add(spot.warning(rule::INTEGRATION_STRUCTURE, message).suggest("shorten it"));
    }
    let provider = block.required_text("provider", report).unwrap_or_default();
    let integration = Integration {
        name,
        display_name,
        module: block.text("module", report),
        read: read::read(&block, context, report),
        write: write::write(&block, report),
        subscribe: subscribe::subscribe(&block, context, report),
        proxy: proxy(&block, report),
        watch_schema: watch_schema::watch_schema(&block, context, report),
        provider,
    };
    if !["read", "write", "subscribe", "proxy"].iter().any(|action| block.spot(action).is_some()) {
        let message = "an integration needs at least one of `read`, `write`, `subscribe` and `proxy`";
        report.add(block.error(rule::INTEGRATION_STRUCTURE, message).suggest("say what the integration does"));
    }
    subscribe::against_read(&integration, &block, report);
    provider::check(&integration, &block, report);
    Some(integration)
}

fn name(block: &Block<'_>, names: &mut BTreeSet<String>, report: &mut Report) -> String {
    let Some(name) = block.required_text("name", report) else { return String::new() };
    let Some(spot) = block.spot("name") else { return name };
    if !names.insert(name.clone()) {
        let message = format!("integration {} is given twice, and installations refer to integrations by name", quote(&name));
        report.add(spot.error(rule::DUPLICATE_INTEGRATION, message).suggest("give each a name of its own"));
    }
    let is_odd = |char: char| !(char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    if name.chars().count() > NAME_CHARS_MAX || name.contains(is_odd) {
        let message = format!("integration names are up to {NAME_CHARS_MAX} letters, digits, `-` and `_`");
        report.add(spot.warning(rule::INTEGRATION_STRUCTURE, message).suggest("put the readable name into `displayName`"));
    }
    name
}

fn proxy(integration: &Block<'_>, report: &mut Report) -> Option<Proxy> {
    let block = integration.block("proxy", &keys::PROXY, report)?;
    if block.spot("enabled").is_none() {
        report.add(block.missing("enabled", super::Issue::error).suggest("add `enabled: true`"));
    }
    let enabled = block.flag("enabled", report).unwrap_or_default();
    Some(Proxy { enabled, use_module: block.flag("useModule", report).unwrap_or_default() })
}
