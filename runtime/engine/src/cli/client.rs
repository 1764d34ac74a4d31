//! How commands reach the API: over HTTP where a runtime is named or uses the data folder, else in this process over the same routes.

use std::{collections::BTreeMap, future::Future, path::PathBuf, sync::Arc, time::Duration};

use ampline_core::{plan::KnownDestination, provider::Catalog};
use axum::{
    Router,
    body::{Body, Bytes},
};
use futures_util::StreamExt;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

use super::{
    Failure, Target, output,
    place::{Place, Remote, no_data},
    reach::{self, Reached},
};
use crate::{
    access::{Caller, Failures, Keys},
    api::{self, Api},
    clock::SystemClock,
    data_dir::DataDir,
    downloads::Downloads,
    journal::Journal,
    percent::encoded,
    project::{KeyScope, Planner, Project, ProjectStore, stable_id},
    providers,
    runtime::{Stores, open_stores},
    scheduler::Board,
    secrets::Secret,
    settings::Durability,
    store::HostedStore,
};

/// Largest answer that is taken in.
const ANSWER_BYTES_MAX: usize = 256 << 20;
/// Until an answer of any length has been written out.
const COPY_TIMEOUT: Duration = Duration::from_secs(3_600);
/// Until what was sent is taken in: a sink is compiled first, which the runtime bounds at eleven minutes.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(700);
/// What this client calls itself.
const CLIENT: &str = "ampline";
/// What the project is called where only the store is at hand.
const OFFLINE_PROJECT: &str = "offline";

/// A way to the API.
pub(super) struct Client {
    project: String,
    way: Way,
}

enum Way {
    Http { base: String, key: Secret, client: reqwest::Client },
    Here { router: Router, journal: Arc<dyn Journal>, store: Arc<HostedStore>, project: Arc<ProjectStore> },
}

/// Runs a command's future.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    tokio.map_err(|error| Failure::unable(format!("cannot start: {error}")))?.block_on(command)
}

impl Client {
    /// Finds the runtime that is meant, or opens the store of a data folder that none uses.
    pub(super) async fn connect(target: &Target) -> Result<Self, Failure> {
        let place = target.place.clone();
        // A keyring may have to be asked for the key.
        let place = tokio::task::spawn_blocking(move || place.place()).await;
        match place.map_err(|error| Failure::unable(error.to_string()))?? {
            Place::Remote(remote) => Self::remote(remote).await,
            Place::Folder(path) => Self::of_folder(path).await,
        }
    }

    async fn remote(remote: Remote) -> Result<Self, Failure> {
        let client = reach::remote_client(remote.ca_file.as_deref())?;
        let Remote { url: base, key, project, ca_file: _ } = remote;
        let mut connected = Self { project: String::new(), way: Way::Http { base, key, client } };
        connected.project = match project {
            Some(project) => project,
            None => connected.its_project().await?,
        };
        Ok(connected)
    }

    /// The project of a runtime that serves one.
    async fn its_project(&self) -> Result<String, Failure> {
        let projects = self.ask(Method::GET, "/v1/projects", None, None).await?;
        let name = projects[0]["name"].as_str().or_else(|| projects[0]["id"].as_str());
        let unnamed = "the runtime names no project; give it with `ampline profile add --project` or AMPLINE_PROJECT";
        name.map(str::to_owned).ok_or_else(|| Failure::unable(unnamed))
    }

    async fn of_folder(path: PathBuf) -> Result<Self, Failure> {
        let Some(data) = DataDir::existing(&path) else {
            return Err(Failure::unable(no_data(&path)));
        };
        if let Some((project, Reached { base, key, client })) = reach::running(&data).await? {
            return Ok(Self { project, way: Way::Http { base, key, client } });
        }
        let stores = open_stores(&data, Durability::Full).map_err(|error| Failure::unable(error.to_string()))?;
        let projects = Arc::new(idle_project(&stores, catalog(&data)).await?);
        let keys = Keys::load(stores.project.clone(), Arc::new(SystemClock)).await;
        let keys = keys.map_err(|error| Failure::unable(error.to_string()))?;
        let Stores { journal, store, project } = stores;
        let api = Api {
            project: OFFLINE_PROJECT.into(),
            journal: journal.clone(),
            store: store.clone(),
            projects,
            connections: None,
            public_url: String::new(),
            downloads: Downloads::new("", &[0; 32], 0),
            clock: Arc::new(SystemClock),
            keys,
            failures: Failures::new(0),
            allowed_origins: Vec::new(),
            sinks: None,
            board: Board::default(),
            scheduler: None,
            pressure: None,
            intake: None,
            fields: None,
            uploads: None,
            feed: Default::default(),
            running_since: None,
        };
        let router = api::router(Arc::new(api));
        Ok(Self { project: OFFLINE_PROJECT.into(), way: Way::Here { router, journal, store, project } })
    }

