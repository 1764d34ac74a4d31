//! Which fields a read delivers: required ones, the customer's choice of the optional ones, and mappings.

use super::{FieldSelection, ObjectConfig, Problems, unknown};
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
    let Some(name) = single_segment(source, "field", problems) else { return };
    let name = name.to_lowercase();
    if !selection.plain.contains(&name) {
        selection.plain.push(name);
    }
}

fn add_mapped(name: &str, source: &str, selection: &mut FieldSelection, problems: &mut Problems) {
    let (name, source) = (single_segment(name, "mapped name", problems), single_segment(source, "field", problems));
    let (Some(name), Some(source)) = (name, source) else { return };
    match selection.mapped.iter().find(|(other, _)| other == name) {
        Some((_, other)) if same(other, source) => {}
        Some((_, other)) => problems.add(format!("`{name}` is mapped from `{other}` and from `{source}`: leave one out")),
        None => selection.mapped.push((name.to_owned(), source.to_owned())),
    }
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
            problems.add(format!("{message}; `optionalFieldsAuto: all` in the manifest would allow any"));
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
            problems.add(unknown("mapping", chosen, names()));
        }
    }
}

/// Providers' field names are compared without regard to case.
fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// A plain name, or the name in a path of one segment (`$['email']`). Deeper paths are reported: they are not supported yet.
fn single_segment<'a>(text: &'a str, what: &str, problems: &mut Problems) -> Option<&'a str> {
    let path = text.strip_prefix('$').unwrap_or(text);
    if !path.starts_with('[') {
        return Some(text);
    }
    let segment = path.strip_prefix('[').and_then(|path| path.strip_suffix(']'));
    let quoted = |quote: char| {
        let name = segment?.strip_prefix(quote)?.strip_suffix(quote)?;
        (!name.is_empty() && !name.contains([quote, '\\'])).then_some(name)
    };
    let name = quoted('\'').or_else(|| quoted('"'));
    if name.is_none() {
        problems.add(format!(
            "the {what} `{text}` is a nested path, which is not supported yet: leave it out or name a top-level field"
        ));
    }
    name
}
