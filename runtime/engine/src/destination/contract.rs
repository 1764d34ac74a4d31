//! Which keys the contract knows, of all types of destination: a key that belongs to another type is dropped, one that belongs to
//! none is a mistake.

use serde_json::{Map, Value};

use crate::{project::Issue, sink::Descriptor};

/// Keys of `metadata`, of all types, in both spellings of Kinesis'.
const METADATA: [&str; 37] = [
    "url",
    "headers",
    "region",
    "streamName",
    "endpointUrl",
    "partitionKeyTemplate",
    "kinesisRegion",
    "kinesisStreamName",
    "kinesisEndpointUrl",
    "kinesisPartitionKeyTemplate",
    "bucket",
    "keyTemplate",
    "storageClass",
    "username",
    "tableName",
    "database",
    "accountIdentifier",
    "userId",
    "dbName",
    "schemaName",
    "projectId",
    "datasetId",
    "tableId",
    "workgroupName",
    "clusterIdentifier",
    "dbUser",
    "account",
    "container",
    "queueUrl",
    "topicId",
    "serverUrl",
    "exchange",
    "tls",
    "name",
    "batchSize",
    "maxWaitSecs",
    "endpoint",
];

/// Keys of `secrets`, of all types.
pub(super) const SECRETS: [&str; 11] = [
    "awsKeyId",
    "awsSecretKey",
    "awsSessionToken",
    "password",
    "privateKey",
    "credentials",
    "accessKeyId",
    "secretAccessKey",
    "accessKey",
    "username",
    "connectionString",
];

/// Keys that mean the same: a change of one takes the other away.
const SPELLINGS: [[&str; 2]; 4] = [
    ["region", "kinesisRegion"],
    ["streamName", "kinesisStreamName"],
    ["endpointUrl", "kinesisEndpointUrl"],
    ["partitionKeyTemplate", "kinesisPartitionKeyTemplate"],
];

/// The other spelling of a key, where it has one.
pub(super) fn other_spelling(key: &str) -> Option<&'static str> {
    let other = |[new, old]: [&'static str; 2]| match key {
        _ if key == new => Some(old),
        _ if key == old => Some(new),
        _ => None,
    };
    SPELLINGS.into_iter().find_map(other)
}

/// What the sink of a type takes in, by its schema; nothing where that does not say.
fn properties(descriptor: &Descriptor) -> Option<Map<String, Value>> {
    let schema: Value = serde_json::from_str(&descriptor.config_schema).ok()?;
    if let Some(Value::Object(properties)) = schema.get("properties") { Some(properties.clone()) } else { None }
}

/// Whether a key of `metadata` means something, to this type or to another.
pub(super) fn is_metadata(key: &str, descriptor: Option<&Descriptor>) -> bool {
    METADATA.contains(&key)
        || descriptor.is_some_and(|descriptor| properties(descriptor).is_none_or(|known| known.contains_key(key)))
}

/// Takes out of a configuration what belongs to other types of destination. What belongs to none stays, for the sink to refuse.
pub(super) fn relevant(metadata: Map<String, Value>, descriptor: &Descriptor) -> Map<String, Value> {
    let Some(known) = properties(descriptor) else { return metadata };
    metadata.into_iter().filter(|(key, _)| known.contains_key(key) || !METADATA.contains(&key.as_str())).collect()
}

/// Why there is no destination of this type.
pub(super) fn unknown_kind(path: &str, kind: &str, kinds: &[String]) -> Issue {
    let shown: String = kind.chars().take(60).collect();
    let message = format!("no sink is called {shown:?}; there are: {}", kinds.join(", "));
    Issue { path: path.to_owned(), message }
}

/// `grants.limits.memory_mebibytes` of `grants.limits.memoryMebibytes`.
pub(crate) fn snake_case(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 4);
    for letter in path.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
