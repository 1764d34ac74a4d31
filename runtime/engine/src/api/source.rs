//! What is deployed: the text of an amp.yaml, or an archive that was uploaded before.

use std::sync::Arc;

use ampline_core::manifest::{self, Integration, Manifest, Severity};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Api,
    problem::{Place, Problem, RequestIssue, invalid},
};
use crate::uploads::{UploadError, manifest_in};

/// What is deployed: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = IntegrationSource)]
pub(super) struct Source {
    /// The text of an amp.yaml.
    source_yaml: Option<String>,
    /// Where an archive with an amp.yaml was put: `gs://`, the bucket and the path of generate-upload-url.
    source_zip_url: Option<String>,
}

/// The manifest of a source, or everything that is wrong with it.
pub(super) async fn manifest(api: &Arc<Api>, source: Source) -> Result<Manifest, Problem> {
    let (text, place) = match (source.source_yaml, source.source_zip_url) {
        (Some(text), None) => (text.into_bytes(), "sourceYaml"),
        (None, Some(address)) => (unpacked(api, address).await?, "amp.yaml"),
        (given, _) => {
            let detail = if given.is_some() { "stands beside sourceZipUrl" } else { "is missing, and so is sourceZipUrl" };
            return Err(invalid(vec![issue("sourceYaml", detail).remedy("send one of the two")]));
        }
    };
    let checked = manifest::check(&text);
    checked.manifest.ok_or_else(|| {
        let errors = checked.issues.into_iter().filter(|issue| issue.severity == Severity::Error);
        let told = |one: manifest::Issue| RequestIssue {
            remedy: one.suggestion,
            ..issue(&format!("{place}:{}:{}", one.line, one.column), one.message)
        };
        invalid(errors.map(told).collect())
    })
}

/// The only integration of a manifest.
pub(super) fn only_integration(manifest: &Manifest) -> Result<&Integration, Problem> {
    match &manifest.integrations[..] {
        [only] => Ok(only),
        all => {
            let detail = format!("holds {} integrations, not one", all.len());
            Err(invalid(vec![issue("source", detail).remedy("deploy several at once with integrations:batch")]))
        }
    }
}

async fn unpacked(api: &Arc<Api>, address: String) -> Result<Vec<u8>, Problem> {
    let wrong = |details: Vec<String>| invalid(details.into_iter().map(|detail| issue("sourceZipUrl", detail)).collect());
    let Some(uploads) = api.uploads.clone() else {
        return Err(wrong(vec!["is none of ours: no runtime is running that could have taken it in".to_owned()])
            .remedy("send sourceYaml"));
    };
    let fetching = tokio::task::spawn_blocking(move || uploads.fetch(&address).map(|archive| manifest_in(&archive)));
    match fetching.await.map_err(|error| failed(&error))? {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(faults)) => Err(wrong(faults)),
        Err(UploadError::Io(error)) => Err(failed(&error)),
        Err(error) => Err(wrong(vec![error.to_string()])),
    }
}

/// A failure of ours.
pub(super) fn failed(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "an archive could not be kept or read");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the archive could not be kept or read; the runtime's log says why")
}

fn issue(name: &str, detail: impl Into<String>) -> RequestIssue {
    RequestIssue::new(Place::Body, name, detail)
}
