//! What of a runtime's status is trouble, and which of it is new: pure, so that each notification can be argued about in a test.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The parts of the API's `RuntimeStatus` that trouble shows in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Status {
    reads_held: Option<String>,
    reads: Vec<Read>,
    destinations: Vec<Destination>,
    connections: Vec<Connection>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Read {
    object_name: String,
    installation_id: String,
    paused: Option<Pause>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Pause {
    reason: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Destination {
    name: String,
    disabled_reason: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Connection {
    id: String,
    provider: String,
    group_ref: Option<String>,
    reason: Option<String>,
}

/// Something that a person should know of: a headline, and the reason below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// What is wrong now, each by what stays the same about it while it lasts.
pub(crate) type Troubles = BTreeMap<String, Notice>;

/// All that is wrong.
pub(crate) fn troubles(status: &Status) -> Troubles {
    let held = status.reads_held.iter().map(|reason| ("held".to_owned(), notice("No read goes on", reason)));
    let destinations = status.destinations.iter().filter_map(|one| {
        let reason = one.disabled_reason.as_ref()?;
        Some((format!("destination {}", one.name), notice(&format!("Destination {} is disabled", one.name), reason)))
    });
    let reads = status.reads.iter().filter_map(|one| {
        let pause = one.paused.as_ref()?;
        let title = format!("Reading {} is paused", one.object_name);
        Some((format!("read {} {}", one.installation_id, one.object_name), notice(&title, &pause.reason)))
    });
    let connections = status.connections.iter().map(|one| {
        let whose = one.group_ref.as_ref().map_or_else(String::new, |group| format!(" of {group}"));
        let title = format!("The connection{whose} to {} does not work", one.provider);
        (format!("connection {}", one.id), notice(&title, one.reason.as_deref().unwrap_or("connect it again")))
    });
    held.chain(destinations).chain(reads).chain(connections).collect()
}

fn notice(title: &str, text: &str) -> Notice {
    Notice { title: title.to_owned(), text: text.to_owned() }
}

/// What to tell of: what was not wrong before; several at once are told in one.
pub(crate) fn news(before: &Troubles, now: &Troubles) -> Option<Notice> {
    let new: Vec<&Notice> = now.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, notice)| notice).collect();
    match new.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        several => {
            let titles: Vec<&str> = several.iter().take(5).map(|notice| notice.title.as_str()).collect();
            Some(notice(&format!("{} things need a person", several.len()), &titles.join("\n")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: serde_json::Value) -> Troubles {
        troubles(&serde_json::from_value(status).unwrap())
    }

    #[test]
    fn new_trouble_is_told_once() {
        let well = json!({ "project": "p", "destinations": [{ "name": "hook", "disabledReason": null }], "reads": [] });
        let disabled = json!({ "destinations": [{ "name": "hook", "disabledReason": "410 from the receiver" }] });
        let both = json!({
            "destinations": [{ "name": "hook", "disabledReason": "another reason" }],
            "reads": [{ "objectName": "contact", "installationId": "i", "paused": { "reason": "by hand" } }],
        });
        let many = json!({
            "readsHeld": "the disk is full",
            "connections": [{ "id": "c", "provider": "hubspot", "groupRef": "acme", "reason": null }],
        });
        for (before, now, expected) in [
            (&well, &well, None),
            (&well, &disabled, Some("Destination hook is disabled: 410 from the receiver")),
            (&disabled, &disabled, None),
            (&disabled, &both, Some("Reading contact is paused: by hand")),
            (&both, &well, None),
            (&well, &many, Some("2 things need a person: The connection of acme to hubspot does not work\nNo read goes on")),
        ] {
            let told = news(&of(before.clone()), &of(now.clone())).map(|notice| format!("{}: {}", notice.title, notice.text));
            assert_eq!(told.as_deref(), expected, "{now}");
        }
    }
}
