//! What each package may depend on, asked of cargo itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Problem;

/// A package that must never reach certain crates.
struct Never {
    package: &'static str,
    crates: &'static [&'static str],
    /// Over any number of steps, not only named in its own manifest.
    through_others: bool,
    why: &'static str,
}

const NEVER: &[Never] = &[
    Never {
        package: "ampline-core",
        crates: &["ampline", "axum", "hyper", "mio", "reqwest", "rusqlite", "socket2", "tokio", "wasmtime"],
        through_others: true,
        why: "the core does no I/O",
    },
    Never {
        package: "ampline-core",
        crates: &["fastrand", "getrandom", "rand"],
        // uuid brings getrandom for features that the engine uses; the core's clippy.toml bans their calls.
        through_others: false,
        why: "the core leaves nothing to chance; random bytes are a parameter",
    },
    Never {
        package: "ampline-sink",
        crates: &["ampline", "ampline-core"],
        through_others: true,
        why: "the WIT is the contract between sink and host, no shared crate is",
    },
    Never {
        package: "ampline",
        crates: &["ampline-tests", "ampline-sink", "xtask"],
        through_others: true,
        why: "the runtime knows neither its tests nor what is inside a sink",
    },
    Never {
        package: "xtask",
        crates: &["ampline", "ampline-core", "ampline-tests", "tokio"],
        through_others: true,
        why: "it must build in seconds",
    },
];

/// All that a sink of ours may name.
const ALLOWED_IN_SINKS: &[&str] = &["ampline-sink", "serde", "serde_json"];

/// Checks what `cargo metadata` tells of the workspace.
pub(super) fn check(metadata: &Value) -> Vec<Problem> {
    let packages = workspace(metadata);
    let mut problems = Vec::new();
    for package in &packages {
        let mut report =
            |message| problems.push(Problem { path: package.manifest.clone(), line: 0, rule: "dependency", message });
        for never in NEVER.iter().filter(|never| never.package == package.name) {
            let reached = if never.through_others { reachable(metadata, &package.id) } else { package.direct.clone() };
            for name in never.crates.iter().filter(|name| reached.contains(**name)) {
                report(format!(
                    "`{}` depends on `{name}`: {} (`cargo tree -p {0} -i {name}` shows how)",
                    never.package, never.why
                ));
            }
        }
        if package.manifest.starts_with("sink-plugins/") {
            for name in package.direct.iter().filter(|name| !ALLOWED_IN_SINKS.contains(&name.as_str())) {
                report(format!(
                    "a sink depends on `{name}`; only on {}: what it needs comes through the SDK",
                    ALLOWED_IN_SINKS.join(", ")
                ));
            }
        }
    }
    problems
}

struct Package {
    id: String,
    name: String,
    /// Of its `Cargo.toml`, relative to the repository.
    manifest: String,
    /// Dependencies at run time, by their real names.
    direct: BTreeSet<String>,
}

fn workspace(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let root = format!("{}/", text(&metadata["workspace_root"]));
    let members: BTreeSet<String> = list(&metadata["workspace_members"]).map(text).collect();
    let packages = list(&metadata["packages"]).filter(|package| members.contains(&text(&package["id"])));
    packages
        .map(|package| Package {
            id: text(&package["id"]),
            name: text(&package["name"]),
            manifest: text(&package["manifest_path"]).replace('\\', "/").replacen(&root, "", 1),
            direct: list(&package["dependencies"]).filter(|it| it["kind"].is_null()).map(|it| text(&it["name"])).collect(),
        })
        .collect()
}

/// The names of all packages that run with this one, over any number of steps.
fn reachable(metadata: &Value, from: &str) -> BTreeSet<String> {
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let mut seen = BTreeSet::from([from]);
    let mut waiting = vec![from];
    while let Some(node) = waiting.pop().and_then(|id| nodes.get(id)) {
        let runs = list(&node["deps"]).filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()));
        for id in runs.filter_map(|dependency| dependency["pkg"].as_str()) {
            if seen.insert(id) {
                waiting.push(id);
            }
        }
    }
    seen.remove(from);
    let named = list(&metadata["packages"]).filter(|package| package["id"].as_str().is_some_and(|id| seen.contains(id)));
    named.filter_map(|package| package["name"].as_str().map(ToOwned::to_owned)).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A workspace at `/w` of packages with (name, manifest, dependencies); what is not a member is its own leaf.
    fn metadata(packages: &[(&str, &str, &[&str])]) -> Value {
        let leaves: BTreeSet<&str> = packages.iter().flat_map(|(_, _, needs)| needs.iter().copied()).collect();
        let leaves = leaves.into_iter().filter(|leaf| !packages.iter().any(|(name, _, _)| name == leaf));
        let known: Vec<Value> = packages
            .iter()
            .map(|(name, manifest, needs)| {
                let needs: Vec<Value> = needs.iter().map(|need| json!({"name": need, "kind": null})).collect();
                json!({"id": name, "name": name, "manifest_path": format!("/w/{manifest}"), "dependencies": needs})
            })
            .chain(leaves.map(|leaf| json!({"id": leaf, "name": leaf, "manifest_path": "/r/Cargo.toml", "dependencies": []})))
            .collect();
        let nodes: Vec<Value> = packages
            .iter()
            .map(|(name, _, needs)| {
                let needs: Vec<Value> = needs.iter().map(|need| json!({"pkg": need, "dep_kinds": [{"kind": null}]})).collect();
                json!({"id": name, "deps": needs})
            })
            .collect();
        let members: Vec<&str> =
            packages.iter().filter(|(_, manifest, _)| !manifest.starts_with("..")).map(|(name, _, _)| *name).collect();
        json!({"workspace_root": "/w", "workspace_members": members, "packages": known, "resolve": {"nodes": nodes}})
    }

    fn messages(packages: &[(&str, &str, &[&str])]) -> Vec<String> {
        check(&metadata(packages)).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn the_core_reaches_no_input_or_output() {
        assert_eq!(messages(&[("ampline-core", "runtime/core/Cargo.toml", &["serde", "jiff"])]), [""; 0]);
        let found =
            messages(&[("ampline-core", "runtime/core/Cargo.toml", &["clever"]), ("clever", "../clever/Cargo.toml", &["tokio"])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("runtime/core/Cargo.toml: `ampline-core` depends on `tokio`"), "{}", found[0]);
    }

    #[test]
    fn a_sink_names_the_sdk_and_serde_only() {
        let sink = |needs| messages(&[("ampline-sink-webhook", "sink-plugins/webhook/Cargo.toml", needs)]);
        assert_eq!(sink(&["ampline-sink", "serde", "serde_json"]), [""; 0]);
        assert_eq!(sink(&["ampline-sink", "regex"]).len(), 1);
        assert_eq!(sink(&["ampline-core"]).len(), 1);
    }

    #[test]
    fn circles_end() {
        assert_eq!(messages(&[("ampline", "a/Cargo.toml", &["b"]), ("b", "b/Cargo.toml", &["ampline"])]), [""; 0]);
    }
}
