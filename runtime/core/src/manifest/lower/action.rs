//! `actions` of the form of 2023: a list in which each item says by its `type` what it does.

use super::{
    super::{
        block::{Block, Spot},
        issue::{Issue, Report},
        keys,
        model::{ReadObject, SubscribeObject, WriteObject},
        rule,
    },
    Context, enabled,
    object::{Listed, Scope},
    read, schedule, subscribe, write,
};

/// The objects of an integration, each with where it stands.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) read: Listed<'a, ReadObject>,
    pub(super) write: Listed<'a, WriteObject>,
    pub(super) subscribe: Listed<'a, SubscribeObject>,
}

#[derive(Debug, Clone, Copy)]
enum Type {
    Read,
    Write,
    Subscribe,
}

/// `notify` is what the oldest pages call it.
const TYPES: [(&str, Type); 3] = [("read", Type::Read), ("write", Type::Write), ("subscribe", Type::Subscribe)];

/// Adds what the `actions` say to what was found already.
pub(super) fn actions<'a>(integration: &Block<'a>, scope: &Scope, context: &Context, found: &mut Found<'a>, report: &mut Report) {
    // A remark at `actions` is enough for all that is in it.
    let was_legacy = std::mem::replace(&mut report.legacy, true);
    let items = integration.spot("actions").and_then(|spot| spot.list(report)).unwrap_or_default();
    if items.is_empty() && integration.spot("actions").is_some() {
        let message = "`actions` is empty, so the integration does nothing";
        report.add(integration.warning(rule::INTEGRATION_STRUCTURE, message).suggest("add an action"));
    }
    for item in &items {
        action(item, scope, context, found, report);
    }
    report.legacy = was_legacy;
}

fn action<'a>(spot: &Spot<'a>, scope: &Scope, context: &Context, found: &mut Found<'a>, report: &mut Report) {
    if !spot.is_mapping() {
        // Says what was found in place of a mapping.
        spot.block(&keys::READ_ACTION, report);
        return;
    }
    let Some(kind) = spot.key("type").filter(|kind| !kind.is_null()) else {
        let message = "an action needs a `type`: `read`, `write` or `subscribe`";
        let issue = Issue::error(rule::REQUIRED_FIELD, format!("{}.type", spot.path), spot.place, message);
        report.add(issue.suggest("add `type: …`"));
        return;
    };
    match action_type(&kind, report) {
        Some(Type::Read) => {
            let Some(block) = spot.block(&keys::READ_ACTION, report) else { return };
            let timing = schedule::of_action(&block, report);
            read::add(&block, "the action", Some(&timing), scope, context, &mut found.read, report);
        }
        Some(Type::Write) => {
            let Some(block) = spot.block(&keys::WRITE_ACTION, report) else { return };
            write::add(&block, "the action", scope, &mut found.write, report);
        }
        Some(Type::Subscribe) => {
            let Some(block) = spot.block(&keys::SUBSCRIBE_ACTION, report) else { return };
            subscribe::add(&block, "the action", scope, context, &mut found.subscribe, report);
        }
        None => {}
    }
}

fn action_type(spot: &Spot<'_>, report: &mut Report) -> Option<Type> {
    if spot.raw_text().is_some_and(|text| text.eq_ignore_ascii_case("notify")) {
        let message = "`notify` is the oldest name of `subscribe`, and is taken for it";
        let issue = spot.warning(rule::LEGACY_FORM, message).suggest("write `subscribe`");
        report.add(issue.fix(spot.replace("subscribe")));
        return Some(Type::Subscribe);
    }
    enabled::choose(spot, &TYPES, rule::INTEGRATION_STRUCTURE, report)
}
