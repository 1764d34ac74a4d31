//! The requests of the official `amp` tool, one by one, with its headers, its archive and what it reads of the answers.

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use md5::{Digest, Md5};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::stage::{COMPANIES, CONTACTS, Stage, sales};

/// What the tool is told on its command line and by its environment.
struct Tool {
    /// `AMP_API_URL`, and `/v1`.
    root: String,
    /// `--key`.
    key: String,
    http: reqwest::Client,
}

impl Tool {
    fn new(stage: &Stage) -> Self {
        let client = &stage.runtime.client;
        Self { root: format!("http://{}/v1", client.address()), key: client.key().to_owned(), http: reqwest::Client::new() }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.root)).header("X-Api-Key", &self.key);
        let about = [
            ("", "amp-cli"),
            ("-Version", "1.50.0"),
            ("-Commit", "0022537"),
            ("-Branch", "main"),
            ("-Build-Date", "2026-08-01"),
            ("-Stage", "prod"),
        ];
        about.iter().fold(request, |request, (name, value)| request.header(format!("X-Amp-Client{name}"), *value))
    }

    async fn sent(request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, value) = Self::sent(self.request(Method::GET, path).header("Accept", "application/json")).await;
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    /// The tool says that a deletion has a text, and sends none.
    async fn delete(&self, path: &str) {
        let (status, value) = Self::sent(self.request(Method::DELETE, path).header(CONTENT_TYPE, "text/plain")).await;
        assert!((200..300).contains(&status), "{path}: {status} {value}");
    }

    /// Packs, asks for an address, sends, deploys; the names that it would print, or the refusal.
    async fn deploy(&self, text: &str, destructive: bool) -> Result<Vec<String>, (u16, Value)> {
        let archive = packed(text);
        let sum = BASE64_STANDARD.encode(Md5::digest(&archive));
        let query = sum.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let signed = self.get(&format!("/generate-upload-url?md5={query}")).await;
        let part = |key: &str| signed[key].as_str().unwrap().to_owned();
        // Without a content type, and with no header of ours: any 2xx is good.
        let put = self.http.put(part("url")).header("Content-MD5", &sum).body(archive).send().await.unwrap();
        assert!(put.status().is_success(), "{}", put.text().await.unwrap());
        let address = format!("gs://{}/{}", part("bucket"), part("path"));
        let query = if destructive { "?destructive=true" } else { "" };
        let request = self.request(Method::PUT, &format!("/projects/demo/integrations:batch{query}"));
        let request = request.header("Accept", "application/json").header(CONTENT_TYPE, "application/json");
        match Self::sent(request.body(json!({ "sourceZipUrl": address }).to_string())).await {
            (200..300, all) => Ok(all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()),
            refused => Err(refused),
        }
    }
}

/// One entry, written as a stream: its sizes stand behind it, as Go's archive/zip does it.
fn packed(text: &str) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut writer = zip::ZipWriter::new_stream(&mut archive);
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).unix_permissions(0o644);
    writer.start_file("amp.yaml", options).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap();
    archive
}

/// What the tool cannot do without: it reads answers into types whose times must be RFC 3339.
fn has(value: &Value, texts: &[&str], times: &[&str]) {
    for path in texts {
        assert!(value.pointer(path).is_some_and(Value::is_string), "{path} of {value:#}");
    }
    for path in times {
        let time = value.pointer(path).and_then(Value::as_str).unwrap_or_default();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{path} of {value:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_tools_requests_deploy_list_and_delete() {
    let stage = Stage::new(3);
    let tool = Tool::new(&stage);
    assert_eq!(tool.deploy(&sales(&[CONTACTS, COMPANIES]), false).await, Ok(vec!["sales".to_owned()]));
    stage.install(&["contacts", "companies"]);

    let integrations = tool.get("/projects/demo/integrations").await;
    let known = integrations.as_array().unwrap().iter().find(|one| one["name"] == "sales").unwrap();
    has(
        known,
        &["/id", "/provider", "/projectId", "/latestRevision/id", "/latestRevision/specVersion"],
        &["/createTime", "/updateTime", "/latestRevision/createTime"],
    );
    // It compares these with the file, and counts installations, to ask whether reads are to be paused.
    let read = known.pointer("/latestRevision/content/read/objects").unwrap().as_array().unwrap();
    assert_eq!(read.iter().map(|object| object["objectName"].as_str().unwrap()).collect::<Vec<_>>(), ["contacts", "companies"]);
    let id = known["id"].as_str().unwrap();
    let installations = tool.get(&format!("/projects/demo/integrations/{id}/installations")).await;
    let installed = &installations[0];
    has(
        installed,
        &[
            "/id",
            "/integrationId",
            "/group/groupRef",
            "/group/groupName",
            "/connection/id",
            "/createdBy",
            "/healthStatus",
            "/config/id",
        ],
        &["/createTime", "/config/createTime"],
    );

    let fewer = sales(&[CONTACTS]);
    let (status, problem) = tool.deploy(&fewer, false).await.unwrap_err();
    assert!(status == 422 && problem["detail"].as_str().unwrap().contains("companies of sales"), "{problem:#}");
    stage.becomes_due(&["companies", "contacts"]).await;
    assert_eq!(tool.deploy(&fewer, true).await, Ok(vec!["sales".to_owned()]));
    stage.becomes_due(&["contacts"]).await;

    has(&tool.get("/projects/demo/connections").await[0], &["/id", "/projectId", "/status"], &["/createTime", "/updateTime"]);
    assert_eq!(tool.get("/providers").await["hubspot"]["name"], "hubspot");
    tool.delete(&format!("/projects/demo/integrations/{id}/installations/{}", installed["id"].as_str().unwrap())).await;
    tool.delete(&format!("/projects/demo/integrations/{id}")).await;
    let left = tool.get("/projects/demo/integrations").await;
    assert_eq!(left.as_array().unwrap().len(), 1, "{left:#}");
    assert!(stage.runtime.terminate().unwrap().success());
}
