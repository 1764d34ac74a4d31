//! Integrations, installations and connections over the API's own routes.
//!
//! Doubles: none; stores in files, and the router without a socket. Oracle: the contract's sections 3.2, 3.4 and 3.5.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{tests::projects, *};
use crate::{
    access::Caller,
    clock::SystemClock,
    journal::sqlite::{Options, SqliteJournal},
    project::{Change, ConnectionDraft, KeyScope, NamedParty},
};

pub(super) const MANIFEST: &str = "specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: hook
          schedule: '*/10 * * * *'
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: phone
            - mapToName: notes
              prompt: which?
          backfill:
            defaultPeriod:
              days: 30
        - objectName: companies
          destination: hook
";

pub(super) struct Served {
    router: Router,
    projects: Arc<Project>,
    _folder: tempfile::TempDir,
}

impl Served {
    /// With the connection `c1` of the group `acme`, and `c2` of the group `beta`.
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let projects = projects(folder.path());
        for (id, group) in [("c1", "acme"), ("c2", "beta")] {
            let draft = ConnectionDraft {
                id: id.to_owned(),
                name: None,
                provider: "hubspot".to_owned(),
                group: Some(NamedParty { reference: group.to_owned(), name: None }),
                consumer: Some(NamedParty { reference: "una".to_owned(), name: Some("Una".to_owned()) }),
                workspace: None,
                base_url: None,
                scheme: "apiKey".to_owned(),
                metadata: Default::default(),
                origin: Origin::Api,
                sealed: Some(b"a secret".to_vec()),
                news: crate::project::CredentialNews::Same,
            };
            projects.store().apply(vec![Change::PutConnection(Box::new(draft))], Timestamp::now()).await.unwrap();
        }
        let api = Api {
            project: "demo".into(),
            journal: SqliteJournal::open(&folder.path().join("journal"), &Options::default()).unwrap(),
            store: HostedStore::open(&folder.path().join("hosted"), &Options::default()).unwrap(),
            projects: projects.clone(),
            connections: None,
            public_url: String::new(),
            downloads: Downloads::new("", &[0; 32], 0),
            clock: Arc::new(SystemClock),
            keys: Keys::new(projects.store().clone(), Arc::new(SystemClock), Vec::new(), Vec::new()),
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
        Self { router: router(Arc::new(api)), projects, _folder: folder }
    }

    async fn ask(&self, method: &str, path: &str, revision: Option<&str>, body: Value) -> (u16, String, Value) {
        let everything = Caller::Key { scopes: vec![KeyScope::Full], label: "test".to_owned() };
        self.ask_as(everything, method, &format!("/v1/projects/demo/{path}"), revision, body).await
    }

    /// Asks as if this caller had shown what it is known by.
    pub(super) async fn ask_as(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        revision: Option<&str>,
        body: Value,
    ) -> (u16, String, Value) {
        let request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        let mut request = request.extension(caller).header("content-type", "application/json");
        if let Some(revision) = revision {
            request = request.header("if-match", revision);
        }
        let Ok(response) = self.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await;
        let (parts, body) = response.into_parts();
        let tag = parts.headers.get("etag").map_or("", |tag| tag.to_str().unwrap()).to_owned();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), tag, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn refuses(&self, (method, path, body): (&str, &str, Value), status: u16, place: &str, detail: &str) {
        let (found, _, problem) = self.ask(method, path, None, body.clone()).await;
        let first = &problem["issues"][0];
        let name = first["name"].as_str().unwrap_or_default();
        let told = first["detail"].as_str().or(problem["detail"].as_str()).unwrap_or_default();
        assert!(found == status && name == place && told.contains(detail), "{method} {path} {body}: {found} {problem:#}");
    }

    pub(super) async fn deploy(&self, text: &str, destructive: bool) -> (u16, String, Value) {
        self.ask("PUT", &format!("integrations:batch?destructive={destructive}"), None, json!({ "sourceYaml": text })).await
    }
}

