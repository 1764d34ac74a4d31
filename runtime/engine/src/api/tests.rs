//! The hosted store over the API's own routes: entity tags, pages under writes, staleness and deletions.
//!
//! Doubles: none; a journal and a store in files, and the router without a socket.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use ampline_core::{plan::KnownDestination, provider::Catalog};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::*;
use crate::{
    clock::SystemClock,
    downloads::EXPIRY_S_DEFAULT,
    journal::sqlite::{Options, SqliteJournal},
    project::{ApiKeyRecord, KeyScope, Planner, ProjectStore},
    store::{Change, Documents},
};

pub(super) const KEY: &str = "the-key";
const GROUP: &str = "/projects/demo/contacts/groups/acme";

pub(super) struct Served {
    pub(super) router: Router,
    store: Arc<HostedStore>,
    _folder: tempfile::TempDir,
}

/// A project of which nothing runs, over a store in this folder. It has the destination `hook`.
pub(super) fn projects(folder: &std::path::Path) -> Arc<Project> {
    project(ProjectStore::open(&folder.join("project"), &Options::default()).unwrap())
}

/// The same over this store.
pub(super) fn project(store: Arc<ProjectStore>) -> Arc<Project> {
    let hook = KnownDestination { id: "d1".to_owned(), mirrors_records: false };
    let planner = Planner::new("demo".into(), Catalog::built_in(), BTreeMap::from([("hook".to_owned(), hook)]), None);
    Arc::new(Project::new(store, planner, Arc::new(SystemClock), None, None))
}

/// What is kept of this key, which may do everything.
fn full_key(key: &str) -> ApiKeyRecord {
    ApiKeyRecord {
        id: "k1".to_owned(),
        label: "test".to_owned(),
        scopes: vec![KeyScope::Full],
        digest: Sha256::digest(key).into(),
        hint: String::new(),
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
        last_used_at: None,
        expires_at: None,
        revoked_at: None,
    }
}

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Served {
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    /// One that is otherwise than the others.
    pub(super) fn with(change: impl FnOnce(&mut Api)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(&folder.path().join("journal"), &Options::default()).unwrap();
        let store = HostedStore::open(&folder.path().join("hosted"), &Options::default()).unwrap();
        let projects = projects(folder.path());
        let mut api = Api {
            projects: projects.clone(),
            project: "demo".into(),
            journal,
            store: store.clone(),
            connections: None,
            public_url: "http://ampline.test".to_owned(),
            downloads: Downloads::new("http://ampline.test", &[7; 32], EXPIRY_S_DEFAULT),
            clock: Arc::new(SystemClock),
            keys: Keys::new(projects.store().clone(), Arc::new(SystemClock), vec![full_key(KEY)], Vec::new()),
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
        change(&mut api);
        Self { router: router(Arc::new(api)), store, _folder: folder }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(KEY_HEADER, KEY);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let Ok(response) = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, &format!("{GROUP}{path}"), &[]).await
    }

    async fn put(&self, item: &str, at_ms: u64, document: Option<&str>) {
        self.store.apply(vec![change(item, at_ms, document)]).await.unwrap();
    }
}

fn change(item: &str, at_ms: u64, document: Option<&str>) -> Change {
    Change {
        endpoint: "contacts".to_owned(),
        group: "acme".to_owned(),
        item: item.to_owned(),
        modified_at_ms: at_ms,
        occurred_at_ms: at_ms,
        document: document.map(|text| Bytes::copy_from_slice(text.as_bytes())),
    }
}

