//! What the files of a runtime say of the project: amp.yaml, ampline.toml and the folder of installations, read at the start and
//! again at every reload.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use ampline_core::{
    manifest::{self, Manifest, Severity},
    provider::{AuthScheme, Catalog, Grant},
};

use crate::{
    project::{ConnectionDraft, Declared, DeclaredConnection, DeclaredInstallation, Issue, Origin},
    reader::Connection,
    settings::{self, Settings, folder, installations, resolve},
};

/// Where a runtime's files are.
#[derive(Debug, Clone)]
pub struct Files {
    /// amp.yaml.
    pub manifest: PathBuf,
    /// ampline.toml, where there is one.
    pub settings: Option<PathBuf>,
}

impl Files {
    /// What ampline.toml is called to people.
    fn settings_name(&self) -> String {
        self.settings.as_deref().map_or_else(|| "ampline.toml".to_owned(), |path| path.display().to_string())
    }
}

/// Connections with their secrets, by name.
pub(super) type Connections = std::collections::BTreeMap<String, Connection>;

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
    settings: &Settings,
    connections: &Connections,
    installations: Vec<DeclaredInstallation>,
    catalog: &Catalog,
) -> Declared {
    let file = files.settings_name();
    let connections = connections.iter().map(|(name, connection)| DeclaredConnection {
        draft: draft(name, connection, settings, catalog, &file),
        connection: Arc::new(connection.clone()),
    });
    Declared {
        manifest: manifest.clone(),
        manifest_file: files.manifest.display().to_string(),
        connections: connections.collect(),
        installations,
        notes: Vec::new(),
    }
}

fn draft(name: &str, connection: &Connection, settings: &Settings, catalog: &Catalog, file: &str) -> ConnectionDraft {
    ConnectionDraft {
        id: connection.id.clone(),
        name: Some(name.to_owned()),
        provider: connection.provider.clone(),
        group: None,
        consumer: None,
        workspace: connection.workspace.clone(),
        base_url: settings.connections.get(name).and_then(|declared| declared.base_url.clone()),
        scheme: catalog.get(&connection.provider).map_or("none", |provider| scheme(&provider.info().auth)).to_owned(),
        metadata: Default::default(),
        origin: Origin::File(file.to_owned()),
        sealed: None,
    }
}

/// As the contract writes it.
fn scheme(auth: &AuthScheme) -> &'static str {
    match auth {
        AuthScheme::None => "none",
        AuthScheme::Basic => "basic",
        AuthScheme::ApiKey(_) => "apiKey",
        AuthScheme::OAuth2(oauth2) => match oauth2.grant {
            Grant::AuthorizationCode => "oauth2/authorizationCode",
            Grant::ClientCredentials => "oauth2/clientCredentials",
            Grant::Password => "oauth2/password",
        },
    }
}

/// Reads all files again. What only a start takes in is told in the notes where it is other than in `running`.
pub(super) fn reread(
    files: &Files,
    running: &Settings,
    started_with: &Manifest,
    catalog: &Catalog,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Declared, Vec<Issue>> {
    let mut issues = Vec::new();
    let manifest = manifest(&files.manifest).map_err(|faults| issues.extend(faults)).ok();
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
    let (Some(manifest), Some(settings), Some(connections), Some(found)) = (manifest, settings, connections, found) else {
        return Err(issues);
    };
    let mut declared = declared(files, &manifest, &settings, &connections, found, catalog);
    if settings.destinations != running.destinations || manifest.destinations != started_with.destinations {
        declared.notes.push("destinations changed: they count from the next start on".to_owned());
    }
    if settings.runs_otherwise(running) {
        declared.notes.push("other settings of ampline.toml changed: they count from the next start on".to_owned());
    }
    Ok(declared)
}

fn issue(path: &str, message: String) -> Issue {
    Issue { path: path.to_owned(), message }
}

/// A manifest that can run, or every error of it.
fn manifest(path: &Path) -> Result<Manifest, Vec<Issue>> {
    let place = path.display();
    let source = std::fs::read(path).map_err(|error| vec![issue(&place.to_string(), format!("cannot read it: {error}"))])?;
    let checked = manifest::check(&source);
    checked.manifest.ok_or_else(|| {
        let errors = checked.issues.into_iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| issue(&format!("{place}:{}:{}", one.line, one.column), one.message)).collect()
    })
}
