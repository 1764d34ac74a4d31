//! Which fields a read delivers: required ones, the customer's choice of the optional ones, and mappings of names and values.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{FieldPath, FieldSelection, MappedField, ObjectConfig, Problems, ValueMap, unknown};
use crate::manifest::{Field, ReadObject};

/// Lowers the fields of an object and a customer's choices into a selection; what cannot be delivered is reported.
pub(super) fn select(object: &ReadObject, config: &ObjectConfig, problems: &mut Problems) -> FieldSelection {
    let all = config.selected_fields_auto.is_some() && object.optional_fields_auto;
    let selection = FieldSelection { all, ..FieldSelection::default() };
    let mut selector = Selector { config, selection, plain: HashSet::new(), mapped: BTreeMap::new(), problems };
    let chosen: HashSet<String> =
        config.selected_fields.iter().filter(|&(_, &chosen)| chosen).map(|(name, _)| name.to_lowercase()).collect();
    let optional = object.optional_fields.iter().filter(|field| wanted(field, config, &chosen));
    for field in object.required_fields.iter().chain(optional) {
        selector.add(field);
    }
    selector.add_others(object);
    selector.report_unknown_mappings(object);
    selector.map_values();
    selector.selection
}

/// Whether a customer wants an optional field; `chosen` are the fields of the choice in lower case. A mapping is wanted as soon as it
/// has a source. `selectedFieldsAuto` without the manifest's `optionalFieldsAuto` means all fields that the manifest offers.
fn wanted(field: &Field, config: &ObjectConfig, chosen: &HashSet<String>) -> bool {
    match field {
        Field::Existent { field_name, .. } => {
            config.selected_fields_auto.is_some() || chosen.contains(&field_name.to_lowercase())
        }
        Field::Mapping { .. } => true,
    }
}

/// A selection in the making. A manifest may name tens of thousands of fields and a customer as many, so that each is looked up
/// rather than searched for.
struct Selector<'a> {
    config: &'a ObjectConfig,
    selection: FieldSelection,
    /// Which fields are in `selection.plain`.
    plain: HashSet<PathKey>,
    /// The steps of the names in `selection.mapped`, and their places there.
    mapped: BTreeMap<Vec<String>, usize>,
    problems: &'a mut Problems,
}

