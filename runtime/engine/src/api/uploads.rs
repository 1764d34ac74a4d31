//! Archives of deployments: an address to send one to, and taking it in.

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_LENGTH},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    problem::{Place, Problem, RequestIssue, invalid},
    source::failed,
};
use crate::uploads::{ARCHIVE_BYTES_MAX, BUCKET, Signed, Sum, UploadError};

/// The MD5 sum of a body.
const CONTENT_MD5: &str = "content-md5";

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(generate))
}

/// Asks for no key: the address is signed.
pub(super) fn signed() -> Routes {
    Routes::new().add(routes!(upload))
}

/// Which archive.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Its MD5 sum in base64: then the address takes no other archive.
    #[param(pattern = "^[A-Za-z0-9+/]{22}==$")]
    md5: Option<String>,
}

/// Where to send an archive, and what it is called from then on.
#[derive(Debug, Serialize, ToSchema)]
struct UploadAddress {
    /// Takes one `PUT` of the archive within 15 minutes, with the header `Content-MD5` where its sum was given.
    url: String,
    /// First part of its address as `sourceZipUrl`: `gs://<bucket>/<path>`.
    bucket: String,
    /// Second part.
    path: String,
}

/// What the address carries besides its id, exactly as it stands there: the signature is over the text.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SignedQuery {
    /// Until when the address holds, in seconds since 1970.
    expires: String,
    /// The sum that the archive must have, where one was given.
    md5: String,
    /// Over all of it.
    #[param(format = Password)]
    signature: String,
}

/// Gives an address to send an archive to.
///
/// The archive is a zip with an amp.yaml, of at most 4 MiB. It is deployed as `sourceZipUrl` within an hour.
#[utoipa::path(
    get, path = "/v1/generate-upload-url", operation_id = "generateUploadUrl", tag = "integrations", params(Which),
    responses((status = 200, body = UploadAddress), (status = 409, description = "No runtime is running."))
)]
async fn generate(State(api): Shared, Query(which): Query<Which>) -> Result<Json<UploadAddress>, Problem> {
    let uploads = api.uploads.as_ref().ok_or_else(no_runtime)?;
    let sum = which.md5.map(|text| text.parse::<Sum>().map_err(|()| not_a_sum(Place::Query, "md5"))).transpose()?;
    let ticket = uploads.ticket(sum, api.clock.now());
    Ok(Json(UploadAddress { url: ticket.url, bucket: BUCKET.to_owned(), path: ticket.path }))
}

/// Takes an archive in.
///
/// The address is that of generate-upload-url, and works once.
#[utoipa::path(
    put, path = "/uploads/{uploadId}", operation_id = "uploadArchive", tag = "integrations", params(SignedQuery),
    request_body(content = String, content_type = "application/octet-stream", description = "The archive."),
    responses(
        (status = 200, description = "It is kept for an hour."),
        (status = 403, description = "The address is another one, or too old."),
        (status = 409, description = "An archive was sent there already."),
    )
)]
async fn upload(
    State(api): Shared,
    Path(id): Path<String>,
    Query(query): Query<SignedQuery>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let uploads = api.uploads.clone().ok_or_else(no_runtime)?;
    let signed = Signed { expires: &query.expires, md5: &query.md5, signature: &query.signature };
    let (id, announced) = uploads.check(&id, signed, api.clock.now()).map_err(|error| refused(&error))?;
    let header = request.headers().get(CONTENT_MD5).map(|value| {
        let text = value.to_str().unwrap_or_default();
        text.parse::<Sum>().map_err(|()| not_a_sum(Place::Header, "Content-MD5"))
    });
    let sums = [announced, header.transpose()?];
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > ARCHIVE_BYTES_MAX as u64) {
        return Err(too_large());
    }
    let archive = to_bytes(request.into_body(), ARCHIVE_BYTES_MAX).await.map_err(|_| too_large())?;
    let now = api.clock.now();
    let keeping = tokio::task::spawn_blocking(move || uploads.keep(id, sums, &archive, now));
    keeping.await.map_err(|error| failed(&error))?.map_err(|error| refused(&error))?;
    tracing::info!(event = "upload.kept", upload = %id);
    Ok(StatusCode::OK)
}

fn refused(error: &UploadError) -> Problem {
    let remedy = "ask generate-upload-url for an address, and use it as it is";
    let told = |status| Problem::new(status, error.to_string());
    match error {
        UploadError::Signature | UploadError::Expired => told(StatusCode::FORBIDDEN).remedy(remedy),
        UploadError::Used => told(StatusCode::CONFLICT).remedy(remedy),
        UploadError::Full(wait) => told(StatusCode::SERVICE_UNAVAILABLE).retry_after(*wait),
        UploadError::Sum | UploadError::Foreign | UploadError::Missing => told(StatusCode::UNPROCESSABLE_ENTITY),
        UploadError::Io(error) => failed(error),
    }
}

fn not_a_sum(place: Place, name: &str) -> Problem {
    invalid(vec![RequestIssue::new(place, name, "is not an MD5 sum in base64")])
}

fn too_large() -> Problem {
    let limit_mb = ARCHIVE_BYTES_MAX >> 20;
    let detail = format!("an archive has at most {limit_mb} MiB, and this one is larger or broke off");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).remedy("pack amp.yaml alone")
}

fn no_runtime() -> Problem {
    Problem::new(StatusCode::CONFLICT, "no runtime is running that could take an archive in").remedy("send sourceYaml")
}
