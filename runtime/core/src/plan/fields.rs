//! Which fields a read delivers: required ones, the customer's choice of the optional ones, and mappings of names and values.

use super::{FieldPath, FieldSelection, MappedField, ObjectConfig, Problems, ValueMap, unknown};
use crate::manifest::{Field, ReadObject};

/// Lowers the fields of an object and a customer's choices into a selection; what cannot be delivered is reported.
pub(super) fn select(object: &ReadObject, config: &ObjectConfig, problems: &mut Problems) -> FieldSelection {
    let all = config.selected_fields_auto.is_some() && object.optional_fields_auto;
    let mut selection = FieldSelection { all, ..FieldSelection::default() };
    let optional = object.optional_fields.iter().filter(|field| wanted(field, config));
    for field in object.required_fields.iter().chain(optional) {
        add(field, config, &mut selection, problems);
    }
    add_others(object, config, &mut selection, problems);
    report_unknown_mappings(object, config, problems);
    map_values(config, &mut selection, problems);
    selection
}

/// Whether a customer wants an optional field. A mapping is wanted as soon as it has a source.
/// `selectedFieldsAuto` without the manifest's `optionalFieldsAuto` means all fields that the manifest offers.
fn wanted(field: &Field, config: &ObjectConfig) -> bool {
    match field {
        Field::Existent { field_name, .. } => {
            config.selected_fields_auto.is_some()
                || config.selected_fields.iter().any(|(name, &chosen)| chosen && same(name, field_name))
        }
        Field::Mapping { .. } => true,
    }
}

fn add(field: &Field, config: &ObjectConfig, selection: &mut FieldSelection, problems: &mut Problems) {
    match field {
        Field::Existent { field_name, map_to_name: None, .. } => add_plain(field_name, selection, problems),
        Field::Existent { field_name, map_to_name: Some(name), .. } => add_mapped(name, field_name, selection, problems),
        Field::Mapping { map_to_name, default, .. } => {
            let chosen = config.selected_field_mappings.get(map_to_name).filter(|source| !source.is_empty());
            if let Some(source) = chosen.or(default.as_ref()) {
                add_mapped(map_to_name, source, selection, problems);
            }
        }
    }
}

fn add_plain(source: &str, selection: &mut FieldSelection, problems: &mut Problems) {
    let Some(path) = parse(source, "field", problems) else { return };
    if !selection.plain.iter().any(|other| same_path(other, &path)) {
        selection.plain.push(path);
    }
}

fn add_mapped(name: &str, source: &str, selection: &mut FieldSelection, problems: &mut Problems) {
    let (name, source) = (parse(name, "mapped name", problems), parse(source, "field", problems));
    let (Some(name), Some(source)) = (name, source) else { return };
    let Some(steps) = name.names() else {
        problems.add_at(
            "selectedFieldMappings",
            format!("the mapped name `{}` must be made of names alone, without `[*]` and numbers", name.text()),
        );
        return;
    };
    for other in &selection.mapped {
        let other_steps = other.name.names().unwrap_or_default();
        if other_steps == steps {
            if !same_path(&other.source, &source) {
                let (name, one, another) = (name.text(), other.source.text(), source.text());
                problems.add_at(
                    "selectedFieldMappings",
                    format!("`{name}` is mapped from `{one}` and from `{another}`: leave one out"),
                );
            }
            return;
        }
        if other_steps.starts_with(&steps) || steps.starts_with(&other_steps) {
            let (one, another) = (other.name.text(), name.text());
            problems.add_at(
                "selectedFieldMappings",
                format!("`{another}` and `{one}` cannot both be mapped: one would be a value and an object at once"),
            );
            return;
        }
    }
    selection.mapped.push(MappedField { name, source });
}

/// Chosen fields that the manifest does not name.
fn add_others(object: &ReadObject, config: &ObjectConfig, selection: &mut FieldSelection, problems: &mut Problems) {
    let fields = || object.required_fields.iter().chain(&object.optional_fields);
    let names = || {
        fields().filter_map(|field| if let Field::Existent { field_name, .. } = field { Some(field_name.as_str()) } else { None })
    };
    for (chosen, _) in config.selected_fields.iter().filter(|&(_, &chosen)| chosen) {
        if names().any(|name| same(name, chosen)) {
            continue;
        }
        if object.optional_fields_auto {
            add_plain(chosen, selection, problems);
        } else {
            let message = unknown("field to choose", chosen, names());
            problems.add_at("selectedFields", format!("{message}; `optionalFieldsAuto: all` in the manifest would allow any"));
        }
    }
}

fn report_unknown_mappings(object: &ReadObject, config: &ObjectConfig, problems: &mut Problems) {
    let fields = || object.required_fields.iter().chain(&object.optional_fields);
    let names = || {
        fields()
            .filter_map(|field| if let Field::Mapping { map_to_name, .. } = field { Some(map_to_name.as_str()) } else { None })
    };
    for chosen in config.selected_field_mappings.keys() {
        if !names().any(|name| name == chosen) {
            problems.add_at("selectedFieldMappings", unknown("mapping", chosen, names()));
        }
    }
}

/// Turns `{field: {delivered: provider's}}` round. A field is named by its mapped name or by the provider's.
fn map_values(config: &ObjectConfig, selection: &mut FieldSelection, problems: &mut Problems) {
    for (field, pairs) in &config.selected_value_mappings {
        let mapped = selection.mapped.iter().find(|mapped| mapped.name.text() == field).map(|mapped| &mapped.source);
        let Some(source) = mapped.or_else(|| selection.source_paths().find(|source| same(source.text(), field))) else {
            if !selection.all {
                let names = selection.mapped.iter().map(|mapped| mapped.name.text());
                let names: Vec<&str> = names.chain(selection.source_paths().map(FieldPath::text)).collect();
                problems.add_at("selectedValueMappings", unknown("delivered field to map values of", field, names.into_iter()));
                continue;
            }
            add_values(field.to_lowercase(), field, pairs, selection, problems);
            continue;
        };
        let key = values_key(source);
        add_values(key, field, pairs, selection, problems);
    }
}

fn add_values(key: String, field: &str, pairs: &ValueMap, selection: &mut FieldSelection, problems: &mut Problems) {
    let values = selection.values.entry(key).or_default();
    for (delivered, provider) in pairs {
        match values.insert(provider.clone(), delivered.clone()) {
            Some(other) if other != *delivered => problems.add_at("selectedValueMappings", format!(
                "the value `{provider}` of `{field}` is mapped to `{other}` and to `{delivered}`: value mappings are one to one"
            )),
            _ => {}
        }
    }
}

/// What [`FieldSelection::values`] is keyed by.
pub(crate) fn values_key(source: &FieldPath) -> String {
    if source.is_plain() { source.head().to_lowercase() } else { source.text().to_owned() }
}

/// Providers' field names are compared without regard to case.
fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

fn same_path(a: &FieldPath, b: &FieldPath) -> bool {
    if a.is_plain() && b.is_plain() { same(a.head(), b.head()) } else { a.text() == b.text() }
}

fn parse(text: &str, what: &str, problems: &mut Problems) -> Option<FieldPath> {
    FieldPath::parse(text)
        .map_err(|flaw| {
            let instead = flaw.instead.map(|instead| format!(": did you mean `{instead}`?")).unwrap_or_default();
            problems.add(format!("the {what} `{text}` is not a path: {}{instead}", flaw.reason));
        })
        .ok()
}