    /// Asks under `/v1/projects/{project}`; `query` pairs are encoded.
    pub(super) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        self.ask_at("/v1", Method::GET, &with_query(path, query), None, None).await
    }

    /// Asks under `/v1/projects/{project}` and writes the answer to standard output piece by piece, however long it is.
    pub(super) async fn copy(&self, path: &str, query: &[(&str, String)]) -> Result<(), Failure> {
        let path = format!("/v1/projects/{}/{}", encoded(&self.project), with_query(path, query));
        let response = self.response(Method::GET, &path, None, None, Some(COPY_TIMEOUT)).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused(status, &whole(response).await?));
        }
        let mut pieces = response.into_body().into_data_stream();
        while let Some(piece) = pieces.next().await {
            if !output::piece(&piece.map_err(broken_off)?)? {
                break;
            }
        }
        Ok(())
    }

    /// What is there under `/v1/projects/{project}`, and its revision: what a change builds on.
    pub(super) async fn get_revision(&self, path: &str) -> Result<(Value, Option<String>), Failure> {
        let path = format!("/v1/projects/{}/{path}", encoded(&self.project));
        let response = self.response(Method::GET, &path, None, None, None).await?;
        let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let revision = tag.map(|tag| tag.trim_matches('"').to_owned());
        Ok((answered(response).await?, revision))
    }

    /// Asks otherwise under `/v1/projects/{project}`. `revision` is the one that a change builds on.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        revision: Option<&str>,
    ) -> Result<Value, Failure> {
        self.ask_at("/v1", method, path, body, revision).await
    }

    /// Posts under `/v1/projects/{project}`.
    pub(super) async fn post(&self, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        self.ask_at("/v1", Method::POST, path, body, None).await
    }

    /// Posts under `/read/v1/projects/{project}`: what starts and stops reads.
    pub(super) async fn post_read(&self, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        self.ask_at("/read/v1", Method::POST, path, body, None).await
    }

    /// Posts something other than JSON under `/v1/projects/{project}`.
    pub(super) async fn upload(&self, path: &str, content_type: &'static str, bytes: Vec<u8>) -> Result<Value, Failure> {
        let path = format!("/v1/projects/{}/{path}", encoded(&self.project));
        answered(self.response(Method::POST, &path, Some((content_type, bytes)), None, Some(UPLOAD_TIMEOUT)).await?).await
    }

    /// Closes the store, where it was opened here.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self.way {
            Way::Http { .. } => Ok(()),
            Way::Here { journal, store, project, .. } => {
                project.close().await.map_err(|error| Failure::unable(error.to_string()))?;
                store.close().await.map_err(|error| Failure::unable(error.to_string()))?;
                journal.close().await.map_err(|error| Failure::unable(error.to_string()))
            }
        }
    }

    async fn ask_at(
        &self,
        root: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        revision: Option<&str>,
    ) -> Result<Value, Failure> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.ask_with(root, method, path, body, revision).await
    }

    async fn ask_with(
        &self,
        root: &str,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
        revision: Option<&str>,
    ) -> Result<Value, Failure> {
        let path = format!("{root}/projects/{}/{path}", encoded(&self.project));
        self.ask(method, &path, body, revision).await
    }

    /// `body` comes with its content type.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
        revision: Option<&str>,
    ) -> Result<Value, Failure> {
        answered(self.response(method, path, body, revision, None).await?).await
    }

    /// An answer as it begins; `patience` until it has ended, where that is not the client's own.
    async fn response(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
        revision: Option<&str>,
        patience: Option<Duration>,
    ) -> Result<Response<Body>, Failure> {
        let accepted = "application/json, application/x-ndjson, text/csv".to_owned();
        let mut headers = vec![(header::ACCEPT.as_str(), accepted), (api::CLIENT_HEADER, CLIENT.to_owned())];
        headers.extend(revision.map(|revision| (header::IF_MATCH.as_str(), format!("\"{revision}\""))));
        headers.extend(body.as_ref().map(|(content_type, _)| (header::CONTENT_TYPE.as_str(), (*content_type).to_owned())));
        let body = body.map_or_else(Vec::new, |(_, bytes)| bytes);
        match &self.way {
            Way::Http { base, key, client } => {
                let mut request = client.request(method, format!("{base}{path}")).header(api::KEY_HEADER, key.reveal());
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                if let Some(patience) = patience {
                    request = request.timeout(patience);
                }
                let silent = |error: reqwest::Error| Failure::unable(format!("the runtime does not answer: {}", causes(&error)));
                let response: Response<reqwest::Body> = request.body(body).send().await.map_err(silent)?.into();
                Ok(response.map(Body::new))
            }
            Way::Here { router, .. } => {
                let mut request = Request::builder().method(method).uri(path);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                // Whoever can open the store may do everything.
                let everything = Caller::Key { scopes: vec![KeyScope::Full], label: CLIENT.to_owned() };
                let request = request.extension(everything).body(Body::from(body));
                let request = request.map_err(|error| Failure::unable(error.to_string()))?;
                let Ok(response) = router.clone().oneshot(request).await;
                Ok(response)
            }
        }
    }
}