#[tokio::test]
async fn integrations_have_a_revision_for_each_new_text() {
    let served = Served::new().await;
    let (status, _, deployed) = served.deploy(MANIFEST, false).await;
    assert_eq!((status, &deployed[0]["name"], &deployed[0]["projectId"]), (200, &json!("crm"), &json!("demo")));
    let again = served.deploy(MANIFEST, false).await.2;
    assert_eq!(again, deployed, "nothing new");
    let content = &deployed[0]["latestRevision"]["content"];
    let contacts = json!({
        "objectName": "contacts", "destination": "hook", "schedule": "*/10 * * * *", "requiredFields": [{ "fieldName": "email" }],
        "optionalFields": [{ "fieldName": "phone" }, { "mapToName": "notes", "prompt": "which?" }],
        "backfill": { "defaultPeriod": { "days": 30 } },
    });
    assert_eq!(content["read"]["objects"][0], contacts, "as the manifest writes it");
    served.deploy(&MANIFEST.replace("*/10", "*/20"), false).await;
    let revisions = served.ask("GET", "integrations/crm/revisions", None, Value::Null).await.2;
    let numbers: Vec<_> = revisions.as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 1]);
    let id = deployed[0]["id"].as_str().unwrap();
    assert_eq!(served.ask("GET", &format!("integrations/{id}"), None, Value::Null).await.0, 200);

    let (status, _, problem) = served.deploy("specVersion: 1.0.0\n", false).await;
    assert_eq!(status, 422);
    assert!(problem["issues"][0]["name"].as_str().unwrap().starts_with("sourceYaml:"), "{problem}");
    let zip = served.ask("PUT", "integrations:batch", None, json!({ "sourceZipUrl": "gs://x" })).await;
    assert_eq!((zip.0, &zip.2["issues"][0]["name"]), (422, &json!("sourceZipUrl")));

    served
        .ask(
            "POST",
            "integrations/crm/installations",
            None,
            json!({ "groupRef": "acme", "config": { "content": {
        "read": { "objects": { "companies": {} } } } } }),
        )
        .await;
    let fewer = &MANIFEST[..MANIFEST.find("        - objectName: companies").unwrap()];
    let (status, _, refused) = served.deploy(fewer, false).await;
    assert!(
        status == 422 && refused["issues"][0]["detail"].as_str().unwrap().contains("companies of crm (groups acme)"),
        "{refused}"
    );
    assert_eq!(served.deploy(fewer, true).await.0, 200);
    assert_eq!(served.ask("DELETE", "integrations/crm", None, Value::Null).await.0, 409, "it is installed");
}

#[tokio::test]
async fn installations_are_made_changed_and_deleted() {
    let served = Served::new().await;
    served.deploy(MANIFEST, false).await;
    let all = "integrations/crm/installations";
    let body = json!({ "groupRef": "acme", "groupName": "ACME", "config": { "createdBy": "consumer:u2", "content": {
        "provider": "hubspot", "read": { "objects": { "contacts": { "objectName": "contacts", "selectedFields": { "phone": true } } } } } } });
    let (status, tag, made) = served.ask("POST", all, None, body.clone()).await;
    assert_eq!((status, tag.as_str()), (201, made["config"]["id"].to_string().as_str()));
    assert_eq!((&made["group"]["groupName"], &made["createdBy"]), (&json!("ACME"), &json!("consumer:u2")));
    assert_eq!((&made["connection"]["id"], &made["connection"]["status"]), (&json!("c1"), &json!("created")));
    assert!(!made.to_string().contains("sealed"), "{made}");
    let config = &made["config"]["content"]["read"]["objects"]["contacts"];
    assert_eq!((&config["destination"], &config["selectedFields"]), (&json!("hook"), &json!({ "email": true, "phone": true })));
    let id = made["id"].as_str().unwrap();
    let one = format!("{all}/{id}");

    let mask = json!({ "updateMask": ["config.content.read.objects.companies"], "installation": { "config": { "content": {
        "read": { "objects": { "companies": { "schedule": "0 * * * *" } } } } } } });
    let (status, newer, changed) = served.ask("PATCH", &one, Some(&tag), mask.clone()).await;
    assert_eq!((status, &changed["config"]["number"]), (200, &json!(2)));
    assert_ne!(newer, tag);
    assert_eq!(served.ask("PATCH", &one, Some(&tag), mask.clone()).await.0, 412, "another change came between");
    assert_eq!(served.ask("PATCH", &one, Some("*"), mask).await.2["config"]["number"], 2, "nothing new");
    let patch = json!({ "groupRef": "acme", "action": "read", "changes": [
        { "op": "add", "path": "/selectedFieldMappings/notes", "value": "my_notes" },
        { "op": "remove", "path": "/selectedFields/phone" } ] });
    let object = "integrations/crm/objects/contacts/config-content";
    let patched = served.ask("PATCH", object, None, patch).await.2;
    let contacts = &patched["config"]["content"]["read"]["objects"]["contacts"];
    assert_eq!(
        (&contacts["selectedFieldMappings"]["notes"], &contacts["selectedFields"]),
        (&json!("my_notes"), &json!({ "email": true }))
    );
    let history = served.ask("GET", &format!("{one}/revisions"), None, Value::Null).await.2;
    assert_eq!(history.as_array().unwrap().len(), 3);
    for (path, count) in [
        ("installations", 1),
        ("installations?groupRef=acme", 1),
        ("installations?groupRef=x", 0),
        (all, 1),
        (&format!("installations?pageToken={id}"), 0),
    ] {
        assert_eq!(served.ask("GET", path, None, Value::Null).await.2.as_array().unwrap().len(), count, "{path}");
    }
    assert_eq!(served.ask("GET", &format!("installations/{id}"), None, Value::Null).await.2, patched);
    assert_eq!(served.ask("DELETE", "connections/c1", None, Value::Null).await.0, 409, "in use");
    assert_eq!(served.ask("DELETE", &one, Some(&tag), Value::Null).await.0, 412);
    assert_eq!(served.ask("DELETE", &one, None, Value::Null).await.0, 204);
    assert_eq!(served.ask("GET", &one, None, Value::Null).await.0, 404);
    assert_eq!(served.ask("GET", "connections/c1", None, Value::Null).await.0, 404, "its connection served nobody else");
    let connections = served.ask("GET", "connections?groupRef=beta", None, Value::Null).await.2;
    assert_eq!((connections[0]["id"].as_str(), connections.as_array().unwrap().len()), (Some("c2"), 1));
    assert!(served.projects.store().connections().await.unwrap().len() == 1);
}

