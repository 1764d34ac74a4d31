//! The Rust SDK as a project's own: sources, manifests that stand alone, and a lock file with the versions that this runtime was
//! tried with.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::files;

/// Where it lies in the project, by its folder in the binary.
const CRATES: [(&str, &str); 2] = [("sdk", "vendor/ampline-sink"), ("derive", "vendor/ampline-sink-derive")];

/// The files of the SDK, and the lock file of a project of this name.
pub(crate) fn sdk(name: &str) -> Result<Vec<(String, String)>, String> {
    let workspace = table("Cargo.toml")?;
    let mut made = Vec::new();
    let mut wanted = BTreeSet::new();
    for (folder, place) in CRATES {
        let manifest = standing_alone(table(&format!("{folder}/Cargo.toml"))?, &workspace);
        wanted.extend(manifest.get("dependencies").and_then(Value::as_table).into_iter().flat_map(Table::keys).cloned());
        made.push((format!("{place}/Cargo.toml"), manifest.to_string()));
        made.push((format!("{place}/LICENSE"), files::one("LICENSE").to_owned()));
        let folder = if folder == "sdk" { "sdk/src" } else { "derive/src" };
        made.extend(files::of(folder).map(|(path, text)| (format!("{place}/src/{path}"), text.to_owned())));
    }
    let sdk = CRATES[0].1;
    made.extend(files::of("wit").map(|(path, text)| (format!("{sdk}/wit/{path}"), text.to_owned())));
    made.push(("Cargo.lock".to_owned(), lock(&table("Cargo.lock")?, name, wanted)));
    Ok(made)
}

fn table(path: &str) -> Result<Table, String> {
    files::one(path).parse().map_err(|error| format!("{path} in this binary cannot be read: {error}"))
}

/// A manifest with what it inherits from the workspace written out, and without what only the workspace's checks need.
fn standing_alone(mut manifest: Table, workspace: &Table) -> Table {
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    let inherited = workspace.get("workspace").and_then(Value::as_table);
    let of = |section: &str, key: &str| inherited?.get(section)?.as_table()?.get(key).cloned();
    if let Some(package) = manifest.get_mut("package").and_then(Value::as_table_mut) {
        package.remove("publish");
        fill(package, |key| of("package", key));
    }
    if let Some(dependencies) = manifest.get_mut("dependencies").and_then(Value::as_table_mut) {
        fill(dependencies, |key| {
            let own = key
                .starts_with("ampline-sink-")
                .then(|| Value::from(Table::from_iter([("path".to_owned(), format!("../{key}").into())])));
            own.or_else(|| of("dependencies", key))
        });
    }
    manifest
}

/// Puts the workspace's value where `workspace = true` stands.
fn fill(members: &mut Table, value: impl Fn(&str) -> Option<Value>) {
    for (key, member) in members.iter_mut() {
        let inherits = member.as_table().and_then(|member| member.get("workspace")).and_then(Value::as_bool) == Some(true);
        if let Some(value) = inherits.then(|| value(key)).flatten() {
            *member = value;
        }
    }
}

/// The part of the workspace's lock file that the SDK needs. Cargo adds the project's own packages to it.
fn lock(whole: &Table, name: &str, wanted: BTreeSet<String>) -> String {
    let packages: Vec<&Table> =
        whole.get("package").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect();
    let text = |package: &Table, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut kept = BTreeSet::new();
    let mut open: Vec<String> = wanted.into_iter().filter(|name| !name.starts_with("ampline-")).collect();
    while let Some(wanted) = open.pop() {
        // `syn`, or `syn 2.0.119` where there are several.
        let mut words = wanted.split(' ');
        let (wanted, version) = (words.next().unwrap_or_default(), words.next());
        let fits = |package: &&&Table| {
            text(package, "name") == wanted && version.is_none_or(|version| text(package, "version") == version)
        };
        for package in packages.iter().filter(fits) {
            if kept.insert((text(package, "name"), text(package, "version"))) {
                let dependencies = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
                open.extend(dependencies.filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    let kept = packages.iter().filter(|package| kept.contains(&(text(package, "name"), text(package, "version"))));
    let mut lock = format!("# The versions that the SDK was tried with; cargo adds what {name} brings.\nversion = 4\n");
    for package in kept {
        lock.push_str("\n[[package]]\n");
        lock.push_str(&package.to_string());
    }
    lock
}
