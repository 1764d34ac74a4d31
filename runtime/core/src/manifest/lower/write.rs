//! The `write` block, and write actions of older forms.

use super::{
    super::{
        block::Block,
        issue::Report,
        keys,
        model::{LegacyWrite, WriteMode, WriteObject},
        rule,
    },
    enabled, field, legacy_fields,
    object::{self, Listed, Scope},
    schedule,
};

/// Keys that only older forms have.
const LEGACY_KEYS: [&str; 7] = ["mode", "endpoint", "schedule", "mapToName", "requiredFields", "optionalFields", "customFields"];

const MODES: [(&str, WriteMode); 3] =
    [("insert", WriteMode::Insert), ("update", WriteMode::Update), ("upsert", WriteMode::Upsert)];

pub(super) fn write<'a>(integration: &Block<'a>, scope: &Scope, report: &mut Report) -> Listed<'a, WriteObject> {
    let mut found = Listed::default();
    if let Some(block) = integration.block("write", &keys::WRITE, report) {
        add(&block, "`write`", scope, &mut found, report);
    }
    found
}

/// Adds the objects of a block to what was found before.
pub(super) fn add<'a>(block: &Block<'a>, action: &str, scope: &Scope, found: &mut Listed<'a, WriteObject>, report: &mut Report) {
    for item in object::items(block, action, rule::WRITE_OBJECTS, report) {
        let Some(block) = item.spot.block(&keys::WRITE_OBJECT, report) else { continue };
        let object = write_object(&block, item.is_custom, scope, report);
        found.add(&block, identity(&object), object, item.spot, rule::DUPLICATE_WRITE_OBJECT, report);
    }
}

/// What makes two the same. In older forms an object may be inserted at one endpoint and updated at another.
fn identity(object: &WriteObject) -> String {
    let legacy = object.legacy.as_ref().map(|legacy| (legacy.mode, &legacy.endpoint));
    format!("{:?}", (&object.object_name, legacy))
}

fn write_object(block: &Block<'_>, is_custom: bool, scope: &Scope, report: &mut Report) -> WriteObject {
    let object::Name { name, choice } = object::name(block, is_custom, scope, report);
    let defaults = block.block("valueDefaults", &keys::VALUE_DEFAULTS, report);
    let is_legacy = LEGACY_KEYS.iter().any(|key| block.has(key));
    WriteObject {
        object_name: name,
        inherit_mapping: block.flag("inheritMapping", report).unwrap_or_default(),
        allow_any_value_defaults: defaults.and_then(|block| block.flag("allowAnyFields", report)).unwrap_or_default(),
        legacy: is_legacy.then(|| legacy(block, choice, scope, report)),
    }
}

fn legacy(
    block: &Block<'_>,
    object_choice: Option<super::super::ObjectChoice>,
    scope: &Scope,
    report: &mut Report,
) -> LegacyWrite {
    let (required, optional) = field::fields(block, scope, report);
    let mut custom_fields = legacy_fields::custom(block, scope, report);
    custom_fields.extend(required.into_iter().chain(optional));
    LegacyWrite {
        object_choice,
        mode: block.spot("mode").and_then(|spot| enabled::choose(&spot, &MODES, rule::WRITE_OBJECTS, report)),
        endpoint: block.text("endpoint", report),
        schedule: block.spot("schedule").and_then(|_| schedule::of_action(block, report).schedule()),
        custom_fields,
    }
}