/// Each row: what is asked, the status, the place of the first issue, and a part of the detail.
#[tokio::test]
async fn what_cannot_be_is_a_problem_with_its_place() {
    let served = Served::new().await;
    served.deploy(MANIFEST, false).await;
    let all = "integrations/crm/installations";
    let create = |group: &str, connection: Value, content: Value| json!({ "groupRef": group, "connectionId": connection, "config": { "content": content } });
    let made = served.ask("POST", all, None, create("acme", json!("c1"), json!({}))).await.2;
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    let object = "integrations/crm/objects/contacts/config-content";
    let masked = |mask: &str, installation: Value| json!({ "updateMask": [mask], "installation": installation });
    let other = json!({ "connectionId": "c2" });
    let edit = |group: &str, action: &str| json!({ "groupRef": group, "action": action, "changes": [] });
    let rows = [
        ("POST", all, create("acme", json!("c1"), json!({})), 409, "", "has the installation"),
        ("POST", all, create("", json!("c1"), json!({})), 422, "groupRef", "the least is 1"),
        ("POST", all, create(&"g".repeat(256), json!("c1"), json!({})), 422, "groupRef", "the most is 255"),
        ("POST", all, create("beta", json!("c1"), json!({})), 422, "connectionId", "belongs to the group \"acme\""),
        ("POST", all, create("beta", json!("x"), json!({})), 422, "connectionId", "there is no connection \"x\""),
        ("POST", all, create("gamma", Value::Null, json!({})), 422, "connectionId", "has no connection for hubspot"),
        (
            "POST",
            all,
            create("beta", json!("c2"), json!({ "read": { "objects": { "contact": {} } } })),
            422,
            "config.content.read.objects.contact",
            "did you mean `contacts`?",
        ),
        ("POST", all, create("beta", json!("c2"), json!([])), 422, "config.content", "is an object, not a list"),
        ("POST", all, json!({ "groupRef": "x" }), 422, "config", "is missing"),
        (
            "POST",
            "integrations/cmr/installations",
            create("beta", json!("c2"), json!({})),
            404,
            "",
            "there is no integration \"cmr\"",
        ),
        ("PATCH", &one, masked("group", json!({})), 422, "updateMask[0]", "nothing can be changed by the mask"),
        ("PATCH", &one, masked("connectionId", other), 422, "connectionId", "belongs to the group \"beta\""),
        ("PATCH", object, edit("acme", "read"), 422, "config.content.read.objects.contacts", "is not configured"),
        ("PATCH", object, edit("x", "read"), 404, "", "has not installed \"crm\""),
        ("PATCH", object, json!({ "action": "read", "changes": [] }), 422, "groupRef", "give groupRef or installationId"),
        ("PATCH", object, edit("acme", "fly"), 422, "action", "is none of read, subscribe, write"),
        ("GET", "integrations/x/installations/y", Value::Null, 404, "", "there is no installation \"y\""),
        ("GET", "installations?limit=3", Value::Null, 422, "limit", "is not known here"),
        ("DELETE", "connections/x", Value::Null, 404, "", "there is no connection \"x\""),
        ("POST", "files:reload", Value::Null, 409, "", "no runtime is running"),
    ];
    for (method, path, body, status, place, detail) in rows {
        served.refuses((method, path, body), status, place, detail).await;
    }
    let bad_tag = served.ask("DELETE", &one, Some("x"), Value::Null).await;
    assert!(bad_tag.0 == 422 && bad_tag.2["detail"].as_str().unwrap().contains("If-Match"), "{bad_tag:?}");
}
