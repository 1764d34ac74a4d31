//! Sinks: which there are, what each takes in and asks for, and installing and removing components.

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Api, Shared, client_origin,
    document::Routes,
    extract::{Path, Query},
    problem::{Place, Problem, RequestIssue, bad_request, invalid, not_found},
    status::check_project,
};
use crate::{
    access::Caller,
    project::{Origin, ProjectError, SinkAction, SinkEvent},
    sink::{
        self,
        library::{self, Asked, By, InstalledSink, LibraryError, SinkLibrary},
        wasm::{COMPONENT_BYTES_MAX, Problem as Unfit},
    },
};

/// What the body of an installation is.
const WASM: &str = "application/wasm";
/// What tools say of a file whose type they do not know.
const BYTES: &str = "application/octet-stream";

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list, install)).add(routes!(show, remove)).add(routes!(history)).add(routes!(rollback))
}

/// What serves destinations of a type.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sink {
    /// The type of destination that it serves.
    name: String,
    /// The sink's own version.
    version: String,
    origin: SinkOrigin,
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    /// Bytes of its component.
    bytes: u64,
    /// The version of the contract that it was made for.
    contract: String,
    /// What it was written in, as far as it says.
    languages: Vec<String>,
    /// The name of the trusted key that signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signed_by: Option<String>,
    /// Whether the version that it replaced still stands by, to take its place back if this one fails where that one worked.
    on_trial: bool,
    /// JSON Schema of a destination's `metadata`.
    #[schema(value_type = Object)]
    config_schema: Value,
    /// What it may ask of the runtime, in words.
    capabilities: Vec<Capability>,
    /// Most messages in a batch.
    max_batch_messages: u32,
    /// Most bytes of bodies in a batch.
    max_batch_bytes: u64,
    /// Larger messages go out as an address to fetch them from; 0 = no limit.
    max_message_bytes: u64,
    /// Whether messages of one installation and object come to it one after the other, as they were read.
    ordered: bool,
    /// When it was first installed; nothing for one that is built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    create_time: Option<Timestamp>,
    /// When this component was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    update_time: Option<Timestamp>,
}

/// Where a sink comes from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum SinkOrigin {
    /// It is part of the runtime.
    BuiltIn,
    /// Installed by the command line.
    Command,
    /// Installed by another client of the API.
    Api,
}

/// Something that a sink may ask of the runtime.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Capability {
    /// The interface of the contract.
    interface: String,
    /// What it lets a sink do.
    meaning: &'static str,
}

/// How a component is installed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HowToInstall {
    /// In place of the component that serves its type now. It is on trial: that one takes its place back if it fails where that one worked.
    replace: bool,
    /// SHA-256 that the component must have: `sha256:` and hexadecimal digits.
    digest: Option<String>,
    /// Ed25519 signature over the component, in base64. Needed where `require_signature` is set under `[sinks]`.
    signature: Option<String>,
}

/// To which version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Back {
    /// A version's own number, or the beginning of its digest; the last one that served where it is left out.
    to: Option<String>,
}

/// What became of an installed sink.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SinkHistoryEntry {
    action: SinkHistoryAction,
    /// The version that served from then on; for removals, until then.
    version: String,
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    /// Who asked for it: the label of a key, or the runtime.
    actor: String,
    /// What it may ask of the runtime.
    imports: Vec<String>,
    /// What of that the version before could not ask.
    imports_added: Vec<String>,
    /// What the version before could ask and this one cannot.
    imports_removed: Vec<String>,
    /// The name of the trusted key that signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signed_by: Option<String>,
    /// Why, where the runtime did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    time: Timestamp,
}

/// What became of a sink.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum SinkHistoryAction {
    /// It came.
    Installed,
    /// Another version took its place, on trial.
    Replaced,
    /// The version on trial proved itself.
    Trusted,
    /// A former version took its place back.
    RolledBack,
    /// It went.
    Removed,
}

/// Lists sinks.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/sinks", operation_id = "listSinks", tag = "sinks",
    responses((status = 200, body = [Sink]))
)]
async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<Sink>>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(library(&api)?.all().await?.iter().map(shown).collect()))
}