/// An answer as JSON.
async fn answered(response: Response<Body>) -> Result<Value, Failure> {
    let status = response.status();
    let bytes = whole(response).await?;
    if status.is_success() { Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null)) } else { Err(refused(status, &bytes)) }
}

/// An answer's body to its end.
async fn whole(response: Response<Body>) -> Result<Bytes, Failure> {
    axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.map_err(broken_off)
}

fn broken_off(error: axum::Error) -> Failure {
    Failure::unable(format!("the runtime's answer broke off: {}", causes(&error)))
}

fn refused(status: StatusCode, body: &[u8]) -> Failure {
    Failure::refused(refusal(status, &serde_json::from_slice(body).unwrap_or(Value::Null)))
}

fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let query: Vec<String> = query.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    format!("{path}?{}", query.join("&"))
}

/// An error with what lies under it: a refused connection, a certificate that is not trusted.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let told = deeper.to_string();
        if !text.contains(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        cause = deeper.source();
    }
    text
}

/// The words of a problem, with each of its issues on a line.
fn refusal(status: StatusCode, problem: &Value) -> String {
    let detail =
        problem["detail"].as_str().map_or_else(|| format!("the answer is {status}, with no reason given"), str::to_owned);
    let mut text = problem["remedy"].as_str().map_or(detail.clone(), |remedy| format!("{detail}; {remedy}"));
    let issues = problem["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
    for issue in issues {
        let line = [&issue["name"], &issue["detail"]].map(|part| part.as_str().unwrap_or_default()).join(": ");
        let line = line.trim_start_matches(": ");
        let remedy = issue["remedy"].as_str().map_or_else(String::new, |remedy| format!("; {remedy}"));
        if line == detail {
            text.push_str(&remedy);
        } else {
            text.push_str(&format!("\n  - {line}{remedy}"));
        }
    }
    text
}

/// The project of a folder that no runtime uses: its destinations are those that the journal has seen, and nothing is read.
async fn idle_project(stores: &Stores, catalog: Catalog) -> Result<Project, Failure> {
    let known = stores.journal.destinations().await.map_err(|error| Failure::unable(error.to_string()))?;
    let destination = |name: String| {
        let known = KnownDestination { id: stable_id("destination", &name), mirrors_records: false };
        (name, known)
    };
    let destinations: BTreeMap<_, _> = known.into_iter().map(|state| destination(state.name)).collect();
    let planner = Planner::new(OFFLINE_PROJECT.to_owned(), catalog, destinations, None);
    Ok(Project::new(stores.project.clone(), planner, Arc::new(SystemClock), None, None))
}

/// The providers of the runtime that the folder belongs to. Files that cannot be read are told of, and keep nobody from the rest.
fn catalog(data: &DataDir) -> Catalog {
    providers::catalog(data.providers().as_deref()).unwrap_or_else(|problems| {
        for problem in problems {
            eprintln!("warning: {}: {}; only the providers that are built in are known", problem.place, problem.message);
        }
        Catalog::built_in()
    })
}
