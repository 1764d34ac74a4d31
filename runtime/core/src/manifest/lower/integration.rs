//! One integration.

use std::collections::HashMap;

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report, quote},
        keys,
        legacy::Naming,
        model::{Integration, Proxy},
        rule,
    },
    Context, action,
    object::Scope,
    provider, read, subscribe, watch_schema, write,
};

const NAME_CHARS_MAX: usize = 64;
const DISPLAY_NAME_CHARS_MAX: usize = 100;

/// Keys of which an integration has at least one.
const ACTIONS: [&str; 5] = ["read", "write", "subscribe", "proxy", "actions"];

pub(super) fn integration(
    spot: &Spot<'_>,
    earlier: &HashMap<String, usize>,
    context: &Context,
    report: &mut Report,
) -> Option<Integration> {
    let block = spot.block(&keys::INTEGRATION, report)?;
    let name = name(&block, earlier, report);
    let display_name = display_name(&block, report);
    let provider = provider_name(&block, report);
    let is_of_2023 = report.legacy || block.has("actions");
    let naming = if is_of_2023 { Naming::of_2023(&provider) } else { Naming::AsProvider };
    let module = block.text("module", report);
    let is_salesforce_crm = provider == "salesforce" && module.as_deref().is_none_or(|module| module == "crm");
    let scope = Scope { provider, is_salesforce_crm, naming, is_of_2023 };
    let mut found = action::Found {
        read: read::read(&block, &scope, context, report),
        write: write::write(&block, &scope, report),
        subscribe: subscribe::subscribe(&block, &scope, context, report),
    };
    action::actions(&block, &scope, context, &mut found, report);
    if !ACTIONS.iter().any(|action| block.spot(action).is_some()) {
        let message = "an integration needs at least one of `read`, `write`, `subscribe` and `proxy`";
        report.add(block.error(rule::INTEGRATION_STRUCTURE, message).suggest("say what the integration does"));
    }
    subscribe::against_read(&found, &block, report);
    provider::check(&found, &scope.provider, module.as_deref(), &block, report);
    let proxy = proxy(&block, report);
    let watch_schema = watch_schema::watch_schema(&block, context, report);
    Some(Integration {
        name,
        display_name,
        provider: scope.provider,
        module,
        read: found.read.into_objects(),
        write: found.write.into_objects(),
        subscribe: found.subscribe.into_objects(),
        proxy,
        watch_schema,
    })
}

fn name(block: &Block<'_>, earlier: &HashMap<String, usize>, report: &mut Report) -> String {
    let Some(name) = block.required_text("name", report) else { return String::new() };
    let Some(spot) = block.spot("name") else { return name };
    if earlier.contains_key(&name) {
        let message = format!(
            "integration {} is given twice, and installations refer to integrations by name; the last counts",
            quote(&name)
        );
        report.add(spot.warning(rule::DUPLICATE_INTEGRATION, message).suggest("give each a name of its own"));
    }
    let is_odd = |char: char| !(char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    if name.chars().count() > NAME_CHARS_MAX || name.contains(is_odd) {
        let message = format!("integration names are up to {NAME_CHARS_MAX} letters, digits, `-` and `_`");
        report.add(spot.warning(rule::INTEGRATION_STRUCTURE, message).suggest("put the readable name into `displayName`"));
    }
    name
}

fn display_name(block: &Block<'_>, report: &mut Report) -> Option<String> {
    let spot = block.spot("displayName")?;
    let text = spot.text(report)?;
    if text.chars().count() > DISPLAY_NAME_CHARS_MAX {
        let message = format!("`displayName` is longer than {DISPLAY_NAME_CHARS_MAX} characters");
        report.add(spot.warning(rule::INTEGRATION_STRUCTURE, message).suggest("shorten it"));
    }
    Some(text)
}

/// The provider's name, which the form of 2023 calls `api`.
fn provider_name(block: &Block<'_>, report: &mut Report) -> String {
    let key = if !block.has("provider") && block.has("api") { "api" } else { "provider" };
    block.required_text(key, report).unwrap_or_default()
}

fn proxy(integration: &Block<'_>, report: &mut Report) -> Option<Proxy> {
    let block = integration.block("proxy", &keys::PROXY, report)?;
    if block.spot("enabled").is_none() {
        report.add(block.missing("enabled", Issue::error).suggest("add `enabled: true`"));
    }
    let enabled = block.flag("enabled", report).unwrap_or_default();
    Some(Proxy { enabled, use_module: block.flag("useModule", report).unwrap_or_default() })
}
