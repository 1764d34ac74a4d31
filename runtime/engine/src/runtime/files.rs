//! What the files of a runtime say of the project: amp.yaml, ampline.toml and the folder of installations, read at the start and
//! again at every reload.

use std::{collections::BTreeMap, path::PathBuf};

use ampline_core::{
    manifest::{self, Manifest, Severity},
    provider::Catalog,
};

use crate::{
    connection,
    destination::DeclaredDestination,
    network::AddressPolicy,
    project::{
        ConnectionDraft, CredentialNews, Declared, DeclaredConnection, DeclaredInstallation, DeclaredRoutes, Issue, NamedParty,
        Origin,
    },
    settings::{self, Settings, folder, installations, notifications, resolve},
};

/// Where a runtime's files are.
#[derive(Debug, Clone)]
pub struct Files {
    /// amp.yaml.
    pub manifest: PathBuf,
    /// Where there is no such file, nothing is said by it: only what is deployed is run.
    pub manifest_optional: bool,
    /// ampline.toml, where there is one.
    pub settings: Option<PathBuf>,
}

impl Files {
    /// Whether a manifest that cannot be read for this reason is none.
    pub(crate) fn may_be_missing(&self, error: &std::io::Error) -> bool {
        self.manifest_optional && error.kind() == std::io::ErrorKind::NotFound
    }

    /// What ampline.toml is called to people.
    fn settings_name(&self) -> String {
        self.settings.as_deref().map_or_else(|| "ampline.toml".to_owned(), |path| path.display().to_string())
    }
}

/// The installations of ampline.toml and of its folder, or every fault of what they say.
pub(super) fn installations(files: &Files, settings: &Settings) -> Result<Vec<DeclaredInstallation>, Vec<Issue>> {
    let of_settings = installations::declared(settings, &files.settings_name());
    let of_folder = settings.project.installations_dir.as_deref().map_or_else(|| Ok(Vec::new()), folder::read);
    match (of_settings, of_folder) {
        (Ok(first), Ok(second)) => Ok([first, second].concat()),
        (first, second) => Err([first.err(), second.err()].into_iter().flatten().flatten().collect()),
    }
}

/// All that was read says of the project.
pub(super) fn declared(
    files: &Files,
    manifest: &Manifest,
    connections: &resolve::DeclaredConnections,
    (destinations, routes): (BTreeMap<String, DeclaredDestination>, DeclaredRoutes),
    installations: Vec<DeclaredInstallation>,
) -> Declared {
    let (file, manifest_file) = (files.settings_name(), files.manifest.display().to_string());
    let destinations = destinations.into_values().map(|one| {
        let file = if one.from_manifest { &manifest_file } else { &file };
        DeclaredDestination { file: file.clone(), ..one }
    });
    let declared =
        connections.connections.values().map(|one| DeclaredConnection { draft: draft(one, &file), declared: one.clone() });
    Declared {
        manifest: manifest.clone(),
        destinations: destinations.collect(),
        manifest_file: manifest_file.clone(),
        settings_file: file.clone(),
        connections: declared.collect(),
        provider_apps: connections.provider_apps.clone(),
        routes,
        installations,
        notes: Vec::new(),
    }
}

fn draft(one: &connection::Declared, file: &str) -> ConnectionDraft {
    let group = one.group.as_ref().map(|group| NamedParty { reference: group.reference.clone(), name: Some(group.name.clone()) });
    ConnectionDraft {
        id: one.id.clone(),
        name: Some(one.name.clone()),
        provider: one.provider.clone(),
        group,
        consumer: None,
        workspace: one.workspace.clone(),
        base_url: one.base_url.clone(),
        scheme: one.credentials.scheme().to_owned(),
        metadata: one.metadata.clone(),
        origin: Origin::File(file.to_owned()),
        sealed: None,
        news: CredentialNews::Same,
    }
}

/// Reads all files again. What only a start takes in is told in the notes where it is other than in `running`.
pub(super) fn reread(
    files: &Files,
    running: &Settings,
    policy: &AddressPolicy,
    catalog: &Catalog,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Declared, Vec<Issue>> {
    let mut issues = Vec::new();
    let manifest = manifest(files).map_err(|faults| issues.extend(faults)).ok();
    let read = files.settings.as_deref().map_or_else(|| Ok(Settings::default()), settings::load);
    let settings = read.map_err(|error| issues.push(issue("ampline.toml", error.to_string()))).ok();
    let connections = settings.as_ref().and_then(|settings| {
        let found = resolve::connections(settings, catalog, env);
        let told = |problems: Vec<settings::Problem>| {
            issues.extend(problems.into_iter().map(|problem| issue(&problem.place, problem.message)));
        };
        found.map_err(told).ok()
    });
    let found = settings.as_ref().map(|settings| installations(files, settings));
    let found = found.and_then(|found| found.map_err(|faults| issues.extend(faults)).ok());
    let mut told = |problems: Vec<settings::Problem>| {
        issues.extend(problems.into_iter().map(|problem| issue(&problem.place, problem.message)));
    };
    let limits = (&running.limits, policy, running.postgres.is_some());
    let reaching = settings.as_ref().zip(manifest.as_ref()).and_then(|(settings, manifest)| {
        let destinations = settings::destinations::declared(settings, manifest, limits, env).map_err(&mut told).ok();
        let routes = notifications::routes(settings, manifest).map_err(&mut told).ok();
        destinations.zip(routes)
    });
    let (Some(manifest), Some(settings), Some(connections), Some(reaching), Some(found)) =
        (manifest, settings, connections, reaching, found)
    else {
        return Err(issues);
    };
    let mut declared = declared(files, &manifest, &connections, reaching, found);
    if settings.runs_otherwise(running) {
        declared.notes.push("other settings of ampline.toml changed: they count from the next start on".to_owned());
    }
    Ok(declared)
}

fn issue(path: &str, message: String) -> Issue {
    Issue { path: path.to_owned(), message }
}

/// A manifest that can run, or every error of it.
fn manifest(files: &Files) -> Result<Manifest, Vec<Issue>> {
    let place = files.manifest.display();
    let source = match std::fs::read(&files.manifest) {
        Ok(source) => source,
        Err(error) if files.may_be_missing(&error) => return Ok(Manifest::empty()),
        Err(error) => return Err(vec![issue(&place.to_string(), format!("cannot read it: {error}"))]),
    };
    let checked = manifest::check(&source);
    checked.manifest.ok_or_else(|| {
        let errors = checked.issues.into_iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| issue(&format!("{place}:{}:{}", one.line, one.column), one.message)).collect()
    })
}