impl Selector<'_> {
    fn add(&mut self, field: &Field) {
        match field {
            Field::Existent { field_name, map_to_name: None, .. } => self.add_plain(field_name),
            Field::Existent { field_name, map_to_name: Some(name), .. } => self.add_mapped(name, field_name),
            Field::Mapping { map_to_name, default, .. } => {
                let chosen = self.config.selected_field_mappings.get(map_to_name).filter(|source| !source.is_empty());
                if let Some(source) = chosen.or(default.as_ref()) {
                    self.add_mapped(map_to_name, source);
                }
            }
        }
    }

    fn add_plain(&mut self, source: &str) {
        let Some(path) = parse(source, "field", self.problems) else { return };
        if self.plain.insert(path_key(&path)) {
            self.selection.plain.push(path);
        }
    }

    fn add_mapped(&mut self, name: &str, source: &str) {
        let (name, source) = (parse(name, "mapped name", self.problems), parse(source, "field", self.problems));
        let (Some(name), Some(source)) = (name, source) else { return };
        let Some(steps) = name.names() else {
            self.problem(format!("the mapped name `{}` must be made of names alone, without `[*]` and numbers", name.text()));
            return;
        };
        let steps: Vec<String> = steps.into_iter().map(str::to_owned).collect();
        if let Some(place) = self.mapped.get(&steps) {
            let other = &self.selection.mapped[*place].source;
            if path_key(other) != path_key(&source) {
                let (name, one, another) = (name.text(), other.text(), source.text());
                self.problem(format!("`{name}` is mapped from `{one}` and from `{another}`: leave one out"));
            }
            return;
        }
        if let Some(place) = self.within_or_around(&steps) {
            let (one, another) = (self.selection.mapped[place].name.text(), name.text());
            self.problem(format!("`{another}` and `{one}` cannot both be mapped: one would be a value and an object at once"));
            return;
        }
        self.mapped.insert(steps, self.selection.mapped.len());
        self.selection.mapped.push(MappedField { name, source });
    }

    /// The place of a mapped name that lies within this one, or that this one lies within.
    fn within_or_around(&self, steps: &[String]) -> Option<usize> {
        let around = (1..steps.len()).find_map(|length| self.mapped.get(&steps[..length]));
        let next = self.mapped.range(steps.to_vec()..).next();
        around.or(next.filter(|(other, _)| other.starts_with(steps)).map(|(_, place)| place)).copied()
    }

    fn problem(&mut self, message: String) {
        self.problems.add_at("selectedFieldMappings", message);
    }

    /// Chosen fields that the manifest does not name.
    fn add_others(&mut self, object: &ReadObject) {
        let fields = object.required_fields.iter().chain(&object.optional_fields);
        let names: Vec<&str> = fields
            .filter_map(|field| if let Field::Existent { field_name, .. } = field { Some(field_name.as_str()) } else { None })
            .collect();
        let known: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        for (chosen, _) in self.config.selected_fields.iter().filter(|&(_, &chosen)| chosen) {
            if known.contains(&chosen.to_lowercase()) {
                continue;
            }
            if object.optional_fields_auto {
                self.add_plain(chosen);
            } else {
                let message = unknown("field to choose", chosen, names.iter().copied());
                let message = format!("{message}; `optionalFieldsAuto: all` in the manifest would allow any");
                self.problems.add_at("selectedFields", message);
            }
        }
    }

    fn report_unknown_mappings(&mut self, object: &ReadObject) {
        let fields = object.required_fields.iter().chain(&object.optional_fields);
        let names: Vec<&str> = fields
            .filter_map(|field| if let Field::Mapping { map_to_name, .. } = field { Some(map_to_name.as_str()) } else { None })
            .collect();
        let known: HashSet<&str> = names.iter().copied().collect();
        for chosen in self.config.selected_field_mappings.keys().filter(|chosen| !known.contains(chosen.as_str())) {
            self.problem(unknown("mapping", chosen, names.iter().copied()));
        }
    }

    /// Turns `{field: {delivered: provider's}}` round. A field is named by its mapped name or by the provider's.
    fn map_values(&mut self) {
        if self.config.selected_value_mappings.is_empty() {
            return;
        }
        // The first of several counts.
        let mapped = self.selection.mapped.iter().rev();
        let by_name: HashMap<&str, String> = mapped.map(|mapped| (mapped.name.text(), values_key(&mapped.source))).collect();
        let sources: Vec<&FieldPath> = self.selection.source_paths().collect();
        let by_source: HashMap<String, String> =
            sources.iter().rev().map(|source| (source.text().to_lowercase(), values_key(source))).collect();
        let mut values = BTreeMap::new();
        for (field, pairs) in &self.config.selected_value_mappings {
            let key = by_name.get(field.as_str()).or_else(|| by_source.get(&field.to_lowercase()));
            if let Some(key) = key {
                add_values(key.clone(), field, pairs, &mut values, self.problems);
            } else if self.selection.all {
                add_values(field.to_lowercase(), field, pairs, &mut values, self.problems);
            } else {
                let names = self.selection.mapped.iter().map(|mapped| mapped.name.text());
                let names = names.chain(sources.iter().map(|source| source.text()));
                let message = unknown("delivered field to map values of", field, names);
                self.problems.add_at("selectedValueMappings", message);
            }
        }
        self.selection.values = values;
    }
}

fn add_values(key: String, field: &str, pairs: &ValueMap, values: &mut BTreeMap<String, ValueMap>, problems: &mut Problems) {
    let values = values.entry(key).or_default();
    for (delivered, provider) in pairs {
        match values.insert(provider.clone(), delivered.clone()) {
            Some(other) if other != *delivered => problems.add_at("selectedValueMappings", format!(
                "the value `{provider}` of `{field}` is mapped to `{other}` and to `{delivered}`: value mappings are one to one"
            )),
            _ => {}
        }
    }
}

/// The same for two paths exactly where they name the same field: providers' names are compared without regard to case.
type PathKey = (bool, String);

fn path_key(path: &FieldPath) -> PathKey {
    (path.is_plain(), values_key(path))
}

/// What [`FieldSelection::values`] is keyed by.
pub(crate) fn values_key(source: &FieldPath) -> String {
    if source.is_plain() { source.head().to_lowercase() } else { source.text().to_owned() }
}

fn parse(text: &str, what: &str, problems: &mut Problems) -> Option<FieldPath> {
    FieldPath::parse(text)
        .map_err(|flaw| {
            let instead = flaw.instead.map(|instead| format!(": did you mean `{instead}`?")).unwrap_or_default();
            problems.add(format!("the {what} `{text}` is not a path: {}{instead}", flaw.reason));
        })
        .ok()
}
