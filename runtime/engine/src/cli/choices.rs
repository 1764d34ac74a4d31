//! What a customer chooses, as flags of the command line, and its way into a configuration.

use clap::Args;
use serde_json::{Map, Value, json};

use super::Failure;

/// What is read, flag by flag. Where several objects are named, fields say theirs: `contacts:email`.
#[derive(Debug, Default, Args)]
pub(super) struct Choices {
    /// An object to read, by the provider's name; may be given several times.
    #[arg(long = "object", value_name = "OBJECT")]
    objects: Vec<String>,
    /// An optional field to read; may be given several times.
    #[arg(long, value_name = "[OBJECT:]FIELD")]
    select: Vec<String>,
    /// An optional field that is no longer read.
    #[arg(long, value_name = "[OBJECT:]FIELD")]
    unselect: Vec<String>,
    /// Which of the provider's fields a mapping takes; an empty field takes the mapping away.
    #[arg(long, value_name = "[OBJECT:]NAME=FIELD")]
    map: Vec<String>,
    /// A value to deliver in place of the provider's.
    #[arg(long, value_name = "[OBJECT:]FIELD=DELIVERED=PROVIDERS")]
    map_value: Vec<String>,
    /// A condition that records must meet.
    #[arg(long, value_name = "[OBJECT:]FIELD=VALUE")]
    filter: Vec<String>,
    /// Cron in UTC, in place of the manifest's; empty: only when triggered.
    #[arg(long, value_name = "[OBJECT:]CRON")]
    schedule: Vec<String>,
    /// A destination in place of the manifest's.
    #[arg(long, value_name = "[OBJECT:]DESTINATION")]
    destination: Vec<String>,
    /// How far the first read looks back: days, 0 for nothing, `all` for everything.
    #[arg(long, value_name = "[OBJECT:]DAYS|all")]
    backfill: Vec<String>,
    /// Neither scheduled nor triggered reads of the objects, for now.
    #[arg(long, overrides_with = "enable")]
    disable: bool,
    /// Reads of the objects again.
    #[arg(long, overrides_with = "disable")]
    enable: bool,
}

impl Choices {
    /// Whether nothing is chosen.
    pub(super) fn is_empty(&self) -> bool {
        let Self { objects, select, unselect, map, map_value, filter, schedule, destination, backfill, disable, enable } = self;
        let lists = [objects, select, unselect, map, map_value, filter, schedule, destination, backfill];
        lists.iter().all(|list| list.is_empty()) && !disable && !enable
    }

    /// Puts the choices into `read.objects` of a content; the names of the objects that they reach.
    pub(super) fn put_into(&self, content: &mut Value) -> Result<Vec<String>, Failure> {
        if self.objects.is_empty() {
            return Err(Failure::refused("name the object that this is about with --object"));
        }
        for object in &self.objects {
            let config = self.config(content, object);
            config.entry("objectName").or_insert_with(|| object.clone().into());
            if self.disable || self.enable {
                config.insert("disabled".to_owned(), self.disable.into());
            }
        }
        for (flags, chosen) in [(&self.select, true), (&self.unselect, false)] {
            for (object, field) in self.split(flags)? {
                member(self.config(content, object), "selectedFields").insert(field.to_owned(), chosen.into());
            }
        }
        for (object, text) in self.split(&self.map)? {
            let (name, field) = pair(text, "--map", "NAME=FIELD")?;
            let mappings = member(self.config(content, object), "selectedFieldMappings");
            if field.is_empty() {
                mappings.remove(name);
            } else {
                mappings.insert(name.to_owned(), field.into());
            }
        }
        for (object, text) in self.split(&self.map_value)? {
            let (field, values) = pair(text, "--map-value", "FIELD=DELIVERED=PROVIDERS")?;
            let (delivered, provider) = pair(values, "--map-value", "FIELD=DELIVERED=PROVIDERS")?;
            let mappings = member(self.config(content, object), "selectedValueMappings");
            member(mappings, field).insert(delivered.to_owned(), provider.into());
        }
        self.put_filters(content)?;
        for (key, flags) in [("schedule", &self.schedule), ("destination", &self.destination)] {
            for (object, value) in self.split(flags)? {
                self.config(content, object).insert(key.to_owned(), value.into());
            }
        }
        for (object, text) in self.split(&self.backfill)? {
            let days =
                || text.parse::<u32>().map_err(|_| Failure::refused(format!("--backfill {text:?} is neither days nor `all`")));
            let period = if text == "all" { json!({ "fullHistory": true }) } else { json!({ "days": days()? }) };
            member(self.config(content, object), "backfill").insert("defaultPeriod".to_owned(), period);
        }
        Ok(self.objects.clone())
    }

