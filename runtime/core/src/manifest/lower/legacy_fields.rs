//! Fields that only older forms have: those that customers and products made, and those that bodies of subscriptions speak of.

use super::{
    super::{
        block::{Block, Spot},
        issue::{Report, quote},
        keys,
        model::{Field, NamedField},
        rule,
    },
    field,
    object::Scope,
};

/// `customFields` of a read object. One with a name was made by the product and is read for everyone, as the required fields
/// are; without, the customer chooses one, or none. Gives both kinds.
pub(super) fn of_read(block: &Block<'_>, scope: &Scope, report: &mut Report) -> (Vec<Field>, Vec<Field>) {
    custom(block, scope, report).into_iter().partition(|field| matches!(field, Field::Existent { .. }))
}

/// `customFields` in the order of the file.
pub(super) fn custom(block: &Block<'_>, scope: &Scope, report: &mut Report) -> Vec<Field> {
    let items = block.list("customFields", report);
    let fields = items.iter().filter_map(|item| field::one(item, report));
    let named = |field| match field {
        Field::Existent { field_name, map_to_name, map_to_display_name } => {
            Field::Existent { field_name: scope.naming.custom_field(&field_name), map_to_name, map_to_display_name }
        }
        mapping => mapping,
    };
    fields.map(named).collect()
}

/// `watchFields` or `additionalFields` of a subscription.
pub(super) fn of_body(object: &Block<'_>, key: &'static str, scope: &Scope, report: &mut Report) -> Vec<NamedField> {
    object.list(key, report).iter().filter_map(|item| named(item, scope, report)).collect()
}

fn named(spot: &Spot<'_>, scope: &Scope, report: &mut Report) -> Option<NamedField> {
    if let Some(name) = field::bare_name(spot, report) {
        return Some(NamedField { field_name: scope.naming.field(name), name: name.to_owned() });
    }
    let block = spot.block(&keys::FIELD, report)?;
    let name = block.required_text("fieldName", report)?;
    if name.contains(['.', '[', ']']) {
        let message = format!("{} is a nested field, and providers announce changes of whole fields only", quote(&name));
        report.add(block.warning(rule::WATCH_FIELDS_NO_NESTING, message).suggest("watch the field that contains it"));
    }
    Some(NamedField { field_name: scope.naming.field(&name), name })
}
