//! Deployments over the API's own routes: archives, dry runs, revisions; checks of what people write; the provider catalog.
//!
//! Doubles: none; stores in files, and the router without a socket. Oracles: the contract's sections 3.4, 3.5, 3.7 and 5.1, and an archive
//! as Go's archive/zip writes it.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;

const MANIFEST: &str = "specVersion: 1.0.0
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
";

struct Served {
    inner: tests::Served,
    _folder: tempfile::TempDir,
}

impl Served {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(folder.path().join("uploads"), "http://runtime", &[9; 32]);
        let inner = tests::Served::with(|api| api.uploads = Some(Arc::new(uploads)));
        Self { inner, _folder: folder }
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (u16, Value) {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let Ok(response) = self.inner.router.clone().oneshot(request.body(body.into()).unwrap()).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// With the key, and JSON.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let headers = [(KEY_HEADER, tests::KEY), ("content-type", "application/json")];
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(method, path, &headers, body).await
    }

    /// Sends an archive the way the official tool does, and gives its `sourceZipUrl`.
    async fn upload(&self, archive: &[u8]) -> String {
        let sum =
            BASE64_STANDARD.encode(md5::Digest::finalize(md5::Digest::chain_update(<md5::Md5 as md5::Digest>::new(), archive)));
        let query = sum.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let (status, address) = self.ask("GET", &format!("/v1/generate-upload-url?md5={query}"), &Value::Null).await;
        assert_eq!(status, 200, "{address}");
        let url = address["url"].as_str().unwrap().strip_prefix("http://runtime").unwrap();
        let (status, problem) = self.send("PUT", url, &[("content-md5", &sum)], archive.to_vec()).await;
        assert_eq!(status, 200, "{problem}");
        let (again, _) = self.send("PUT", url, &[("content-md5", &sum)], archive.to_vec()).await;
        assert_eq!(again, 409, "an address works once");
        format!("gs://{}/{}", address["bucket"].as_str().unwrap(), address["path"].as_str().unwrap())
    }
}

const BATCH: &str = "/v1/projects/demo/integrations:batch";
const INTEGRATIONS: &str = "/v1/projects/demo/integrations";

