//! Amazon's own client for Python, by which tests set servers up and look at what was stored.

use std::collections::HashMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::python::Venv;

/// The packages: moto and boto3.
pub(super) const REQUIREMENTS: &str = "requirements-aws.txt";

/// Credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session token of temporary ones.
    pub token: Option<String>,
}

impl Keys {
    /// A pair without a token.
    pub fn pair(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), token: None }
    }
}

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// Its body, which is text in all tests.
    pub body: String,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `x-amz-meta-*`, without the prefix.
    pub metadata: HashMap<String, String>,
    /// `STANDARD` where the server says nothing.
    pub storage_class: String,
    /// The CRC-32 that came with it, in Base64.
    pub crc32: Option<String>,
    /// Its ETag.
    pub etag: String,
}

/// A record of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredRecord {
    /// The shard's id.
    pub shard: String,
    /// Its partition key.
    pub key: String,
    /// Whether the MD5 of the key lies within the shard's range of hash keys.
    pub in_range: bool,
    /// Rising within a shard.
    pub sequence_number: String,
    /// Its data, which is text in all tests.
    pub data: String,
}

/// The client, for one server.
#[derive(Debug, Clone)]
pub struct Looking {
    venv: Venv,
    endpoint: String,
    keys: Option<Keys>,
}

impl Looking {
    /// A client for the server at `endpoint`.
    ///
    /// # Errors
    /// When its packages cannot be installed; give it to [`crate::requirement::require`].
    pub fn at(endpoint: &str) -> Result<Self, String> {
        Ok(Self { venv: Venv::of(REQUIREMENTS)?, endpoint: endpoint.to_owned(), keys: None })
    }

    /// The same with credentials, for servers that check them.
    #[must_use]
    pub fn with(self, keys: &Keys) -> Self {
        Self { keys: Some(keys.clone()), ..self }
    }

    /// Makes buckets, and streams with so many shards.
    ///
    /// # Errors
    /// What the client said.
    pub fn create(&self, buckets: &[&str], streams: &[(&str, u32)]) -> Result<(), String> {
        let streams: HashMap<_, _> = streams.iter().copied().collect();
        self.ask::<Value>("create", json!({"buckets": buckets, "streams": streams})).map(drop)
    }

    /// Every object of a bucket.
    ///
    /// # Errors
    /// What the client said.
    pub fn objects(&self, bucket: &str) -> Result<Vec<StoredObject>, String> {
        self.ask("objects", json!({"bucket": bucket}))
    }

    /// Every record of a stream, by shard and in its order.
    ///
    /// # Errors
    /// What the client said.
    pub fn records(&self, stream: &str) -> Result<Vec<StoredRecord>, String> {
        self.ask("records", json!({"stream": stream}))
    }

    /// Sets the largest record that a stream takes.
    ///
    /// # Errors
    /// What the client said.
    pub fn resize(&self, stream: &str, kib: u32) -> Result<(), String> {
        self.ask::<Value>("resize", json!({"stream": stream, "kib": kib})).map(drop)
    }

    pub(super) fn ask<T: DeserializeOwned>(&self, command: &str, mut input: Value) -> Result<T, String> {
        input["endpoint"] = self.endpoint.clone().into();
        if let Some(Keys { id, secret, token }) = &self.keys {
            (input["id"], input["secret"], input["token"]) = (json!(id), json!(secret), json!(token));
        }
        input["command"] = command.into();
        let output = self.venv.run("aws.py", input.to_string().as_bytes())?;
        serde_json::from_slice(&output).map_err(|error| format!("read what aws.py {command} printed: {error}"))
    }
}