#[tokio::test]
async fn an_item_is_sent_once_for_each_of_its_states() {
    let served = Served::new();
    served.put("1", 10, Some(r#"{"n":1.50}"#)).await;
    let first = served.get("/items/1").await;
    assert_eq!((first.status, first.header("cache-control")), (200, "private, no-cache"));
    assert!(std::str::from_utf8(&first.body).unwrap().contains(r#""data":{"n":1.50}"#), "digits stay");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag}");
    let path = format!("{GROUP}/items/1");
    for (list, status) in [(tag.as_str(), 304), (&format!("\"x\", W/{tag}"), 304), ("*", 304), ("\"x\"", 200)] {
        for method in [Method::GET, Method::HEAD] {
            let answer = served.ask(method.clone(), &path, &[("if-none-match", list)]).await;
            assert_eq!((answer.status, answer.header("etag")), (status, tag.as_str()), "{method} {list}");
            assert_eq!(answer.header("cache-control"), "private, no-cache");
            assert_eq!(answer.body.is_empty(), status == 304 || method == Method::HEAD);
        }
    }
    let head = served.ask(Method::HEAD, &path, &[]).await;
    assert_eq!((head.status, head.header("content-length")), (200, first.body.len().to_string().as_str()));

    served.put("1", 5, Some(r#"{"n":0}"#)).await;
    assert_eq!(served.ask(Method::GET, &path, &[("if-none-match", &tag)]).await.status, 304, "an older state changes nothing");
    served.put("1", 20, Some(r#"{"n":2}"#)).await;
    let second = served.ask(Method::GET, &path, &[("if-none-match", &tag)]).await;
    assert_eq!((second.status, second.json()["data"].clone()), (200, json!({"n": 2})));
    assert_ne!(second.header("etag"), tag);
    served.put("1", 30, None).await;
    let gone = served.ask(Method::GET, &path, &[("if-none-match", second.header("etag"))]).await;
    assert_eq!((gone.status, gone.header("etag"), gone.header("cache-control")), (404, "", "no-store"));
    served.put("1", 25, Some("{}")).await;
    assert_eq!(served.get("/items/1").await.status, 404, "what was deleted does not return in an older state");
}

#[tokio::test]
async fn a_pages_tag_changes_with_all_that_is_on_it() {
    let served = Served::new();
    for id in ["a", "b", "c", "d"] {
        served.put(id, 10, Some("{}")).await;
    }
    let page = format!("{GROUP}?pageSize=2");
    let tag = served.ask(Method::GET, &page, &[]).await.header("etag").to_owned();
    let status = async |tag: &str| served.ask(Method::GET, &page, &[("if-none-match", tag)]).await;
    assert_eq!(status(&tag).await.status, 304);
    assert_ne!(served.get("?pageSize=2&pageToken=b").await.header("etag"), tag, "another page");
    assert_ne!(served.get("?pageSize=3").await.header("etag"), tag, "another size");
    served.put("d", 20, Some(r#"{"x":1}"#)).await;
    assert_eq!(status(&tag).await.status, 304, "what is behind the page does not matter");
    let mut tags = vec![tag];
    let steps: [(&str, u64, Option<&str>); 4] =
        [("b", 20, Some("{}")), ("aa", 10, Some("{}")), ("aa", 20, None), ("a", 20, None)];
    for (id, at_ms, document) in steps {
        served.put(id, at_ms, document).await;
        let answer = status(tags.last().unwrap()).await;
        assert_eq!(answer.status, 200, "after {id} {document:?}");
        tags.push(answer.header("etag").to_owned());
    }
    assert_eq!(tags[1], tags[3], "the same page again has the same tag");
    served.put("c", 20, None).await;
    served.put("d", 30, None).await;
    let last = status("\"\"").await;
    assert_eq!(
        last.json(),
        json!({"results": [{"id": "b", "updateTime": "1970-01-01T00:00:00.02Z", "data": {}}], "pagination": {"done": true}})
    );
    assert_eq!(served.get("?pageSize=0").await.status, 422);
}

/// Items that are there throughout, while writers change them and let others come and go beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_leave_nothing_out_and_double_nothing_under_writes() {
    const LASTING: usize = 60;
    const ROUNDS: usize = 12;
    const ROUNDS_MAX: usize = 10_000;
    const WRITERS: usize = 3;
    let served = Arc::new(Served::new());
    let lasting = |n: usize| format!("{n:03}");
    served.store.apply((0..LASTING).map(|n| change(&lasting(n), 1, Some("{}"))).collect()).await.unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new([const { AtomicU64::new(0) }; WRITERS]));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (served, stop, written) = (served.clone(), stop.clone(), written.clone());
            tokio::spawn(async move {
                let mut at_ms = 2;
                while !stop.load(Ordering::Relaxed) {
                    let place = (at_ms as usize * 7 + writer) % LASTING;
                    let passing = format!("{}-{writer}", lasting(place));
                    let changed = change(&lasting(place), at_ms, Some(r#"{"changed":true}"#));
                    served.store.apply(vec![changed, change(&passing, at_ms, Some("{}"))]).await.unwrap();
                    served.put(&passing, at_ms + 1, None).await;
                    at_ms += 2;
                    written[writer].fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    // On a busy machine a client can be done before the others have begun.
    let has_met_all = || written.iter().all(|times| times.load(Ordering::Relaxed) > 1);
    for round in (0..ROUNDS_MAX).take_while(|round| *round < ROUNDS || !has_met_all()) {
        let (mut seen, mut token) = (HashMap::<String, usize>::new(), String::new());
        loop {
            let page = served.get(&format!("?pageSize=7{token}")).await.json();
            for item in page["results"].as_array().unwrap() {
                *seen.entry(item["id"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let Some(next) = page["pagination"]["nextPageToken"].as_str() else { break };
            token = format!("&pageToken={next}");
        }
        let missing: Vec<String> = (0..LASTING).map(lasting).filter(|id| !seen.contains_key(id)).collect();
        assert!(missing.is_empty() && seen.values().all(|times| *times == 1), "round {round}: without {missing:?}, {seen:?}");
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(has_met_all(), "every writer wrote while the client paged");
}

#[tokio::test]
async fn altered_and_foreign_downloads_are_refused_as_problems() {
    let served = Served::new();
    let id = "0199e0a8-227b-8000-a3b8-f44519f7ba51";
    for (path, status, detail) in [
        (format!("/downloads/{id}?expires=99999999999&signature=AAAA"), 403, "the signature does not fit this URL"),
        ("/downloads/x?expires=1&signature=".to_owned(), 403, "the signature does not fit this URL"),
        (format!("/downloads/{id}?expires=1&expires=2&signature=a"), 422, "expires: is given twice"),
        (format!("/downloads/{id}?signature=a"), 422, "expires: is missing"),
    ] {
        let answer = served.ask(Method::GET, &path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(detail), "{}", answer.json());
    }
    let sound = Downloads::new("", &[7; 32], EXPIRY_S_DEFAULT);
    let path = sound.url(id.parse().unwrap(), Timestamp::now());
    assert_eq!(served.ask(Method::GET, &path, &[]).await.status, 404, "a sound URL of a message that is no longer kept");
    let old = sound.url(id.parse().unwrap(), Timestamp::from_second(1_000).unwrap());
    let expired = served.ask(Method::GET, &old, &[]).await;
    assert_eq!((expired.status, expired.json()["remedy"].is_string()), (403, true));
    assert!(expired.json()["detail"].as_str().unwrap().contains("expired"));
}
