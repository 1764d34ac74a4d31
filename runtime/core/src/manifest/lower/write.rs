//! The `write` block.

use std::collections::BTreeSet;

use super::{
    super::{
        block::{Block, Spot},
        issue::Report,
        keys,
        model::WriteObject,
        rule,
    },
    object_name, objects,
};

pub(super) fn write(integration: &Block<'_>, report: &mut Report) -> Vec<WriteObject> {
    let Some(block) = integration.block("write", &keys::WRITE, report) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let items = objects(&block, "write", rule::WRITE_OBJECTS, report);
    items.iter().filter_map(|item| write_object(item, &mut seen, report)).collect()
}

fn write_object(spot: &Spot<'_>, seen: &mut BTreeSet<String>, report: &mut Report) -> Option<WriteObject> {
    let block = spot.block(&keys::WRITE_OBJECT, report)?;
    let duplicate = |spot: &Spot<'_>, message| spot.warning(rule::DUPLICATE_WRITE_OBJECT, message);
    let defaults = block.block("valueDefaults", &keys::VALUE_DEFAULTS, report);
    Some(WriteObject {
        object_name: object_name(&block, seen, duplicate, report),
        inherit_mapping: block.flag("inheritMapping", report).unwrap_or_default(),
        allow_any_value_defaults: defaults.and_then(|block| block.flag("allowAnyFields", report)).unwrap_or_default(),
    })
}
