//! A plan of changes, for people.

use serde_json::Value;

/// So much of a value is shown on its line.
const VALUE_CHARS_MAX: usize = 60;

/// What would change, integration by integration.
pub(super) fn plan(plan: &Value) -> String {
    let mut lines = Vec::new();
    for one in list(&plan["integrations"]) {
        integration(one, &mut lines);
    }
    for removed in list(&plan["removed"]) {
        let [integration, object] = ["integrationName", "objectName"].map(|key| text(&removed[key]));
        lines.push(format!("! {object} of {integration} is read by {} and would be no longer", whose(removed)));
    }
    let untouched: Vec<&str> = list(&plan["untouched"]).filter_map(Value::as_str).collect();
    if !untouched.is_empty() {
        lines.push(format!("not in the file, and left as they are: {}", untouched.join(", ")));
    }
    if plan["changes"] == false {
        lines.push("nothing would change".to_owned());
    }
    lines.join("\n")
}

fn integration(one: &Value, lines: &mut Vec<String>) {
    let (name, installations) = (text(&one["name"]), &one["installations"]);
    let (sign, what) = match text(&one["change"]) {
        "created" => ('+', "new".to_owned()),
        "updated" => ('~', format!("revision {}, {}", one["revision"], counted(installations, "installation"))),
        _ => ('=', format!("unchanged, revision {}", one["revision"])),
    };
    lines.push(format!("{sign} {name} ({}): {what}", text(&one["provider"])));
    lines.extend(list(&one["differences"]).map(|difference| format!("    {}", told(difference))));
    lines.extend(list(&one["reads"]).map(|read| format!("    → {}", fate(read))));
    for issue in list(&one["issues"]) {
        let [path, message] = ["path", "message"].map(|key| text(&issue["issue"][key]));
        lines.push(format!("    ! {path}: {message} ({})", whose(issue)));
    }
}

/// One difference on a line.
fn told(difference: &Value) -> String {
    let path: Vec<&str> = list(&difference["path"]).filter_map(Value::as_str).collect();
    let path = path.join(" ").replace(" objects ", " ");
    match (difference.get("before"), difference.get("after")) {
        (Some(before), Some(after)) => format!("~ {path}: {} → {}", short(before), short(after)),
        (Some(before), None) => format!("- {path}{}", behind(before)),
        (None, Some(after)) => format!("+ {path}{}", behind(after)),
        (None, None) => format!("~ {path}"),
    }
}

/// The value, unless the path says it all: objects and fields go by their names.
fn behind(value: &Value) -> String {
    if value.is_object() { String::new() } else { format!(": {}", short(value)) }
}

/// What becomes of a read.
fn fate(read: &Value) -> String {
    let (object, whose) = (text(&read["objectName"]), whose(read));
    match text(&read["change"]) {
        "begins" => format!("{object} begins to be read for {whose}, {}", backfill(&read["backfill"])),
        "pauses" => format!("reads of {object} are paused for {whose}"),
        "follows" => format!("{object} follows the new revision for {whose}"),
        _ => format!("{object} stays on its earlier revision for {whose}, which configured it"),
    }
}

fn backfill(backfill: &Value) -> String {
    match (backfill["days"].as_u64(), backfill["fullHistory"] == true) {
        (_, true) => "from the beginning".to_owned(),
        (Some(1..), _) => format!("from {} ago", counted(&backfill["days"], "day")),
        _ => "from now on".to_owned(),
    }
}

/// How many installations, and some of their groups.
fn whose(value: &Value) -> String {
    let groups: Vec<&str> = list(&value["groups"]).filter_map(Value::as_str).collect();
    let more = value["installations"].as_u64().is_some_and(|all| all > groups.len() as u64);
    let (groups, more) = (groups.join(", "), if more { ", …" } else { "" });
    format!("{} ({groups}{more})", counted(&value["installations"], "installation"))
}

fn counted(count: &Value, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut shown: String =
        text.chars().take(VALUE_CHARS_MAX).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    if text.chars().nth(VALUE_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_change_has_its_line() {
        let some = |change: &str, backfill: Value| json!({ "objectName": "deals", "change": change, "backfill": backfill, "installations": 1, "groups": ["acme"] });
        let given = json!({
            "changes": true, "needsDestructive": true, "untouched": ["old"],
            "integrations": [
                { "name": "crm", "provider": "hubspot", "change": "updated", "revision": 3, "installations": 25,
                  "differences": [
                      { "path": ["read", "objects", "contacts", "schedule"], "before": "*/10 * * * *", "after": "0 * * * *" },
                      { "path": ["read", "objects", "contacts", "requiredFields", "fax"], "before": { "fieldName": "fax" } },
                      { "path": ["read", "objects", "deals"], "after": { "objectName": "deals" } },
                      { "path": ["displayName"], "after": "Crm" },
                  ],
                  "reads": [
                      some("begins", json!({ "days": 30 })), some("begins", json!({ "fullHistory": true })), some("begins", json!({ "days": 0 })),
                      { "objectName": "contacts", "change": "follows", "installations": 25, "groups": ["a", "b"] },
                      some("pauses", Value::Null), some("stays", Value::Null),
                  ],
                  "issues": [{ "issue": { "path": "config.content.read.objects.deals.destination", "message": "there is none" }, "installations": 1, "groups": ["acme"] }] },
                { "name": "new", "provider": "stripe", "change": "created", "revision": 1, "installations": 0 },
                { "name": "same", "provider": "stripe", "change": "unchanged", "revision": 7, "installations": 2 },
            ],
            "removed": [{ "integrationName": "crm", "objectName": "leads", "installations": 2, "groups": ["acme", "beta"] }],
        });
        let expected = "\
~ crm (hubspot): revision 3, 25 installations
    ~ read contacts schedule: */10 * * * * → 0 * * * *
    - read contacts requiredFields fax
    + read deals
    + displayName: Crm
    → deals begins to be read for 1 installation (acme), from 30 days ago
    → deals begins to be read for 1 installation (acme), from the beginning
    → deals begins to be read for 1 installation (acme), from now on
    → contacts follows the new revision for 25 installations (a, b, …)
    → reads of deals are paused for 1 installation (acme)
    → deals stays on its earlier revision for 1 installation (acme), which configured it
    ! config.content.read.objects.deals.destination: there is none (1 installation (acme))
+ new (stripe): new
= same (stripe): unchanged, revision 7
! leads of crm is read by 2 installations (acme, beta) and would be no longer
not in the file, and left as they are: old";
        assert_eq!(plan(&given), expected);
        assert_eq!(plan(&json!({ "changes": false })), "nothing would change");
    }
}