    /// Conditions take the place of those that there were.
    fn put_filters(&self, content: &mut Value) -> Result<(), Failure> {
        let mut filters: Vec<(&str, Vec<Value>)> = Vec::new();
        for (object, text) in self.split(&self.filter)? {
            let (field, value) = pair(text, "--filter", "FIELD=VALUE")?;
            let value = match serde_json::from_str(value) {
                Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => value,
                _ => Value::String(value.to_owned()),
            };
            let filter = json!({ "fieldName": field, "operator": "eq", "value": value });
            match filters.iter_mut().find(|(other, _)| *other == object) {
                Some((_, all)) => all.push(filter),
                None => filters.push((object, vec![filter])),
            }
        }
        for (object, all) in filters {
            self.config(content, object).insert("fieldFilters".to_owned(), all.into());
        }
        Ok(())
    }

    fn config<'a>(&self, content: &'a mut Value, object: &str) -> &'a mut Map<String, Value> {
        member(member(member(as_members(content), "read"), "objects"), object)
    }

    /// The object that each flag is about, and the rest of the flag.
    fn split<'a>(&'a self, flags: &'a [String]) -> Result<Vec<(&'a str, &'a str)>, Failure> {
        let mut found = Vec::new();
        for flag in flags {
            let named = flag.split_once(':').filter(|(object, _)| self.objects.iter().any(|known| known == object));
            match (named, &self.objects[..]) {
                (Some(named), _) => found.push(named),
                (None, [only]) => found.push((only, flag)),
                (None, _) => {
                    let message = format!("whose is {flag:?}? Several objects are named: write OBJECT:{flag}");
                    return Err(Failure::refused(message));
                }
            }
        }
        Ok(found)
    }
}

/// An object within an object, made if it is not there.
fn member<'a>(members: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    as_members(members.entry(key).or_insert_with(|| json!({})))
}

/// The members of a value, which becomes an object if it is none.
fn as_members(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(members) => members,
        _ => unreachable!("it was made an object just now"),
    }
}

fn pair<'a>(text: &'a str, flag: &str, form: &str) -> Result<(&'a str, &'a str), Failure> {
    let wrong = || Failure::refused(format!("{flag} {text:?} is not of the form {form}"));
    text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        choices: Choices,
    }

    fn chosen(flags: &str, before: Value) -> Result<Value, String> {
        let mut content = before;
        let parsed = Flags::try_parse_from(std::iter::once("test").chain(flags.split(' '))).map_err(|error| error.to_string())?;
        parsed.choices.put_into(&mut content).map_err(|failure| failure.message)?;
        Ok(content)
    }

    #[test]
    fn flags_become_a_configuration() {
        let contacts = |config: Value| json!({ "read": { "objects": { "contacts": config } } });
        let rows = [
            ("--object contacts", json!({}), contacts(json!({ "objectName": "contacts" }))),
            (
                "--object contacts --select email --map notes=my_notes --filter vip=true --backfill all",
                json!({}),
                contacts(json!({
                    "objectName": "contacts", "selectedFields": { "email": true }, "selectedFieldMappings": { "notes": "my_notes" },
                    "fieldFilters": [{ "fieldName": "vip", "operator": "eq", "value": true }],
                    "backfill": { "defaultPeriod": { "fullHistory": true } },
                })),
            ),
            (
                "--object contacts --unselect email --map notes= --map-value stage=open=scheduled --disable",
                contacts(json!({ "objectName": "contacts", "selectedFieldMappings": { "notes": "x" }, "schedule": "0 * * * *" })),
                contacts(json!({
                    "objectName": "contacts", "selectedFields": { "email": false }, "selectedFieldMappings": {}, "schedule": "0 * * * *",
                    "selectedValueMappings": { "stage": { "open": "scheduled" } }, "disabled": true,
                })),
            ),
        ];
        for (flags, before, expected) in rows {
            assert_eq!(chosen(flags, before), Ok(expected), "{flags}");
        }
        let two = chosen("--object a --object b --select a:x --select b:y --schedule b:", json!({})).unwrap();
        assert_eq!(two["read"]["objects"]["b"], json!({ "objectName": "b", "selectedFields": { "y": true }, "schedule": "" }));
        for (flags, fault) in [
            ("--select x", "name the object"),
            ("--object a --object b --select x", "whose is \"x\"?"),
            ("--object a --map x", "is not of the form NAME=FIELD"),
            ("--object a --backfill x", "neither days nor `all`"),
        ] {
            assert!(chosen(flags, json!({})).unwrap_err().contains(fault), "{flags}");
        }
    }
}