/// Shows a sink.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/sinks/{sinkName}", operation_id = "getSink", tag = "sinks",
    responses((status = 200, body = Sink))
)]
async fn show(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<Json<Sink>, Problem> {
    check_project(&api, &project)?;
    let all = library(&api)?.all().await?;
    let found = all.iter().find(|one| one.info.descriptor.name == name);
    found.map(|found| Json(shown(found))).ok_or_else(|| not_found(format!("there is no sink {name:?}")))
}

/// Installs a sink.
///
/// The body is a WebAssembly component of the contract `ampline:sink`. It is compiled by a process of its own, within limits, and asked
/// what it is with every capability denied.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/sinks", operation_id = "installSink", tag = "sinks", params(HowToInstall),
    request_body(content((Vec<u8> = "application/wasm"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = Sink, description = "It serves in place of another."), (status = 201, body = Sink))
)]
async fn install(
    State(api): Shared,
    Path(project): Path<String>,
    Query(how): Query<HowToInstall>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Sink>), Problem> {
    check_project(&api, &project)?;
    let library = library(&api)?.clone();
    if headers.get(CONTENT_TYPE).is_none_or(|given| given != WASM && given != BYTES) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not said to be a component");
        return Err(problem.remedy(format!("send it with `content-type: {WASM}`")));
    }
    let signature = how.signature.map(|text| library::signature(text.as_bytes()).ok_or_else(no_signature)).transpose()?;
    let asked = Asked { replace: how.replace, digest: how.digest, signature, trial: true, by: by(&caller, &headers) };
    let bytes = component(body).await?;
    // A compilation that nobody waits for any more is carried out all the same.
    let installing = tokio::spawn(async move { library.install(bytes, asked).await });
    let broke_off = |error| Problem::from(ProjectError::Store(format!("installing a sink broke off: {error}")));
    let (installed, made) = installing.await.map_err(broke_off)?.map_err(refused)?;
    Ok((if made { StatusCode::CREATED } else { StatusCode::OK }, Json(shown(&installed))))
}

/// Removes a sink that no destination uses.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/sinks/{sinkName}", operation_id = "removeSink", tag = "sinks",
    responses((status = 204, description = "Removed"))
)]
async fn remove(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    library(&api)?.remove(&name, &by(&caller, &headers)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells what became of an installed sink, latest first: who changed it, when, and what changed in what it may ask for.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/sinks/{sinkName}/history", operation_id = "getSinkHistory", tag = "sinks",
    responses((status = 200, body = [SinkHistoryEntry]))
)]
async fn history(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
) -> Result<Json<Vec<SinkHistoryEntry>>, Problem> {
    check_project(&api, &project)?;
    let events = library(&api)?.history(&name).await?;
    if events.is_empty() {
        return Err(not_found(format!("no sink {name:?} was ever installed; those built in have no history")));
    }
    let before = events.iter().skip(1).map(|event| event.imports.as_slice()).chain([&[][..]]);
    Ok(Json(events.iter().zip(before).map(|(event, before)| entry(event, before)).collect()))
}