/// The manifest as an archive.
fn packed(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("amp.yaml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn archives_are_deployed_and_every_fault_of_a_source_is_told() {
    let served = Served::new();
    let address = served.upload(&packed(MANIFEST)).await;
    let (status, deployed) = served.ask("PUT", BATCH, &json!({ "sourceZipUrl": address })).await;
    assert_eq!((status, &deployed[0]["name"]), (200, &json!("crm")), "{deployed}");
    let (_, again) = served.ask("PUT", BATCH, &json!({ "sourceYaml": MANIFEST })).await;
    assert_eq!(again, deployed, "the text says the same as the archive");

    let broken = served.upload(&packed("specVersion: 1.0.0\n")).await;
    let text = served.upload(b"specVersion: 1.0.0").await;
    let rows = [
        (json!({}), "sourceYaml", "is missing"),
        (json!({ "sourceYaml": MANIFEST, "sourceZipUrl": address }), "sourceYaml", "stands beside"),
        (json!({ "sourceZipUrl": "gs://elsewhere/x.zip" }), "sourceZipUrl", "gs://ampline-uploads/"),
        (json!({ "sourceZipUrl": "https://evil.example/x.zip" }), "sourceZipUrl", "gs://ampline-uploads/"),
        (
            json!({ "sourceZipUrl": "gs://ampline-uploads/0199e0a8-227b-7000-a3b8-f44519f7ba51.zip" }),
            "sourceZipUrl",
            "no such archive",
        ),
        (json!({ "sourceZipUrl": text }), "sourceZipUrl", "no zip archive"),
        (json!({ "sourceZipUrl": broken }), "amp.yaml:1:1", "integrations"),
    ];
    for (body, name, detail) in rows {
        let (status, problem) = served.ask("PUT", BATCH, &body).await;
        let issue = &problem["issues"][0];
        let told = issue["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && issue["name"] == name && told.contains(detail), "{body}: {status} {problem:#}");
    }
}

#[tokio::test]
async fn an_address_takes_what_was_announced_and_nothing_else() {
    let served = Served::new();
    assert_eq!(served.send("GET", "/v1/generate-upload-url", &[], Body::empty()).await.0, 401, "an address is for who has a key");
    let (status, problem) = served.ask("GET", "/v1/generate-upload-url?md5=x", &Value::Null).await;
    assert_eq!((status, &problem["issues"][0]["name"]), (422, &json!("md5")));
    let (_, address) = served.ask("GET", "/v1/generate-upload-url?md5=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D", &Value::Null).await;
    let url = address["url"].as_str().unwrap().strip_prefix("http://runtime").unwrap().to_owned();
    assert_eq!(served.send("PUT", &url, &[], "not empty").await.0, 422, "another sum than the announced");
    assert_eq!(served.send("PUT", &url, &[("content-md5", "x")], Body::empty()).await.0, 422);
    assert_eq!(served.send("PUT", &url, &[], vec![0; (4 << 20) + 1]).await.0, 413);
    assert_eq!(served.send("PUT", &url.replace("signature=", "signature=A"), &[], Body::empty()).await.0, 403);
    assert_eq!(served.send("PUT", "/uploads/x", &[], Body::empty()).await.0, 422, "no signature");
    assert_eq!(served.send("GET", &url, &[], Body::empty()).await.0, 405);
    assert_eq!(served.send("PUT", &url, &[], Body::empty()).await.0, 200, "nothing of that used it up");
}

#[tokio::test]
async fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let served = Served::new();
    let dry = format!("{BATCH}?dryRun=true");
    let (status, plan) = served.ask("PUT", &dry, &json!({ "sourceYaml": MANIFEST })).await;
    let one = json!({ "name": "crm", "provider": "hubspot", "change": "created", "revision": 1, "installations": 0,
                      "differences": [], "reads": [], "issues": [] });
    let expected = json!({ "changes": true, "needsDestructive": false, "integrations": [one], "untouched": [], "removed": [] });
    assert_eq!((status, plan), (200, expected));
    assert_eq!(served.ask("GET", INTEGRATIONS, &Value::Null).await.1, json!([]));

    served.ask("PUT", BATCH, &json!({ "sourceYaml": MANIFEST })).await;
    let text = MANIFEST.replace("*/10", "*/20").replace("email", "phone");
    let (_, plan) = served.ask("PUT", &dry, &json!({ "sourceYaml": text })).await;
    let at = |rest: &[&'static str]| [&["read", "objects", "contacts"], rest].concat();
    let differences = json!([
        { "path": at(&["requiredFields", "email"]), "before": { "fieldName": "email" } },
        { "path": at(&["requiredFields", "phone"]), "after": { "fieldName": "phone" } },
        { "path": at(&["schedule"]), "before": "*/10 * * * *", "after": "*/20 * * * *" },
    ]);
    let one = &plan["integrations"][0];
    assert_eq!((&one["differences"], &one["change"], &one["revision"]), (&differences, &json!("updated"), &json!(2)));
    let (_, same) = served.ask("PUT", &dry, &json!({ "sourceYaml": MANIFEST })).await;
    assert_eq!((&same["changes"], &same["integrations"][0]["change"]), (&json!(false), &json!("unchanged")));
}

#[tokio::test]
async fn integrations_are_made_one_by_one_and_have_revisions() {
    let served = Served::new();
    let source = |text: &str| json!({ "sourceYaml": text });
    let (status, made) = served.ask("POST", INTEGRATIONS, &source(MANIFEST)).await;
    assert_eq!((status, &made["name"], &made["latestRevision"]["number"]), (201, &json!("crm"), &json!(1)));
    assert_eq!(served.ask("POST", INTEGRATIONS, &source(MANIFEST)).await.0, 409);
    let two = format!("{MANIFEST}  - name: other\n    provider: hubspot\n    proxy: {{enabled: true}}\n");
    assert_eq!(served.ask("POST", INTEGRATIONS, &source(&two)).await.0, 422);

    let revisions = format!("{INTEGRATIONS}/crm/revisions");
    let (status, revision) = served.ask("POST", &revisions, &source(&MANIFEST.replace("*/10", "*/20"))).await;
    assert_eq!((status, &revision["number"]), (201, &json!(2)));
    let (status, problem) = served.ask("POST", &revisions, &source(&MANIFEST.replace("name: crm", "name: else"))).await;
    assert_eq!((status, &problem["issues"][0]["name"]), (422, &json!("name")));
    let one = format!("{revisions}/{}", revision["id"].as_str().unwrap());
    assert_eq!(served.ask("GET", &one, &Value::Null).await, (200, revision.clone()));
    assert_eq!(served.ask("GET", &format!("{revisions}/nothing"), &Value::Null).await.0, 404);
    let (status, problem) = served.ask("GET", &format!("{one}:hydrate?connectionId=none"), &Value::Null).await;
    assert_eq!((status, &problem["issues"][0]["name"]), (422, &json!("connectionId")), "{problem}");
    assert_eq!(served.ask("GET", &format!("{one}:hydrate"), &Value::Null).await.0, 422);
    let metadata = format!("{INTEGRATIONS}/crm/objects/contacts/metadata?groupRef=acme");
    assert_eq!(served.ask("GET", &metadata, &Value::Null).await.0, 404, "the group has no connection");
    assert_eq!(served.ask("DELETE", &format!("{INTEGRATIONS}/crm"), &Value::Null).await.0, 204);
    assert_eq!(served.ask("GET", &format!("{INTEGRATIONS}/crm"), &Value::Null).await.0, 404);
}

#[tokio::test]
async fn manifests_and_templates_are_checked() {
    let served = Served::new();
    let text = "specVersion: 1.0.0\nintegrations: [{name: a, provider: HubSpot, proxy: {enabled: true}}]\n";
    let (_, check) = served.ask("POST", "/v1/manifest:check", &json!({ "sourceYaml": text })).await;
    let issue = &check["issues"][0];
    assert_eq!(
        (&check["valid"], &issue["line"], &issue["column"], &issue["rule"]),
        (&json!(true), &json!(2), &json!(36), &json!("provider-not-supported"))
    );
    let edits = json!([{ "start": 54, "end": 61, "text": "hubspot" }]);
    assert_eq!((&issue["fix"]["edits"], &issue["fix"]["safe"]), (&edits, &json!(true)), "{check:#}");
    let (_, check) = served.ask("POST", "/v1/manifest:check", &json!({ "sourceYaml": "a: [" })).await;
    assert_eq!((&check["valid"], &check["issues"][0]["severity"]), (&json!(false), &json!("error")));

    let (_, check) = served.ask("POST", "/v1/templates:check", &json!({ "destination": "s3", "expression": "data.[" })).await;
    assert_eq!(check["issues"][0]["fatal"], true, "{check}");
    let (_, check) = served.ask("POST", "/v1/templates:check", &json!({ "destination": "s3" })).await;
    assert_eq!(check, json!({ "issues": [] }), "the default is sound");
    let rows = [
        (json!({ "destination": "s3" }), json!("2025-10-14T02:58:59.323405308Z_0199e0a8-227b-8000-a3b8-f44519f7ba51.json")),
        (
            json!({ "destination": "kinesis", "expression": "data.id", "message": { "id": 9007199254740993_u64 } }),
            json!("9007199254740993"),
        ),
        (json!({ "destination": "s3", "expression": "time.year", "eventTime": "1999-12-31T23:59:59Z" }), json!("1999")),
        (
            json!({ "destination": "s3", "expression": "metadata.objectName", "metadata": { "objectName": "deals" } }),
            json!("deals"),
        ),
        (json!({ "destination": "s3", "expression": "metadata.operationId", "metadata": {} }), Value::Null),
    ];
    for (body, key) in rows {
        let (status, preview) = served.ask("POST", "/v1/templates:preview", &body).await;
        assert_eq!((status, &preview["key"]), (200, &key), "{body}: {preview}");
    }
    let (status, problem) =
        served.ask("POST", "/v1/templates:preview", &json!({ "destination": "s3", "metadata": { "x": 1 } })).await;
    assert_eq!((status, &problem["issues"][0]["name"]), (422, &json!("metadata")));
}

#[tokio::test]
async fn anyone_may_read_the_catalog() {
    let served = Served::new();
    let (status, all) = served.send("GET", "/v1/providers", &[], Body::empty()).await;
    assert_eq!(status, 200);
    for (name, info) in all.as_object().unwrap() {
        for key in ["name", "baseURL", "authType", "support", "defaultModule"] {
            assert!(info.get(key).is_some(), "{name} has no {key}");
        }
    }
    let (_, hubspot) = served.send("GET", "/v1/providers/hubspot", &[], Body::empty()).await;
    assert_eq!(hubspot, all["hubspot"]);
    assert_eq!(
        (&hubspot["authType"], &hubspot["oauth2Opts"]["tokenURL"]),
        (&json!("oauth2"), &json!("https://api.hubapi.com/oauth/v1/token"))
    );
    assert_eq!(
        (&hubspot["support"]["read"], &hubspot["support"]["subscribe"], &hubspot["support"]["write"]),
        (&json!(true), &json!(true), &json!(false))
    );
    let (status, problem) = served.send("GET", "/v1/providers/hubspt", &[], Body::empty()).await;
    assert!(status == 404 && problem["detail"].as_str().unwrap().contains("hubspot"), "{problem}");
}