/// Lets an earlier version of a sink serve again. It was trusted before, so it is not on trial.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/sinks/{sinkName}/rollback", operation_id = "rollBackSink", tag = "sinks", params(Back),
    responses((status = 200, body = Sink))
)]
async fn rollback(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(back): Query<Back>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Json<Sink>, Problem> {
    check_project(&api, &project)?;
    let (library, by) = (library(&api)?.clone(), by(&caller, &headers));
    let going = tokio::spawn(async move { library.rollback(&name, back.to.as_deref(), by).await });
    let broke_off = |error| Problem::from(ProjectError::Store(format!("going back broke off: {error}")));
    let served = going.await.map_err(broke_off)?.map_err(refused)?;
    Ok(Json(shown(&served)))
}

fn by(caller: &Caller, headers: &HeaderMap) -> By {
    let actor = match caller {
        Caller::Key { label, .. } => label.clone(),
        Caller::User(_) => "a customer's user".to_owned(),
    };
    By { origin: client_origin(headers), actor }
}

fn no_signature() -> Problem {
    invalid(vec![RequestIssue::new(Place::Query, "signature", "is not the base64 of an Ed25519 signature, which has 64 bytes")])
}

fn entry(event: &SinkEvent, before: &[String]) -> SinkHistoryEntry {
    let beyond = |these: &[String], those: &[String]| these.iter().filter(|one| !those.contains(one)).cloned().collect();
    SinkHistoryEntry {
        action: match event.action {
            SinkAction::Installed => SinkHistoryAction::Installed,
            SinkAction::Replaced => SinkHistoryAction::Replaced,
            SinkAction::Trusted => SinkHistoryAction::Trusted,
            SinkAction::RolledBack => SinkHistoryAction::RolledBack,
            SinkAction::Removed => SinkHistoryAction::Removed,
        },
        version: event.version.clone(),
        digest: event.digest.clone(),
        actor: event.actor.clone(),
        imports_added: beyond(&event.imports, before),
        imports_removed: beyond(before, &event.imports),
        imports: event.imports.clone(),
        signed_by: event.signed_by.clone(),
        reason: event.reason.clone(),
        time: event.time,
    }
}

pub(super) fn library(api: &Api) -> Result<&std::sync::Arc<SinkLibrary>, Problem> {
    let idle = || {
        let problem = Problem::new(StatusCode::CONFLICT, "no runtime uses this data folder, and the folder alone runs no sinks");
        problem.remedy("start it with `ampline run`, then ask again")
    };
    api.sinks.as_ref().ok_or_else(idle)
}

/// The whole component, if it is not too large.
async fn component(body: Body) -> Result<Vec<u8>, Problem> {
    let (mut stream, mut taken) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| bad_request("the body broke off"))?;
        if taken.len() + chunk.len() > COMPONENT_BYTES_MAX {
            let told = format!("a component has at most {} MiB", COMPONENT_BYTES_MAX >> 20);
            let unfit = Unfit::TooLarge { bytes: COMPONENT_BYTES_MAX + 1, most: COMPONENT_BYTES_MAX };
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, told).remedy(unfit.remedy()));
        }
        taken.extend_from_slice(&chunk);
    }
    if taken.is_empty() {
        return Err(invalid(vec![RequestIssue::new(Place::Body, "", "the request has no body: send the component's bytes")]));
    }
    Ok(taken)
}

pub(super) fn refused(error: LibraryError) -> Problem {
    let told = error.to_string();
    match error {
        LibraryError::Unknown(_) => not_found(told),
        LibraryError::Untrusted(_) => invalid(vec![RequestIssue::new(Place::Body, "", told)]),
        LibraryError::Conflict(_) => Problem::new(StatusCode::CONFLICT, told),
        LibraryError::Unfit(problems) => {
            invalid(problems.iter().map(|problem| RequestIssue::new(Place::Body, "", problem.to_string())).collect())
        }
        LibraryError::Breaks(issues) => {
            let issues = issues.into_iter().map(RequestIssue::from).collect();
            Problem::new(StatusCode::CONFLICT, told).issues(issues).remedy("change those destinations first")
        }
        LibraryError::File(_) => Problem::from(ProjectError::Store(told)),
        LibraryError::Store(error) => error.into(),
    }
}

fn shown(one: &InstalledSink) -> Sink {
    let descriptor = &one.info.descriptor;
    let capability = |interface: &String| Capability { interface: interface.clone(), meaning: sink::meaning(interface) };
    Sink {
        name: descriptor.name.clone(),
        version: descriptor.version.clone(),
        origin: match one.record.as_ref().map(|record| &record.origin) {
            None => SinkOrigin::BuiltIn,
            Some(Origin::Command) => SinkOrigin::Command,
            Some(_) => SinkOrigin::Api,
        },
        digest: one.info.digest.clone(),
        bytes: one.info.bytes,
        contract: one.info.contract.clone(),
        languages: one.info.producers.languages.clone(),
        signed_by: one.record.as_ref().and_then(|record| record.signed_by.clone()),
        on_trial: one.info.on_trial,
        config_schema: serde_json::from_str(&descriptor.config_schema).unwrap_or_default(),
        capabilities: one.info.imports.iter().map(capability).collect(),
        max_batch_messages: descriptor.max_batch_envelopes,
        max_batch_bytes: descriptor.max_batch_bytes,
        max_message_bytes: descriptor.max_message_bytes,
        ordered: descriptor.ordered,
        create_time: one.record.as_ref().map(|record| record.create_time),
        update_time: one.record.as_ref().map(|record| record.update_time),
    }
}
